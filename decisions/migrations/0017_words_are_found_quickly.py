from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

COLUMNS = ("title", "text", "why")


class Migration(migrations.Migration):
    """Any part of a word is found by index, in thousands of wordings: `ProposalQuerySet.about`."""

    dependencies = [("decisions", "0016_attendance_was_not_there")]
    operations = [
        TrigramExtension(),
        *(
            migrations.RunSQL(
                f"create index wording_{column}_has on decisions_wording "
                f"using gin (upper({column}::text) gin_trgm_ops)",
                reverse_sql=f"drop index wording_{column}_has",
            )
            for column in COLUMNS
        ),
    ]
