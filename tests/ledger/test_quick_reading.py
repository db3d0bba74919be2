"""Reading fast is reading the same: line by line, note by note."""

import random
from dataclasses import replace
from datetime import date

import pytest

from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import Row, Table
from ledger.importing import LEAVE, Look, Meaning, Reading
from ledger.models import Category
from ledger.quick_reading import QuickReading
from ledger.vat import ALL, NONE, Course, Standing
from tests.factories.hostile import DAYS, VALUES

HEADINGS = ["Date", "Supplier", "Description", "Amount", "Category", "Budget line", "Reference", "Evidence"]
HEADINGS += ["Grade", "FTE"]
ODD = [{"hidden": True}, {"merged": frozenset({3})}, {"unsaved": frozenset({3})}]
PLAIN = (
    "03/11/2026",
    "Quayside",
    "Cleaning",
    "12.50",
    "Direct other",
    "Peer support",
    "INV-1",
    "invoice",
    "",
    "1.50",
)
CELLS = [
    ["03/11/2026", " 3 Nov 2026", "2026-09-30", "2025-11-03", "2026-12-01", "Total", "", DAYS],
    ["Haven Homes", "HAVEN  homes", "Total Cleaning", "Sub-total", "Total", " ", "x" * 201, VALUES],
    ["Cleaning", "Totals", "Grand total", "brought forward", 'a \\ "b" \t c', "y" * 301, "", VALUES],
    ["12.50", " 12.50 ", "-3.00", "0.00", "-0.00", "25.00", "9999999999.99", VALUES],
    ["direct STAFF", "overhead", "irrecoverable VAT", "wages", "rubbish", "", VALUES],
    ["Peer  support", "Housing first", "house", "sheds", "nowhere", "", VALUES],
    ["INV-2", "z" * 121, "", VALUES],
    ["receipt", "", "e" * 301, VALUES],
    ["Band 5", " band  5 ", "g" * 61, VALUES],
    ["3", " 2.00 ", "", "-1.00", "£2.00", "one", VALUES],
]


def rows(chance: random.Random, count: int) -> list[Row]:
    """Ordinary rows, most with something odd about a cell or two, or about the row."""
    found = []
    for number in range(2, 2 + count):
        cells = list(PLAIN)
        for _ in range(chance.choice([0, 1, 1, 2])):
            place = chance.randrange(len(CELLS))
            *special, strange = CELLS[place]
            cells[place] = chance.choice(special if chance.random() < 0.8 else strange)
        cells = tuple(cells[: chance.choice([10] * 12 + [9, 8, 3, 0])])
        cells += chance.choice([()] * 12 + [("too many",)])
        found.append(Row(number, cells, **chance.choice([{}] * 20 + ODD)))
    return found


FIELDS = ["date", "supplier", "description", "amount", "category", "budget_line", "reference", "evidence"]
FIELDS += ["grade", "fte"]
FEW = {"date": 0, "amount": 3, "supplier": 1}
OVERHEAD = {"category": "overhead"}
MEANINGS = [
    Meaning({name: place for place, name in enumerate(FIELDS)}),
    Meaning({"date": 0, "amount": 3, "description": 2}, OVERHEAD | {"budget_line": "2"}),
    Meaning(FEW | {"budget_line": 5}, OVERHEAD, (4, "Direct staff"), leave_hidden=True),
    Meaning(FEW, OVERHEAD | {"budget_line": "77"}),
]
COUNCIL = Course("The council", "council", Standing(ALL), (Standing(ALL, date(2026, 11, 2)),))
CHARITY = Course("Haven Homes", "charity", Standing(NONE))
NAMES = {
    "category": {"wages": "direct_staff", "rubbish": LEAVE},
    "budget_line": {"house": "Housing first", "sheds": LEAVE},
}
FIXES = {row: {"": LEAVE} if row % 2 else {"amount": "7.00"} for row in range(2, 500, 9)}


@pytest.mark.parametrize("seed", range(12))
def test_a_quick_reading_is_a_reading(seed):
    chance = random.Random(seed)
    of_file, meaning = rows(chance, 500), MEANINGS[seed % 4]
    vat = chance.choice([COUNCIL, CHARITY, replace(COUNCIL, stated=()), None])
    fixes, others = chance.choice([{}, FIXES]), chance.choice([(), ("Haven Homes",)])

    def read(reader: type[Reading]):
        reading = reader(
            Table("costs.csv", "CSV", _source=of_file),
            Look(1, HEADINGS, []),
            meaning,
            month=Month(2026, 11),
            year=FinancialYear(2026),
            categories={value: place for place, value in enumerate(Category.values, 1)},
            budget_lines=[(1, "Housing first"), (2, "Peer support")],
            names=NAMES,
            fixes=fixes,
            others=others,
            vat=vat,
        )
        return (
            list(reading),
            reading.notes,
            reading.strange,
            reading.doubtful,
            reading.sums.groups,
            reading.sums.unsure,
            reading.tells_pay,
        )

    assert read(QuickReading) == read(Reading)
