"""The course of a year: sums of what was spent, where a rate leads, what was agreed; the table says the same."""

import re
from decimal import Decimal as D

import pytest

from alliance.core.charts import ChartError, course_chart
from alliance.core.periods import Month

LABELS = [month.short_label for month in Month(2026, 4).through(Month(2026, 9))]


def test_the_table_adds_the_months_up_and_the_rate_ends_at_its_figure():
    chart = course_chart("Course", LABELS, [D(100), D(50), D("25.50")], ahead=(2, D(450)), agreed=D(400))
    assert chart.table.headers == ("Month", "Spent in the month", "Spent so far", "At this rate")
    assert chart.table.rows == (
        ("Apr 2026", "£100.00", "£100.00", "–"),
        ("May 2026", "£50.00", "£150.00", "–"),
        ("Jun 2026", "£25.50", "£175.50", "£225.00"),
        ("Jul 2026", "–", "–", "£300.00"),
        ("Aug 2026", "–", "–", "£375.00"),
        ("Sep 2026", "–", "–", "£450.00"),
    )
    assert chart.description == (
        "Spent, added up from Apr 2026 to Jun 2026: £175.50; at this rate, by the end of Sep 2026: £450.00; "
        "agreed: £400.00."
    )


def test_a_month_told_in_part_is_an_open_ring_and_its_words_say_so():
    told = [D(100), D(50)]
    whole, partly = course_chart("Course", LABELS, told), course_chart("Course", LABELS, told, partly=[1, 4])
    assert [len(re.findall(r'<circle[^>]+fill="#fff"', one.svg)) for one in (whole, partly)] == [0, 1]
    assert "not yet reported by everybody" in partly.svg
    assert "not yet reported by everybody" not in whole.svg


@pytest.mark.parametrize(
    ("labels", "spent", "ahead"),
    [(LABELS, [], None), (LABELS[:1], [D(1), D(2)], None), ([], [], None), (LABELS, [D(1)], (2, D(5)))],
)
def test_what_makes_no_course_is_refused(labels, spent, ahead):
    with pytest.raises(ChartError):
        course_chart("Course", labels, spent, ahead=ahead)
