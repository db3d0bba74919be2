"""Pay in a return: by grade and full-time equivalents, never by name, and never of fewer than three (rule 29).

A file's rows of direct staff become lines of the book only together: those of one grade on one budget line are one
line, and a grade of fewer than three is merged with others until three are in it. Full-time equivalents stand for
people: there are at least as many people. Rows of several days may be the same people, paid again: those of the fullest
day count. Where none are stated nobody knows how many people it is, and all of it on a
budget line is one line. Pure calculation; what is merged here is all that is ever staged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from alliance.core import money
from alliance.core.money import ZERO, MoneyError, parse_pounds

FEWEST = Decimal(3)
NO_GRADE = "Grade not stated"
SEVERAL = "Several grades"
TOO_FEW = "Pay: fewer than three full-time equivalents, or none stated"
MOST, ROOM = Decimal("9999.99"), Decimal("9999999.99")  # full-time equivalents in one row, and in one line
GRADE_ROOM = 60


@dataclass
class Cell:
    """The pay of one grade, or of several, on one budget line."""

    grade: str
    rows: list[int] = field(default_factory=list)
    amount: Decimal = ZERO
    fte: Decimal = Decimal("0.00")
    day: date = date.min  # the last of its rows'
    each: dict[date, Decimal] = field(default_factory=dict)  # full-time equivalents of each day's rows

    @property
    def is_enough(self) -> bool:
        return self.fte >= FEWEST

    @property
    def fits(self) -> bool:
        """Has a line of the book room for it?"""
        return abs(self.amount) <= money.MOST and self.fte <= ROOM

    def take(self, row: int, day: date, amount: Decimal, fte: Decimal) -> None:
        """What is taken back is nobody's work: its full-time equivalents do not count."""
        self.rows.append(row)
        self.amount, self.day = self.amount + amount, max(self.day, day)
        if amount > 0:
            self.each[day] = self.each.get(day, ZERO) + fte
            self.fte = max(self.fte, self.each[day])

    @property
    def said(self) -> str:
        return f"{self.grade}, {self.fte} full-time equivalents" if self.is_enough else TOO_FEW


def together(cells: Iterable[Cell]) -> Cell:
    whole = Cell(SEVERAL)
    for one in cells:
        whole.rows += one.rows
        whole.amount, whole.day = whole.amount + one.amount, max(whole.day, one.day)
        for day, fte in (one.each or {one.day: one.fte}).items():
            whole.each[day] = whole.each.get(day, ZERO) + fte
    whole.fte = max(whole.each.values())
    return whole


def merged(cells: Iterable[Cell]) -> list[Cell]:
    """The cells of one budget line as everybody may see them.

    What is too small goes together; if that is still too small, the smallest of the others joins it: what is left when
    the others are taken from the whole is never the pay of one or two. Only where all of them are fewer than three
    does the one line that remains say neither grade nor full-time equivalents.
    """
    cells = sorted(cells, key=lambda one: (one.fte, one.grade))
    small = [one for one in cells if not one.is_enough]
    shown = cells[len(small) :]
    while small and shown and not together(small).is_enough:
        small.append(shown.pop(0))
    return [*shown, *([together(small)] if small else [])]


class Pay:
    """The rows of pay of one reading."""

    def __init__(self):
        self.cells: dict[int, dict[str, Cell]] = {}  # budget line → plain grade → cell

    def add(
        self, *, row: int, budget_line: int, grade: str, fte: Decimal, day: date, amount: Decimal
    ) -> None:
        grade = " ".join(grade.split()) or NO_GRADE
        of_line = self.cells.setdefault(budget_line, {})
        of_line.setdefault(grade.casefold(), Cell(grade)).take(row, day, amount, fte)

    def lines(self) -> Iterator[tuple[int, Cell]]:
        """(budget line, cell) for each line that the book takes; a sum of 0.00 is none."""
        for budget_line, cells in self.cells.items():
            for cell in merged(cells.values()):
                if cell.amount:
                    yield budget_line, cell

    @property
    def rows(self) -> list[int]:
        return sorted(row for cells in self.cells.values() for cell in cells.values() for row in cell.rows)


def parse_fte(text: str) -> Decimal:
    """0.00 for none. ValueError with a sentence that reads on after a row number."""
    said = text.strip()
    if not said:
        return Decimal("0.00")
    try:
        found = parse_pounds(said)
    except MoneyError:
        found = None
    if found is None or not ZERO <= found <= MOST or "£" in said:
        raise ValueError(
            f"the full-time equivalents '{said[:40]}' are not a number with up to two decimals, like 2.50"
        )
    return found
