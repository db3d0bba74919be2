"""From people's spreadsheets to lines of the book: what the columns mean, and everything that is wrong, told at once.

Nothing here touches the database. `Look` finds the headings, `guess` says what they mean, `Reading` turns each row
into a line or into problems, in words, by row and column, with the value (house 23).
"""

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 -- `date` is a field of Line
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from alliance.core.money import ZERO, MoneyError, format_pounds, parse_pounds, pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import Row, SpreadsheetError, Table
from ledger.models import Category
from ledger.pay import GRADE_ROOM, Pay, parse_fte
from ledger.vat import Course

HEADINGS_WITHIN = 30  # rows
LISTED = 20  # row numbers in one note
DATE_WORDS = "write it like 22/11/2026"
GROUPS = 500  # groups of rows whose sums are remembered
# Days as spreadsheets count them: 36,526 is 1 January 2000, 73,050 is 31 December 2099.
SERIAL_ZERO, FIRST_SERIAL, LAST_SERIAL = Day(1899, 12, 30), 36_526, 73_050


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
PAY = ("grade", "fte")  # a file that has one of them gives its pay by grade (rule 29)
# The order in which headings are given away: a column means one thing.
CLAIMS = (
    "amount",
    "date",
    "category",
    "budget_line",
    "supplier",
    "reference",
    "evidence",
    "description",
    *PAY,
)
LEAVE, COST = "leave", "cost"  # what a name may mean beside a category or a budget line
NAMED = ("category", "budget_line", "supplier")  # fields whose names can be given a meaning once
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


def guess(headings: Iterable[str]) -> Meaning:
    """The columns that their headings name, each heading given away once."""
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
    return Meaning(columns)


@dataclass(frozen=True)
class Problem:
    """`sentence` reads on after "Row 14: " when there is a row."""

    sentence: str
    row: int | None = None
    column: str = ""
    value: str = ""
    field: str = ""  # of COLUMNS, where it is one field's


class Line(NamedTuple):
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
    grade: str = ""
    fte: str = "0.00"
    problems: tuple[Problem, ...] = ()


