"""Figures come as people have them; everything that is wrong is told at once, in words, by row (house 23)."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.periods import Month
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from learning.reading import parse_figure, parse_month, read_figures, read_pasted

TODAY = date(2026, 11, 22)
NOV = Month(2026, 11)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11",
        "2026-11-01",
        "11/2026",
        "1/11/2026",
        "01.11.2026",
        "Nov 2026",
        "November 2026",
        "nov-26",
        "30 Nov 2026",
    ],
)
def test_a_month_is_read_as_people_write_it(text):
    assert parse_month(text) == NOV


@pytest.mark.parametrize("text", ["", "Ma 2026", "13/2026", "2026", "yesterday", "2026-00", "Nov"])
def test_what_is_no_month_is_said_in_a_clause(text):
    with pytest.raises(ValueError, match="month"):
        parse_month(text)


def test_september_is_also_sept():
    assert parse_month("Sept 2026") == Month(2026, 9)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4))
def test_every_figure_reads_back_exactly(value):
    assert parse_figure(f"{value:,f}") == value


@pytest.mark.parametrize("text", ["1,2O0", "12,34", "1.2.3", "NaN", "1e5", "٣", "", "0.00001", "9" * 20])
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(ValueError, match=r"number|missing|decimals|large"):
        parse_figure(text)


@pytest.mark.parametrize(
    "pasted", ["Nov 2026\t31\nOct 2026\t28", "2026-11,31\n2026-10,28", "Nov 2026 31\nOct 2026 28"]
)
def test_two_columns_can_be_pasted(pasted):
    read = read_pasted(pasted, today=TODAY)
    assert read.problems == []
    assert read.figures == {NOV: Decimal(31), Month(2026, 10): Decimal(28)}


def test_headings_and_their_order_do_not_matter():
    read = read_pasted("Note,Figure,Month\nflood,31,Nov 2026\n,28,Oct 2026", today=TODAY)
    assert read.problems == []
    assert read.figures == {NOV: Decimal(31), Month(2026, 10): Decimal(28)}
    assert read.notes == {NOV: "flood"}


def test_every_problem_is_told_at_once_with_its_row():
    read = read_pasted(
        "Month,Figure\nNov 2026,3l\nsoon,4\nDec 2026,5\nOct 2026,6\nOct 2026,7\nSep 2026,", today=TODAY
    )
    assert read.problems == [
        "Row 2: “3l” is not a number.",
        "Row 3: “soon” is not a month; write it like Nov 2026 or 2026-11.",
        "Row 4: December 2026 is still to come.",
        "Row 6: October 2026 is there twice.",
        "Row 7: the figure is missing.",
    ]


def test_a_spreadsheet_with_real_dates_is_read():
    columns = [Column("Month", "date"), Column("People", "number")]
    sheet = Sheet(
        "Figures", columns, [(date(2026, 10, 1), Decimal("28.5")), (date(2026, 11, 1), Decimal(31))]
    )
    read = read_figures(io.BytesIO(write_xlsx([sheet])), "figures.xlsx", today=TODAY)
    assert read.problems == []
    assert read.figures == {Month(2026, 10): Decimal("28.5"), NOV: Decimal(31)}


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03", b"PK\x03\x04broken"])
def test_what_cannot_be_read_says_so(content):
    read = read_figures(io.BytesIO(content), "figures.xlsx", today=TODAY)
    assert read.figures == {}
    assert len(read.problems) >= 1
