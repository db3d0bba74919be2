"""The story of what the year will have cost: what the Hatch knows of its winters, and plans for lines that are apart.

The plans open by themselves (rule 40); here people write them, let them go, and say what came of them.
"""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.periods import FinancialYear
from alliance.core.workdays import add_working_days
from alliance.demo.cast import FINANCE
from alliance.demo.story.bookkeeping import DOOR, HOMES, LEARNING, MIND, NIGHT, PEERS, RECOVERY
from alliance.demo.story.world import World
from ledger import services
from ledger.models import ActionPlan, BudgetLine

# line → who does it, what it does, and how many days after writing it is to be done
PLANS = {
    DOOR: (
        "lantern",
        (
            "The second navigator began late, and the rota is now as full as it will be. What is left over we keep "
            "for the winter: longer hours on Saturdays, tried for a month first."
        ),
        200,
    ),
    HOMES: (
        "longquay",
        (
            "Repairs between tenancies are not what we thought: people leave in a hurry, or stay. We visit each home "
            "once in its first month, and put to everybody what the line really needs."
        ),
        100,
    ),
    PEERS: (
        "tide",
        (
            "More members work, and for longer, than we had planned; nobody wants less. We look with the Trust for the "
            "hours that its own line could pay for."
        ),
        80,
    ),
    LEARNING: (
        "tide",
        "The learning partner comes less often than we agreed. We asked for two more days a month from September.",
        150,
    ),
    NIGHT: ("hatch", "We say what the winter costs, month by month, and compare in January.", 150),
    RECOVERY: ("lantern", "We look at the doses that are prescribed and at the price of each.", 90),
    MIND: ("trust", "We advertise the post that is empty once more, for four days a week.", 90),
}
CAME_OF_IT = "The Trust pays for nine hours a week from now on. The rest is what peer support costs."


def plan(world: World) -> None:
    for year in world.years:
        lived = [month for month in world.months if month in year.months]
        if len(lived) < 3:
            continue
        third = lived[2]
        world.on(add_working_days(third.end, 10), partial(say_what_winter_costs, world, year, "0.97"), 11)
        world.on(add_working_days(third.end, 12), partial(write_what_is_open, world), 11)
        world.on(add_working_days(year.end, 9), partial(let_go_of_the_year, world, year), 11)
    if len(world.months) < 6:
        return
    last = world.months[-1]
    this_year = FinancialYear.containing(last.start)
    world.on(add_working_days(last.start, 5), partial(say_what_winter_costs, world, this_year, "1.03"), 11)
    world.on(add_working_days(last.start, 10), partial(finish_with_the_peers, world), 11)


def say_what_winter_costs(world: World, year: FinancialYear, part: str) -> None:
    """In summer the average says too little, in winter too much: the Hatch knows its year."""
    line = BudgetLine.objects.as_now().select_related("budget", "alliance")
    line = line.get(alliance=world.alliance, budget__starts_on=year.start, name=NIGHT)
    services.say_forecast(
        budget_line=line,
        participant=world.participants["hatch"],
        method="entered",
        amount=(line.now * Decimal(part)).quantize(Decimal("100")).quantize(Decimal("0.01")),
        reason="From November to March we are open every night, with five people; in summer on four, with one. The "
        "average of some months is no year.",
        by=world.people[FINANCE["hatch"]],
    )


def _unfinished(world: World):
    return ActionPlan.objects.of(world.alliance).unfinished().told().order_by("number")


def write_what_is_open(world: World) -> None:
    """What is back within the percentage by now is let go; the others are written."""
    for one in _unfinished(world).to_be_written():
        key, words, days = PLANS[one.budget_line.name]
        lead = world.people[FINANCE[key]]
        if one.budget_line.name == NIGHT:
            services.let_plan_go(
                plan=one,
                words="It was the season. What we said of the winter is within what was agreed.",
                by=lead,
            )
            continue
        until = timezone.localdate() + timedelta(days=days)
        services.write_plan(plan=one, words=words, doing=world.participants[key], until=until, by=lead)


def finish_with_the_peers(world: World) -> None:
    for one in _unfinished(world).filter(budget_line__name=PEERS, state="written"):
        services.finish_plan(plan=one, words=CAME_OF_IT, by=world.people[FINANCE["tide"]])


def let_go_of_the_year(world: World, year: FinancialYear) -> None:
    """What a year that is over still had in hand goes into the talk about the next one."""
    for one in _unfinished(world).filter(budget_line__budget__starts_on=year.start):
        services.let_plan_go(
            plan=one,
            words="The year is over. What it taught us is in the lines of the new one.",
            by=world.people["priya"],
        )
