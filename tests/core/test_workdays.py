"""Deadlines in England's working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.workdays import add_working_days, bank_holiday, is_working_day, working_days_between

days = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2022, 9, 19), "State Funeral of Queen Elizabeth II"),
    ],
)
def test_nobody_works_on_a_bank_holiday(day, name):
    assert bank_holiday(day) == name
    assert not is_working_day(day)


def test_boxing_day_on_a_saturday_is_kept_on_monday():
    assert not is_working_day(date(2026, 12, 28))


def test_scotlands_and_northern_irelands_holidays_are_working_days_in_england():
    assert is_working_day(date(2026, 1, 2))
    assert is_working_day(date(2026, 3, 17))
    assert is_working_day(date(2026, 11, 30))


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2026, 11, 20), 5, date(2026, 11, 27)),  # Friday to Friday
        (date(2026, 11, 22), 5, date(2026, 11, 27)),  # from a Sunday: Monday is the first
        (date(2026, 12, 23), 5, date(2027, 1, 4)),  # over Christmas, Boxing Day in lieu and New Year
        (date(2026, 11, 22), 20, date(2026, 12, 18)),
        (date(2026, 11, 22), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
    ],
)
def test_a_deadline_falls_on_a_working_day(day, n, due):
    assert add_working_days(day, n) == due


@given(days, st.integers(1, 120))
def test_counting_undoes_adding(day, n):
    due = add_working_days(day, n)
    assert is_working_day(due)
    assert working_days_between(day, due) == n
    assert working_days_between(due, add_working_days(due, -n)) == -n


@given(days, st.integers(-400, 400))
def test_working_days_are_counted_one_by_one(start, length):
    """A slow specification: the days after the earlier, up to the later, or from the earlier to before the later."""
    end = start + timedelta(days=length)
    if length >= 0:
        counted = [start + timedelta(days=n) for n in range(1, length + 1)]
    else:
        counted = [end + timedelta(days=n) for n in range(-length)]
    working = sum(day.weekday() < 5 and bank_holiday(day) is None for day in counted)
    assert working_days_between(start, end) == (working if length >= 0 else -working)


@given(days, days)
def test_a_stretch_is_the_sum_of_its_parts(start, end):
    middle = start + (end - start) / 2
    assert working_days_between(start, middle) + working_days_between(middle, end) == working_days_between(
        start, end
    )


def test_a_moment_is_not_a_day():
    with pytest.raises(TypeError, match="local date"):
        is_working_day(datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
