"""What waits for the pool manager at the end of a year: the close itself, when its months are closed."""

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Waiting
from ledger.models import Budget, Period
from participants.standing import Role, Standing


def _over(standing: Standing):
    """The oldest year that is over and not closed: years are closed in their order."""
    if not standing.has(Role.POOL_MANAGER):
        return None
    this_year = standing.alliance.financial_year()
    years = Budget.objects.of(standing.alliance).filter(starts_on__lt=this_year.start, year_end__isnull=True)
    return years.order_by("starts_on")[:1]


def _years_to_close(budgets: list[Budget], standing: Standing) -> list[Waiting]:
    (budget,) = budgets
    months = Period.objects.of(standing.alliance).filter(month__range=(budget.starts_on, budget.year.end))
    if months.open().exists():
        return []
    return [
        Waiting(
            title=f"Close {budget.year.label}",
            url=reverse("ledger:year_end", args=[standing.alliance.slug, budget.year.slug]),
            why="Its months are closed: what it leaves can be told, shared and carried forward.",
            who="me",
        )
    ]


YEARS_TO_CLOSE = Source(_over, _years_to_close)
