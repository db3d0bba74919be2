"""Each year's budget, and what comes in for it."""

from datetime import date
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.money import round_to_penny, split
from alliance.core.periods import FinancialYear, Month
from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World
from alliance.demo.together import case_of_a_year, decide_together
from ledger import services
from ledger.models import Budget, Contribution, Period

from .spending import LINES

CONTINGENCY = Decimal("73000.00")
CONTRIBUTIONS = {"council": "1420000.00", "icb": "818000.00", "longquay": "84000.00", "trust": "40000.00"}
CARRIED = Decimal("38000.00")  # what the second year begins with


def plan(world: World, year: FinancialYear) -> None:
    """It opens on its first working day, the first year with the alliance itself."""
    first, opening = year == world.years[0], add_working_days(world.start, 9)
    opens = world.start if first else max(add_working_days(year.start, 0), opening)
    world.on(opens, partial(open_year, world, year, first=first), 9, 30)
    _plan_contributions(world, year, max(opens, opening))


def _lived(world: World, year: FinancialYear) -> list[Month]:
    return [month for month in year.months if month >= Month.containing(world.start)]


def budget_of(world: World, year: FinancialYear, first: bool = False) -> dict:
    """What each year's budget says. The first year is as long as the alliance was in it."""
    part = len(_lived(world, year))
    given = {
        world.participants[key]: round_to_penny(Decimal(amount) * part / 12)
        for key, amount in CONTRIBUTIONS.items()
    }
    carried = Decimal("0.00") if first else CARRIED
    *amounts, contingency = split(sum(given.values()) + carried, [*map(Decimal, LINES.values()), CONTINGENCY])
    return {
        "contributions": given,
        "lines": list(zip(LINES, amounts, strict=True)),
        "contingency": contingency,
        "brought_forward": carried,
    }


def open_year(world: World, year: FinancialYear, first: bool) -> None:
    """The founders open the first; what was before it is empty, and is closed at once. A seal opens the later ones."""
    if Budget.objects.filter(alliance=world.alliance, starts_on=year.start).exists():
        return
    agreed = budget_of(world, year, first)
    if first:
        services.open_year(alliance=world.alliance, year=year, by=world.people["priya"], **agreed)
    else:  # the question of its budget came before there was an alliance to put it to
        chance = world.chance("budget", year.slug)
        voices = {party: world.voice(key, chance) for key, party in world.participants.items()}
        decide_together(world.alliance, case_of_a_year(world.alliance, year, **agreed), voices)
    for period in Period.objects.filter(alliance=world.alliance, month__lt=world.start).order_by("month"):
        services.close_period(period=period, by=world.people["priya"])


def _plan_contributions(world: World, year: FinancialYear, opens: date) -> None:
    """An instalment in each quarter that the alliance lived in; the ICB's is a fortnight later than the Council's."""
    months = _lived(world, year)
    quarters = [quarter for quarter in year.quarters if any(month in months for month in quarter.months)]
    for place, quarter in enumerate(quarters):
        begins = max(add_working_days(quarter.start, 4), add_working_days(opens, 2))
        for key, later in (("council", 0), ("trust", 2), ("longquay", 3), ("icb", 10)):
            act = partial(receive, world, key, year, quarter.slug, place, len(quarters))
            world.on(add_working_days(begins, later), act, 14)


def receive(world: World, key: str, year: FinancialYear, quarter: str, place: int, of: int) -> None:
    contribution = Contribution.objects.select_related("participant").get(
        participant=world.participants[key], budget__starts_on=year.start
    )
    services.receive_contribution(
        contribution=contribution,
        amount=split(contribution.amount, [1] * of)[place],
        on=timezone.localdate(),
        reference=f"{contribution.participant.short_name.upper()} {quarter.upper()}",
        by=world.people["priya"],
    )
