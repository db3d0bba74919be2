"""Months and years that are over and wait to be closed by the pool manager, in their order."""

from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from ledger import possible
from ledger.models import Budget, Period
from ledger.summaries import reported
from participants.standing import Role, Standing


def _ended(standing: Standing):
    """The oldest month that has ended and is open: months are closed in their order."""
    if not standing.has(Role.POOL_MANAGER):
        return None
    ended = Period.objects.of(standing.alliance).filter(month__lt=timezone.localdate().replace(day=1))
    return ended.open().order_by("month")[:1]


def _months_to_close(periods: list[Period], standing: Standing) -> list[Waiting]:
    (ended,) = periods
    if possible.not_closable(ended, timezone.localdate()):
        return []
    (who,) = reported(standing.alliance, [ended.value])
    return [
        Waiting(
            title=f"Close {ended}",
            url=reverse("ledger:periods", args=[standing.alliance.slug]),
            why=who.sentence,
            who="me",
        )
    ]


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


waiting = Sources([Source(_ended, _months_to_close), Source(_over, _years_to_close)])
