from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "paid.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0021_queries_and_evidence"),
    ]
    operations = [migrations.RunSQL(SQL)]
