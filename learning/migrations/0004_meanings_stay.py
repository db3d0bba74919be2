from pathlib import Path

from django.db import migrations

from alliance.core.guards import write_once

SQL = (Path(__file__).parent.parent / "sql" / "meanings.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("learning", "0003_decisions_on_charts")]
    operations = [
        migrations.RunSQL(SQL, reverse_sql="drop function learning_experiment_keeps_its_words cascade"),
        write_once(
            "learning_measure",
            [
                "name",
                "tells",
                "unit",
                "source",
                "direction",
                "mandatory_return",
                "asked_by",
                "screening",
                "baseline",
            ],
            "A measure keeps its meaning: its figures were counted by it, and its limits drawn (rule 49).",
            name="keeps_its_meaning",
        ),
        write_once(
            "learning_review",
            ["alliance_id", "number", "prepared_at", "prepared_by_id"],
            "A review keeps its number and who prepared it.",
        ),
    ]
