"""Horizontal bars, one a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from .axes import WIDTH, px, scale
from .drawing import ROW, WRAP, Chart, ChartError, DataTable, draw, rows_below
from .figures import Number, figure

MOST_TOLD = 8  # bars that the description names; the table has them all


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: Number
    budget: Number | None = None


def bars_chart(
    title: str,
    bars: Sequence[Bar],
    *,
    unit: str = "£",
    heading: str = "Line",
    measure: str = "Spent",
    marker: str = "Budget",
    between: str = " of ",
    name: str = "",
) -> Chart:
    """Horizontal bars, one a line, each with its figure in words; a mark shows the budget where there is one.

    `between` stands between both figures: "£80.00 of £100.00".

    In the order given: the caller decides it, and nothing is ranked. A negative value goes left from zero.
    """
    if not bars:
        raise ChartError("A bar chart needs at least one bar.")
    ends = [0, *(bar.value for bar in bars), *(bar.budget for bar in bars if bar.budget is not None)]
    low, high = min(ends), max(ends)
    x = scale(low, high if high > low else 1, 2, WIDTH - 2)
    placed, top = [], 8
    for bar in bars:
        words = figure(bar.value, unit)
        if bar.budget is not None:
            words += f"{between}{figure(bar.budget, unit)}"
        lines = wrap(bar.label, WRAP) or [""]
        at = top + ROW * len(lines)
        placed.append(
            {
                "lines": [{"y": top + ROW * (n + 1) - 6, "words": line} for n, line in enumerate(lines)],
                "x": px(x(min(0, bar.value))),
                "width": px(x(max(0, bar.value)) - x(min(0, bar.value))),
                "y": at,
                "words": words,
                "words_y": at + 36,
                "budget": None if bar.budget is None else px(x(bar.budget)),
                "budget_top": at - 3,
                "budget_bottom": at + 21,
            }
        )
        top = at + 56
    has_budget = any(bar.budget is not None for bar in bars)
    legend = [{"shape": "budget", "words": marker}] if has_budget else []
    description = _in_words(bars, unit, measure, marker)
    svg = draw("bars", title, description, name, rows_below(top, legend), bars=placed, zero=px(x(0)))
    headers = (heading, measure, *([marker] if has_budget else []))
    rows = tuple(
        (
            bar.label,
            figure(bar.value, unit),
            *(["none" if bar.budget is None else figure(bar.budget, unit)] if has_budget else []),
        )
        for bar in bars
    )
    return Chart(title, description, svg, DataTable(headers, rows))


def _in_words(bars: Sequence[Bar], unit: str, measure: str, marker: str) -> str:
    told = []
    for bar in bars[:MOST_TOLD]:
        budget = "" if bar.budget is None else f", {marker.lower()} {figure(bar.budget, unit)}"
        told.append(f"{bar.label}: {figure(bar.value, unit)}{budget}")
    if len(bars) > MOST_TOLD:
        told.append(f"and {len(bars) - MOST_TOLD} more, in the table")
    return f"{measure}, {'; '.join(told)}."
