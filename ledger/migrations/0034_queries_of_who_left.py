from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = (Path(__file__).parent.parent / "sql" / "queries_closed.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0033_what_is_paid_is_owed")]
    operations = [
        migrations.AlterField(
            "query",
            "state",
            models.CharField(
                choices=[
                    ("asked", "Asked"),
                    ("answered", "Answered"),
                    ("settled", "Settled"),
                    ("withdrawn", "Withdrawn"),
                    ("closed", "Closed"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "queryreply",
            "verb",
            models.CharField(
                choices=[
                    ("answer", "Answered"),
                    ("ask_again", "Asked again"),
                    ("settle", "Settled"),
                    ("withdraw", "Withdrawn"),
                    ("close", "Closed"),
                ],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("query", "query_is_ended_when_settled_or_withdrawn"),
        migrations.AddConstraint(
            "query",
            models.CheckConstraint(
                condition=Q(state__in=["asked", "answered"], ended_at__isnull=True)
                | Q(state__in=["settled", "withdrawn", "closed"], ended_at__isnull=False),
                name="query_is_ended_when_settled_or_withdrawn",
            ),
        ),
        migrations.RunSQL(SQL),
    ]
