"""Columns by month, with at most one line over them."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from .axes import WIDTH, Axes, polyline, px
from .drawing import Chart, ChartError, DataTable, Series, draw, rows_below
from .figures import Number, figure

MOST = 6  # series that patterns tell apart


def columns_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    line: Series | None = None,
    stacked: bool = True,
    cumulative: bool = False,
    unit: str = "£",
    axis: str = "Month",
    name: str = "",
) -> Chart:
    """Columns by month, up to six series told apart by pattern, with at most one line over them.

    cumulative: the columns show the sum to date of `series`. The line is on the same scale and is drawn as it is
    given, so a cumulative budget goes with cumulative spend.
    """
    if not labels or not series:
        raise ChartError("A column chart needs at least one month and one series.")
    if len(series) > MOST:
        raise ChartError("More than six series cannot be told apart; join some of them.")
    over = [line] if line else []
    if any(len(one.values) != len(labels) for one in [*series, *over]):
        raise ChartError("Every series needs one value for each label.")
    if cumulative:
        series = [Series(one.name, list(accumulate(one.values))) for one in series]

    columns = list(zip(*(one.values for one in series), strict=True))
    if stacked:
        highs = [sum(value for value in column if value > 0) for column in columns]
        lows = [sum(value for value in column if value < 0) for column in columns]
    else:
        highs = lows = [value for column in columns for value in column]
    axes = Axes([0, *highs, *lows, *(line.values if line else [])], left=70, right=WIDTH - 6)
    step = (axes.right - axes.left) / len(labels)

    def middle(i: float) -> float:
        return axes.left + step * (i + 0.5)

    legend = [{"shape": "swatch", "series": n, "words": one.name} for n, one in enumerate(series, 1)]
    legend += [{"shape": "line", "words": one.name} for one in over]
    description = _in_words(labels, series, line, unit, cumulative)
    points = [(middle(i), axes.y(value)) for one in over for i, value in enumerate(one.values)]
    svg = draw(
        "columns",
        title,
        description,
        name,
        rows_below(axes.below, legend),
        **axes.drawn(unit, axes.marks(labels, middle)),
        zero=px(axes.y(0)),
        blocks=_blocks(columns, axes, step, stacked),
        path=polyline(points),
        dots=[{"x": px(x), "y": px(y)} for x, y in points],
    )
    has_total = len(series) > 1
    headers = (
        axis,
        *(one.name for one in series),
        *(["Total"] if has_total else []),
        *(one.name for one in over),
    )
    rows = tuple(
        (
            label,
            *(figure(value, unit) for value in column),
            *([figure(sum(column), unit)] if has_total else []),
            *(figure(one.values[i], unit) for one in over),
        )
        for i, (label, column) in enumerate(zip(labels, columns, strict=True))
    )
    return Chart(title, description, svg, DataTable(headers, rows))


def _blocks(
    columns: Sequence[tuple[Number, ...]], axes: Axes, step: float, stacked: bool
) -> list[dict[str, Any]]:
    """A block for each value that is not nothing: on those before it, above zero or below, or beside them."""
    blocks = []
    for i, column in enumerate(columns):
        up = down = 0
        for n, value in enumerate(column):
            if not value:
                continue
            if stacked:
                base, x, width = (up if value > 0 else down), axes.left + step * (i + 0.14), step * 0.72
                up, down = (up + value, down) if value > 0 else (up, down + value)
            else:
                width = step * 0.8 / len(column)
                base, x = 0, axes.left + step * (i + 0.1) + width * n
            top, bottom = sorted((axes.y(base), axes.y(base + value)))
            blocks.append(
                {"series": n + 1, "x": px(x), "y": px(top), "width": px(width), "height": px(bottom - top)}
            )
    return blocks


def _in_words(
    labels: Sequence[str], series: Sequence[Series], line: Series | None, unit: str, cumulative: bool
) -> str:
    ending = f"at the end of {labels[-1]}" if cumulative else "in all"
    figures = [one.values[-1] if cumulative else sum(one.values) for one in series]
    told = "; ".join(f"{one.name} {figure(value, unit)}" for one, value in zip(series, figures, strict=True))
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    words = f"{span}, {ending}: {told}."
    if len(series) > 1:
        words += f" Together {figure(sum(figures), unit)}."
    if line:
        words += f" {line.name} ends at {figure(line.values[-1], unit)}."
    return words
