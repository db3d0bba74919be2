from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when, write_once

SQL = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_reviews_experiments_measures"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(SQL),
        frozen_when(
            "learning_review",
            "old.status in ('held', 'called_off')",
            "A review that was held or called off stays as it is.",
        ),
        append_only("learning_answer", "What a review said stays said."),
        append_only("learning_attendance", "Who was in the room stays as it was."),
        frozen_when("learning_action", "old.status <> 'open'", "An action that was closed stays closed."),
        write_once(
            "learning_action",
            [
                "alliance_id",
                "number",
                "review_id",
                "what",
                "person_id",
                "participant_id",
                "due_on",
                "agreed_at",
                "agreed_by_id",
            ],
            "An action stays as the review agreed it.",
        ),
        append_only("learning_actionlook", "What was said about an action stays said."),
        frozen_when(
            "learning_experiment",
            "old.status in ('embedded', 'adapted', 'stopped', 'withdrawn')",
            "An experiment that has ended stays as it is.",
        ),
        write_once(
            "learning_experiment",
            ["alliance_id", "number", "follows_id", "proposed_at", "proposed_by_id"],
            "An experiment keeps its number and who proposed it.",
        ),
        append_only("learning_gateanswer", "An answer at a gate stays; a new one is given beside it."),
        write_once(
            "learning_measure",
            ["alliance_id", "number", "defined_at", "defined_by_id"],
            "A measure keeps its number and who defined it.",
        ),
        append_only("learning_observation", "A figure is corrected by a new one beside it."),
        append_only("learning_annotation", "A note on a chart stays."),
        append_only("learning_rebase", "New limits stay where they were set, with their reason."),
    ]
