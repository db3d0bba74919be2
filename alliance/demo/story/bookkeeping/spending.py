"""What each organisation spends in a month, on which of the budget's lines; always the same."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from alliance.core.money import pounds
from alliance.core.periods import Month
from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World
from ledger.models import Category

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
VAT = Decimal("0.20")


@dataclass(frozen=True)
class Kind:
    """A kind of cost that an organisation has every month: about `pounds` in each of `times` rows.

    Nobody's pay is told alone (rule 29): most give grades and full-time equivalents, the others one sum.
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
        Kind("Payroll", "Tenancy sustainment officers", STAFF, HOMES, 20400, pay=("Grade 5", "6.0")),
        Kind("Payroll", "Housing First workers", STAFF, HOMES, 17900, pay=("Grade 6", "4.5")),
        Kind("Payroll", "Front door rota", STAFF, DOOR, 4150, pay=("Grade 4", "1.5")),
        Kind("Cooper & Daughters", "Repairs between tenancies", OTHER, HOMES, 940, 4),
        Kind("Salt Lane Carpets", "Floors and curtains", OTHER, HOMES, 620, 2),
        Kind("Merrow Energy", "Gas and electricity, empty homes", OTHER, HOMES, 1260),
        Kind("Kingfisher Locks", "Locks and keys", OTHER, HOMES, 180, 2),
        Kind("Longquay Homes", "Share of premises by headcount", OVER, HOMES, 4300),
    ],
    "lantern": [
        Kind("Payroll", "Recovery workers and a nurse", STAFF, RECOVERY, 22780, pay=("Grades 5 to 7", "6.5")),
        Kind("Payroll", "Front door rota", STAFF, DOOR, 5900, pay=("Grade 4", "3.0")),
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
        Kind("Payroll", "Peer workers", STAFF, PEERS, 9600, pay=("Living wage", "4.0")),
        Kind("Members", "Paid time of eight people with lived experience", STAFF, PEERS, 2480),
        Kind("Payroll", "Learning", STAFF, LEARNING, 1720),
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
        Kind("Payroll", "Support workers at home", STAFF, HOMES, 18700, pay=("Support worker", "7.0")),
        Kind("Payroll", "Navigators at the front door", STAFF, DOOR, 6150, pay=("Navigator", "3.0")),
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
