"""A year's agreed money: who puts in what, and what it is for (rule 30)."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from alliance.core.models import OfAlliance
from alliance.core.periods import FinancialYear
from alliance.core.questions import Question
from ledger.models.fields import pounds, somebody
from ledger.querysets import BudgetLineQuerySet, BudgetQuerySet, ContributionQuerySet


class Budget(OfAlliance):
    """One financial year's agreed money: lines plus contingency equal contributions plus brought forward (rule 30)."""

    starts_on = models.DateField("first day of the financial year")
    brought_forward = pounds(default=Decimal("0.00"))
    decision = models.OneToOneField(
        "decisions.Decision", on_delete=models.PROTECT, null=True, related_name="budget"
    )  # None for a year that the founders opened
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = somebody()

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "starts_on"], name="year_has_one_budget"),
            models.CheckConstraint(condition=Q(starts_on__day=1), name="year_starts_on_the_first_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"Budget {self.year.label}"

    @property
    def year(self) -> FinancialYear:
        return FinancialYear(self.starts_on.year, self.starts_on.month)

    @cached_property
    def lines_now(self) -> list["BudgetLine"]:
        """With what each has now; free of queries after `with_lines()`."""
        return _lines_now(budget=self.pk)


class BudgetLine(OfAlliance):
    """What part of the budget is for; the contingency is one of them and says so.

    `amount` is what the year was opened with; `now` is that with every virement and variation since.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    amount = pounds()
    is_contingency = models.BooleanField(default=False)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "place"], name="budget_line_has_its_own_place"
            ),
            models.UniqueConstraint(
                fields=["alliance", "budget", "slug"], name="budget_line_has_its_own_name"
            ),
            models.UniqueConstraint(
                fields=["alliance", "budget"],
                condition=Q(is_contingency=True),
                name="budget_has_one_contingency",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def now(self) -> Decimal:
        """Free of queries after `as_now()`."""
        return self.amount + (self.moved if hasattr(self, "moved") else sum_of(self.moves))


@Question
def _lines_now(budget: int):
    return BudgetLine.objects.filter(budget_id=budget).as_now()


class Contribution(OfAlliance):
    """What a participant agreed to put into the pool for a year; `now` is that with every variation since."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="contributions")
    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, related_name="contributions"
    )
    amount = pounds()

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["participant__place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "participant"], name="contribution_is_agreed_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contribution_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.budget.year.label}"

    @property
    def now(self) -> Decimal:
        """Free of queries after `as_now()`."""
        return self.amount + (self.varied if hasattr(self, "varied") else sum_of(self.changes))


def sum_of(rows) -> Decimal:
    return rows.aggregate(total=models.Sum("amount", default=Decimal("0.00")))["total"]
