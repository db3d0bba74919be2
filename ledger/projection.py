"""What a year will have cost at its end: what is spent and what is to come, month by month. Pure calculation.

A year is its months in order, usually twelve, and every amount is exact: parts sum to their whole (rule 37). A month
that is told in full counts as it is; one that is awaited counts as what is expected of it, with whatever the book has
of it already; any other month (nobody was there to spend) counts as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from alliance.core.money import ZERO, format_pounds, round_to_penny, split

Amounts = tuple[Decimal, ...]


@dataclass(frozen=True)
class Known:
    """What the book has of each month; which months are told in full, and which are awaited. None is both."""

    spent: Amounts
    complete: tuple[bool, ...]
    awaited: tuple[bool, ...]

    @property
    def in_full(self) -> Amounts:
        return tuple(amount for amount, told in zip(self.spent, self.complete, strict=True) if told)

    def expecting(self, expected: Iterable[Decimal]) -> "Projection":
        """With these amounts for the awaited months, in their order."""
        coming = iter(expected)
        months = tuple(
            next(coming) if awaits else amount
            for amount, awaits in zip(self.spent, self.awaited, strict=True)
        )
        return Projection(self.spent, months, self.complete, self.awaited)


@dataclass(frozen=True)
class Projection:
    """Of each month what the book has (`spent`) and what it will have cost (`expected`)."""

    spent: Amounts
    expected: Amounts
    complete: tuple[bool, ...]
    awaited: tuple[bool, ...]

    @property
    def told_until(self) -> int:
        """How many months from the first on await nothing."""
        return next((place for place, awaits in enumerate(self.awaited) if awaits), len(self.awaited))

    @property
    def so_far(self) -> Decimal:
        return sum(self.spent, ZERO)

    @property
    def to_come(self) -> Decimal:
        """Negative where more is in the book than is expected in the end."""
        return self.year_end - self.so_far

    @property
    def year_end(self) -> Decimal:
        return sum(self.expected, ZERO)


def as_it_is(known: Known) -> Projection:
    """Nothing more is expected."""
    return Projection(known.spent, known.spent, known.complete, known.awaited)


def at_the_rate(known: Known) -> Projection:
    """Run-rate: each awaited month costs what the months that are told in full did on average.

    Rounded once: a full year comes to their sum × 12 ÷ their number, as `summaries.rate` says it. Without any such
    month nothing more is expected.
    """
    told, awaited = known.in_full, sum(known.awaited)
    if not told:
        return as_it_is(known)
    return known.expecting(
        split(round_to_penny(Fraction(sum(told, ZERO)) * awaited / len(told)), [1] * awaited)
    )


def by_profile(known: Known, months: Sequence[Decimal]) -> Projection:
    """Each awaited month costs what the profile says of it; those that are told in full take its place."""
    return known.expecting(part for part, awaits in zip(months, known.awaited, strict=True) if awaits)


def as_entered(known: Known, year_end: Decimal) -> Projection:
    """The year comes to what somebody said; what is missing of it is spread evenly over the awaited months.

    Once no month is awaited any more, the book says what the year came to.
    """
    awaited = sum(known.awaited)
    counted = (amount for amount, awaits in zip(known.spent, known.awaited, strict=True) if not awaits)
    return known.expecting(split(year_end - sum(counted, ZERO), [1] * awaited) if awaited else ())


def profile(amount: Decimal, pattern: Iterable[Decimal | int] = (1,) * 12) -> Amounts:
    """An amount over the months in the proportions of a pattern, by largest remainder (rule 37).

    Months of the pattern below nothing count as nothing; MoneyError when none is above.
    """
    return tuple(split(amount, [max(part, 0) for part in pattern]))


def together(parts: Sequence[Projection]) -> Projection:
    """Their sum, month by month: awaited where any part awaits it, complete where it is told and nobody awaits it."""

    def by_month(name: str) -> Iterable[tuple]:
        return zip(*(getattr(one, name) for one in parts), strict=True)

    awaited = tuple(map(any, by_month("awaited")))
    return Projection(
        spent=tuple(sum(month, ZERO) for month in by_month("spent")),
        expected=tuple(sum(month, ZERO) for month in by_month("expected")),
        complete=tuple(
            any(month) and not awaits for month, awaits in zip(by_month("complete"), awaited, strict=True)
        ),
        awaited=awaited,
    )


@dataclass(frozen=True)
class Variance:
    """A forecast beside what is agreed."""

    agreed: Decimal
    forecast: Decimal

    @property
    def amount(self) -> Decimal:
        """More than agreed is positive."""
        return self.forecast - self.agreed

    @property
    def percent(self) -> Decimal | None:
        """Its size in percent of what is agreed, to one place, half up; None where nothing is agreed."""
        if not self.agreed:
            return None
        tenths = Fraction(abs(self.amount)) * 1000 / Fraction(self.agreed)
        return Decimal(floor(tenths + Fraction(1, 2))).scaleb(-1)

    def is_beyond(self, percent: Decimal) -> bool:
        """Strictly, and asked of the exact figures; where nothing is agreed, any forecast is (rule 40)."""
        return abs(self.amount) * 100 > percent * self.agreed

    @property
    def sentence(self) -> str:
        """ "£12,400.00 more than agreed, 6 %"; "as agreed"."""
        if not self.amount:
            return "as agreed"
        words = f"{format_pounds(abs(self.amount))} {'more' if self.amount > 0 else 'less'} than agreed"
        return words if self.percent is None else f"{words}, {self.percent.normalize():,f}\N{NO-BREAK SPACE}%"
