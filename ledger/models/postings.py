"""What stands behind a journal that is not a return: money that leaves the pool, time, and what is restated."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import Document, OfAlliance, Words, both_or_neither
from alliance.core.periods import Month
from ledger.lifecycle import TransferState
from ledger.models.account import Account
from ledger.models.budget import BudgetLine
from ledger.models.fields import pounds, somebody
from ledger.models.journal import Journal
from ledger.querysets import CorrectionQuerySet, RestatementQuerySet
from participants.querysets import OfAllianceQuerySet


class Transfer(OfAlliance):
    """Money that leaves the pool for a partner's own funds, as all agreed before (rule 32); paid once."""

    State = TransferState

    number = models.PositiveIntegerField()
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    amount = pounds()
    purpose = models.CharField(max_length=300)
    decision = models.OneToOneField("decisions.Decision", on_delete=models.PROTECT, related_name="transfer")
    state = models.CharField(max_length=10, choices=State.choices, default=State.AGREED)
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = somebody()
    paid_at = models.DateTimeField(null=True)
    paid_by = somebody(null=True)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, null=True, related_name="transfer")

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="transfer_has_its_own_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(state="agreed", journal__isnull=True) | Q(state="paid", journal__isnull=False),
                name="transfer_is_paid_by_a_journal",
            ),
            both_or_neither("paid", "transfer_is_paid_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"Transfer {self.number} to {self.participant.short_name}"


class Accrual(OfAlliance):
    """A cost in the month to which it belongs, although its paper or its payment comes at another time (rule 34).

    An accrual adds to its month and reverses itself on day 1 of the next. A prepayment takes out of its month what
    `months` later months use, and gives each its part, to the penny (rule 37).
    """

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", "Accrual"
        PREPAYMENT = "prepayment", "Prepayment"

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    months = models.PositiveSmallIntegerField(default=1)
    amount = pounds()
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="accrual")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="accrual_has_its_own_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="accrual_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(kind="accrual", months=1) | Q(kind="prepayment", months__range=(1, 36)),
                name="accrual_reverses_in_the_next_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def period(self) -> Month:
        return Month.containing(self.month)


class Correction(OfAlliance):
    """One line of a journal put right: its exact opposite and what is right, in the first open month (rule 27)."""

    corrects = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="corrections")
    line = models.PositiveIntegerField()
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="correction")
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = somebody()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["alliance", "corrects", "line"], name="correction_of_a_line")]

    def __str__(self) -> str:
        return f"Correction of line {self.line} of journal {self.corrects.number}"


class Restatement(OfAlliance):
    """A material error in a closed month: original, correction and restated stand side by side (rule 33).

    The correction, restated minus original, is posted in the first open month; the closed one keeps its figure.
    """

    number = models.PositiveIntegerField()
    month = models.DateField()
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    original = pounds()
    restated = pounds()
    decision = models.OneToOneField(
        "decisions.Decision", on_delete=models.PROTECT, related_name="restatement"
    )
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="restatement")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = somebody()

    objects = RestatementQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="restatement_has_its_own_number"),
            models.CheckConstraint(condition=~Q(original=models.F("restated")), name="restatement_restates"),
        ]

    def __str__(self) -> str:
        return f"Restatement {self.number}, {self.period.label}"

    @property
    def correction(self):
        return self.restated - self.original

    @property
    def period(self) -> Month:
        return Month.containing(self.month)
