from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "steps.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("core", "0002_guards")]
    operations = [migrations.RunSQL(SQL)]
