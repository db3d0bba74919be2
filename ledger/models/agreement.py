"""What the alliance agreed about its money, and how it changes: by a decision, as a new row (rules 30 to 42)."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import OfAlliance
from ledger.models.budget import Budget, BudgetLine, Contribution
from ledger.models.fields import pounds, somebody
from participants.querysets import OfAllianceQuerySet

DECISION = "decisions.Decision"


def percent(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=6, decimal_places=3, **options)


def _decided() -> models.ForeignKey:
    """The decision that says so; None for what the founders signed, entered before the first proposal."""
    return models.ForeignKey(DECISION, on_delete=models.PROTECT, null=True, related_name="+")


class BudgetChange(OfAlliance):
    """Agreed money that changes its place or its amount, by a decision and at once.

    A virement moves money between lines: its moves sum to 0.00 (rule 31). A variation changes contributions and lines
    by the same total, so that rule 30 holds before and after.
    """

    class Kind(models.TextChoices):
        VIREMENT = "virement", "Virement"
        VARIATION = "variation", "Variation of contributions"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    decision = models.OneToOneField(DECISION, on_delete=models.PROTECT, related_name="budget_change")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="budget_change_has_its_own_number")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Move(OfAlliance):
    """What a change adds to a budget line; negative for what it takes away."""

    change = models.ForeignKey(BudgetChange, on_delete=models.PROTECT, related_name="moves")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="moves")
    amount = pounds()

    class Meta:
        ordering = ["budget_line__place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "change", "budget_line"], name="line_moves_once_a_change"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="move_is_never_zero"),
        ]


class ContributionChange(OfAlliance):
    """What a variation adds to a participant's contribution; negative for what it takes away."""

    change = models.ForeignKey(BudgetChange, on_delete=models.PROTECT, related_name="contribution_changes")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="changes")
    amount = pounds()

    class Meta:
        ordering = ["contribution__participant__place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "change", "contribution"], name="contribution_varies_once_a_change"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="contribution_change_is_never_zero"),
        ]


class ShareTerms(OfAlliance):
    """How a year's gain or pain is shared (rule 38). The newest version of a year stands; percents are 0 to 100."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="share_terms")
    version = models.PositiveIntegerField()
    target = pounds()
    neutral_band = percent()
    gain_share = percent()
    pain_share = percent()
    gain_cap = percent()
    pain_cap = percent()
    decision = _decided()
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "version"], name="share_terms_have_a_version"
            ),
            models.CheckConstraint(condition=Q(target__gt=0), name="share_target_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(neutral_band__range=(0, 100))
                & Q(gain_share__range=(0, 100))
                & Q(pain_share__range=(0, 100))
                & Q(gain_cap__range=(0, 100))
                & Q(pain_cap__range=(0, 100)),
                name="share_percents_are_percents",
            ),
        ]

    def __str__(self) -> str:
        return f"Share terms of {self.budget.year.label}, version {self.version}"


class SplitShare(OfAlliance):
    """A provider's weight in the split, in the order of the agreement (rule 37: ties go by it)."""

    terms = models.ForeignKey(ShareTerms, on_delete=models.PROTECT, related_name="split")
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    weight = models.DecimalField(max_digits=9, decimal_places=4)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "terms", "participant"], name="provider_shares_once"),
            models.UniqueConstraint(fields=["alliance", "terms", "place"], name="share_has_its_own_place"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="share_is_more_than_nothing"),
        ]


class BookTerms(OfAlliance):
    """What the alliance agreed about keeping its book; before the first version the defaults hold."""

    class Cycle(models.TextChoices):
        MONTHLY = "monthly", "Every month"
        QUARTERLY = "quarterly", "Every quarter"

    version = models.PositiveIntegerField()
    forecast_percent = percent(default=Decimal("5.000"))  # beyond it a line asks for an action plan (rule 40)
    plan_days = models.PositiveSmallIntegerField(default=21)
    report_cycle = models.CharField(max_length=10, choices=Cycle.choices, default=Cycle.QUARTERLY)
    contributions_vary = models.TextField(blank=True)  # how, in the agreement's words
    decision = _decided()
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "version"], name="book_terms_have_a_version"),
            models.CheckConstraint(
                condition=Q(forecast_percent__gt=0, forecast_percent__lte=100),
                name="forecast_percent_is_a_percent",
            ),
            models.CheckConstraint(condition=Q(plan_days__range=(1, 365)), name="plan_is_due_within_a_year"),
        ]


class Overhead(OfAlliance):
    """A shared cost and the driver by which it is shared, the same all year (rule 35)."""

    class Driver(models.TextChoices):
        HEADCOUNT = "headcount", "Headcount"
        TIME = "time", "Time"
        SPEND = "spend", "Spend"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="overheads")
    budget_line = models.OneToOneField(BudgetLine, on_delete=models.PROTECT, related_name="overhead")
    driver = models.CharField(max_length=10, choices=Driver.choices)
    decision = _decided()
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["budget_line__place"]

    def __str__(self) -> str:
        return f"{self.budget_line}, shared by {self.get_driver_display().lower()}"


class OverheadBasis(OfAlliance):
    """How much of the driver a participant has: people, hours a week; for spend the book itself says."""

    overhead = models.ForeignKey(Overhead, on_delete=models.PROTECT, related_name="basis")
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    quantity = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "overhead", "participant"], name="basis_is_stated_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="basis_is_not_negative"),
        ]
