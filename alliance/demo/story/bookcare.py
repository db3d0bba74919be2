"""The story of what the book needs beside returns: terms, payments, accruals, what is put right, what is decided."""

from datetime import date
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.periods import FinancialYear, Month
from alliance.core.workdays import add_working_days
from alliance.demo.cast import FINANCE
from alliance.demo.story.bookkeeping import DOOR, HOMES, NIGHT, PEERS
from alliance.demo.story.world import World
from alliance.demo.together import case_of, decide_together
from ledger import services
from ledger.models import Balance, BookExport, Budget, BudgetLine, Category, Entry, Overhead, Period, Transfer

PROVIDERS = {"longquay": "31", "trust": "25", "lantern": "18", "tide": "14", "hatch": "12"}
PERCENTS = {
    "neutral_band": Decimal(2),
    "gain_share": Decimal(40),
    "pain_share": Decimal(40),
    "gain_cap": Decimal(5),
    "pain_cap": Decimal("1.5"),
}


def plan(world: World) -> None:
    for number, year in enumerate(world.years):
        act = partial(found_terms if not number else agree_terms, world, year)
        world.on(world.start if not number else add_working_days(year.start, 2), act, 9, 40)
    for month in world.months[:-1]:
        world.on(add_working_days(month.end, 18), partial(pay_what_is_owed, world), 15)
    if len(world.months) < 6:
        return
    *_, three_ago, two_ago, last = world.months
    world.on(add_working_days(three_ago.end, 3), partial(accrue_the_agency, world, three_ago), 16)
    world.on(add_working_days(three_ago.end, 4), partial(spread_the_insurance, world, three_ago), 16)
    world.on(add_working_days(two_ago.end, 12), partial(swap_two_digits_back, world, two_ago), 15, 30)
    world.on(add_working_days(two_ago.end, 13), partial(ask_and_be_answered, world, two_ago), 10)
    world.on(add_working_days(two_ago.end, 14), partial(show_the_invoice, world, three_ago), 10)
    world.on(add_working_days(two_ago.end, 15), partial(take_the_book_along, world), 10)
    world.on(add_working_days(last.start, 6), partial(move_money_to_nights, world), 11)
    world.on(add_working_days(last.start, 8), partial(give_more_for_the_door, world), 11)
    world.on(add_working_days(last.start, 9), partial(move_a_float, world), 11)
    world.on(
        min(add_working_days(last.end, 5), add_working_days(world.agenda.today, -2)),
        partial(restate, world),
        11,
    )


# ── Asking about a line, and showing what was bought ──


def ask_and_be_answered(world: World, month: Month) -> None:
    """The Council asks the Trust, twice; a query of Second Tide is taken back; one of Open Hatch waits."""
    trust = _lines_of(world, "trust", month)
    council, tide, hatch = (world.participants[key] for key in ("council", "tide", "hatch"))
    chance = world.chance("queries")
    carys, mo, tess = (world.voice(key, chance) for key in ("council", "tide", "hatch"))
    query = services.ask_about_line(
        entry=trust[0], asking=council, words="Is this the prescriber for one month, or for two?", by=carys
    )
    lead = world.people[FINANCE["trust"]]
    services.answer_query(query=query, words="For two: the December invoice came early.", by=lead)
    services.ask_again(query=query, words="Then half of it belongs to the next month, does it not?", by=carys)
    services.answer_query(query=query, words="It does. We told the half of it with the next return.", by=lead)
    services.settle_query(query=query, words="Thank you, that answers it.", by=carys)
    gone = services.ask_about_line(entry=trust[1], asking=tide, words="What is this?", by=mo)
    services.withdraw_query(query=gone, words="We found it in the return's own row.", by=mo)
    services.ask_about_line(
        entry=trust[-1], asking=hatch, words="Could our people use this on the nights, too?", by=tess
    )


def show_the_invoice(world: World, month: Month) -> None:
    entry = _lines_of(world, "lantern", month)[0]
    services.add_evidence(
        cost_return=entry.journal.cost_return,
        name="invoice-pharmacy.txt",
        content=b"Merrow Pharmacy (invented)\nInvoice 20418, dispensing, as agreed.\n",
        row=entry.source_row,
        by=world.people[FINANCE["lantern"]],
    )


