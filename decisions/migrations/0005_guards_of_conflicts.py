from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "conflicts.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0004_guards_of_positions_and_seals"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only("decisions_rolldeparture", "Who left the roll has left it for this decision (rule 9)."),
        append_only("decisions_declarationvote", "What a participant said of a conflict stays (rule 9)."),
        frozen_when(
            "decisions_declaration", "old.state <> 'declared'", "A settled declaration stays (rule 9)."
        ),
        frozen_when(
            "decisions_interest", "old.ended_at is not null", "An interest that ended stays as it was."
        ),
        frozen_when(
            "decisions_proposal",
            "old.state = 'no_decision'",
            "This proposal ended without a decision, and stays so (rule 10).",
            name="without_decision",
        ),
    ]
