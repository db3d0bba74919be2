from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only

SQL = (Path(__file__).parent.parent / "sql" / "deadlocks.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0005_guards_of_conflicts"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only("decisions_statement", "A statement stays; a later one replaces it (rule 18)."),
    ]
