from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent.parent / "sql" / "holding.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("decisions", "0019_days_to_look_back_are_found_quickly")]
    operations = [migrations.RunSQL(SQL)]
