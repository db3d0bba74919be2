"""The story of a year's end: what becomes of what is left, and the close of the year by its pool manager."""

from functools import partial

from alliance.core.periods import FinancialYear
from alliance.core.workdays import add_working_days
from alliance.demo.story.bookcare import decide
from alliance.demo.story.bookkeeping import CARRIED
from alliance.demo.story.world import World
from ledger import services
from ledger.models import Budget, MemorandumPaper


def plan(world: World) -> None:
    """A year that is over, once its last month is closed (bookkeeping: after sixteen working days)."""
    for year in world.years[:-1]:
        if year.months[-1] == world.months[-1]:
            continue  # last month stands open
        world.on(add_working_days(year.end, 12), partial(keep_what_is_planned, world, year), 11)
        world.on(add_working_days(year.end, 20), partial(close, world, year), 10)
        world.on(add_working_days(year.end, 23), partial(fetch, world, year), 20)


def keep_what_is_planned(world: World, year: FinancialYear) -> None:
    """As much as the next year's budget was opened with is carried forward; the rest goes back."""
    budget = _budget(world, year)
    decide(
        world,
        f"Shall we carry forward what {year.next.label} plans with, and return the rest?",
        f"Of what {year.label} leaves in the pool as much is carried forward as the next year's budget brings forward. "
        "The rest goes back to those who contributed.",
        "It was left because posts were filled late. The next year plans with a part of it and with no more.",
        {
            "kind": "underspend",
            "budget": budget.pk,
            "budget_name": year.label,
            "what": "part",
            "amount": format(CARRIED, ".2f"),
        },
    )


def close(world: World, year: FinancialYear) -> None:
    services.close_year(budget=_budget(world, year), by=world.people["priya"])


def fetch(world: World, year: FinancialYear) -> None:
    """Those who audit take the account along, if this machine could draw it."""
    paper = MemorandumPaper.objects.filter(budget=_budget(world, year), document__isnull=False).first()
    if paper:
        services.download_memorandum(paper=paper, by=world.people["harriet"])


def _budget(world: World, year: FinancialYear) -> Budget:
    return Budget.objects.select_related("alliance").get(alliance=world.alliance, starts_on=year.start)