class Reading:
    """One reading of a table. Iterate it for its lines; afterwards `notes` tells what was left out, and why.

    categories: category → account's id. budget_lines: [(id, name)]. month: whose costs these are.
    names: field → the participant's own name (plain) → what it means: a category's value, a budget line's name, LEAVE
    or COST. fixes: row → field → the text that stands for the file's; the field "" with LEAVE leaves the row out.
    others: names of participants that send their own returns, when the host's ledger is read. vat: what the
    participant stated of its VAT.
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
        names: Mapping[str, Mapping[str, str]] | None = None,
        fixes: Mapping[int, Mapping[str, str]] | None = None,
        others: Iterable[str] = (),
        vat: Course | None = None,
    ):
        self.table, self.heading, self.meaning = table, heading, meaning
        self.month, self.year = month, year
        self.first_day, self.last_day = month.start, month.end
        self.categories = {plain(Category(value).label): account for value, account in categories.items()}
        self.by_value = dict(categories)
        self.vat, self.vat_account = vat, self.by_value.get(Category.IRRECOVERABLE_VAT)
        lines = list(budget_lines)
        self.budget_lines = {plain(name): pk for pk, name in lines}
        self.line_names = [name for _, name in lines]
        self.line_ids = {str(pk): pk for pk, _ in lines}
        self.names, self.fixes = names or {}, fixes or {}
        self.others = {plain(name) for name in others} - {""}
        self.headings = [plain(heading) for heading in heading.headings]
        self.pay = Pay() if {*PAY} & {*meaning.columns} else None
        self.staff = self.by_value.get(Category.DIRECT_STAFF)
        self.sums = Sums()
        self.strange: dict[tuple[str, str], list] = {}  # (field, plain name) → [the name as written, rows]
        self.by_name: Counter[tuple[str, str]] = Counter()  # (field, name) → rows left out
        self.blank: list[int] = []
        self.short: list[int] = []
        self.zero: list[int] = []
        self.totals: list[int] = []
        self.words: list[int] = []
        self.repeated: list[int] = []
        self.hidden: list[int] = []
        self.left_out: list[int] = []
        self.doubtful: dict[str, list[int]] = {}  # why irrecoverable VAT may be none → rows
        self.unequal: list[tuple[int, Decimal, Decimal]] = []  # row, its total, the rows above
        self.seen = self.kept = self.early = self.fixed = 0

    def __iter__(self) -> Iterator[Line]:
        for row in self.table:
            if row.number <= self.heading.row:
                continue
            if not row.cells:
                self.blank.append(row.number)
            elif self._is_meant(row) and (line := self._line(row)):
                yield line
        if self.pay:
            yield from self._pay()

    def _pay(self) -> Iterator[Line]:
        """The pay as everybody may see it: its cells say no more than its meaning (rule 29)."""
        for budget_line, cell in self.pay.lines():
            grade, fte = (cell.grade, f"{cell.fte}") if cell.is_enough else ("", "0.00")
            text = {
                "amount": f"{cell.amount}",
                "date": cell.day.isoformat(),
                "grade": grade,
                "description": cell.said,
            }
            cells = [""] * len(self.heading.headings)
            for name, place in self.meaning.columns.items():
                cells[place] = text.get(name, "")
            yield Line(
                cell.rows[0], tuple(cells), cell.day, cell.amount, self.staff, budget_line,
                description=cell.said, grade=_fit(grade, GRADE_ROOM), fte=fte,
            )  # fmt: skip

    @property
    def notes(self) -> list[str]:
        """What was left out or is worth knowing, by number."""
        said = []
        if self.meaning.only:
            place, value = self.meaning.only
            said.append(
                f"{self.kept:,} of {self.seen:,} rows have “{value}” as {self.name(place)}. The others were left out."
            )
        hidden = (
            ("is hidden in the file and was left out.", "are hidden in the file and were left out.")
            if self.meaning.leave_hidden
            else ("is hidden in the file and was read all the same.",
                  "are hidden in the file and were read all the same.")
        )  # fmt: skip
        said += [
            f"{rows_in_words(numbers)} {one if len(numbers) == 1 else many}"
            for numbers, one, many in (
                (self.short, "ends before the column that says whose it is, and was left out.",
                 "end before the column that says whose they are, and were left out."),
                (self.blank, "holds nothing and was left out.", "hold nothing and were left out."),
                (self.repeated, "repeats the headings and was left out.", "repeat the headings and were left out."),
                (self.words, "has neither a date nor an amount and was left out.",
                 "have neither a date nor an amount and were left out."),
                (self.totals, "is a total of other rows and was left out.",
                 "are totals of other rows and were left out."),
                (self.zero, "has the amount 0.00 and was left out.", "have the amount 0.00 and were left out."),
                (self.hidden, *hidden),
                (self.left_out, "was left out by hand.", "were left out by hand."),
            )
            if numbers
        ]  # fmt: skip
        said += [
            f"{count:,} {'row has' if count == 1 else 'rows have'} “{name}” as {COLUMNS[of].label.lower()} "
            f"and {'was' if count == 1 else 'were'} left out, as was said of that name."
            for (of, name), count in self.by_name.items()
        ]
        said += [
            f"Row {row:,} says that it is a total of {format_pounds(total)}, and the rows above it come to "
            f"{format_pounds(above)}. See why before you confirm."
            for row, total, above in self.unequal[:LISTED]
        ]
        said += [
            f"{rows_in_words(rows)} {'is' if len(rows) == 1 else 'are'} irrecoverable VAT. {why}"
            for why, rows in self.doubtful.items()
        ]
        if self.pay and (rows := self.pay.rows):
            said.append(
                f"{rows_in_words(rows)} {'is' if len(rows) == 1 else 'are'} pay. The book has it by grade; a grade of "
                "fewer than three is merged with others. The file is for its participant and auditors alone."
            )
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
        fixes = self.fixes.get(row.number, {})
        text = texts(self.meaning, row.cells) | fixes
        if row.hidden:
            self.hidden.append(row.number)
            if self.meaning.leave_hidden:
                return None
        if text.pop("", None) == LEAVE:
            self.left_out.append(row.number)
            return None
        if not fixes:
            if len(row.cells) > len(self.heading.headings):
                said = (
                    f"it has {len(row.cells)} cells and there are {len(self.heading.headings)} headings. "
                    "Put quotation marks around a text that has a comma in it"
                )
                return Line(row.number, row.cells, problems=(Problem(said, row.number),))
            if self._is_no_cost(row, text):
                return None
            if said := self._perhaps_a_total(row, text):
                return Line(row.number, row.cells, problems=(said,))
        self.fixed += bool(fixes)
        problems: list[Problem] = []

        def trouble(name: str, sentence: str) -> None:
            place = self.meaning.columns.get(name)
            problems.append(
                Problem(
                    sentence,
                    row.number,
                    self.name(place) if place is not None else "",
                    text.get(name, "")[:200],
                    name,
                )
            )

        for name, place in self.meaning.columns.items():
            if place in row.unsaved and name not in fixes and not text[name]:
                trouble(name, "it is a formula whose value is not in the file; save the file once more in a "
                              "spreadsheet program, or write the value itself")  # fmt: skip
        unread = {problem.field for problem in problems}
        amount = day = None
        if self.meaning.columns.get("amount") in row.merged and "amount" not in fixes:
            trouble("amount", "it stands in a merged cell that begins in a row above, so that nobody can tell how "
                              "much of it is this row's; give each row its own amount")  # fmt: skip
        elif "amount" not in unread:
            try:
                amount = _amount(text["amount"])
                self.sums.add(amount)
            except MoneyError as problem:
                trouble("amount", str(problem))
        if "date" not in unread:
            day = self._date(text["date"], trouble)
        if amount is None:
            self.sums.unsure = True
        account = self._category(text, trouble) if "category" not in unread else None
        budget_line = self._budget_line(text, trouble) if "budget_line" not in unread else None
        if LEAVE in (account, budget_line) or self._pays_a_participant(text, trouble):
            return None
        if account and account == self.vat_account and self.vat and day:
            if why := self.vat.not_a_cost(day):
                trouble("category", why)
            elif why := self.vat.doubt(day):
                self.doubtful.setdefault(why, []).append(row.number)
        if not any(text.get(name) for name in EITHER):
            names = [self.name(self.meaning.columns[name]) for name in EITHER if name in self.meaning.columns]
            said = f"it does not say what the cost was: {' and '.join(names)} {'are' if len(names) > 1 else 'is'} blank"
            field = next(name for name in EITHER if name in self.meaning.columns)
            problems.append(Problem(said, row.number, names[0], field=field))
        elif sum_of := next(
            (text[name] for name in EITHER if text.get(name) and _is_wholly_total(text[name])), ""
        ):
            said = (
                f"it says “{_short(sum_of)}” and is not the sum of the rows above it; leave it out, or say what "
                "the cost was"
            )
            problems.append(Problem(said, row.number, value=text["amount"], field=EITHER[0]))
        is_pay = self.pay is not None and account == self.staff
        if is_pay:
            try:
                fte = parse_fte(text.get("fte", ""))
            except ValueError as problem:
                trouble("fte", str(problem))
        if problems:
            return Line(row.number, row.cells, problems=tuple(problems))
        if not amount:
            self.zero.append(row.number)
            return None
        if is_pay:
            self.pay.add(
                row=row.number,
                budget_line=budget_line,
                grade=text.get("grade", ""),
                fte=fte,
                day=day,
                amount=amount,
            )
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

    def _is_no_cost(self, row: Row, text: dict) -> bool:
        """Headings said again, a line of words, a sum of other rows: left out, and told."""
        dated = _is_day(text["date"])
        if dated and not any("total" in text.get(name, "").casefold() for name in EITHER):
            return False
        if len(row.cells) > 1 and [plain(cell) for cell in row.cells] == self.headings[: len(row.cells)]:
            self.repeated.append(row.number)
            return True
        if not dated and not text["amount"] and not row.unsaved:
            if _is_total(row, text):
                self.totals.append(row.number)
                return True
            if sum(bool(cell.strip()) for cell in row.cells) - len(row.merged) <= 2:
                self.words.append(row.number)
                return True
        try:
            amount = _amount(text["amount"])
        except MoneyError:
            amount = None
        says_so = _is_total(row, text)
        adds_up = amount is not None and self.sums.has(amount)
        speaks = any(_mentions_total(text.get(name, "")) for name in EITHER) or _mentions_total(_first(row))
        likely = speaks and not any(text.get(name) for name in ("category", "budget_line", "reference"))
        alone = not any(value for name, value in text.items() if name != "amount")
        wholly = any(_is_wholly_total(text.get(name, "")) for name in EITHER)
        if says_so or (adds_up and (wholly or (not dated and (likely or alone)))):
            self.totals.append(row.number)
            if amount is not None:
                if (
                    not adds_up
                    and not self.sums.unsure
                    and not self.meaning.only
                    and self.sums.groups != [ZERO]
                ):
                    self.unequal.append((row.number, amount, self.sums.nearest(amount)))
                self.sums.close()
            return True
        return False

    def _perhaps_a_total(self, row: Row, text: dict) -> Problem | None:
        """A row that speaks of a total and says nothing else of a cost is not the sum of what stands above it."""
        if _is_day(text["date"]) or not text["amount"]:
            return None
        said = _first(row).strip()
        if any(text.get(name) for name in ("category", "budget_line", "reference")) or not _mentions_total(
            said
        ):
            return None
        self.sums.unsure = True
        sentence = (
            f"it says “{_short(said)}” and is not the sum of the rows above it; leave it out if it is no cost, or "
            "give it a date"
        )
        return Problem(
            sentence, row.number, self.name(self.meaning.columns["amount"]), text["amount"], "amount"
        )

    def _date(self, text: str, trouble) -> Day | None:
        try:
            day = _day(text)
        except ValueError as problem:
            trouble("date", str(problem))
            return None
        if day > self.last_day:
            trouble(
                "date", f"the date is after the end of {self.month.label}, whose costs these are said to be"
            )
        elif day < self.year.start:
            trouble("date", f"the date is before the financial year {self.year.label} began")
        elif day < self.first_day:
            self.early += 1
        return day

    def _meant_by(self, field: str, said: str) -> str:
        """What the participant's own name was said to mean, or ""."""
        return self.names.get(field, {}).get(plain(said), "")

    def _is_strange(self, field: str, said: str) -> None:
        self.strange.setdefault((field, plain(said)), [said[:200], 0])[1] += 1

    def _category(self, text: dict, trouble) -> int | str | None:
        if (fixed := self.meaning.fixed.get("category")) and "category" not in text:
            return self.by_value[fixed]
        said = text["category"]
        account = self.categories.get(plain(said)) or self.by_value.get(said)
        if account is None and (meant := self._meant_by("category", said)):
            if meant == LEAVE:
                self.by_name["category", said] += 1
                return LEAVE
            account = self.by_value.get(meant)
        if account is None:
            trouble("category", _not_one_of("category", said, Category.labels))
            if said:
                self._is_strange("category", said)
        return account

    def _budget_line(self, text: dict, trouble) -> int | str | None:
        if (fixed := self.meaning.fixed.get("budget_line")) and "budget_line" not in text:
            if fixed not in self.line_ids:
                trouble("budget_line", "the budget line that was chosen is not one of this year's")
            return self.line_ids.get(fixed)
        said = text["budget_line"]
        found = self.budget_lines.get(plain(said))
        if found is None and (meant := self._meant_by("budget_line", said)):
            if meant == LEAVE:
                self.by_name["budget_line", said] += 1
                return LEAVE
            found = self.budget_lines.get(plain(meant))
        if found is None:
            trouble("budget_line", _not_one_of("budget line", said, self.line_names))
            if said:
                self._is_strange("budget_line", said)
        return found

    def _pays_a_participant(self, text: dict, trouble) -> bool:
        """In the host's ledger: a payment to a participant is settled costs, which come with its own return."""
        said = text.get("supplier", "")
        if not self.others or plain(said) not in self.others:
            return False
        meant = self._meant_by("supplier", said)
        if meant == LEAVE:
            self.by_name["supplier", said] += 1
            return True
        if meant != COST:
            self._is_strange("supplier", said)
            trouble(
                "supplier",
                f"“{said}” sends its own returns, so that what the pool pays it may be counted twice; say once "
                "whether such rows are costs",
            )
        return False


