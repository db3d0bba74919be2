"""What a reading recognises as no cost: which rows it left out, and the sums of other rows (house 23)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from alliance.core.money import ZERO
from ledger.importing.words import rows_in_words

GROUPS = 500  # groups of rows whose sums are remembered


@dataclass
class LeftOut:
    """The numbers of the rows, by what is left out; hidden ones are noted even where they are read."""

    short: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    zero: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    by_hand: list[int] = field(default_factory=list)

    def sentences(self, *, leave_hidden: bool) -> Iterator[str]:
        """One for each kind that there is: "Rows 4, 7 and 8 are totals of other rows and were left out."."""
        hidden = "was left out" if leave_hidden else "was read all the same"
        for rows, one, many in (
            (self.short, "ends before the column that says whose it is, and was left out.",
             "end before the column that says whose they are, and were left out."),
            (self.blank, "holds nothing and was left out.", "hold nothing and were left out."),
            (self.repeated, "repeats the headings and was left out.", "repeat the headings and were left out."),
            (self.words, "has neither a date nor an amount and was left out.",
             "have neither a date nor an amount and were left out."),
            (self.totals, "is a total of other rows and was left out.", "are totals of other rows and were left out."),
            (self.zero, "has the amount 0.00 and was left out.", "have the amount 0.00 and were left out."),
            (self.hidden, f"is hidden in the file and {hidden}.",
             f"are hidden in the file and {hidden.replace('was', 'were')}."),
            (self.by_hand, "was left out by hand.", "were left out by hand."),
        ):  # fmt: skip
            if rows:
                yield f"{rows_in_words(rows)} {one if len(rows) == 1 else many}"


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
