"""The story of the money: the budget, what came in, each month's returns with their mistakes, the closing of months."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from django.utils import timezone

from alliance.core.money import pounds, round_to_penny, split
from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import Column, Sheet, write_csv, write_xlsx
from alliance.core.workdays import add_working_days
from alliance.demo.cast import FINANCE
from alliance.demo.story.world import World
from alliance.demo.together import case_of_a_year, decide_together
from ledger import services
from ledger.lifecycle import ReturnState
from ledger.models import Budget, BudgetLine, Category, Contribution, CostReturn, Journal, Period

DOOR, HOMES, RECOVERY, MIND, PEERS, NIGHT, LEARNING = (
    "Front door and navigation",
    "Homes and tenancy support",
    "Recovery and detoxification",
    "Mental health outreach",
    "Peer support",
    "Night shelter and severe weather",
    "Learning and system stewardship",
)
LINES = {
    DOOR: "288000.00",
    HOMES: "902000.00",
    RECOVERY: "418000.00",
    MIND: "356500.00",
    PEERS: "151400.00",
    NIGHT: "134600.00",
    LEARNING: "76500.00",
}
CONTINGENCY = Decimal("73000.00")
CONTRIBUTIONS = {"council": "1420000.00", "icb": "818000.00", "longquay": "84000.00", "trust": "40000.00"}
CARRIED = Decimal("38000.00")  # what the second year begins with

HEADINGS = (
    "Date",
    "Supplier",
    "Description",
    "Net amount",
    "Category",
    "Budget line",
    "Reference",
    "Evidence",
)
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"
VAT = Decimal("0.20")


@dataclass(frozen=True)
class Kind:
    """A kind of cost that an organisation has every month: about `pounds` in each of `times` rows.

    Nobody's pay is told alone (rule 29): most add it up themselves, the trust gives grades and full-time equivalents.
    """

    supplier: str
    what: str
    category: Category
    line: str
    pounds: int
    times: int = 1
    vat: bool = False  # a charity cannot recover it: it is a cost of its own (rule 36)
    winter: bool = False  # from November to March only
    pay: tuple[str, str] = ("", "")  # the grade, and how many full-time equivalents


STAFF, OTHER, SUB, OVER, MARGIN = (
    Category.DIRECT_STAFF,
    Category.DIRECT_OTHER,
    Category.SUBCONTRACT,
    Category.OVERHEAD,
    Category.MARGIN,
)
COSTS: dict[str, list[Kind]] = {
    "longquay": [
        Kind("Payroll", "Tenancy sustainment officers, grade 5, 6.0 FTE", STAFF, HOMES, 20400),
        Kind("Payroll", "Housing First workers, grade 6, 4.5 FTE", STAFF, HOMES, 17900),
        Kind("Payroll", "Front door rota, fewer than three together", STAFF, DOOR, 4150),
        Kind("Cooper & Daughters", "Repairs between tenancies", OTHER, HOMES, 940, 4),
        Kind("Salt Lane Carpets", "Floors and curtains", OTHER, HOMES, 620, 2),
        Kind("Merrow Energy", "Gas and electricity, empty homes", OTHER, HOMES, 1260),
        Kind("Kingfisher Locks", "Locks and keys", OTHER, HOMES, 180, 2),
        Kind("Longquay Homes", "Share of premises by headcount", OVER, HOMES, 4300),
    ],
    "lantern": [
        Kind("Payroll", "Recovery workers and a nurse, several grades, 6.5 FTE", STAFF, RECOVERY, 22780),
        Kind("Payroll", "Front door rota, grade 4, 3.0 FTE", STAFF, DOOR, 5900),
        Kind("Harbourside Pharmacy", "Supervised doses and naloxone", OTHER, RECOVERY, 760, 3, vat=True),
        Kind("Bluebell Laundry", "Linen, Salt Lane", OTHER, RECOVERY, 310, 2, vat=True),
        Kind("Merrow Taxis", "Fares to hospital", OTHER, RECOVERY, 42, 6),
        Kind("Lantern Street Recovery", "Share of finance and personnel by time", OVER, RECOVERY, 2950),
    ],
    "trust": [
        Kind("Payroll", "Mental health practitioners", STAFF, MIND, 17800, pay=("Band 6", "4.0")),
        Kind("Payroll", "Psychologist", STAFF, MIND, 3950, pay=("Band 8a", "0.6")),
        Kind("Payroll", "Nurse prescriber", STAFF, DOOR, 2120, pay=("Band 7", "0.4")),
        Kind("Merrow Coast Supplies", "Clinic consumables", OTHER, MIND, 210, 3),
        Kind("Interpreters’ Guild", "Interpreting", SUB, MIND, 185, 4),
        Kind("Merrow Coast Mental Health NHS Trust", "Share of estates by headcount", OVER, MIND, 2870),
    ],
    "tide": [
        Kind("Payroll", "Peer workers, living wage, 4.0 FTE", STAFF, PEERS, 9600),
        Kind("Members", "Paid time of eight people with lived experience", STAFF, PEERS, 2480),
        Kind("Payroll", "Learning, fewer than three together", STAFF, LEARNING, 1720),
        Kind("Ferry Street Café", "Food for meetings", OTHER, PEERS, 96, 3, vat=True),
        Kind("University of Merrow", "Learning partner, days worked", SUB, LEARNING, 2400),
        Kind("Second Tide CIC", "Insurance and accounts", OVER, PEERS, 890),
    ],
    "hatch": [
        Kind("Payroll", "The nights, all of us together", STAFF, NIGHT, 2980),
        Kind("Payroll", "Five more for the winter, together", STAFF, NIGHT, 5900, winter=True),
        Kind("Quay Bakery", "Bread and soup", OTHER, NIGHT, 118, 6),
        Kind("Cooper’s Row Hall", "Hire of the hall", OTHER, NIGHT, 140, 9, winter=True),
        Kind("Merrow Vets", "Dog clinic", OTHER, NIGHT, 160),
        Kind("Bright & Early Cleaning", "Cleaning", OTHER, NIGHT, 205, 3, vat=True),
    ],
    "rowe": [
        Kind("Payroll", "Support workers at home, 7.0 FTE", STAFF, HOMES, 18700),
        Kind("Payroll", "Navigators at the front door, 3.0 FTE", STAFF, DOOR, 6150),
        Kind("Workers’ purchases", "Boots, fares, a birth certificate", OTHER, DOOR, 38, 12),
        Kind("Merrow Motors", "Two small cars", OTHER, HOMES, 455, 2),
        Kind("Bollard & Rowe Support Ltd", "Share of management by spend", OVER, HOMES, 1830),
        Kind("Bollard & Rowe Support Ltd", "Margin of 3 %", MARGIN, HOMES, 820),
    ],
}


@dataclass(frozen=True)
class Row:
    day: date
    supplier: str
    what: str
    amount: Decimal
    category: str
    line: str
    reference: str
    evidence: str
    pay: tuple[str, str] = ("", "")


def plan(world: World) -> None:
    opening = add_working_days(world.start, 9)
    for number, year in enumerate(world.years):
        opens = world.start if not number else max(add_working_days(year.start, 0), opening)
        world.on(opens, partial(open_year, world, year, first=not number), 9, 30)
        _plan_contributions(world, year, max(opens, opening))
    for month in world.months:
        _plan_month(world, month)


# ── The budget and what comes in ──


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


# ── Each month's returns ──


def _plan_month(world: World, month: Month) -> None:
    """Sent within ten working days, closed after sixteen. Last month's are as they stand today."""
    last = month == world.months[-1]
    yesterday = add_working_days(world.agenda.today, -1)

    def day(working_days: int) -> date:
        usual = add_working_days(month.end, working_days)
        return min(usual, yesterday) if last else usual

    ways = _ways(world, month)
    for place, key in enumerate(COSTS):
        if way := ways.get(key, send_and_confirm):
            act = partial(_if_a_participant, world, key, month, partial(way, world, key, month))
            world.on(day(2 + world.chance("sent", key, month.slug).randint(0, 6)), act, 11, 7 * place)
    if not last:
        world.on(add_working_days(month.end, 16), partial(close, world, month), 16)


