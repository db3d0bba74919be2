from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, kept_by_triggers, write_once

SQL = (Path(__file__).parent.parent / "sql" / "record.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("core", "0001_the_floor")]
    operations = [
        migrations.RunSQL(SQL),
        append_only("core_event", "An event is never changed or deleted: what was said stays said."),
        kept_by_triggers("core_eventhead"),
        append_only("core_selfcheck", "A self-check says what it found; it is not rewritten."),
        append_only("core_document", "A kept file is never changed or deleted."),
        write_once(
            "core_errand",
            ["kind", "key", "payload", "alliance_id"],
            "What was asked for stays as it was asked.",
        ),
    ]
