"""The course of a year as a chart: what was spent added up month by month, where a rate leads, and what was agreed.

A month's point stands at its end, and the line begins with nothing at the start of the first. What is told only in
part is drawn open, what is to come is dashed, and what was agreed is level: no figure is judged by a colour.
"""

from collections.abc import Sequence
from itertools import accumulate

from .charts import (
    WIDTH,
    Chart,
    ChartError,
    DataTable,
    Number,
    _draw,
    _figure,
    _px,
    _rows_below,
    _scale,
    _short,
    nice_ticks,
)

SPENT = {"colour": "#17515e", "dash": "", "dot": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0"}
AHEAD = {"colour": "#6b2b5f", "dash": "9 5", "dot": "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z"}
AGREED = {"colour": "#25202b", "dash": "12 4 2 4", "dot": ""}
LETTERS = 40  # width that a month’s three letters need on the axis, also at a small screen’s size


def course_chart(
    title: str,
    labels: Sequence[str],
    spent: Sequence[Number],
    *,
    partly: Sequence[int] = (),
    ahead: tuple[int, Number] | None = None,
    agreed: Number | None = None,
    words: Sequence[str] = ("Spent", "At this rate", "Agreed"),
    unit: str = "£",
    axis: str = "Month",
    name: str = "",
) -> Chart:
    """Each month's own `spent`, from the first on and for as many as there is something to tell of; drawn as sums.

    labels: all the months of the year, such as "Apr 2026". partly: the positions, from 0, of months that are not told
    whole. ahead: how many months the rate has behind it, and what it comes to at the end of the last. agreed: the level
    for the whole year. words: what the three lines are called.
    """
    if not labels or not 0 < len(spent) <= len(labels):
        raise ChartError("The course of a year needs a month at least, and no more figures than months.")
    if ahead and not 0 < ahead[0] <= len(spent):
        raise ChartError("A rate starts from months that are told.")
    sums = [0, *accumulate(spent)]
    drawn = [*sums, *([ahead[1]] if ahead else []), *([agreed] if agreed is not None else [])]
    ticks = nice_ticks(min(drawn), max(drawn))
    left, right, top, bottom = 70, WIDTH - 10, 14, 240
    x, y = _scale(0, len(labels), left, right), _scale(ticks[0], ticks[-1], bottom, top)

    points = [(_px(x(n)), _px(y(value))) for n, value in enumerate(sums)]
    line = " ".join(f"{across},{down}" for across, down in points)
    legend = [{"shape": "stroke", "words": f"{words[0]}: {_figure(sums[-1], unit)}", **SPENT}]
    if ahead:
        legend.append({"shape": "stroke", "words": f"{words[1]}: {_figure(ahead[1], unit)}", **AHEAD})
    if agreed is not None:
        legend.append({"shape": "stroke", "words": f"{words[2]}: {_figure(agreed, unit)}", **AGREED})
    open_points = {n + 1 for n in partly if n < len(spent)}
    remarks = ["An open ring: not yet reported by everybody."] if open_points else []
    description = _in_words(labels, sums, ahead, agreed, words, unit)
    step = max(1, -(-len(labels) * LETTERS // (right - left)))
    svg = _draw(
        "course",
        title,
        description,
        name,
        _rows_below(bottom + 48, legend, remarks, []),
        bottom=bottom,
        left=left,
        right=right,
        ticks=[{"y": _px(y(tick)), "words": _short(tick, unit)} for tick in ticks],
        marks=[{"x": _px(x(n + 0.5)), "words": labels[n][:3]} for n in range(0, len(labels), step)],
        mark_y=bottom + 22,
        zero=_px(y(0)),
        area=f"{points[0][0]},{_px(y(0))} {line} {points[-1][0]},{_px(y(0))}",
        spent=line,
        dots=[{"x": a, "y": d, "open": n in open_points} for n, (a, d) in enumerate(points) if n],
        ahead=f"{' '.join(points[ahead[0]])} {_px(x(len(labels)))} {_px(y(ahead[1]))}" if ahead else "",
        end={"x": _px(x(len(labels))), "y": _px(y(ahead[1]))} if ahead else None,
        agreed="" if agreed is None else _px(y(agreed)),
        strokes={"spent": SPENT, "ahead": AHEAD, "agreed": AGREED},
    )
    return Chart(title, description, svg, _table(labels, spent, sums, ahead, words, unit, axis))


def _table(labels, spent, sums, ahead, words, unit, axis) -> DataTable:
    """A row a month: its own, the sum so far, and what the rate adds to the last month of which it tells."""
    came, to_come = (sums[ahead[0]], len(labels) - ahead[0]) if ahead else (0, 0)
    rows = []
    for n, label in enumerate(labels):
        told = [_figure(spent[n], unit), _figure(sums[n + 1], unit)] if n < len(spent) else ["–", "–"]
        if ahead:
            after = n + 1 - ahead[0]
            rate = came + (ahead[1] - came) * after / to_come if to_come and after > 0 else None
            told.append("–" if rate is None else _figure(rate, unit))
        rows.append((label, *told))
    headers = (axis, f"{words[0]} in the month", f"{words[0]} so far", *([words[1]] if ahead else []))
    return DataTable(headers, tuple(rows))


def _in_words(labels, sums, ahead, agreed, words, unit) -> str:
    told = f"{words[0]}, added up from {labels[0]} to {labels[len(sums) - 2]}: {_figure(sums[-1], unit)}"
    if ahead:
        told += f"; {words[1].lower()}, by the end of {labels[-1]}: {_figure(ahead[1], unit)}"
    if agreed is not None:
        told += f"; {words[2].lower()}: {_figure(agreed, unit)}"
    return f"{told}."