class Sums:
    """What the rows come to, group by group, to recognise sums of them. `unsure`: an amount could not be read."""

    def __init__(self):
        self.groups = [ZERO]
        self.unsure = False

    def add(self, amount: Decimal) -> None:
        self.groups[-1] += amount

    def close(self) -> None:
        """A sum was met: what follows is another group."""
        self.groups.append(ZERO)
        if len(self.groups) > GROUPS:
            self.groups[:2] = [self.groups[0] + self.groups[1]]

    def has(self, amount: Decimal) -> bool:
        """Is it the sum of the last group, of the last few, or of all?"""
        return amount != 0 and any(amount == total for total in self._totals())

    def nearest(self, amount: Decimal) -> Decimal:
        return min(self._totals(), key=lambda total: abs(total - amount))

    def _totals(self) -> Iterator[Decimal]:
        total = ZERO
        for group in reversed(self.groups):
            total += group
            if group:
                yield total


def texts(meaning: Meaning, cells: tuple[str, ...] | list[str]) -> dict[str, str]:
    """A row's text by field; "" where the row is too short."""
    return {
        name: cells[place].strip() if place < len(cells) else "" for name, place in meaning.columns.items()
    }


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
    elif match := _IN_WORDS.fullmatch(said) or _MONTH_FIRST.fullmatch(said):
        first, second, year = match[1], match[2], int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        day, month = (int(first), second) if first.isdigit() else (int(second), first)
        month = _month_number(month)
        if not month:
            raise ValueError(f"the date '{_short(said)}' has no month of that name")
    elif match := re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", said):
        year, month, day = map(int, match.groups())
    elif re.fullmatch(r"\d{5}(\.\d+)?", said) and FIRST_SERIAL <= int(said[:5]) <= LAST_SERIAL:
        return SERIAL_ZERO + timedelta(
            days=int(said[:5])
        )  # a day as spreadsheets keep it, without its format
    elif re.fullmatch(r"[A-Za-z]{3,9}\.?[- /]*(\d{4}|\d{2})|\d{1,2}/\d{4}|\d{4}-\d{2}", said):
        raise ValueError(f"the date '{_short(said)}' has no day; {DATE_WORDS}")
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


