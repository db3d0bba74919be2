"""A chart is a picture, its words and its table, and says the same in all three."""

import re
from decimal import Decimal as D
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.charts import (
    Bar,
    ChartError,
    Note,
    Series,
    Upright,
    bars_chart,
    columns_chart,
    course_chart,
    lines_chart,
    nice_ticks,
    xmr_chart,
)
from alliance.core.periods import Month
from learning.xmr import analyse

SVG = "{http://www.w3.org/2000/svg}"
QUIET = [10, 12] * 6
SHARES = (
    [D(85), D(100), D(110), D(115)],
    [
        Series("Providers", [D(6), D(0), D(-4), D("-4.50")]),
        Series("Commissioners", [D(9), D(0), D(-6), D("-10.50")]),
    ],
)
MONTHS = [month.short_label for month in Month(2024, 6).through(Month(2027, 12))]


def xmr(values, title="Days waited", **options):
    how = {
        name: options.pop(name)
        for name in ("baseline", "rebases", "screening", "direction")
        if name in options
    }
    return xmr_chart(title, analyse(values, **how), MONTHS[: len(values)], **options)


def parsed(chart):
    return ElementTree.fromstring(chart.svg)


def found(chart, name):
    return [element for element in parsed(chart).iter() if name in (element.get("class") or "").split()]


def words(chart):
    return [element.text for element in parsed(chart).iter(f"{SVG}text")]


