"""Rows that leave no question, read fast: a cost with its day, its amount and its names as they should be.

`QuickReading` is a `Reading`, line by line and note by note; a property test holds the two together. A row that is
hidden, merged, mended, speaks of a total or needs a word to its sender is read as any `Reading` does.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from weakref import WeakMethod

from alliance.core.spreadsheets import Row
from ledger.importing import LEAVE, PAY, ROOM, Line, Reading, parse_date, plain
from ledger.pay import parse_fte

EXACT = re.compile(r"-?\d{1,10}\.\d\d", re.ASCII)
FIELDS = ("date", "amount", "category", "budget_line", "supplier", "description", "reference", "evidence")


class Known(dict):
    """What each text means, looked up once; None when that is a question.

    It does not hold the reading whose method it asks: else each file stays in memory until rubbish is collected.
    """

    def __init__(self, find: Callable):
        self.find = WeakMethod(find)

    def __missing__(self, text: str):
        self[text] = found = self.find()(text)
        return found


class QuickReading(Reading):
    """As `Reading`; ordinary rows in a tenth of the time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        columns, self._width = self.meaning.columns, len(self.heading.headings)
        # A field without a column is found in the blank cell that ends every row.
        self._blanks = ("",) * (max([self._width, *(place + 1 for place in columns.values())]) + 1)
        self._places = [columns.get(name, -1) for name in (*FIELDS, *PAY)]
        self.days, self.accounts = Known(self._day), Known(self._account)
        self.lines, self.payees = Known(self._line_of), Known(self._payee)
        self.categories_said, self.people = Known(self._category_of), Known(self._people)

    def _line(self, row: Row) -> Line | None:
        number, cells, merged, unsaved, hidden = row
        size = len(cells)
        if size > self._width or hidden or merged or unsaved or number in self.fixes:
            return super()._line(row)
        full = cells + self._blanks[size:]
        on, much, of, against, payee, what, mark, shown, graded, people = self._places
        day, account, line = self.days[full[on]], self.accounts[full[of]], self.lines[full[against]]
        supplier, description, fte = self.payees[full[payee]], full[what].strip(), self.people[full[people]]
        reference, evidence, text = full[mark].strip(), full[shown].strip(), full[much].strip()
        if (
            day is None
            or account is None
            or line is None
            or supplier is None
            or fte is None
            or not (supplier or description)
            or len(description) > ROOM["description"]
            or len(reference) > ROOM["reference"]
            or len(evidence) > ROOM["evidence"]
            or "total" in description.casefold()
            or not EXACT.fullmatch(text)
            or not (amount := Decimal(text))
        ):
            return super()._line(row)
        self.sums.add(amount)
        if day < self.first_day:
            self.early.append(number)
        if account == self.staff:
            self.tells_pay = True
            self.pay.add(row=number, budget_line=line, grade=full[graded], fte=fte, day=day, amount=amount)
            return None
        return Line(number, cells, day, amount, account, line, supplier, description, reference, evidence)

    def _day(self, text: str) -> date | None:
        try:
            day = parse_date(text.strip())
        except ValueError:
            return None
        return day if self.year.start <= day <= self.last_day else None

    def _account(self, text: str) -> int | None:
        """None for irrecoverable VAT too, which may be no cost that day (rule 36)."""
        found = self._category_of(text)
        return None if self.vat and found == self.vat_account else found

    def _category_of(self, text: str) -> int | None:
        if "category" not in self.meaning.columns:
            return self.by_value.get(self.meaning.fixed.get("category", ""))
        found = self._category_meant(text.strip())
        return None if found == LEAVE else found

    def _line_of(self, text: str) -> int | None:
        if "budget_line" not in self.meaning.columns:
            return self.line_ids.get(self.meaning.fixed.get("budget_line", ""))
        found = self._budget_line_meant(text.strip())
        return None if found == LEAVE else found

    def _payee(self, text: str) -> str | None:
        said = text.strip()
        if len(said) > ROOM["supplier"] or "total" in said.casefold() or plain(said) in self.others:
            return None
        return said

    def _people(self, text: str) -> Decimal | None:
        try:
            return parse_fte(text)
        except ValueError:
            return None
