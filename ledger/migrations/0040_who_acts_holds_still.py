from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "holding.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0039_forecasts_of_open_years")]
    operations = [migrations.RunSQL(SQL)]
