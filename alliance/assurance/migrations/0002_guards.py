from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when, write_once

SQL = (Path(__file__).parent.parent / "sql" / "report.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("assurance", "0001_the_report")]
    operations = [
        migrations.RunSQL(
            SQL,
            reverse_sql="drop function assurance_hold_the_record; "
            "drop trigger assurance_report_facts_are_frozen on assurance_report",
        ),
        write_once(
            "assurance_report",
            [
                "alliance_id",
                "number",
                "quarter",
                "version",
                "covers_until",
                "requested_at",
                "requested_by_id",
            ],
            "What was asked for stays as it was asked.",
        ),
        frozen_when(
            "assurance_report",
            "old.sealed_at is not null",
            "A sealed report is never changed: a later one is a new version (rule 52).",
        ),
        append_only("assurance_download", "Who fetched a report stays said."),
    ]
