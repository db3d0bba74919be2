"""Months, quarters and financial years tile the calendar, whichever month an alliance's year begins in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.periods import FinancialYear, Month, PeriodError, Quarter

days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
beginnings = st.integers(1, 12)


@pytest.mark.parametrize(
    ("period", "start", "end", "label", "slug"),
    [
        (Month(2026, 11), date(2026, 11, 1), date(2026, 11, 30), "November 2026", "2026-11"),
        (Month(2028, 2), date(2028, 2, 1), date(2028, 2, 29), "February 2028", "2028-02"),
        (
            Quarter(2026, 2),
            date(2026, 7, 1),
            date(2026, 9, 30),
            "Quarter 2 of 2026–27 (July to September 2026)",
            "2026-27-q2",
        ),
        (
            Quarter(2026, 4),
            date(2027, 1, 1),
            date(2027, 3, 31),
            "Quarter 4 of 2026–27 (January to March 2027)",
            "2026-27-q4",
        ),
        (
            Quarter(2026, 4, begins=2),
            date(2026, 11, 1),
            date(2027, 1, 31),
            "Quarter 4 of 2026–27 (November 2026 to January 2027)",
            "2026-27-q4",
        ),
        (
            Quarter(2026, 1, begins=1),
            date(2026, 1, 1),
            date(2026, 3, 31),
            "Quarter 1 of 2026 (January to March 2026)",
            "2026-q1",
        ),
        (FinancialYear(2026), date(2026, 4, 1), date(2027, 3, 31), "2026–27", "2026-27"),
        (FinancialYear(1999), date(1999, 4, 1), date(2000, 3, 31), "1999–00", "1999-00"),
        (FinancialYear(2026, begins=1), date(2026, 1, 1), date(2026, 12, 31), "2026", "2026"),
    ],
)
def test_a_period_knows_its_days_and_its_names(period, start, end, label, slug):
    assert (period.start, period.end, period.label, period.slug, str(period)) == (
        start,
        end,
        label,
        slug,
        slug,
    )


def test_a_month_has_a_short_name_for_an_axis():
    assert Month(2026, 11).short_label == "Nov 2026"


@given(days, beginnings)
def test_every_day_is_in_one_period_of_each_kind(day, begins):
    for period in (
        Month.containing(day),
        Quarter.containing(day, begins),
        FinancialYear.containing(day, begins),
    ):
        assert day in period
        assert day not in period.next
        assert day not in period.previous
        assert period.start <= day <= period.end


@given(days, beginnings)
def test_periods_follow_one_another_without_gap_or_overlap(day, begins):
    for period in (
        Month.containing(day),
        Quarter.containing(day, begins),
        FinancialYear.containing(day, begins),
    ):
        assert period.next.start == period.end + timedelta(days=1)
        assert period.next.previous == period
        assert period.previous < period < period.next
        assert period.shifted(5).shifted(-5) == period


@given(days, beginnings)
def test_a_year_is_its_quarters_and_a_quarter_its_months(day, begins):
    year = FinancialYear.containing(day, begins)
    assert sum((quarter.months for quarter in year.quarters), ()) == year.months
    assert [quarter.financial_year for quarter in year.quarters] == [year] * 4
    assert (year.quarters[0].start, year.quarters[-1].end) == (year.start, year.end)
    assert Quarter.containing(day, begins) in year.quarters
    assert Month.containing(day) in Quarter.containing(day, begins).months


@given(days, beginnings)
def test_a_slug_finds_its_period_again(day, begins):
    month, quarter, year = (
        Month.containing(day),
        Quarter.containing(day, begins),
        FinancialYear.containing(day, begins),
    )
    assert Month.parse(month.slug) == month
    assert Quarter.parse(quarter.slug, begins) == quarter
    assert FinancialYear.parse(year.slug, begins) == year


@pytest.mark.parametrize(
    "slug", ["", "2026", "2026-13", "2026-00", "2026-1", "november", "2026-11 ", "２０２６-11"]
)
def test_what_is_not_a_month_is_refused(slug):
    with pytest.raises(PeriodError):
        Month.parse(slug)


@pytest.mark.parametrize(
    "slug", ["", "2026", "2026-28", "2026-q2", "2026-27-q5", "2026-27-q", "2026-27-q2-q2"]
)
def test_what_is_not_a_quarter_is_refused(slug):
    with pytest.raises(PeriodError):
        Quarter.parse(slug)


@pytest.mark.parametrize("slug", ["", "2026", "2026-28", "2026-2027", "0026-27"])
def test_what_is_not_a_year_is_refused(slug):
    with pytest.raises(PeriodError):
        FinancialYear.parse(slug)


def test_a_run_of_periods_includes_both_ends():
    assert list(Month(2026, 11).through(Month(2027, 2))) == [
        Month(2026, 11),
        Month(2026, 12),
        Month(2027, 1),
        Month(2027, 2),
    ]
    assert list(Month(2026, 11).through(Month(2026, 10))) == []


def test_periods_sort_by_their_days_and_not_with_other_kinds():
    assert sorted([Quarter(2027, 1), Quarter(2026, 4), Quarter(2026, 1)]) == [
        Quarter(2026, 1),
        Quarter(2026, 4),
        Quarter(2027, 1),
    ]
    with pytest.raises(TypeError):
        _ = Month(2026, 4) < Quarter(2026, 1)


def test_a_moment_is_not_a_day():
    with pytest.raises(TypeError, match="local date"):
        Month.containing(datetime(2026, 3, 31, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "make", [lambda: Month(2026, 0), lambda: Quarter(2026, 5), lambda: FinancialYear(2026, 13)]
)
def test_a_period_that_does_not_exist_cannot_be_made(make):
    with pytest.raises(PeriodError):
        make()