# "3 Nov 2026", "Tuesday 3rd November 2026", "3-Nov-26"; and, as some programs write it, "Nov 3, 2026"
_IN_WORDS = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[- ]([A-Za-z]{3,9})\.?[- ,]+(\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
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


def _is_day(text: str) -> bool:
    try:
        return bool(_day(text))
    except ValueError:
        return False


def _first(row: Row) -> str:
    return next((cell for cell in row.cells if cell.strip()), "")


def _is_total(row: Row, text: dict) -> bool:
    """A row of sums: it says so in the place of its date, or first of all and has no date."""
    return _is_wholly_total(text.get("date", "") or _first(row))


def _is_wholly_total(text: str) -> bool:
    if "total" not in text.casefold():
        return False
    words = re.findall(r"[a-z]+", text.casefold())
    return any(word in SUMS for word in words[:2]) and set(words) <= SUMS | OF_WHAT


def _mentions_total(text: str) -> bool:
    """ "Housing first total", "Carried forward": a sum perhaps, if it is the sum of the rows above."""
    return bool(
        SUMS & set(re.findall(r"[a-z]+", text.casefold()))
        or re.search(r"forward|[bc]/f\b|balance", text, re.I)
    )


def _words(row: Row) -> int:
    """How many cells are words: of two rows that name no columns, headings have more."""
    return sum(bool(re.search(r"[A-Za-z]{2}", cell)) for cell in row.cells)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A name without case and punctuation."""
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
