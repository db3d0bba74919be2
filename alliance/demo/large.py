"""Years of a larger alliance, for measuring: lines and decisions in bulk (ledger/bulk.py, decisions/bulk.py).

Nothing goes round a guard: lines and decisions come into the same tables under the same triggers and are told to the
same record, months close behind them.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from django.utils import timezone

from alliance.core.money import split
from alliance.core.periods import FinancialYear, Month
from alliance.core.workdays import add_working_days
from alliance.demo import cast
from alliance.demo.agenda import Agenda, behind_the_scenes, moment
from alliance.demo.story.bookkeeping import CONTINGENCY, LINES
from alliance.demo.story.joining import make_person
from alliance.demo.story.world import SEED, World
from alliance.demo.together import case_of_a_year, decide_together
from decisions.bulk import Put, load_decisions
from decisions.case import Bearing, Case
from decisions.models import Proposal
from ledger import bulk
from ledger import services as ledger
from ledger.models import Account, BudgetLine, Category, Contribution, Period
from participants import services as participants
from participants.models import Participant, Principle, RoleAppointment

NAME, SLUG = "Great Estuary Alliance", "great-estuary"
PURPOSE = "An invented alliance with many years behind it, to see how fast every page is."
SIZES = [
    ("years", 5, "financial years"),
    ("participants", 12, "participants, two of them commissioners"),
    ("lines", 200_000, "lines of cost"),
    ("decisions", 60, "decisions"),
]
PLACES = (
    "Anchorage", "Breakwater", "Capstan", "Davit", "Ebb", "Fathom", "Galley", "Hawser", "Inlet", "Jetty", "Keel",
    "Landfall", "Mainsail", "Northway", "Offing", "Pilot", "Quarterdeck", "Ropewalk", "Sandbar", "Tiller", "Undertow",
    "Vane", "Windlass", "Yardarm",
)  # fmt: skip
SUPPLIERS = (
    "Payroll",
    "Merrow Energy",
    "Cooper & Daughters",
    "Quay Bakery",
    "Bright & Early Cleaning",
    "Merrow Taxis",
)
ABOUT = Decimal("180.00")  # an average line
Role, Form, Kind = RoleAppointment.Role, Participant.Form, Participant.Kind


class Impossible(ValueError):
    """Why an alliance of these sizes cannot be loaded, in a sentence."""


@dataclass(frozen=True)
class Sizes:
    years: int
    participants: int
    lines: int
    decisions: int

    def __post_init__(self):
        if not 1 <= self.years <= 30:
            raise Impossible("--years is from 1 to 30.")
        if not 3 <= self.participants <= 200:
            raise Impossible("--participants is from 3 to 200: two commissioners and at least one provider.")
        if self.lines < 0 or self.decisions < 0:
            raise Impossible("--lines and --decisions are not negative.")


def load(now: datetime, sizes: Sizes, say: Callable[[str], None]) -> World:
    """Load it all or, if anything fails, nothing; `say` hears how fast each part went."""
    agenda = Agenda(now)
    this_year = FinancialYear.containing(agenda.today)
    years = list(this_year.shifted(1 - sizes.years).through(this_year))
    world = World(agenda, start=years[0].start)
    months = list(Month.containing(world.start).through(Month.containing(agenda.today).previous))
    many = dict(zip(months, _shares(sizes.lines, len(months)), strict=True))
    agenda.at(moment(world.start, 8), partial(_found, world, sizes))
    for year in years:
        world.on(
            year.start, partial(_open_year, world, year, sum(many.get(month, 0) for month in year.months)), 9
        )
        ended = [month for month in year.months if month in many]
        if ended:  # the year's lines come at once, when its last month of these is over
            act = partial(_load_lines, world, year, ended, many, say)
            world.on(min(add_working_days(ended[-1].end, 1), agenda.today), act, 0, 10)
            for month in ended[:-1] if year == this_year else ended:
                world.on(add_working_days(ended[-1].end, 2), partial(_close, world, month), 12)
    _plan_decisions(world, sizes, say)
    with behind_the_scenes():
        agenda.tell()
    return world


def _found(world: World, sizes: Sizes) -> None:
    world.alliance = participants.found_alliance(
        name=NAME, slug=SLUG, purpose=PURPOSE, starts_on=world.start, is_demonstration=True, by=None
    )
    world.within(partial(_sign, world, sizes))


def _sign(world: World, sizes: Sizes) -> None:
    for place in range(sizes.participants):
        word, round_ = PLACES[place % len(PLACES)], place // len(PLACES)
        short = word + (f" {round_ + 1}" if round_ else "")
        commissions = place < 2
        party = participants.admit_participant(
            alliance=world.alliance,
            name=f"{short} {'Council' if commissions else 'Trust'}",
            short_name=short,
            kind=Kind.COMMISSIONER if commissions else Kind.PROVIDER,
            form=Form.COUNCIL if commissions else Form.CHARITY,
            is_host=not place,
            joined_on=world.start,
            by=None,
        )
        world.participants[party.slug] = party
        roles = [(Role.REPRESENTATIVE, "Robin"), (Role.DEPUTY, "Dale"), (Role.FINANCE_LEAD, "Frankie")]
        for role, first in [*roles, (Role.POOL_MANAGER, "Perry")] if not place else roles:
            person = cast.Person(f"{first}/{party.slug}", f"{first} {short}", f"{party.slug}.example", ())
            participants.appoint(
                alliance=world.alliance,
                person=make_person(world, person),
                role=role,
                participant=party,
                by=None,
            )
    world.people["keeper"] = world.people[f"Perry/{PLACES[0].lower()}"]


def _open_year(world: World, year: FinancialYear, lines: int) -> None:
    """As much as its lines will come to, give or take, and a reserve."""
    total = (ABOUT * max(lines, 1_000) * Decimal("1.04")).quantize(Decimal("1.00"))
    *amounts, contingency = split(total, [*map(Decimal, LINES.values()), CONTINGENCY])
    givers = list(world.participants.values())[:2]
    agreed = {
        "contributions": dict(zip(givers, split(total, [3, 2]), strict=True)),
        "lines": list(zip(LINES, amounts, strict=True)),
        "contingency": contingency,
        "brought_forward": Decimal("0.00"),
    }
    if Proposal.objects.filter(alliance=world.alliance).exists():
        voices = {party: world.people[f"Robin/{slug}"] for slug, party in world.participants.items()}
        decide_together(world.alliance, case_of_a_year(world.alliance, year, **agreed), voices)
    else:
        ledger.open_year(alliance=world.alliance, year=year, by=world.people["keeper"], **agreed)
    for contribution in Contribution.objects.filter(budget__starts_on=year.start, alliance=world.alliance):
        ledger.receive_contribution(
            contribution=contribution,
            amount=contribution.amount,
            on=timezone.localdate(),
            reference=f"{contribution.participant.short_name} {year.label}",
            by=world.people["keeper"],
        )


def _load_lines(world: World, year: FinancialYear, months: list[Month], many: dict, say) -> None:
    usual = (Category.DIRECT_OTHER, Category.SUBCONTRACT, Category.OVERHEAD)
    accounts = Account.objects.filter(alliance=world.alliance, category__in=usual).order_by("code")
    lines = BudgetLine.objects.filter(
        alliance=world.alliance, budget__starts_on=year.start, is_contingency=False
    ).order_by("place")
    known = [
        list(rows.values_list("pk", flat=True)) for rows in (accounts, lines)
    ]  # no query while lines are copied
    began = time.perf_counter()
    loaded = bulk.load_costs(
        alliance=world.alliance,
        costs=_costs(world, year, months, many, *known),
        source="large demonstration",
        by=world.people["keeper"],
    )
    seconds = time.perf_counter() - began
    say(f"  {year.label}: {loaded.lines:,} lines in {seconds:.1f} s, {loaded.lines / seconds:,.0f} a second")


def _costs(
    world: World, year: FinancialYear, months: list[Month], many: dict, accounts: list[int], lines: list[int]
) -> Iterator[bulk.Cost]:
    """One journal for each provider and month; amounts from a few pounds to a few hundred."""
    providers = [one for one in world.participants.values() if one.kind == Kind.PROVIDER]
    chance = Random(f"{SEED}/{year.slug}")
    for month in months:
        days = [month.start + timedelta(days=n) for n in range((month.end - month.start).days + 1)]
        for provider, number in zip(providers, _shares(many[month], len(providers)), strict=True):
            key = f"{provider.slug}/{month.slug}"
            for n in range(number):
                supplier = SUPPLIERS[chance.randrange(len(SUPPLIERS))]
                yield bulk.Cost(
                    key, month.start, days[n % len(days)], provider.pk, accounts[n % len(accounts)],
                    lines[chance.randrange(len(lines))],
                    Decimal(chance.randrange(500, 35_500)) / 100, supplier, f"Cost {n + 1}", f"{month.slug}-{n + 1}",
                )  # fmt: skip


def _shares(total: int, among: int) -> list[int]:
    return [total // among + (place < total % among) for place in range(among)]


def _close(world: World, month: Month) -> None:
    ledger.close_period(
        period=Period.objects.get(alliance=world.alliance, month=month.start), by=world.people["keeper"]
    )


# ── Decisions ──


def _plan_decisions(world: World, sizes: Sizes, say) -> None:
    """Evenly over the years; the last one in ten is still open, waiting for the last participant."""
    first, last = add_working_days(world.start, 5), add_working_days(world.agenda.today, -3)
    days: dict[date, list[int]] = {}
    for number in range(1, sizes.decisions + 1):
        day = add_working_days(first + (last - first) / sizes.decisions * number, 0)
        days.setdefault(min(day, last), []).append(number)
    took = 0.0

    def tell(numbers: list[int]) -> None:
        nonlocal took
        began = time.perf_counter()
        _decide(world, numbers, open_from=sizes.decisions - max(1, sizes.decisions // 10) + 1)
        took += time.perf_counter() - began
        if sizes.decisions in numbers:
            answers = sizes.decisions * len(world.participants)
            say(
                f"  {sizes.decisions:,} decisions in {took:.1f} s, about {answers / took:,.0f} answers a second"
            )

    for day, numbers in days.items():
        world.on(day, partial(tell, numbers), 11, 0)


def _decide(world: World, numbers: list[int], open_from: int) -> None:
    """Put, answered and sealed at once; from the number `open_from` on, the last participant does not answer."""
    speaking = RoleAppointment.objects.filter(alliance=world.alliance, role=Role.REPRESENTATIVE)
    voices = list(speaking.select_related("participant", "person").order_by("participant__place"))
    principles = Principle.objects.current().filter(alliance=world.alliance)
    tests = {one.pk: Bearing("supports", "It serves it.") for one in principles}
    puts = []
    for number in numbers:
        by = voices[number % len(voices)]
        asked = voices[:-1] if number >= open_from else voices
        puts.append(Put(_case(number, by.participant, tests), by, timezone.now(), tuple(asked)))
    load_decisions(world.alliance, puts, [one.participant for one in voices])


def _case(number: int, proposer: Participant, tests: dict[int, Bearing]) -> Case:
    return Case(
        title=f"Shall we do the {number}th thing that {proposer.short_name} proposes?",
        text=f"We do what {proposer.short_name} proposes, for the {number}th time, from the first of the next month.",
        why="It is what people asked for.",
        alternatives="None considered, because this alliance is only here to be measured.",
        affected="Everybody who waits for a page.",
        heard="In the log of the web server.",
        tests=tests,
    )
