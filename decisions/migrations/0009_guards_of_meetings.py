from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "meetings.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0008_guards_of_deciding_alone"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only(
            "decisions_minutesacceptance", "Who accepted a version of the minutes accepted it (rule 21)."
        ),
        frozen_when(
            "decisions_minutes", "old.state in ('official', 'replaced')", "These minutes stay (rule 21)."
        ),
        frozen_when("decisions_meeting", "old.state = 'cancelled'", "A cancelled meeting stays cancelled."),
        frozen_when("decisions_paper", "old.document_id is not null", "A paper stays as it was drawn."),
    ]
