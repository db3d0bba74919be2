from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "deliberation.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0006_guards_of_deadlocks"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only(
            "decisions_comment", "What was said stays; its words can be redacted with a mark (rule 50)."
        ),
        append_only("decisions_mention", "Who was named in a comment stays."),
        append_only("decisions_objectionsteward", "Who looks after an objection is followed by another."),
        frozen_when("decisions_amendment", "old.state <> 'offered'", "A settled amendment stays."),
    ]