def _if_a_participant(world: World, key: str, month: Month, act: Callable[[], None]) -> None:
    participant = world.participants.get(key)
    if participant and participant.joined_on <= month.end:
        act()


def _ways(world: World, month: Month) -> dict:
    """What is out of the ordinary, by how many months ago it was; None: not sent."""
    ago = len(world.months) - world.months.index(month)
    return {
        1: {"tide": send_with_mistakes, "trust": send, "rowe": None},
        2: {"lantern": send_twice_reversed},
        4: {"tide": send_with_mistakes_then_mend},
        5: {"longquay": send_the_same_again},
        6: {"tide": send_and_put_right},
        8: {"hatch": state_nothing},
        7: {"trust": send_and_withdraw},
    }.get(ago, {})


def send(world: World, key: str, month: Month, rows: list[Row] | None = None, declared=True) -> CostReturn:
    """Send the file in the organisation's own layout; a worker checks it."""
    rows = costs(world, key, month) if rows is None else rows
    name, media_type, content = LAYOUTS.get(key, as_csv)(key, month, rows)
    cost_return = services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=content,
        media_type=media_type,
        declared_total=sum(row.amount for row in rows) if declared else None,
        by=world.people[FINANCE[key]],
    )
    world.work()
    cost_return.refresh_from_db()
    if cost_return.status in (ReturnState.MAPPING, ReturnState.ATTENTION) and key == "hatch":
        _match(world, cost_return)
    return cost_return


