"""Working days in England: Monday to Friday, without bank holidays.

A deadline of n working days does not count the day of the event itself: minutes of a meeting on a Friday, due
within 5 working days, are due the next Friday if no bank holiday falls between (rules 18, 21 and 23).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    return _date(day).weekday() < 5 and day not in _bank_holidays(day.year)


def bank_holiday(day: date) -> str | None:
    """The bank holiday's name, or None."""
    return _bank_holidays(_date(day).year).get(day)


def add_working_days(day: date, n: int) -> date:
    """The nth working day after `day`; before it, if `n` is negative.

    With n = 0 it is `day` itself, or the next working day if `day` is not one.
    """
    step = ONE_DAY if n >= 0 else -ONE_DAY
    remaining = abs(n)
    while remaining:
        day += step
        remaining -= is_working_day(day)
    while not is_working_day(day):
        day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and including `end`; negative if `end` is earlier.

    So `working_days_between(day, add_working_days(day, n)) == n`, for n > 0.
    """
    if end < start:
        return -working_days_between(end - ONE_DAY, start - ONE_DAY)
    return sum(is_working_day(start + n * ONE_DAY) for n in range(1, (end - start).days + 1))


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year, language="en_GB"))


def _date(day: date) -> date:
    if isinstance(day, datetime):
        raise TypeError("The day of a moment depends on the clock; give its local date.")
    return day
