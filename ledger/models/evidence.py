"""What shows a cost: files on a return or on one row of it, kept as they came."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import Document, OfAlliance, Words
from ledger.lifecycle import ScanState
from ledger.models.cost_return import CostReturn
from ledger.models.fields import somebody
from ledger.querysets import EvidenceQuerySet


class Evidence(OfAlliance):
    """A file that shows a return, or with `row` one row of its file (rule 28). Never removed: another takes its place.

    `number` counts within the return. `scan` says what a scanner found, `found` the name of it; without a scanner it
    stays "not scanned".
    """

    Scan = ScanState

    cost_return = models.ForeignKey(CostReturn, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    row = models.PositiveIntegerField(null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    scan = models.CharField(max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED)
    scanned_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = somebody()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["cost_return", "number"], name="evidence_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason__isnull=True)
                | Q(supersedes__isnull=False, reason__isnull=False),
                name="evidence_is_superseded_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(scan="not_scanned", scanned_at__isnull=True)
                | ~Q(scan="not_scanned") & Q(scanned_at__isnull=False),
                name="evidence_is_scanned_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(scan="infected") & ~Q(found="") | ~Q(scan="infected") & Q(found=""),
                name="evidence_is_infected_with_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["alliance"],
                name="evidence_unscanned",
                condition=Q(scan__in=["not_scanned", "failed"]),
            )
        ]

    def __str__(self) -> str:
        return f"File {self.number} of return {self.cost_return.number}"

    def get_absolute_url(self) -> str:
        found = self.cost_return
        return reverse("ledger:evidence", args=[found.alliance.slug, found.number, self.number])

    @property
    def is_handed_out(self) -> bool:
        return self.scan != ScanState.INFECTED
