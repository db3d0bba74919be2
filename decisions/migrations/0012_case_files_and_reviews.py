from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from alliance.core.guards import append_only

SQL = (Path(__file__).parent.parent / "sql" / "case.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0011_positions_can_be_contested_until_a_day"),
        ("participants", "0005_settings_and_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ReviewPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("review_on", models.DateField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by_name", models.CharField(max_length=200)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_plans",
                        to="decisions.decision",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        append_only(
            "decisions_reviewplan", "A day that was chosen stays in the record; a later one follows it."
        ),
        migrations.RunSQL(SQL, reverse_sql=migrations.RunSQL.noop),
    ]