def every_kind():
    return {
        "xmr": xmr(
            [*QUIET, 20, 4, *QUIET], rebases=[14], notes=[Note(12, "A flood & a <thaw>")], unit="days"
        ),
        "single": xmr([7]),
        "bars": bars_chart("Spend", [Bar("Outreach & more", D("12.50"), D("20")), Bar("Credit", D("-3"))]),
        "columns": columns_chart(
            "Spend to date",
            MONTHS[:12],
            [Series("Harbour", [D("10.10")] * 12), Series("Quay", [D(5)] * 12)],
            line=Series("Budget to date", [D(15) * n for n in range(1, 13)]),
            cumulative=True,
        ),
        "lines": lines_chart(
            "Shares", *SHARES, uprights=[Upright(100, "target"), Upright(110, "cost", True)]
        ),
        "course": course_chart(
            "The year & its course",
            MONTHS[:12],
            [D("10.10"), D(5), D("-2"), D(4)],
            partly=[3],
            ahead=(3, D("52.40")),
            agreed=D(60),
        ),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_a_chart_can_be_read_aloud(kind):
    chart = every_kind()[kind]
    svg = parsed(chart)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == f"{chart.title}. {chart.description}"
    assert svg.find(f"{SVG}title").text == chart.title
    assert svg.find(f"{SVG}desc").text == chart.description


@pytest.mark.parametrize("kind", every_kind())
def test_a_chart_obeys_the_strict_content_security_policy(kind):
    svg = parsed(every_kind()[kind])
    assert {element.tag for element in svg.iter()} & {f"{SVG}style", f"{SVG}script"} == set()
    assert [
        name for element in svg.iter() for name in element.attrib if name == "style" or name.startswith("on")
    ] == []


@pytest.mark.parametrize("kind", every_kind())
def test_everything_is_inside_the_drawing(kind):
    svg = parsed(every_kind()[kind])
    _, _, width, height = map(float, svg.get("viewBox").split())
    for element in svg.iter():
        for name, most in (("x", width), ("x1", width), ("cx", width), ("y", height), ("cy", height)):
            if element.get(name) and element.tag != f"{SVG}pattern":
                assert 0 <= float(element.get(name)) <= most


@pytest.mark.parametrize("kind", every_kind())
def test_every_row_of_the_table_has_a_cell_for_each_header(kind):
    table = every_kind()[kind].table
    assert {len(row) for row in table.rows} == {len(table.headers)}


def test_ids_on_a_page_are_unique_and_the_same_each_time():
    charts = [
        *every_kind().values(),
        bars_chart("Spend", [Bar("A", 1)]),
        bars_chart("Spend", [Bar("A", 1)], name="b"),
    ]
    ids = [i for chart in charts for i in re.findall(r'\bid="([^"]+)"', chart.svg)]
    assert len(ids) == len(set(ids))
    assert every_kind() == every_kind()


def test_patterns_are_found_by_the_columns_that_use_them():
    svg = every_kind()["columns"].svg
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_special_causes_are_told_by_their_shape():
    chart = xmr([*QUIET, 20, 4], baseline=12)
    assert [point.get("d").split("m0 ")[1][:2] for point in found(chart, "chart__special")] == [
        "-6",
        "6l",
        "-6",
        "6l",
    ]
    assert len(found(chart, "chart__common")) == 12
    assert {"special cause: high", "special cause: low", "with a ring: outside the limits"} <= set(
        words(chart)
    )


def test_a_chart_without_special_causes_explains_none():
    chart = xmr(QUIET)
    assert found(chart, "chart__special") == []
    assert [text for text in words(chart) if text.startswith("special")] == []


def test_the_lines_are_named_where_they_end_and_broken_at_a_rebase():
    one, two = xmr(QUIET), xmr([*QUIET, *(value + 50 for value in QUIET)], rebases=[12])
    assert {"upper 16.3", "mean 11.0", "lower 5.7"} <= set(words(one))
    assert (len(found(one, "chart__mean")), len(found(two, "chart__mean"))) == (1, 2)
    assert (len(found(one, "chart__path")), len(found(two, "chart__path"))) == (1, 2)
    assert "mean 61.0" in words(two)


def test_the_settings_of_the_limits_are_printed_on_the_chart():
    assert "Screening on: great leaps are left out." in words(xmr(QUIET))
    assert "Screening off: every leap counts." in words(xmr(QUIET, screening=False))
    assert "Trial limits: fewer than 12 points." in words(xmr(QUIET[:5]))
    assert "Trial limits: fewer than 12 points." not in words(xmr(QUIET))


def test_the_table_says_what_the_chart_shows():
    chart = xmr([*QUIET, 20], baseline=12, unit="days", notes=[Note(12, "A flood"), Note(12, "and a thaw")])
    assert chart.table.headers == ("When", "Value (days)", "Mean", "Limits", "What it says", "Note")
    assert chart.table.rows[-1] == (
        "Jun 2025",
        "20",
        "11.0",
        "5.7 to 16.3",
        "special cause: high (outside the limits)",
        "A flood and a thaw",
    )
    assert "1" in words(chart)
    assert "A flood" in words(chart)


def test_bars_show_their_figures_and_their_budget():
    chart = bars_chart("Spend", [Bar("Outreach", D("12.5"), D("20")), Bar("Credit", D("-3"))])
    assert chart.description == "Spent, Outreach: £12.50, budget £20.00; Credit: −£3.00."
    assert chart.table.rows == (("Outreach", "£12.50", "£20.00"), ("Credit", "−£3.00", "none"))
    outreach, credit = found(chart, "chart__bar")
    assert float(outreach.get("width")) == pytest.approx(float(credit.get("width")) * 12.5 / 3, abs=0.5)
    assert float(credit.get("x")) + float(credit.get("width")) == pytest.approx(
        float(outreach.get("x")), abs=0.2
    )


def test_columns_add_up_to_date_beside_their_budget():
    chart = every_kind()["columns"]
    assert chart.table.headers == ("Month", "Harbour", "Quay", "Total", "Budget to date")
    assert chart.table.rows[-1] == ("May 2025", "£121.20", "£60.00", "£181.20", "£180.00")
    assert chart.description == (
        "Jun 2024 to May 2025, at the end of May 2025: Harbour £121.20; Quay £60.00. "
        "Together £181.20. Budget to date ends at £180.00."
    )
    first, second = found(chart, "chart__series")[:2]
    assert float(second.get("y")) + float(second.get("height")) == pytest.approx(
        float(first.get("y")), abs=0.2
    )


def test_what_people_wrote_is_escaped():
    chart = bars_chart('<script>"&', [Bar("<b>Line</b>", 1)])
    assert parsed(chart).find(f"{SVG}title").text == '<script>"&'
    assert "<b>Line</b>" in words(chart)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: xmr_chart("x", analyse([1, 2]), ["Jan"]),
        lambda: bars_chart("x", []),
        lambda: columns_chart("x", ["Jan"], []),
        lambda: columns_chart("x", ["Jan"], [Series("a", [1, 2])]),
        lambda: columns_chart("x", ["Jan"], [Series(str(n), [1]) for n in range(7)]),
    ],
)
def test_figures_that_do_not_make_a_chart_are_refused(draw):
    with pytest.raises(ChartError):
        draw()


