from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "forecasts_closed.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0038_queries_and_plans_move_alike")]
    operations = [migrations.RunSQL(SQL)]
