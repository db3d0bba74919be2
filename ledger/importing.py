"""From people's spreadsheets to lines of the book: what the columns mean, and everything that is wrong, told at once.

Nothing here touches the database. `Look` finds the headings, `guess` says what they mean, `Reading` turns each row
into a line or into problems, in words, by row and column, with the value (house 23).
"""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 -- `date` is a field of Line
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from alliance.core.money import MoneyError, parse_pounds, pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import Row, SpreadsheetError, Table
from ledger.models import Category

HEADINGS_WITHIN = 30  # rows
LISTED = 20  # row numbers in one note
DATE_WORDS = "write it like 22/11/2026"


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
        r"\b(transaction|document|invoice|voucher|payment|internal)\b.*\b(no|number|ref|reference|id)\b",
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
}  # fmt: skip
EITHER = ("supplier", "description")  # one of the two is needed
# The order in which headings are given away: a column means one thing.
CLAIMS = ("amount", "date", "category", "budget_line", "supplier", "reference", "evidence", "description")
ROOM = {"supplier": 200, "description": 300, "reference": 120, "evidence": 300}


@dataclass(frozen=True)
class Meaning:
    """What the columns mean. columns: field → place of its column. fixed: field → one value for every row.
    only: (place, value), when the file holds other people's rows too."""

    columns: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    only: tuple[int, str] | None = None

    def as_json(self) -> dict:
        only = list(self.only) if self.only else None
        return {"columns": dict(self.columns), "fixed": dict(self.fixed), "only": only}

    @classmethod
    def from_json(cls, said: dict) -> "Meaning":
        only = said.get("only")
        return cls(said.get("columns", {}), said.get("fixed", {}), (only[0], only[1]) if only else None)

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


def guess(headings: Iterable[str]) -> Meaning:
    """The columns that their headings name, each heading given away once."""
    plain = [_plain(heading) for heading in headings]
    columns: dict[str, int] = {}
    for name in CLAIMS:
        column = COLUMNS[name]
        free = [place for place, heading in enumerate(plain) if heading and place not in columns.values()]
        exact = sorted(
            (column.names.index(plain[place]), place) for place in free if plain[place] in column.names
        )
        like = [place for place in free if re.search(column.like, plain[place])]
        if exact or like:
            columns[name] = exact[0][1] if exact else like[0]
    return Meaning(columns)


@dataclass(frozen=True)
class Problem:
    """`sentence` reads on after "Row 14: " when there is a row."""

    sentence: str
    row: int | None = None
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Line:
    """A row that was understood, ready for the staging table; or, with problems, its text alone."""

    row: int
    cells: tuple[str, ...]
    date: Day | None = None
    amount: Decimal | None = None
    account: int | None = None
    budget_line: int | None = None
    supplier: str = ""
    description: str = ""
    reference: str = ""
    evidence: str = ""
    problems: tuple[Problem, ...] = ()