def _match(world: World, cost_return: CostReturn) -> None:
    """The smallest organisation's list has no column for the category and the budget line: all of it is for nights."""
    line = BudgetLine.objects.get(
        alliance=world.alliance,
        budget__starts_on=FinancialYear.containing(cost_return.month).start,
        name=NIGHT,
    )
    mapping = {
        "columns": {"date": 0, "supplier": 1, "description": 2, "amount": 3},
        "fixed": {"category": Category.DIRECT_OTHER.value, "budget_line": str(line.pk)},
        "only": None,
    }
    services.match_columns(cost_return=cost_return, mapping=mapping, by=cost_return.submitted_by)
    world.work()
    cost_return.refresh_from_db()


def confirm(world: World, cost_return: CostReturn) -> None:
    cost_return = CostReturn.objects.select_related("submitted_by").get(pk=cost_return.pk)
    if cost_return.status != ReturnState.READY:
        told = cost_return.problems.filter(reading=cost_return.reading).values_list("row", "sentence")[:3]
        raise ValueError(f"{cost_return} is not ready: {list(told)}")
    services.accept_cost_return(cost_return=cost_return, by=cost_return.submitted_by)
    world.work()


def send_and_confirm(world: World, key: str, month: Month) -> None:
    confirm(world, send(world, key, month))


def send_with_mistakes(world: World, key: str, month: Month) -> None:
    rows = costs(world, key, month)
    name, media_type, content = as_csv(key, month, rows)
    services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=_spoiled(content),
        media_type=media_type,
        declared_total=sum(row.amount for row in rows),
        by=world.people[FINANCE[key]],
    )


def send_with_mistakes_then_mend(world: World, key: str, month: Month) -> None:
    send_with_mistakes(world, key, month)
    world.on(add_working_days(timezone.localdate(), 1), partial(send_and_confirm, world, key, month), 15)


