from django.db import migrations

from alliance.core.guards import frozen_when, write_once


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_notices"), ("core", "0002_guards")]
    operations = [
        write_once(
            "notices_notice",
            ["alliance_id", "person_id", "kind", "subject_type", "subject_id", "occasion", "made_at"],
            "A notice keeps to whom and about what it is.",
        ),
        frozen_when(
            "notices_notice",
            "old.sent_at is not null or old.dropped_at is not null",
            "A letter that was sent or dropped stays so.",
        ),
        write_once(
            "notices_preference", ["alliance_id", "person_id", "kind"], "A preference is one person's own."
        ),
    ]