class Reading:
    """One reading of a table. Iterate it for its lines; afterwards `notes` tells what was left out, and why.

    categories: category → account's id. budget_lines: [(id, name)]. month: whose costs these are.
    """

    def __init__(
        self,
        table: Table,
        heading: Look,
        meaning: Meaning,
        *,
        month: Month,
        year: FinancialYear,
        categories: Mapping[str, int],
        budget_lines: Iterable[tuple[int, str]],
    ):
        self.table, self.heading, self.meaning = table, heading, meaning
        self.month, self.year = month, year
        self.categories = {_plain(Category(value).label): account for value, account in categories.items()}
        self.by_value = dict(categories)
        lines = list(budget_lines)
        self.budget_lines = {_plain(name): pk for pk, name in lines}
        self.line_names = [name for _, name in lines]
        self.line_ids = {str(pk): pk for pk, _ in lines}
        self.blank: list[int] = []
        self.short: list[int] = []
        self.zero: list[int] = []
        self.totals: list[int] = []
        self.seen = self.kept = self.early = 0

    def __iter__(self) -> Iterator[Line]:
        for row in self.table:
            if row.number <= self.heading.row:
                continue
            if not row.cells:
                self.blank.append(row.number)
            elif self._is_meant(row) and (line := self._line(row)):
                yield line

    @property
    def notes(self) -> list[str]:
        """What was left out or is worth knowing, by number."""
        said = []
        if self.meaning.only:
            place, value = self.meaning.only
            said.append(
                f"{self.kept:,} of {self.seen:,} rows have “{value}” as {self.name(place)}. The others were left out."
            )
        said += [
            f"{rows_in_words(numbers)} {one if len(numbers) == 1 else many}"
            for numbers, one, many in (
                (self.short, "ends before the column that says whose it is, and was left out.",
                 "end before the column that says whose they are, and were left out."),
                (self.blank, "holds nothing and was left out.", "hold nothing and were left out."),
                (self.totals, "is a total of other rows and was left out.",
                 "are totals of other rows and were left out."),
                (self.zero, "has the amount 0.00 and was left out.", "have the amount 0.00 and were left out."),
            )
            if numbers
        ]  # fmt: skip
        if self.early:
            rows = "row is" if self.early == 1 else "rows are"
            said.append(f"{self.early:,} {rows} dated before {self.month.label}.")
        return said

    def name(self, place: int) -> str:
        """What a column is called: its heading, or its letter."""
        heading = self.heading.headings[place] if place < len(self.heading.headings) else ""
        return heading or f"column {letter(place)}"

    def _is_meant(self, row: Row) -> bool:
        if self.meaning.only is None:
            return True
        place, value = self.meaning.only
        if place >= len(row.cells):
            self.short.append(row.number)
            return False
        self.seen += 1
        meant = _plain_value(row.cells[place]) == _plain_value(value)
        self.kept += meant
        return meant

    def _line(self, row: Row) -> Line | None:
        text = {
            name: row.cells[place].strip() if place < len(row.cells) else ""
            for name, place in self.meaning.columns.items()
        }
        if len(row.cells) > len(self.heading.headings):
            said = (
                f"it has {len(row.cells)} cells and there are {len(self.heading.headings)} headings. "
                "Put quotation marks around a text that has a comma in it"
            )
            return Line(row.number, row.cells, problems=(Problem(said, row.number),))
        if _is_total(row, text):
            self.totals.append(row.number)
            return None
        problems: list[Problem] = []

        def trouble(name: str, sentence: str) -> None:
            place = self.meaning.columns.get(name)
            problems.append(
                Problem(
                    sentence,
                    row.number,
                    self.name(place) if place is not None else "",
                    text.get(name, "")[:200],
                )
            )

        amount = day = None
        try:
            amount = _amount(text["amount"])
        except MoneyError as problem:
            trouble("amount", str(problem))
        try:
            day = _day(text["date"])
        except ValueError as problem:
            trouble("date", str(problem))
        if day and day > self.month.end:
            trouble(
                "date", f"the date is after the end of {self.month.label}, whose costs these are said to be"
            )
        elif day and day < self.year.start:
            trouble("date", f"the date is before the financial year {self.year.label} began")
        elif day and day < self.month.start:
            self.early += 1
        account = self._category(text, trouble)
        budget_line = self._budget_line(text, trouble)
        if not any(text.get(name) for name in EITHER):
            names = [self.name(self.meaning.columns[name]) for name in EITHER if name in self.meaning.columns]
            said = f"it does not say what the cost was: {' and '.join(names)} {'are' if len(names) > 1 else 'is'} blank"
            problems.append(Problem(said, row.number, names[0]))
        if problems:
            return Line(row.number, row.cells, problems=tuple(problems))
        if not amount:
            self.zero.append(row.number)
            return None
        return Line(
            row.number,
            row.cells,
            day,
            amount,
            account,
            budget_line,
            **{name: _fit(text.get(name, ""), room) for name, room in ROOM.items()},
        )

    def _category(self, text: dict, trouble) -> int | None:
        if fixed := self.meaning.fixed.get("category"):
            return self.by_value[fixed]
        said = text["category"]
        account = self.categories.get(_plain(said)) or self.by_value.get(said)
        if account is None:
            trouble("category", _not_one_of("category", said, Category.labels))
        return account

    def _budget_line(self, text: dict, trouble) -> int | None:
        if fixed := self.meaning.fixed.get("budget_line"):
            if fixed not in self.line_ids:
                trouble("budget_line", "the budget line that was chosen is not one of this year's")
            return self.line_ids.get(fixed)
        said = text["budget_line"]
        found = self.budget_lines.get(_plain(said))
        if found is None:
            trouble("budget_line", _not_one_of("budget line", said, self.line_names))
        return found


