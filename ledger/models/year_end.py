"""The end of a year: what becomes of an underspend, the memorandum account as it was closed, its papers (39, 42)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import Document, Errand, OfAlliance
from ledger.models.budget import Budget
from ledger.models.fields import pounds, somebody
from ledger.models.journal import Journal
from participants.querysets import OfAllianceQuerySet


class Underspend(OfAlliance):
    """What all decided to do with what a year leaves in the pool (rule 39). The newest version of a year stands.

    `most` is how much of it is carried forward at most, None for all of it; the rest is returned.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="underspends")
    version = models.PositiveIntegerField()
    most = pounds(null=True)
    decision = models.OneToOneField("decisions.Decision", on_delete=models.PROTECT, related_name="underspend")
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "version"], name="underspend_has_a_version"
            ),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(most__gte=0), name="underspend_carried_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"What becomes of the underspend of {self.budget.year.label}, version {self.version}"


class YearEnd(OfAlliance):
    """A year that is closed: its memorandum account, kept as canonical bytes (`ledger.memorandum`), for good.

    `net` is what was left of contributions and what was brought forward, negative when more was spent. What is not
    carried forward is posted by `journal` as owed to the participants, or as due from them.
    """

    budget = models.OneToOneField(Budget, on_delete=models.PROTECT, related_name="year_end")
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    net = pounds()
    carried_forward = pounds()
    underspend = models.ForeignKey(Underspend, on_delete=models.PROTECT, null=True, related_name="+")
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="year_end")
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-budget__starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(carried_forward__gte=0), name="carried_forward_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"Year-end of {self.budget.year.label}"


class YearShare(OfAlliance):
    """A participant's share of a closed year's net position: `carried` stays in the pool as its part.

    `settled` is returned to it when positive, and is paid by it when negative (rules 37, 39).
    """

    year_end = models.ForeignKey(YearEnd, on_delete=models.PROTECT, related_name="shares")
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    contribution = pounds()
    carried = pounds()
    settled = pounds()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "year_end", "participant"], name="participant_has_one_share_of_a_year"
            ),
            models.UniqueConstraint(
                fields=["alliance", "year_end", "place"], name="share_of_a_year_has_its_place"
            ),
        ]


class MemorandumPaper(OfAlliance):
    """A memorandum account as a PDF: drawn by a worker from `body`, the facts as they stood when it was asked for."""

    ERRAND = "ledger.draw_memorandum"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="memorandum_papers")
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = somebody()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True)

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "sha256"], name="memorandum_is_drawn_once_for_its_facts"
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=True, drawn_at__isnull=True)
                | Q(document__isnull=False, drawn_at__isnull=False),
                name="memorandum_paper_is_drawn_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Memorandum account {self.budget.year.label}"

    @property
    def file_name(self) -> str:
        return f"{self.budget.alliance.slug}-memorandum-account-{self.budget.year.slug}.pdf"

    @property
    def errand(self) -> Errand | None:
        """The work that draws it: stage, progress, trouble."""
        return Errand.objects.filter(kind=self.ERRAND, key=str(self.pk)).first()