def take_the_book_along(world: World) -> None:
    """The Council's pool manager publishes what it spent, and the auditor's program opens the book."""
    pool = world.people["priya"]
    services.mark_supplier(
        participant=world.participants["lantern"], supplier="Merrow Pharmacy", is_person=False, by=pool
    )
    for kind, as_what in (("spend", "csv"), ("accounts", "hledger")):
        services.export_book(
            alliance=world.alliance, kind=BookExport.Kind(kind), as_what=BookExport.Format(as_what), by=pool
        )


def _lines_of(world: World, key: str, month: Month) -> list[Entry]:
    """An organisation's costs of a month, as its return told them."""
    found = (
        Entry.objects.of(world.alliance)
        .costs()
        .filter(journal__month=month.start, journal__kind="cost_return")
    )
    found = found.filter(participant=world.participants[key], journal__reversed_by__isnull=True)
    related = ("journal__cost_return", "alliance", "account", "participant", "budget_line")
    return list(found.select_related(*related).order_by("journal_id", "line"))


# ── What the founders signed, and what each year agrees again ──


def _budget(world: World, year: FinancialYear | None = None) -> Budget:
    start = (year or FinancialYear.containing(timezone.localdate())).start
    return Budget.objects.get(alliance=world.alliance, starts_on=start)


def _terms(world: World, budget: Budget) -> dict:
    spent = sum(line.now for line in budget.lines_now if not line.is_contingency)
    return {
        "target": spent,
        "split": [(world.participants[key], Decimal(part)) for key, part in PROVIDERS.items()],
    }


def found_terms(world: World, year: FinancialYear) -> None:
    budget, priya = _budget(world, year), world.people["priya"]
    services.agree_share_terms(budget=budget, by=priya, **_terms(world, budget), **PERCENTS)
    services.agree_book_terms(
        alliance=world.alliance,
        forecast_percent=Decimal(5),
        plan_days=21,
        report_cycle="quarterly",
        contributions_vary="By a decision of all, with the lines that change by the same total.",
        by=priya,
    )
    services.share_overhead(
        budget_line=budget.lines.get(name=DOOR),
        driver=Overhead.Driver.HEADCOUNT,
        basis=[
            (world.participants[key], Decimal(people))
            for key, people in (("longquay", 9), ("trust", 6), ("tide", 3))
        ],
        by=priya,
    )


def agree_terms(world: World, year: FinancialYear) -> None:
    budget = _budget(world, year)
    terms = _terms(world, budget)
    effect = {
        "kind": "share_terms",
        "budget": budget.pk,
        "budget_name": budget.year.label,
        "target": format(terms["target"], ".2f"),
        **{name: format(percent, "f") for name, percent in PERCENTS.items()},
        "participants": [one.pk for one, _ in terms["split"]],
        "participant_names": [one.name for one, _ in terms["split"]],
        "weights": [format(weight, "f") for _, weight in terms["split"]],
    }
    decide(
        world,
        f"Shall gain and pain be shared in {year.label} as last year?",
        "Target, neutral band, shares, caps and split stay as they are; the target is the sum of the new lines.",
        "A year is too short to know whether they make us do anything otherwise.",
        effect,
    )


def decide(world: World, title: str, text: str, why: str, effect: dict) -> None:
    """By everybody who is in the alliance that day, at the leadership team's table."""
    chance = world.chance("together", title)
    voices = {
        party: world.voice(key, chance) for key, party in world.participants.items() if party.is_active()
    }
    decide_together(world.alliance, case_of(world.alliance, title, text, why, effect), voices)


# ── Payments ──


def pay_what_is_owed(world: World) -> None:
    """What is in the book and not paid yet, in one payment each."""
    today = timezone.localdate()
    owed = Balance.objects.of(world.alliance).filter(account__kind="owed", month__lte=today)
    for row in owed.net_by("participant"):
        if row["net"] < 0:
            party = next(one for one in world.participants.values() if one.pk == row["participant"])
            services.pay_participant(
                participant=party,
                amount=-row["net"],
                on=today,
                reference=f"{party.short_name.upper()} {Month.containing(today).slug}",
                by=world.people["priya"],
            )


# ── A cost in its month, and a line put right ──


def _line(world: World, month: Month, name: str) -> BudgetLine:
    return BudgetLine.objects.get(
        budget__alliance=world.alliance,
        budget__starts_on=FinancialYear.containing(month.start).start,
        name=name,
    )


def accrue_the_agency(world: World, month: Month) -> None:
    services.accrue(
        participant=world.participants["longquay"],
        month=month,
        category=Category.DIRECT_STAFF,
        budget_line=_line(world, month, HOMES),
        amount=Decimal("2350.00"),
        reason="Agency cover for two weeks; the invoice has not come.",
        by=world.people[FINANCE["longquay"]],
    )


