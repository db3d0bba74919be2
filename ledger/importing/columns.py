"""What a return's columns mean: where its headings are, and which field each of them names."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from alliance.core.spreadsheets import Row, SpreadsheetError, Table
from ledger.importing.words import plain

HEADINGS_WITHIN = 30  # rows


@dataclass(frozen=True)
class Column:
    """A column that a return may have. `names` are the headings that people give it, the best first."""

    label: str
    needed: bool
    names: tuple[str, ...]
    like: str = r"(?!)"  # else any heading that this finds
    fixed: bool = False  # one value may stand for every row


COLUMNS = {
    "amount": Column(
        "Amount (net)",
        True,
        (
            "net amount", "amount net", "net", "net value", "amount", "amount paid", "net amount gbp", "amount gbp",
            "amount excl vat", "amount excluding vat", "payment amount", "invoice amount", "line amount", "value",
            "total", "cost", "spend",
        ),
        r"\bnet\b|\bamount\b",
    ),
    "date": Column(
        "Date",
        True,
        (
            "date", "date paid", "paid date", "payment date", "date of payment", "transaction date", "posting date",
            "effective date", "invoice date", "date incurred", "paid on", "day paid", "posted on", "invoiced on",
            "date of cost", "cost date",
        ),
        r"\bdate\b",
    ),
    "category": Column("Category", True, ("category", "cost category", "category of cost"), fixed=True),
    "budget_line": Column(
        "Budget line", True, ("budget line", "budget heading", "line of the budget", "budget"), fixed=True
    ),
    "supplier": Column(
        "Supplier",
        False,
        ("supplier", "supplier name", "payee", "vendor", "vendor name", "paid to", "merchant", "beneficiary"),
        r"\bsupplier\b(?!.*\b(id|no|number|code)\b)|\b(payee|vendor|merchant|beneficiary)\b(?!.*\b(id|no|number|code)\b)",
    ),
    "reference": Column(
        "Reference",
        False,
        (
            "reference", "ref", "invoice number", "transaction number", "internal ref", "document number",
            "transaction reference", "voucher", "invoice",
        ),
        r"\b(transaction|document|invoice|inv|voucher|payment|internal)\b.*\b(no|number|ref|reference|id)\b",
    ),
    "description": Column(
        "Description",
        False,
        (
            "description", "details", "detail", "narrative", "purpose", "what for", "what it was for",
            "detailed expenditure type", "g l description", "cost centre name", "expenditure type", "expense type",
        ),
        r"\b(description|narrative|details|purpose|expense type|expenditure type)\b",
    ),
    "evidence": Column("Evidence", False, ("evidence", "receipt", "evidence held"), r"\bevidence\b"),
    "grade": Column("Grade", False, ("grade", "pay grade", "band", "pay band"), r"\b(pay|staff) (grade|band)\b"),
    "fte": Column(
        "Full-time equivalents",
        False,
        (
            "full time equivalents", "full time equivalent", "fte", "whole time equivalents", "whole time equivalent",
            "wte",
        ),
        r"\b(fte|wte)\b",
    ),
}  # fmt: skip
EITHER = ("supplier", "description")  # one of the two is needed
PAY = ("grade", "fte")  # by which pay is told (rule 29)
# The order in which headings are given away: a column means one thing.
CLAIMS = (
    *("amount", "date", "category", "budget_line", "supplier", "reference", "evidence", "description"),
    *PAY,
)
LEAVE, COST = "leave", "cost"  # what a name may mean beside a category or a budget line
ROOM = {"supplier": 200, "description": 300, "reference": 120, "evidence": 300}


@dataclass(frozen=True)
class Meaning:
    """What the columns mean. columns: field → place of its column. fixed: field → one value for every row.
    only: (place, value), when the file holds other people's rows too. sheet: the one of a workbook that was chosen.
    leave_hidden: rows that the spreadsheet program hides are no costs."""

    columns: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    only: tuple[int, str] | None = None
    sheet: str = ""
    leave_hidden: bool = False

    def as_json(self) -> dict:
        said = {
            "columns": dict(self.columns),
            "fixed": dict(self.fixed),
            "only": list(self.only) if self.only else None,
        }
        if self.sheet:
            said["sheet"] = self.sheet
        if self.leave_hidden:
            said["leave_hidden"] = True
        return said

    @classmethod
    def from_json(cls, said: dict) -> "Meaning":
        only = said.get("only")
        return cls(
            said.get("columns", {}),
            said.get("fixed", {}),
            (only[0], only[1]) if only else None,
            said.get("sheet", ""),
            said.get("leave_hidden", False),
        )

    @property
    def missing(self) -> list[str]:
        """Labels of what is needed and has no column and no fixed value."""
        known = {*self.columns, *self.fixed}
        lacking = [column.label for name, column in COLUMNS.items() if column.needed and name not in known]
        if not known & set(EITHER):
            lacking.append("Supplier or description")
        return lacking


@dataclass(frozen=True)
class Look:
    """The first look at a file: where its headings are, and some rows below them, for whoever matches the columns."""

    row: int
    headings: list[str]
    samples: list[list[str]]


def look(table: Table) -> Look:
    """Titles above the headings are passed over: the headings are the row that names the most columns."""
    rows = [row for row in islice(table, HEADINGS_WITHIN) if row.cells]
    if not rows:
        raise SpreadsheetError(f"'{table.filename}' has nothing in it, or begins with too many empty rows.")
    heading = max(rows, key=lambda row: (len(guess(row.cells).columns), _words(row), -row.number))
    samples = [list(row.cells) for row in rows if row.number > heading.number][:3]
    # Columns without a heading are columns when every row has them; a single wider row has a comma too many.
    width = max(len(heading.cells), min(len(cells) for cells in samples) if len(samples) > 1 else 0)
    headings = [cell.strip() for cell in heading.cells] + [""] * (width - len(heading.cells))
    return Look(heading.number, headings, samples)


def guess(
    headings: Iterable[str],
    samples: Sequence[Sequence[str]] = (),
    names: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Meaning:
    """The columns that their headings name, each heading given away once; else what the rows below them say.

    samples: rows of cells. names: field → plain names by which a column without its heading is known.
    """
    named = [plain(heading) for heading in headings]
    columns: dict[str, int] = {}
    for name in CLAIMS:
        column = COLUMNS[name]
        free = [place for place, heading in enumerate(named) if heading and place not in columns.values()]
        exact = sorted(
            (column.names.index(named[place]), place) for place in free if named[place] in column.names
        )
        like = [place for place in free if re.search(column.like, named[place])]
        if exact or like:
            columns[name] = exact[0][1] if exact else like[0]
    for name in names.keys() - columns.keys():
        said = Counter(
            place for cells in samples for place, cell in enumerate(cells) if plain(cell) in names[name]
        )
        if free := [place for place, _ in said.most_common() if place not in columns.values()]:
            columns[name] = free[0]
    return Meaning(columns)


def texts(meaning: Meaning, cells: tuple[str, ...] | list[str]) -> dict[str, str]:
    """A row's text by field; "" where the row is too short."""
    return {
        name: cells[place].strip() if place < len(cells) else "" for name, place in meaning.columns.items()
    }


def letter(place: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _words(row: Row) -> int:
    """How many cells are words: of two rows that name no columns, headings have more."""
    return sum(bool(re.search(r"[A-Za-z]{2}", cell)) for cell in row.cells)
