from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "holding.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0034_queries_of_who_left")]
    operations = [migrations.RunSQL(SQL)]
