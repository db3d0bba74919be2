from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0001_proposals_positions_decisions"),
        ("core", "0002_guards"),
        ("participants", "0002_the_participants"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only("decisions_wording", "A wording is never changed: a new version follows it (rule 20)."),
        append_only("decisions_principletest", "The test against a principle stays as it was worded."),
        append_only("decisions_rollentry", "The roll is frozen when a proposal opens (rule 2)."),
        append_only(
            "decisions_position", "A position stays in the record; a later one replaces it (rule 4)."
        ),
        append_only("decisions_decision", "A sealed decision is immutable (rule 20)."),
        frozen_when(
            "decisions_proposal",
            "old.state in ('agreed', 'withdrawn', 'discarded')",
            "This proposal is closed, and stays as it was closed (rule 20).",
        ),
    ]
