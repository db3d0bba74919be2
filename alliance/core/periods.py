"""Months, quarters and financial years: values with a first and a last day.

A financial year begins on the first of a month that each alliance chooses (April unless it says otherwise), and
its quarters are counted from there. Both ends belong to the period. Periods of one kind are ordered by their
first day; nothing here reads a clock.

    >>> Quarter(2026, 2).label
    'Quarter 2 of 2026–27 (July to September 2026)'
    >>> FinancialYear.containing(date(2027, 3, 31)).slug
    '2026-27'
"""

import re
from calendar import month_abbr, month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import total_ordering
from typing import Self

APRIL = 4


class PeriodError(ValueError):
    """A period that does not exist, in words."""


@total_ordering
class Period:
    """What months, quarters and years have in common. Subclasses give `start`, `slug`, `label` and `shifted`."""

    __slots__ = ()

    start: date
    slug: str
    label: str

    def shifted(self, by: int) -> Self:
        """The period so many places later; earlier if `by` is negative."""
        raise NotImplementedError

    @property
    def end(self) -> date:
        """The last day, which belongs to the period."""
        return self.shifted(1).start - timedelta(days=1)

    @property
    def next(self) -> Self:
        return self.shifted(1)

    @property
    def previous(self) -> Self:
        return self.shifted(-1)

    def through(self, last: Self) -> Iterator[Self]:
        """This period and those that follow, up to and including `last`; nothing if `last` is earlier."""
        period = self
        while period <= last:
            yield period
            period = period.next

    def __contains__(self, day: date) -> bool:
        return self.start <= _day(day) <= self.end

    def __str__(self) -> str:
        return self.slug

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (self.start, getattr(self, "begins", 1)) < (other.start, getattr(other, "begins", 1))


@dataclass(frozen=True, slots=True)
class Month(Period):
    """A calendar month: `Month(2026, 11)`, slug "2026-11"."""

    year: int
    month: int

    def __post_init__(self):
        _check_month(self.month)
        _check_year(self.year)

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(_day(day).year, day.month)

    @classmethod
    def parse(cls, slug: str) -> Self:
        """From "2026-11"; anything else is a PeriodError."""
        if not (match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", slug)):
            raise PeriodError(f"'{slug}' is not a month; one is written like 2026-11")
        return cls(int(match[1]), int(match[2]))

    @property
    def start(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def slug(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def label(self) -> str:
        return f"{month_name[self.month]} {self.year}"

    @property
    def short_label(self) -> str:
        """For an axis: "Nov 2026"."""
        return f"{month_abbr[self.month]} {self.year}"

    def shifted(self, by: int) -> Self:
        years, month = divmod(self.month - 1 + by, 12)
        return type(self)(self.year + years, month + 1)


@dataclass(frozen=True, slots=True)
class FinancialYear(Period):
    """The twelve months from the first of `begins` in `year`: `FinancialYear(2026)`, slug "2026-27"."""

    year: int
    begins: int = APRIL

    def __post_init__(self):
        _check_month(self.begins)
        _check_year(self.year)

    @classmethod
    def containing(cls, day: date, begins: int = APRIL) -> Self:
        return cls(_day(day).year - (day.month < begins), begins)

    @classmethod
    def parse(cls, slug: str, begins: int = APRIL) -> Self:
        """From "2026-27", or "2026" where years begin in January; anything else is a PeriodError."""
        if match := re.fullmatch(r"([0-9]{4})(?:-[0-9]{2})?", slug):
            year = cls(int(match[1]), begins)
            if year.slug == slug:
                return year
        raise PeriodError(f"'{slug}' is not a year; one is written like {cls(2026, begins).slug}")

    @property
    def start(self) -> date:
        return date(self.year, self.begins, 1)

    @property
    def slug(self) -> str:
        return str(self.year) if self.begins == 1 else f"{self.year}-{(self.year + 1) % 100:02}"

    @property
    def label(self) -> str:
        return self.slug.replace("-", "–")

    @property
    def months(self) -> tuple[Month, ...]:
        first = Month.containing(self.start)
        return tuple(first.shifted(n) for n in range(12))

    @property
    def quarters(self) -> tuple["Quarter", ...]:
        return tuple(Quarter(self.year, number, self.begins) for number in (1, 2, 3, 4))

    def shifted(self, by: int) -> Self:
        return type(self)(self.year + by, self.begins)


@dataclass(frozen=True, slots=True)
class Quarter(Period):
    """The `number`th three months of the financial year that begins in `year`: slug "2026-27-q2"."""

    year: int
    number: int
    begins: int = APRIL

    def __post_init__(self):
        _check_month(self.begins)
        _check_year(self.year)
        if self.number not in (1, 2, 3, 4):
            raise PeriodError(f"there is no quarter {self.number}; a year has quarters 1 to 4")

    @classmethod
    def containing(cls, day: date, begins: int = APRIL) -> Self:
        year = FinancialYear.containing(day, begins)
        return cls(year.year, (day.month - begins) % 12 // 3 + 1, begins)

    @classmethod
    def parse(cls, slug: str, begins: int = APRIL) -> Self:
        """From "2026-27-q2", or "2026-q2" where years begin in January; anything else is a PeriodError."""
        year, dash, number = slug.rpartition("-q")
        if not dash or number not in {"1", "2", "3", "4"}:
            raise PeriodError(f"'{slug}' is not a quarter; one is written like {cls(2026, 2, begins).slug}")
        return cls(FinancialYear.parse(year, begins).year, int(number), begins)

    @property
    def financial_year(self) -> FinancialYear:
        return FinancialYear(self.year, self.begins)

    @property
    def start(self) -> date:
        return self.months[0].start

    @property
    def slug(self) -> str:
        return f"{self.financial_year.slug}-q{self.number}"

    @property
    def label(self) -> str:
        first, *_, last = self.months
        since = first.label if first.year != last.year else month_name[first.month]
        return f"Quarter {self.number} of {self.financial_year.label} ({since} to {last.label})"

    @property
    def months(self) -> tuple[Month, ...]:
        first = Month(self.year, self.begins).shifted(3 * (self.number - 1))
        return tuple(first.shifted(n) for n in range(3))

    def shifted(self, by: int) -> Self:
        years, number = divmod(self.number - 1 + by, 4)
        return type(self)(self.year + years, number + 1, self.begins)


def _day(day: date) -> date:
    if isinstance(day, datetime):
        raise TypeError("The day of a moment depends on the clock; give its local date.")
    return day


def _check_month(month: int) -> None:
    if not 1 <= month <= 12:
        raise PeriodError(f"there is no month {month}; months are 1 to 12")


def _check_year(year: int) -> None:
    # Room on both sides, so that the next and the previous of a usual period always exist.
    if not 1000 <= year <= 9000:
        raise PeriodError(f"the year {year} is outside 1000 to 9000")