def _not_one_of(what: str, said: str, known: Iterable[str]) -> str:
    choices = ", ".join(known)
    return (
        f"the {what} '{_short(said)}' is not one of: {choices}"
        if said
        else f"the {what} is blank; use one of: {choices}"
    )


def letter(place: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def parse_date(text: str) -> Day:
    """A day as people in Britain write it, or ISO. ValueError with a sentence that reads on after a row number."""
    said = " ".join(text.split())
    if not said:
        raise ValueError(f"the date is blank; {DATE_WORDS}")
    if match := re.fullmatch(
        r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?", said
    ):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(
        r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?", said
    ):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if len(match[4]) == 2 else 0
    elif match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?[- ]([A-Za-z]{3,9})\.?[- ,]+(\d{4}|\d{2})", said):
        month = _month_number(match[2])
        if not month:
            raise ValueError(f"the date '{_short(said)}' has no month of that name")
        day, year = int(match[1]), int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    else:
        raise ValueError(f"the date '{_short(said)}' is not one that can be read; {DATE_WORDS}")
    if not 1 <= month <= 12:
        raise ValueError(
            f"the date '{_short(said)}' has the month {month}; the day comes first, {DATE_WORDS}"
        )
    try:
        return Day(year, month, day)
    except ValueError:
        raise ValueError(f"the date '{_short(said)}' is not a day in the calendar") from None


_day = lru_cache(maxsize=4096)(parse_date)
_EXACT = re.compile(r"-?\d{1,13}\.\d\d", re.ASCII)


def _amount(text: str) -> Decimal:
    return pounds(Decimal(text)) if _EXACT.fullmatch(text) else parse_pounds(text)


def _month_number(name: str) -> int:
    """1 to 12 from "Nov", "Sept" or "November"; 0 from anything else."""
    return next((n for n in range(1, 13) if month_name[n].lower().startswith(name.lower())), 0)


# What a row of sums says: "Sub-total:", "Grand total for November 2026"; "Total Cleaning Ltd" is somebody.
SUMS = {"total", "totals", "subtotal", "subtotals"}
OF_WHAT = {
    *("sub", "grand", "net", "overall", "of", "for", "in", "the", "this", "all", "to", "date"),
    *("cost", "costs", "spend", "spending", "spent", "amount", "expenditure"),
    *("month", "period", "year", "return", "page", *(name.lower() for name in month_name[1:])),
}


def _is_total(row: Row, text: dict) -> bool:
    """A row of sums: it says so in the place of its date, or first of all and has no date."""
    first = next((cell for cell in row.cells if cell.strip()), "")
    words = re.findall(r"[a-z]+", (text.get("date", "") or first).casefold())
    return any(word in SUMS for word in words[:2]) and set(words) <= SUMS | OF_WHAT


def _words(row: Row) -> int:
    """How many cells are words: of two rows that name no columns, headings have more."""
    return sum(bool(re.search(r"[A-Za-z]{2}", cell)) for cell in row.cells)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def _plain_value(text: str) -> str:
    return " ".join(text.casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _fit(text: str, room: int) -> str:
    """The whole text stays in the row's cells; the book has room for so much."""
    return text if len(text) <= room else text[: room - 1] + "…"


def rows_in_words(numbers: list[int]) -> str:
    """ "Row 4", "Rows 4, 7 and 9", "Rows 3 to 41 and 50", from rising numbers; the end of a long list is counted."""
    if len(numbers) == 1:
        return f"Row {numbers[0]:,}"
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts = []
    for run in runs:
        parts += [(f"{run[0]:,} to {run[-1]:,}", len(run))] if len(run) > 2 else [(f"{n:,}", 1) for n in run]
    if len(parts) == 1:
        return f"Rows {parts[0][0]}"
    shown = parts[:LISTED] if len(parts) > LISTED else parts[:-1]
    last = parts[-1][0]
    if len(parts) > LISTED:
        last = f"{len(numbers) - sum(count for _, count in shown):,} more"
    return f"Rows {', '.join(words for words, _ in shown)} and {last}"
