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
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("quarter", models.SlugField(max_length=20)),
                ("version", models.PositiveSmallIntegerField()),
                ("covers_until", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Asked for"),
                            ("gathered", "Facts gathered"),
                            ("sealed", "Sealed"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cut_off", models.DateTimeField(null=True)),
                ("head_seq", models.BigIntegerField(null=True)),
                ("head_hash", models.BinaryField(null=True)),
                ("pages", models.PositiveSmallIntegerField(null=True)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "pdf",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "number"), name="report_has_its_own_number"),
                    models.UniqueConstraint(
                        fields=("alliance", "quarter", "version"), name="report_version_is_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sealed_at__isnull", True)),
                        fields=("alliance", "quarter"),
                        name="one_report_of_a_quarter_is_in_the_making",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cut_off__isnull", True),
                                ("head_seq__isnull", True),
                                ("snapshot__isnull", True),
                                ("status", "requested"),
                            ),
                            models.Q(
                                models.Q(("status", "requested"), _negated=True),
                                ("cut_off__isnull", False),
                                ("head_hash__isnull", False),
                                ("head_seq__isnull", False),
                                ("snapshot__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="report_is_gathered_with_its_snapshot_and_head",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pages__gte", 1),
                                ("pdf__isnull", False),
                                ("sealed_at__isnull", False),
                                ("status", "sealed"),
                            ),
                            models.Q(
                                models.Q(("status", "sealed"), _negated=True),
                                ("pages__isnull", True),
                                ("pdf__isnull", True),
                                ("sealed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="report_is_sealed_with_its_pdf",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Download",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("capacity", models.CharField(max_length=200)),
                ("downloaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.alliance",
                    ),
                ),
                (
                    "downloaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="downloads",
                        to="assurance.report",
                    ),
                ),
            ],
            options={
                "ordering": ["-downloaded_at"],
                "indexes": [
                    models.Index(fields=["alliance", "report", "downloaded_by"], name="download_by_report")
                ],
            },
        ),
    ]
