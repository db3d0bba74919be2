"""Lines over a scale of numbers, with places on it that are worth seeing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .axes import WIDTH, Axes, nice_ticks, polyline, px, scale
from .drawing import Chart, ChartError, DataTable, Series, draw, rows_below
from .figures import Number, figure, short

# Each line has its dash and its dot, so that no line depends on its colour.
STROKES = (
    {"colour": "#17515e", "dash": "", "dot": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0"},
    {"colour": "#6b2b5f", "dash": "9 5", "dot": "m-4 -4h8v8h-8z"},
    {"colour": "#47506f", "dash": "2 4", "dot": "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z"},
    {"colour": "#25202b", "dash": "12 4 2 4", "dot": "m0 -5.5l5.5 10h-11z"},
)


@dataclass(frozen=True, slots=True)
class Upright:
    """A place on the level axis that is worth seeing; with `dots`, each line is marked where it crosses it."""

    at: Number
    words: str
    dots: bool = False


def lines_chart(
    title: str,
    at: Sequence[Number],
    series: Sequence[Series],
    *,
    uprights: Sequence[Upright] = (),
    unit: str = "£",
    axis: str = "Cost",
    axis_unit: str = "£",
    labels: Sequence[str] = (),
    name: str = "",
) -> Chart:
    """Up to four lines over a scale of numbers, straight from one point to the next.

    at: where the points are, ascending; every series has a value, or None, for each. An upright with dots stands at
    one of them. labels: what the points are called, where that is not their number ("Nov 2026").
    """
    if len(at) < 2 or not series:
        raise ChartError("A chart of lines needs at least one line of two points.")
    if len(series) > len(STROKES):
        raise ChartError("More than four lines cannot be told apart; leave some of them out.")
    if any(len(one.values) != len(at) for one in series):
        raise ChartError("Every line needs one value for each point.")
    if any(left >= right for left, right in pairwise(at)):
        raise ChartError("The points of a line go from left to right.")
    if any(one.dots and one.at not in at for one in uprights):
        raise ChartError("An upright with dots stands at one of the points.")
    if labels and len(labels) != len(at):
        raise ChartError("Where points have names, each has one.")

    values = [0, *(value for one in series for value in one.values if value is not None)]
    axes = Axes(values, left=70, right=WIDTH - 26)
    x = scale(at[0], at[-1], axes.left, axes.right)
    below = at if labels else [tick for tick in nice_ticks(at[0], at[-1]) if at[0] <= tick <= at[-1]]
    marks = axes.marks(labels or [short(tick, axis_unit) for tick in below], lambda i: x(below[i]))
    called = list(labels) or [figure(place, axis_unit) for place in at]
    stroked = list(zip(series, STROKES, strict=False))
    legend = [{"shape": "stroke", "words": one.name, **stroke} for one, stroke in stroked]
    legend += [{"shape": "upright", "dots": one.dots, "words": one.words} for one in uprights]
    dotted = {one.at for one in uprights if one.dots}

    def drawn(one: Series, stroke: dict[str, str]) -> dict[str, Any]:
        points = [
            (place, x(place), axes.y(value))
            for place, value in zip(at, one.values, strict=True)
            if value is not None
        ]
        return {
            "points": polyline((across, down) for _, across, down in points),
            "dots": [{"x": px(across), "y": px(down)} for place, across, down in points if place in dotted],
            **stroke,
        }

    description = _in_words(at, called, series, uprights, unit, axis)
    svg = draw(
        "lines",
        title,
        description,
        name,
        rows_below(axes.below, legend),
        **{"bottom": axes.bottom, "top": axes.top}
        | axes.drawn(unit, marks),  # uprights go from one to the other
        zero=px(axes.y(0)),
        uprights=[{"x": px(x(one.at)), "dots": one.dots} for one in uprights if at[0] <= one.at <= at[-1]],
        lines=[drawn(one, stroke) for one, stroke in stroked],
    )
    named = {one.at: one.words for one in uprights}
    rows = tuple(
        (
            f"{called[i]} ({named[place]})" if place in named else called[i],
            *("–" if one.values[i] is None else figure(one.values[i], unit) for one in series),
        )
        for i, place in enumerate(at)
    )
    return Chart(title, description, svg, DataTable((axis, *(one.name for one in series)), rows))


def _in_words(
    at: Sequence[Number],
    called: Sequence[str],
    series: Sequence[Series],
    uprights: Sequence[Upright],
    unit: str,
    axis: str,
) -> str:
    """Where the lines begin, where they are at what is marked, and where they end."""
    named = {one.at: f" ({one.words})" for one in uprights}
    told = [
        f"at {called[i]}{named.get(place, '')}: "
        + ", ".join(
            f"{one.name} {figure(one.values[i], unit)}" for one in series if one.values[i] is not None
        )
        for i, place in enumerate(at)
        if place in named or i in (0, len(at) - 1)
    ]
    return f"{axis} from left to right; {'; '.join(told)}."
