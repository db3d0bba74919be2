from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from alliance.core.guards import append_only

SQL = (Path(__file__).parent.parent / "sql" / "year_end.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_guards"),
        ("decisions", "0019_days_to_look_back_are_found_quickly"),
        ("ledger", "0030_forecasts_and_plans"),
        ("participants", "0005_settings_and_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="journal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contributions_agreed", "Contributions agreed"),
                    ("contribution_received", "Contribution received"),
                    ("cost_return", "Cost return"),
                    ("costs_loaded", "Costs loaded"),
                    ("contributions_varied", "Contributions varied"),
                    ("payment", "Payment to a participant"),
                    ("transfer_out", "Transfer out of the pool"),
                    ("accrual", "Accrual"),
                    ("prepayment", "Prepayment"),
                    ("prepayment_used", "Prepayment used"),
                    ("correction", "Correction"),
                    ("restatement", "Restatement"),
                    ("year_end", "Year-end shares"),
                    ("reversal", "Reversal"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="Underspend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("most", models.DecimalField(decimal_places=2, max_digits=15, null=True)),
                ("agreed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="underspends",
                        to="ledger.budget",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="underspend",
                        to="decisions.decision",
                    ),
                ),
            ],
            options={
                "ordering": ["-version"],
            },
        ),
        migrations.CreateModel(
            name="YearEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("net", models.DecimalField(decimal_places=2, max_digits=15)),
                ("carried_forward", models.DecimalField(decimal_places=2, max_digits=15)),
                ("closed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "budget",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_end",
                        to="ledger.budget",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "journal",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_end",
                        to="ledger.journal",
                    ),
                ),
                (
                    "underspend",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.underspend",
                    ),
                ),
            ],
            options={
                "ordering": ["-budget__starts_on"],
            },
        ),
        migrations.CreateModel(
            name="YearShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("contribution", models.DecimalField(decimal_places=2, max_digits=15)),
                ("carried", models.DecimalField(decimal_places=2, max_digits=15)),
                ("settled", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
                (
                    "year_end",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="ledger.yearend",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.CreateModel(
            name="MemorandumPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("drawn_at", models.DateTimeField(null=True)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memorandum_papers",
                        to="ledger.budget",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "budget", "sha256"), name="memorandum_is_drawn_once_for_its_facts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", True), ("drawn_at__isnull", True)),
                            models.Q(("document__isnull", False), ("drawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="memorandum_paper_is_drawn_at_a_time",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="underspend",
            constraint=models.UniqueConstraint(
                fields=("alliance", "budget", "version"), name="underspend_has_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="underspend",
            constraint=models.CheckConstraint(
                condition=models.Q(("most__isnull", True), ("most__gte", 0), _connector="OR"),
                name="underspend_carried_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearend",
            constraint=models.CheckConstraint(
                condition=models.Q(("carried_forward__gte", 0)), name="carried_forward_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearshare",
            constraint=models.UniqueConstraint(
                fields=("alliance", "year_end", "participant"), name="participant_has_one_share_of_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearshare",
            constraint=models.UniqueConstraint(
                fields=("alliance", "year_end", "place"), name="share_of_a_year_has_its_place"
            ),
        ),
        migrations.RunSQL(SQL),
        append_only("ledger_underspend", "What all decided about an underspend stands; decide again."),
        append_only("ledger_yearend", "A closed year stays as it was closed (rule 42)."),
        append_only("ledger_yearshare", "A closed year stays as it was closed (rule 42)."),
    ]