def send_and_put_right(world: World, key: str, month: Month) -> None:
    """A day that does not exist is put right in the page, and a name of its own is explained once for all."""
    rows = costs(world, key, month)
    name, media_type, content = as_csv(key, month, rows)
    typed = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    right, line = typed[4][0], typed[5][5]
    typed[4][0], typed[5][5] = f"31/02/{right[-4:]}", "Our peers"
    cost_return = services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=b"".join(write_csv(typed[0], typed[1:])),
        media_type=media_type,
        by=world.people[FINANCE[key]],
    )
    world.work()
    services.fix_rows(cost_return=cost_return, fixes={5: {"date": right}}, by=cost_return.submitted_by)
    world.work()
    services.explain_names(
        cost_return=cost_return, meanings={("budget_line", "Our peers"): line}, by=cost_return.submitted_by
    )
    world.work()
    confirm(world, cost_return)


def state_nothing(world: World, key: str, month: Month) -> None:
    services.state_nothing_spent(
        participant=world.participants[key], month=month, by=world.people[FINANCE[key]]
    )


def send_the_same_again(world: World, key: str, month: Month) -> None:
    """Sent twice, by a second thought; the book knows it already (rule 43)."""
    send_and_confirm(world, key, month)
    world.on(add_working_days(timezone.localdate(), 2), lambda: send(world, key, month), 9)


def send_and_withdraw(world: World, key: str, month: Month) -> None:
    """First without the psychologist's hours: taken back before it was confirmed, and sent again."""
    rows = [row for row in costs(world, key, month) if not row.what.startswith("Psychologist")]
    first = send(world, key, month, rows)

    def again() -> None:
        services.withdraw_cost_return(cost_return=first, by=first.submitted_by)
        send_and_confirm(world, key, month)

    world.on(add_working_days(timezone.localdate(), 1), again, 9, 40)


def send_twice_reversed(world: World, key: str, month: Month) -> None:
    """A bill was in it that belongs to another service: reversed with the reason, then sent without it."""
    rows = costs(world, key, month)
    strange = Row(
        month.end - timedelta(days=9), "Merrow Print", "Posters for the charity’s own appeal", Decimal("1284.60"),
        Category.DIRECT_OTHER.label, RECOVERY, "MP-20713", "Invoice",
    )  # fmt: skip
    confirm(world, send(world, key, month, [*rows, strange]))

    def put_right() -> None:
        posted = Journal.objects.get(
            cost_return__participant=world.participants[key], cost_return__month=month.start
        )
        services.reverse_journal(
            journal=posted,
            reason="Row with the posters is for our own appeal and not for the alliance. We send the month again.",
            by=world.people[FINANCE[key]],
        )
        send_and_confirm(world, key, month)

    world.on(add_working_days(timezone.localdate(), 3), put_right, 12)


def close(world: World, month: Month) -> None:
    period = Period.objects.get(alliance=world.alliance, month=month.start)
    services.close_period(period=period, by=world.people["priya"])


# ── What the files say ──


def costs(world: World, key: str, month: Month) -> list[Row]:
    """The organisation's costs of that month; always the same."""
    chance = world.chance("costs", key, month.slug)
    cold = month.month in (11, 12, 1, 2, 3)
    busy = chance.uniform(1.08, 1.24) * (0.94 if month.month in (8, 12) else 1)  # holidays are quieter
    rows: list[Row] = []
    for kind in COSTS[key]:
        if kind.winter and not cold:
            continue
        for _ in range(kind.times):
            about = kind.pounds * busy * chance.uniform(0.93, 1.07)
            row = Row(
                month.end if kind.category in (STAFF, OVER, MARGIN) else _some_day(chance, month),
                kind.supplier,
                kind.what,
                pounds(f"{about:.2f}"),
                kind.category.label,
                kind.line,
                _reference(chance, kind),
                "Payroll report"
                if kind.category == STAFF
                else "Invoice"
                if kind.vat or kind.times > 1
                else "Workings",
                kind.pay,
            )
            rows.append(row)
            if kind.vat:
                said = f"VAT that we cannot recover: {kind.what.lower()}"
                rows.append(
                    Row(
                        row.day,
                        row.supplier,
                        said,
                        pounds(f"{row.amount * VAT:.2f}"),
                        Category.IRRECOVERABLE_VAT.label,
                        row.line,
                        row.reference,
                        "Invoice",
                    )
                )
    return sorted(rows, key=lambda row: (row.day, row.supplier, row.what, row.amount))