figures = st.decimals(-(10**12), 10**12, places=2)


@given(figures, figures)
def test_ticks_are_round_and_hold_every_figure(a, b):
    low, high = sorted((a, b))
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low <= high <= ticks[-1]
    assert 2 <= len(ticks) <= 8
    steps = {later - earlier for earlier, later in pairwise(ticks)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}


@given(st.lists(figures, min_size=1, max_size=30), st.sampled_from(["", "£", "%", "days"]))
def test_any_figures_can_be_drawn(values, unit):
    parsed(xmr(values, unit=unit))
    parsed(bars_chart("x", [Bar("line", value, value) for value in values], unit=unit))
    labels = [str(n) for n in range(len(values))]
    for stacked in (True, False):
        parsed(
            columns_chart(
                "x", labels, [Series("a", values), Series("b", values[::-1])], stacked=stacked, unit=unit
            )
        )


def test_lines_are_told_apart_by_dash_and_dot_and_marked_where_an_upright_crosses_them():
    chart = every_kind()["lines"]
    lines = [element for element in found(chart, "chart__stroke") if element.tag == f"{SVG}polyline"]
    assert [line.get("stroke-dasharray") for line in lines] == [None, "9 5"]
    assert [len(line.get("points").split()) for line in lines] == [4, 4]
    dots = [re.sub(r"M[-\d. ]+", "", dot.get("d")) for dot in found(chart, "chart__dot")]
    assert sorted(map(dots.count, set(dots))) == [2, 2], "one of each in the drawing, one in the legend"
    assert {"Providers", "Commissioners", "target", "cost"} <= set(words(chart))


def test_lines_say_their_figures_in_words_and_in_the_table():
    chart = every_kind()["lines"]
    assert chart.description == (
        "Cost from left to right; at £85.00: Providers £6.00, Commissioners £9.00; "
        "at £100.00 (target): Providers £0.00, Commissioners £0.00; "
        "at £110.00 (cost): Providers −£4.00, Commissioners −£6.00; "
        "at £115.00: Providers −£4.50, Commissioners −£10.50."
    )
    assert chart.table.headers == ("Cost", "Providers", "Commissioners")
    assert chart.table.rows[2] == ("£110.00 (cost)", "−£4.00", "−£6.00")


@pytest.mark.parametrize(
    ("at", "values", "uprights"),
    [
        ([1], [1], []),
        ([1, 1], [1, 2], []),
        ([2, 1], [1, 2], []),
        ([1, 2], [1], []),
        ([1, 3], [1, 2], [Upright(2, "between", dots=True)]),
    ],
)
def test_figures_that_make_no_lines_are_refused(at, values, uprights):
    with pytest.raises(ChartError):
        lines_chart("Shares", at, [Series("A", values)], uprights=uprights)
    with pytest.raises(ChartError):
        lines_chart("Shares", [1, 2], [Series(name, [1, 2]) for name in "ABCDE"])
