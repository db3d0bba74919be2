from django.db import migrations

from alliance.core.guards import frozen_when, write_once


class Migration(migrations.Migration):
    dependencies = [("participants", "0003_guards")]
    operations = [
        write_once(
            "participants_roleappointment",
            ["until_on"],
            "The last day of an appointment is not moved: it is ended, or made anew (rule 8).",
            name="keeps_its_last_day",
        ),
        frozen_when(
            "participants_principle",
            "old.superseded_on is not null",
            "A principle that was superseded does not come back; a new version is written (rule 20).",
        ),
    ]
