"""The course of a year as a chart: what was spent added up month by month, where a rate leads, and what was agreed.

A month's point stands at its end, and the line begins with nothing at the start of the first. What is told only in
part is drawn open, what is to come is dashed, and what was agreed is level: no figure is judged by a colour.
"""

from collections.abc import Sequence
from itertools import accumulate

from .axes import WIDTH, Axes, every, polyline, px, scale
from .drawing import Chart, ChartError, DataTable, draw, rows_below
from .figures import Number, figure

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
    name: str = "",
) -> Chart:
    """Each month's own `spent`, in pounds, from the first on and for as many as there are figures of; drawn as sums.

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
    axes = Axes(drawn, left=70, right=WIDTH - 10)
    x, y = scale(0, len(labels), axes.left, axes.right), axes.y

    points = [(x(n), y(value)) for n, value in enumerate(sums)]
    line, zero = polyline(points), px(y(0))
    legend = [{"shape": "stroke", "words": f"{words[0]}: {_pounds(sums[-1])}", **SPENT}]
    if ahead:
        legend.append({"shape": "stroke", "words": f"{words[1]}: {_pounds(ahead[1])}", **AHEAD})
    if agreed is not None:
        legend.append({"shape": "stroke", "words": f"{words[2]}: {_pounds(agreed)}", **AGREED})
    open_points = {n + 1 for n in partly if n < len(spent)}
    remarks = ["An open ring: not yet reported by everybody."] if open_points else []
    description = _in_words(labels, sums, ahead, agreed, words)
    step = max(1, -(-len(labels) * LETTERS // (axes.right - axes.left)))
    months = every(step, [label[:3] for label in labels], lambda n: x(n + 0.5))
    end = (x(len(labels)), y(ahead[1])) if ahead else None
    svg = draw(
        "course",
        title,
        description,
        name,
        rows_below(axes.below, legend, remarks),
        **axes.drawn("£", months),
        zero=zero,
        area=f"{px(points[0][0])},{zero} {line} {px(points[-1][0])},{zero}",
        spent=line,
        dots=[{"x": px(a), "y": px(d), "open": n in open_points} for n, (a, d) in enumerate(points) if n],
        ahead=" ".join(map(px, (*points[ahead[0]], *end))) if ahead else "",
        end={"x": px(end[0]), "y": px(end[1])} if ahead else None,
        agreed="" if agreed is None else px(y(agreed)),
        strokes={"spent": SPENT, "ahead": AHEAD, "agreed": AGREED},
    )
    return Chart(title, description, svg, _table(labels, spent, sums, ahead, words))


def _table(labels, spent, sums, ahead, words) -> DataTable:
    """A row a month: its own, the sum so far, and what the rate adds to the last month of which it tells."""
    came, to_come = (sums[ahead[0]], len(labels) - ahead[0]) if ahead else (0, 0)
    rows = []
    for n, label in enumerate(labels):
        told = [_pounds(spent[n]), _pounds(sums[n + 1])] if n < len(spent) else ["–", "–"]
        if ahead:
            after = n + 1 - ahead[0]
            rate = came + (ahead[1] - came) * after / to_come if to_come and after > 0 else None
            told.append("–" if rate is None else _pounds(rate))
        rows.append((label, *told))
    headers = ("Month", f"{words[0]} in the month", f"{words[0]} so far", *([words[1]] if ahead else []))
    return DataTable(headers, tuple(rows))


def _in_words(labels, sums, ahead, agreed, words) -> str:
    told = f"{words[0]}, added up from {labels[0]} to {labels[len(sums) - 2]}: {_pounds(sums[-1])}"
    if ahead:
        told += f"; {words[1].lower()}, by the end of {labels[-1]}: {_pounds(ahead[1])}"
    if agreed is not None:
        told += f"; {words[2].lower()}: {_pounds(agreed)}"
    return f"{told}."


def _pounds(value: Number) -> str:
    return figure(value, "£")
