"""The story of what things cost in full: who recovers VAT, what is shared, and what own books say."""

from datetime import date
from decimal import Decimal
from functools import partial

from alliance.core.money import ZERO
from alliance.core.periods import FinancialYear, Month
from alliance.core.workdays import add_working_days
from alliance.demo.cast import FINANCE
from alliance.demo.story.bookkeeping import DOOR
from alliance.demo.story.world import World
from alliance.demo.together import case_of, decide_together
from ledger import services
from ledger.models import BudgetLine
from ledger.own_books import in_the_book

# Bollard & Rowe has not said it yet.
VAT = [
    ("council", "all", None, "Section 33 of the VAT Act 1994: a council gets back the VAT on what it does by law."),
    ("icb", "all", None, "Section 41 of the VAT Act 1994, for the services on the Treasury’s list that we buy here."),
    ("trust", "all", None, "Section 41 of the VAT Act 1994, for the services on the Treasury’s list that we buy here."),
    ("longquay", "part", "12.50", "Partly exempt: rents are exempt, repairs for others are not. Our agreed method."),
    ("lantern", "none", None, "Exempt supplies of welfare by a charity, group 7 of schedule 9."),
    ("tide", "none", None, "Not registered: our taxable supplies are below the threshold."),
    ("hatch", "none", None, "A small charity, not registered for VAT."),
]  # fmt: skip
PEOPLE = {"longquay": "9.00", "lantern": "7.00", "trust": "6.00", "tide": "3.00", "rowe": "5.00"}
# Who confirms its own books, and what they say more (or less) than the open book, with the reason.
OWN_BOOKS = {
    "longquay": ("0.00", ""),
    "lantern": ("0.00", ""),
    "trust": (
        "-412.50",
        "A recharge of ours is in the open book and comes into our ledger with the next run.",
    ),
    "tide": ("0.00", ""),
}


def plan(world: World) -> None:
    world.on(add_working_days(world.start, 9), partial(say_who_recovers_vat, world), 16)
    for year in world.years[1:]:
        world.on(add_working_days(year.start, 3), partial(share_the_front_door, world, year), 9, 50)
    for month in world.months[-4:]:
        world.on(add_working_days(month.end, 17), partial(confirm_own_books, world, month), 16, 30)


def say_who_recovers_vat(world: World) -> None:
    for key, recovers, percent, basis in VAT:
        services.state_vat(
            participant=world.participants[key],
            recovers=recovers,
            percent=percent and Decimal(percent),
            since=date(world.start.year, world.start.month, 1),
            basis=basis,
            by=world.people[FINANCE[key]],
        )


def share_the_front_door(world: World, year: FinancialYear) -> None:
    """By headcount, as the year before, by everybody who is in the alliance that day."""
    title = f"Shall the front door be shared by headcount in {year.label} too?"
    chance = world.chance("together", title)
    line = BudgetLine.objects.get(budget__alliance=world.alliance, budget__starts_on=year.start, name=DOOR)
    active = {key: party for key, party in world.participants.items() if party.is_active()}
    behind = [(active[key], people) for key, people in PEOPLE.items() if key in active]
    effect = {
        "kind": "overhead",
        "budget_line": line.pk,
        "budget_line_name": line.name,
        "driver": "headcount",
        "participants": [party.pk for party, _ in behind],
        "participant_names": [party.name for party, _ in behind],
        "quantities": [people for _, people in behind],
    }
    text = "Whoever has people behind the door bears its part of it, by how many they are, all year."
    why = "The rota is paid by whoever has the people; that is not whom the door is for."
    voices = {party: world.voice(key, chance) for key, party in active.items()}
    decide_together(world.alliance, case_of(world.alliance, title, text, why, effect), voices)


def confirm_own_books(world: World, month: Month) -> None:
    for key, (apart, words) in OWN_BOOKS.items():
        party = world.participants[key]
        book = sum((amount for _, amount in in_the_book(party, month)), ZERO)
        services.confirm_own_books(
            participant=party,
            month=month,
            own=book + Decimal(apart),
            words=words,
            by=world.people[FINANCE[key]],
        )
