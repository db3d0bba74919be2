from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "alone.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0007_guards_of_deliberation"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only("decisions_decisionreview", "A review stays; a later one follows it."),
        frozen_when("decisions_urgentaction", "old.state = 'reported'", "What was reported stays (rule 23)."),
    ]