def _some_day(chance: Random, month: Month) -> date:
    return add_working_days(month.start + timedelta(days=chance.randint(0, 24)), 0)


def _reference(chance: Random, kind: Kind) -> str:
    letters = "".join(word[0] for word in kind.supplier.split() if word[0].isalpha()).upper()
    return f"{letters[:3]}-{chance.randint(10000, 99999)}"


def _cells(row: Row) -> list:
    return [row.day, row.supplier, row.what, row.amount, row.category, row.line, row.reference, row.evidence]


def as_csv(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    lines = [[f"{row.day:%d/%m/%Y}", *_cells(row)[1:]] for row in rows]
    return f"{key}-{month.slug}.csv", CSV, b"".join(write_csv(HEADINGS, lines))


def as_workbook(key: str, month: Month, rows: list[Row], title: str = "") -> tuple[str, str, bytes]:
    kinds = ("date", "text", "text", "money", "text", "text", "text", "text")
    sheet = Sheet(
        "Costs",
        [Column(heading, kind, 22) for heading, kind in zip(HEADINGS, kinds, strict=True)],
        [_cells(row) for row in rows],
        title,
    )
    made = datetime.combine(month.end, datetime.min.time(), UTC)
    return f"{key}-{month.slug}.xlsx", XLSX, write_xlsx([sheet], created=made, empty_rows=0)


def as_the_trusts_ledger(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    """An extract of the trust's own ledger: other headings, a title above them, a total below."""
    headings = [
        "Posting date", "Payee", "Narrative", "Net value (GBP)", "Cost category", "Budget heading",
        "Transaction number", "Pay band", "WTE",
    ]  # fmt: skip
    said = [["Merrow Coast Mental Health NHS Trust: extract of the ledger", month.label], [], headings]
    said += [
        [
            f"{row.day:%d-%b-%Y}",
            row.supplier,
            row.what,
            f"{row.amount:,.2f}",
            row.category,
            row.line,
            row.reference,
            *row.pay,
        ]
        for row in rows
    ]
    said.append(["", "Total", "", f"{sum(row.amount for row in rows):,.2f}"])
    return f"ledger-extract-{month.slug}.csv", CSV, b"".join(write_csv(said[0], said[1:]))


def as_the_treasurers_list(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    """June's list, kept by hand on Sundays: day, whom, what for, how much."""
    said = [
        [f"{row.day.day}/{row.day.month}/{row.day.year}", row.supplier, row.what, f"£{row.amount:,.2f}"]
        for row in rows
    ]
    return (
        f"hatch {month.label}.csv",
        CSV,
        b"".join(write_csv(["Date", "Paid to", "What for", "Amount"], said)),
    )


LAYOUTS = {
    "longquay": as_workbook,
    "trust": as_the_trusts_ledger,
    "hatch": as_the_treasurers_list,
    "rowe": partial(as_workbook, title="Bollard & Rowe Support Ltd: monthly return"),
}


def _spoiled(content: bytes) -> bytes:
    """Five mistakes, as they are made: a letter for a nought, an impossible day, a strange name, a blank, a guess."""
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    rows[2][3] = "2O1.40"
    rows[4][0] = f"31/02/{rows[4][0][-4:]}"
    rows[5][5] = "Peer suport"
    rows[7][4] = ""
    rows[9][3] = "approx. 230"
    return b"".join(write_csv(rows[0], rows[1:]))
