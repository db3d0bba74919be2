import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_the_floor"),
        ("participants", "0001_the_people_and_the_alliance"),
    ]

    operations = [
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("short_name", models.CharField(max_length=40)),
                ("slug", models.SlugField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[("commissioner", "Commissioner"), ("provider", "Provider")], max_length=20
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("council", "Council"),
                            ("icb", "Integrated care board"),
                            ("nhs", "NHS trust"),
                            ("charity", "Charity"),
                            ("cic", "Community interest company"),
                            ("company", "Company"),
                            ("housing", "Housing association"),
                        ],
                        max_length=20,
                        verbose_name="kind of organisation",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="order in the agreement")),
                ("is_host", models.BooleanField(default=False, verbose_name="keeps the shared budget")),
                ("joined_on", models.DateField()),
                ("suspended_on", models.DateField(blank=True, null=True)),
                ("left_on", models.DateField(blank=True, null=True)),
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
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "slug"), name="participant_has_its_own_address"
                    ),
                    models.UniqueConstraint(
                        fields=("alliance", "place"), name="participant_has_one_place_in_the_agreement"
                    ),
                    models.UniqueConstraint(fields=("alliance", "name"), name="participant_joins_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True),
                            ("left_on__gte", models.F("joined_on")),
                            _connector="OR",
                        ),
                        name="participant_leaves_after_joining",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("name", models.CharField(max_length=120, verbose_name="full name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("representative", "Representative"),
                            ("deputy", "Deputy"),
                            ("finance_lead", "Finance lead"),
                            ("pool_manager", "Pool manager"),
                            ("learning_lead", "Learning lead"),
                            ("system_steward", "System steward"),
                            ("worker", "Front-line worker"),
                            ("lived_experience", "Person with lived experience"),
                            ("board_member", "Board member"),
                            ("auditor", "Auditor"),
                            ("learning_partner", "Learning partner"),
                        ],
                        max_length=20,
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("invited_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
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
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reasons",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.words",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
            ],
            options={
                "ordering": ["-invited_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="invitation_is_accepted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="invitation_is_withdrawn_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"
                        ),
                        name="invitation_is_accepted_or_withdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Principle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("letter", models.CharField(max_length=2)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("title", models.CharField(max_length=80)),
                ("wording", models.TextField()),
                ("is_best_for_people", models.BooleanField(default=False)),
                ("in_force_from", models.DateField()),
                ("superseded_on", models.DateField(blank=True, null=True)),
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
                "ordering": ["letter", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "letter", "version"), name="principle_version_is_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_on__isnull", True)),
                        fields=("alliance", "letter"),
                        name="principle_has_one_current_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleAppointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("representative", "Representative"),
                            ("deputy", "Deputy"),
                            ("finance_lead", "Finance lead"),
                            ("pool_manager", "Pool manager"),
                            ("learning_lead", "Learning lead"),
                            ("system_steward", "System steward"),
                            ("worker", "Front-line worker"),
                            ("lived_experience", "Person with lived experience"),
                            ("board_member", "Board member"),
                            ("auditor", "Auditor"),
                            ("learning_partner", "Learning partner"),
                        ],
                        max_length=20,
                    ),
                ),
                ("from_on", models.DateField(verbose_name="from")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("appointed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "appointed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="participants.participant",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reasons",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.words",
                    ),
                ),
            ],
            options={
                "ordering": ["participant__place", "role", "person__name"],
                "indexes": [models.Index(fields=["person", "alliance"], name="appointment_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("participant__isnull", True),
                            (
                                "role__in",
                                ["representative", "deputy", "finance_lead", "pool_manager", "board_member"],
                            ),
                            _negated=True,
                        ),
                        name="who_speaks_or_answers_for_an_organisation_names_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True),
                            ("until_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="appointment_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="appointment_is_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Behaviour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("value", "Value"), ("behaviour", "Behaviour")], max_length=10),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("wording", models.CharField(max_length=300)),
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
                "ordering": ["-kind", "place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alliance", "kind", "place"), name="behaviour_has_its_own_place"
                    )
                ],
            },
        ),
    ]
