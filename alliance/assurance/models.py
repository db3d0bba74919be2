"""Assurance reports: what the boards get, frozen, and who fetched it."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.assurance.contents import Contents
from alliance.assurance.querysets import DownloadQuerySet, ReportQuerySet
from alliance.core.addresses import reverse
from alliance.core.models import Document, Errand, OfAlliance
from alliance.core.periods import Quarter


class Report(OfAlliance):
    """One version of the report on one quarter (rule 52).

    `requested_by` None: the calendar asked. `covers_until` is the last day that it speaks of, the quarter's end
    unless it was asked for earlier. `head_seq` and `head_hash` (32 bytes) are where the record stood when the facts
    were gathered, which is `cut_off`. `snapshot` holds those facts as canonical JSON; `pdf` is drawn from it alone.
    """

    ERRAND = "assurance.produce_report"

    class State(models.TextChoices):
        REQUESTED = "requested", "Asked for"
        GATHERED = "gathered", "Facts gathered"
        SEALED = "sealed", "Sealed"

    number = models.PositiveIntegerField()
    quarter = models.SlugField(max_length=20)
    version = models.PositiveSmallIntegerField()
    covers_until = models.DateField()
    status = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cut_off = models.DateTimeField(null=True)
    head_seq = models.BigIntegerField(null=True)
    head_hash = models.BinaryField(null=True)
    snapshot = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    pages = models.PositiveSmallIntegerField(null=True)
    sealed_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="report_has_its_own_number"),
            models.UniqueConstraint(
                fields=["alliance", "quarter", "version"], name="report_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["alliance", "quarter"],
                condition=Q(sealed_at__isnull=True),
                name="one_report_of_a_quarter_is_in_the_making",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="requested", snapshot__isnull=True, cut_off__isnull=True, head_seq__isnull=True
                )
                | ~Q(status="requested")
                & Q(
                    snapshot__isnull=False,
                    cut_off__isnull=False,
                    head_seq__isnull=False,
                    head_hash__isnull=False,
                ),
                name="report_is_gathered_with_its_snapshot_and_head",
            ),
            models.CheckConstraint(
                condition=Q(status="sealed", sealed_at__isnull=False, pdf__isnull=False, pages__gte=1)
                | ~Q(status="sealed") & Q(sealed_at__isnull=True, pdf__isnull=True, pages__isnull=True),
                name="report_is_sealed_with_its_pdf",
            ),
        ]

    def __str__(self) -> str:
        return f"Assurance report {self.number}, {self.period.label}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("assurance:report", args=[self.alliance.slug, self.number])

    @property
    def period(self) -> Quarter:
        return Quarter.parse(self.quarter, self.alliance.year_starts_in)

    @property
    def is_interim(self) -> bool:
        """The quarter was not over when it was asked for."""
        return self.covers_until < self.period.end

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None

    @property
    def file_name(self) -> str:
        return f"{self.alliance.slug}-{self.quarter}-version-{self.version}.pdf"

    @property
    def errand(self) -> Errand | None:
        """The work that makes it: stage, progress, trouble."""
        return Errand.objects.filter(kind=self.ERRAND, key=str(self.pk)).first()

    @cached_property
    def contents(self) -> Contents:
        """What was gathered, read back from the snapshot; only once `snapshot` is there."""
        return Contents.thaw(bytes(self.snapshot.content))


class Download(OfAlliance):
    """Somebody fetched the PDF. `capacity` is the role as it was that day: "Board member, Haven Homes"."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="downloads")
    capacity = models.CharField(max_length=200)
    downloaded_at = models.DateTimeField(default=timezone.now)
    downloaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = DownloadQuerySet.as_manager()

    class Meta:
        ordering = ["-downloaded_at"]
        indexes = [models.Index(fields=["alliance", "report", "downloaded_by"], name="download_by_report")]

    def __str__(self) -> str:
        return f"{self.downloaded_by}, {self.downloaded_at:%Y-%m-%d %H:%M}"
