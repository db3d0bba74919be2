from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when

SQL = (Path(__file__).parent.parent / "sql" / "risks.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0009_guards_of_meetings"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        append_only(
            "decisions_riskversion", "A risk's snapshot is never changed: the next follows it (rule 44)."
        ),
        append_only(
            "decisions_riskacceptance", "An acceptance stays; it lapses by change or by the clock (rule 44)."
        ),
        frozen_when("decisions_risk", "old.state = 'closed'", "A closed risk stays closed."),
    ]
