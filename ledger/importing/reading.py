"""One reading of a table: each row into a line or into problems, in words, with row, column and value (house 23)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 -- `date` is a field of Line
from decimal import Decimal
from typing import NamedTuple

from alliance.core.money import ZERO, MoneyError, format_pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import Row, Table
from ledger.importing.columns import COLUMNS, COST, EITHER, LEAVE, ROOM, Look, Meaning, letter, texts
from ledger.importing.left_out import LeftOut, Sums
from ledger.importing.words import (
    LISTED,
    amount_of,
    first_words,
    fit,
    is_day,
    is_total_row,
    is_wholly_total,
    known_day,
    mentions_total,
    not_one_of,
    plain,
    plain_value,
    rows_in_words,
    short,
)
from ledger.models import Category
from ledger.pay import GRADE_ROOM, Pay, parse_fte
from ledger.vat import Course


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
        self.read_to = heading.row  # iterating begins after this row
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
        self.pay, self.staff = Pay(), self.by_value.get(Category.DIRECT_STAFF)
        self.tells_pay = False  # or may, in a row that nobody understood, or that was left out (rule 29)
        self.sums, self.out = Sums(), LeftOut()
        self.strange: dict[tuple[str, str], list] = {}  # (field, plain name) → [the name as written, rows]
        self.by_name: Counter[tuple[str, str]] = Counter()  # (field, name) → rows left out
        self.doubtful: dict[str, list[int]] = {}  # why irrecoverable VAT may be none → rows
        self.unequal: list[tuple[int, Decimal, Decimal]] = []  # row, its total, the rows above
        self.seen = self.kept = self.fixed = 0
        self.early: list[int] = []  # rows

    def __iter__(self) -> Iterator[Line]:
        for row in self.table:
            if row.number > self.read_to and (line := self.read(row)):
                yield line
        yield from self.paid()

    def paid(self) -> Iterator[Line]:
        """The pay as everybody may see it: its cells say no more than its meaning (rule 29)."""
        for budget_line, cell in self.pay.lines():
            if not cell.fits:
                said = "it is pay that comes to more, with the rows that are one line with it, than the book can hold"
                yield Line(cell.rows[0], ("",), problems=(Problem(said, cell.rows[0]),))
                continue
            grade, fte = (cell.grade, f"{cell.fte}") if cell.is_enough else ("", "0.00")
            said = {
                "amount": f"{cell.amount}",
                "date": f"{cell.day}",
                "grade": grade,
                "description": cell.said,
            }
            cells = [""] * len(self.heading.headings)
            for name, place in self.meaning.columns.items():
                cells[place] = said.get(name, "")
            yield Line(
                cell.rows[0],
                tuple(cells),
                cell.day,
                cell.amount,
                self.staff,
                budget_line,
                description=cell.said,
                grade=fit(grade, GRADE_ROOM),
                fte=fte,
            )

    def read(self, row: Row) -> Line | None:
        """What a row comes to; None, and noted, when it is no cost. Rows are read in their order."""
        if not row.cells:
            self.out.blank.append(row.number)
            return None
        return self._line(row) if self._is_meant(row) else None

    @property
    def notes(self) -> list[str]:
        """What was left out or is worth knowing, by number."""
        said = []
        if self.meaning.only:
            place, value = self.meaning.only
            said.append(
                f"{self.kept:,} of {self.seen:,} rows have “{value}” as {self.name(place)}. The others were left out."
            )
        said += self.out.sentences(leave_hidden=self.meaning.leave_hidden)
        said += [
            f"{count:,} {'row has' if count == 1 else 'rows have'} “{name}” as {COLUMNS[of].label.lower()} "
            f"and {'was' if count == 1 else 'were'} left out, as was said of that name."
            for (of, name), count in self.by_name.items()
        ]
        said += [self._unequal(*one) for one in self.unequal[:LISTED]]
        said += [
            f"{rows_in_words(rows)} {'is' if len(rows) == 1 else 'are'} irrecoverable VAT. {why}"
            for why, rows in self.doubtful.items()
        ]
        if rows := self.pay.rows:
            said.append(
                f"{rows_in_words(rows)} {'is' if len(rows) == 1 else 'are'} pay. The book has it by grade, a grade of "
                "fewer than three merged with others; where no full-time equivalents are stated it is one sum on each "
                "budget line. The file is for its participant and auditors alone."
            )
        if rows := sorted(self.early):
            said.append(
                f"{rows_in_words(rows)} {'is' if len(rows) == 1 else 'are'} dated before {self.month.label}."
            )
        return said

    def _unequal(self, row: int, total: Decimal, above: Decimal) -> str:
        """Everybody reads it: where there is pay, a sum of rows may be what somebody is paid."""
        is_told = not self.pay.rows
        of = f" of {format_pounds(total)}" if is_told else ""
        to = format_pounds(above) if is_told else "something else"
        said = f"Row {row:,} says that it is a total{of}, and the rows above it come to {to}"
        return f"{said}. See why before you confirm."

    def name(self, place: int) -> str:
        """What a column is called: its heading, or its letter."""
        heading = self.heading.headings[place] if place < len(self.heading.headings) else ""
        return heading or f"column {letter(place)}"

    def _is_meant(self, row: Row) -> bool:
        if self.meaning.only is None:
            return True
        place, value = self.meaning.only
        if place >= len(row.cells):
            self.out.short.append(row.number)
            self.tells_pay = True
            return False
        self.seen += 1
        meant = plain_value(row.cells[place]) == plain_value(value)
        self.kept += meant
        self.tells_pay |= not meant
        return meant

    def _line(self, row: Row) -> Line | None:
        fixes = self.fixes.get(row.number, {})
        text = texts(self.meaning, row.cells) | fixes
        if row.hidden:
            self.out.hidden.append(row.number)
            if self.meaning.leave_hidden:
                self.tells_pay = True
                return None
        if text.pop("", None) == LEAVE:
            self.out.by_hand.append(row.number)
            self.tells_pay = True
            return None
        if not fixes:
            if len(row.cells) > len(self.heading.headings):
                said = (
                    f"it has {len(row.cells)} cells and there are {len(self.heading.headings)} headings. "
                    "Put quotation marks around a text that has a comma in it"
                )
                self.tells_pay = True
                return Line(row.number, row.cells, problems=(Problem(said, row.number),))
            if self._is_no_cost(row, text):
                return None
            if said := self._perhaps_a_total(row, text):
                self.tells_pay = True
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
                amount = amount_of(text["amount"])
                self.sums.add(amount)
            except MoneyError as problem:
                trouble("amount", str(problem))
        if "date" not in unread:
            day = self._date(text["date"], row.number, trouble)
        if amount is None:
            self.sums.unsure = True
        account = self._category(text, trouble) if "category" not in unread else None
        budget_line = self._budget_line(text, trouble) if "budget_line" not in unread else None
        is_pay = account is not None and account == self.staff
        self.tells_pay |= is_pay or account in (None, LEAVE)
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
            (text[name] for name in EITHER if text.get(name) and is_wholly_total(text[name])), ""
        ):
            said = (
                f"it says “{short(sum_of)}” and is not the sum of the rows above it; leave it out, or say what "
                "the cost was"
            )
            problems.append(Problem(said, row.number, value=text["amount"], field=EITHER[0]))
        if is_pay:
            try:
                fte = parse_fte(text.get("fte", ""))
            except ValueError as problem:
                trouble("fte", str(problem))
        if problems:
            return Line(row.number, row.cells, problems=tuple(problems))
        if not amount:
            self.out.zero.append(row.number)
            return None
        if is_pay:
            grade = text.get("grade", "")
            self.pay.add(
                row=row.number, budget_line=budget_line, grade=grade, fte=fte, day=day, amount=amount
            )
            return None
        return Line(
            row.number,
            row.cells,
            day,
            amount,
            account,
            budget_line,
            **{name: fit(text.get(name, ""), room) for name, room in ROOM.items()},
        )

    def _is_no_cost(self, row: Row, text: dict) -> bool:
        """Headings said again, a line of words, a sum of other rows: left out, and told."""
        dated = is_day(text["date"])
        if dated and not any("total" in text.get(name, "").casefold() for name in EITHER):
            return False
        if len(row.cells) > 1 and [plain(cell) for cell in row.cells] == self.headings[: len(row.cells)]:
            self.out.repeated.append(row.number)
            return True
        if not dated and not text["amount"] and not row.unsaved:
            if is_total_row(row, text):
                self.out.totals.append(row.number)
                return True
            if sum(bool(cell.strip()) for cell in row.cells) - len(row.merged) <= 2:
                self.out.words.append(row.number)
                return True
        try:
            amount = amount_of(text["amount"])
        except MoneyError:
            amount = None
        says_so = is_total_row(row, text)
        adds_up = amount is not None and self.sums.has(amount)
        speaks = any(mentions_total(text.get(name, "")) for name in EITHER) or mentions_total(
            first_words(row)
        )
        likely = speaks and not any(text.get(name) for name in ("category", "budget_line", "reference"))
        alone = not any(value for name, value in text.items() if name != "amount")
        wholly = any(is_wholly_total(text.get(name, "")) for name in EITHER)
        if says_so or (adds_up and (wholly or (not dated and (likely or alone)))):
            self.out.totals.append(row.number)
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
        if is_day(text["date"]) or not text["amount"]:
            return None
        said = first_words(row).strip()
        if any(text.get(name) for name in ("category", "budget_line", "reference")) or not mentions_total(
            said
        ):
            return None
        self.sums.unsure = True
        sentence = (
            f"it says “{short(said)}” and is not the sum of the rows above it; leave it out if it is no cost, or "
            "give it a date"
        )
        return Problem(
            sentence, row.number, self.name(self.meaning.columns["amount"]), text["amount"], "amount"
        )

    def _date(self, text: str, row: int, trouble) -> Day | None:
        try:
            day = known_day(text)
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
            self.early.append(row)
        return day

    def _meant_by(self, field: str, said: str) -> str:
        """What the participant's own name was said to mean, or ""."""
        return self.names.get(field, {}).get(plain(said), "")

    def _category_meant(self, said: str) -> int | str | None:
        """The account of a category, by its own name or by one that was explained; LEAVE; None where it is strange."""
        if account := self.categories.get(plain(said)) or self.by_value.get(said):
            return account
        meant = self._meant_by("category", said)
        return LEAVE if meant == LEAVE else self.by_value.get(meant)

    def _budget_line_meant(self, said: str) -> int | str | None:
        """The id of a budget line, likewise."""
        if found := self.budget_lines.get(plain(said)):
            return found
        meant = self._meant_by("budget_line", said)
        return LEAVE if meant == LEAVE else self.budget_lines.get(plain(meant)) if meant else None

    def _is_strange(self, field: str, said: str) -> None:
        self.strange.setdefault((field, plain(said)), [said[:200], 0])[1] += 1

    def _category(self, text: dict, trouble) -> int | str | None:
        if (fixed := self.meaning.fixed.get("category")) and "category" not in text:
            return self.by_value[fixed]
        said = text["category"]
        account = self._category_meant(said)
        if account == LEAVE:
            self.by_name["category", said] += 1
        elif account is None:
            trouble("category", not_one_of("category", said, Category.labels))
            if said:
                self._is_strange("category", said)
        return account

    def _budget_line(self, text: dict, trouble) -> int | str | None:
        if (fixed := self.meaning.fixed.get("budget_line")) and "budget_line" not in text:
            if fixed not in self.line_ids:
                trouble("budget_line", "the budget line that was chosen is not one of this year's")
            return self.line_ids.get(fixed)
        said = text["budget_line"]
        found = self._budget_line_meant(said)
        if found == LEAVE:
            self.by_name["budget_line", said] += 1
        elif found is None:
            trouble("budget_line", not_one_of("budget line", said, self.line_names))
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
