from pathlib import Path

from django.db import migrations

from alliance.core.guards import frozen_when, write_once

SQL = (Path(__file__).parent.parent / "sql" / "links.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("learning", "0005_risks_touched"), ("decisions", "0010_guards_of_risks")]
    operations = [
        migrations.RunSQL(SQL, reverse_sql="drop function learning_risk_is_of_the_same_alliance cascade"),
        write_once(
            "learning_risktouched",
            ["alliance_id", "experiment_id", "risk_id", "tied_at", "tied_by_id"],
            "What was tied stays told; it can be untied.",
        ),
        frozen_when("learning_risktouched", "old.untied_at is not null", "What was untied stays untied."),
    ]
