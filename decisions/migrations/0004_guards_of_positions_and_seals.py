from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when, write_once

SQL = (Path(__file__).parent.parent / "sql" / "seals.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0003_decisions_in_full"),
        ("participants", "0005_settings_and_limits"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        write_once(
            "decisions_ratification",
            ["alliance_id", "decision_id", "participant_id", "position_id", "limit", "amount"],
            "A ratification keeps what it is about (rule 14).",
        ),
        frozen_when("decisions_ratification", "old.state <> 'awaited'", "What a board said stays (rule 14)."),
        append_only("decisions_attachment", "A file stays as it was added; a later version follows it."),
        append_only(
            "participants_delegatedlimit", "A limit is followed by another, never rewritten (rule 14)."
        ),
    ]