def spread_the_insurance(world: World, month: Month) -> None:
    services.prepay(
        participant=world.participants["tide"],
        month=month,
        months=2,
        category=Category.DIRECT_OTHER,
        budget_line=_line(world, month, PEERS),
        amount=Decimal("310.00"),
        reason="The public liability insurance covers two more months.",
        by=world.people[FINANCE["tide"]],
    )


def swap_two_digits_back(world: World, month: Month) -> None:
    """The first line of the Trust's return of that month."""
    entry = _lines_of(world, "trust", month)[0]
    services.correct_line(
        entry=entry,
        amount=entry.amount - Decimal("90.00"),
        category=Category(entry.account.category),
        budget_line=entry.budget_line,
        reason="Two digits were swapped in our own ledger.",
        by=world.people[FINANCE["trust"]],
    )


# ── What all decided ──


def _moves(budget: Budget, **changes: str) -> dict:
    lines = {one.name: one for one in budget.lines_now}
    names = {"nights": NIGHT, "homes": HOMES, "door": DOOR}
    chosen = [(lines[names[key]], amount) for key, amount in changes.items()]
    return {
        "budget": budget.pk,
        "budget_name": budget.year.label,
        "lines": [line.pk for line, _ in chosen],
        "line_names": [line.name for line, _ in chosen],
        "amounts": [amount for _, amount in chosen],
    }


def move_money_to_nights(world: World) -> None:
    decide(
        world,
        "Shall we move £6,500 from homes to nights off the street?",
        "Two tenancies begin later than planned. What they do not need opens the hall on twelve more nights.",
        "The waiting list for the hall has been full since the first frost.",
        {"kind": "virement", **_moves(_budget(world), homes="-6500.00", nights="6500.00")},
    )


def give_more_for_the_door(world: World) -> None:
    council = world.participants["council"]
    decide(
        world,
        "Shall the Council contribute £12,000 more for the front door?",
        "The Council adds a grant of £12,000 to its contribution; all of it is for the front door.",
        "The grant can only be spent this year, and the door is where people wait.",
        {
            "kind": "variation",
            **_moves(_budget(world), door="12000.00"),
            "participants": [council.pk],
            "participant_names": [council.name],
            "contributions": ["12000.00"],
        },
    )


def move_a_float(world: World) -> None:
    """All agree; the pool manager pays."""
    hatch = world.participants["hatch"]
    decide(
        world,
        f"Shall {hatch.short_name} have £1,500 of the pool as a float of its own?",
        "The float stays with it when the alliance ends. Its returns tell as before what it spends.",
        "It pays for rooms weeks before its costs are met, and it is the smallest of us.",
        {
            "kind": "transfer",
            "participant": hatch.pk,
            "participant_name": hatch.name,
            "amount": "1500.00",
            "purpose": "A float for rooms that are paid in advance",
        },
    )
    transfer = Transfer.objects.get(alliance=world.alliance)
    services.pay_transfer(
        transfer=transfer, on=timezone.localdate(), reference="FLOAT 1", by=world.people["priya"]
    )


def restate(world: World) -> None:
    """The newest closed month in which Longquay reported staff on the homes line, 240.00 too much."""
    longquay = world.participants["longquay"]
    closed = Period.objects.filter(alliance=world.alliance, closed_at__isnull=False).values_list(
        "month", flat=True
    )
    row = (
        Balance.objects.of(world.alliance)
        .filter(
            participant=longquay, account__category="direct_staff", budget_line__name=HOMES, month__in=closed
        )
        .order_by("-month")
        .select_related("budget_line")
        .first()
    )
    month: date = row.month
    original = row.debit - row.credit
    decide(
        world,
        f"Shall we restate {longquay.short_name}'s staff costs of {Month.containing(month).label}?",
        "A week of sick pay was told twice. The old figure stays in the book, with the right one beside it.",
        "It changes the year's figures for homes by more than we let pass.",
        {
            "kind": "restatement",
            "month": month.isoformat(),
            "participant": longquay.pk,
            "participant_name": longquay.name,
            "budget_line": row.budget_line.pk,
            "budget_line_name": row.budget_line.name,
            "category": "direct_staff",
            "original": format(original, ".2f"),
            "restated": format(original - Decimal("240.00"), ".2f"),
        },
    )
