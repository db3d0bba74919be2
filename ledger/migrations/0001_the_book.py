from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_guards"),
        ("participants", "0002_the_participants"),
        ("participants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bank", "Money in the pool"),
                            ("due", "Contributions due"),
                            ("owed", "Owed to participants"),
                            ("contributions", "Contributions"),
                            ("cost", "Costs"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct_staff", "Direct staff"),
                            ("direct_other", "Direct other"),
                            ("subcontract", "Subcontract"),
                            ("overhead", "Overhead"),
                            ("irrecoverable_vat", "Irrecoverable VAT"),
                            ("margin", "Margin"),
                            ("contingency", "Contingency"),
                            ("disallowed", "Disallowed"),
                        ],
                        max_length=20,
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
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "code"), name="account_has_its_own_code"),
                    models.UniqueConstraint(
                        condition=models.Q(("category", ""), _negated=True),
                        fields=("alliance", "category"),
                        name="category_has_one_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "cost"), models.Q(("category", ""), _negated=True)),
                            models.Q(models.Q(("kind", "cost"), _negated=True), ("category", "")),
                            _connector="OR",
                        ),
                        name="cost_accounts_and_no_others_have_a_category",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day of the financial year")),
                (
                    "brought_forward",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=15),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_on"],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "starts_on"), name="year_has_one_budget"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__day", 1)), name="year_starts_on_the_first_of_a_month"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=60)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("is_contingency", models.BooleanField(default=False)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="ledger.budget"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "budget", "place"), name="budget_line_has_its_own_place"
                    ),
                    models.UniqueConstraint(
                        fields=("alliance", "budget", "slug"), name="budget_line_has_its_own_name"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_contingency", True)),
                        fields=("alliance", "budget"),
                        name="budget_has_one_contingency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="budget_line_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("debit", models.DecimalField(decimal_places=2, max_digits=20)),
                ("credit", models.DecimalField(decimal_places=2, max_digits=20)),
                ("count", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
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
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
                (
                    "budget_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.budgetline",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["alliance", "month"], name="balance_by_month")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "account", "participant", "budget_line", "month"),
                        name="balance_is_kept_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
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
                        related_name="contributions",
                        to="ledger.budget",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="participants.participant",
                    ),
                ),
            ],
            options={
                "ordering": ["participant__place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "budget", "participant"), name="contribution_is_agreed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="contribution_is_more_than_nothing"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("last_journal", models.BigIntegerField(default=0)),
                ("last_return", models.BigIntegerField(default=0)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "alliance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fund",
                        to="participants.alliance",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("month", models.DateField()),
                ("date", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contributions_agreed", "Contributions agreed"),
                            ("contribution_received", "Contribution received"),
                            ("cost_return", "Cost return"),
                            ("costs_loaded", "Costs loaded"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=30,
                    ),
                ),
                ("description", models.CharField(max_length=300)),
                ("source", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=160)),
                ("input_hash", models.CharField(max_length=64)),
                ("line_count", models.PositiveIntegerField()),
                ("debit", models.DecimalField(decimal_places=2, max_digits=20)),
                ("posted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.words",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "number"), name="journal_has_its_own_number"),
                    models.UniqueConstraint(
                        fields=("alliance", "source", "key"), name="journal_is_posted_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("line_count__gte", 2)), name="journal_has_two_lines_or_more"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reverses", models.F("id")), _negated=True),
                        name="journal_does_not_reverse_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reversal"), ("reverses__isnull", False)),
                            models.Q(
                                models.Q(("kind", "reversal"), _negated=True), ("reverses__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="reversal_and_nothing_else_reverses",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "alliance_id",
                        "journal_id",
                        "line",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("month", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("date", models.DateField()),
                ("supplier", models.CharField(blank=True, max_length=200)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("source_row", models.PositiveIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "alliance",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "budget_line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.budgetline",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["alliance", "account", "month", "journal", "line"], name="entry_by_account"
                    ),
                    models.Index(
                        fields=["alliance", "participant", "month", "journal", "line"],
                        name="entry_by_participant",
                    ),
                    models.Index(
                        condition=models.Q(("budget_line__isnull", False)),
                        fields=["alliance", "budget_line", "month", "journal", "line"],
                        name="entry_by_budget_line",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="entry_is_never_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("line__gte", 1)), name="entries_count_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("month", models.DateField()),
                ("reference", models.CharField(max_length=60)),
                (
                    "declared_total",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("checking", "Being checked"),
                            ("mapping", "Waiting for its columns"),
                            ("attention", "Needs attention"),
                            ("ready", "Ready to confirm"),
                            ("posting", "Being posted"),
                            ("posted", "In the open book"),
                            ("reversed", "Reversed"),
                            ("known", "Already in the book"),
                            ("replaced", "Replaced"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="checking",
                        max_length=20,
                    ),
                ),
                ("reading", models.PositiveIntegerField(default=0)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "headings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("heading_row", models.PositiveIntegerField(null=True)),
                ("sheet", models.CharField(blank=True, max_length=120)),
                (
                    "notes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("line_count", models.PositiveIntegerField(default=0)),
                (
                    "lines_total",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=20),
                ),
                ("lines_hash", models.CharField(blank=True, max_length=64)),
                ("problem_count", models.PositiveIntegerField(default=0)),
                ("submitted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
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
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.document"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_returns",
                        to="participants.participant",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.costreturn",
                    ),
                ),
                (
                    "same_as",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.costreturn",
                    ),
                ),
                (
                    "submitted_by",
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
                        related_name="cost_return",
                        to="ledger.journal",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(fields=["alliance", "month", "participant"], name="return_by_month"),
                    models.Index(fields=["alliance", "status"], name="return_by_status"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "number"), name="return_has_its_own_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["checking", "mapping", "attention", "ready"])),
                        fields=("alliance", "participant", "reference"),
                        name="return_in_hand_once_per_reference",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["posting", "posted"])),
                        fields=("alliance", "participant", "reference"),
                        name="return_posted_once_per_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="return_is_accepted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("journal__isnull", False), ("status__in", ["posted", "reversed"])),
                            models.Q(
                                models.Q(("status__in", ["posted", "reversed"]), _negated=True),
                                ("journal__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="return_is_posted_when_it_has_a_journal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="first day of the month")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["month"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "month"), name="period_is_one_month_of_one_book"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="period_starts_on_the_first_of_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="period_is_closed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "alliance_id",
                        "cost_return_id",
                        "reading",
                        "row",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reading", models.PositiveIntegerField()),
                ("row", models.PositiveIntegerField()),
                (
                    "cells",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("date", models.DateField(null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15, null=True)),
                ("supplier", models.CharField(blank=True, max_length=200)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("evidence", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "alliance",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "budget_line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.budgetline",
                    ),
                ),
                (
                    "cost_return",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lines",
                        to="ledger.costreturn",
                    ),
                ),
            ],
            options={
                "ordering": ["row"],
            },
        ),
        migrations.CreateModel(
            name="ReturnProblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reading", models.PositiveIntegerField()),
                ("place", models.PositiveIntegerField()),
                ("row", models.PositiveIntegerField(null=True)),
                ("column", models.CharField(blank=True, max_length=120)),
                ("value", models.CharField(blank=True, max_length=200)),
                ("sentence", models.TextField()),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "cost_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problems",
                        to="ledger.costreturn",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "cost_return", "reading", "place"),
                        name="problem_is_told_once_per_reading",
                    )
                ],
            },
        ),
    ]
