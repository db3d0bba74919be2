from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, write_once

SQL = (Path(__file__).parent.parent / "sql" / "deadlocks.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0005_guards_of_conflicts"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        write_once(
            "decisions_deadlock",
            [
                "alliance_id",
                "proposal_id",
                "reason_id",
                "stages",
                "participant_id",
                "taken_at",
                "taken_by_id",
                "taken_by_name",
                "appointment_id",
                "capacity",
                "in_place_of",
            ],
            "The stages of a deadlock and their dates are frozen when it is declared (rule 18).",
        ),
        append_only("decisions_statement", "A statement stays; a later one replaces it (rule 18)."),
    ]
