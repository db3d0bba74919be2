"""Charts drawn on the server: one SVG for the page and the PDF, with its words and its table beside it.

Geometry is computed here, in units of a drawing 480 wide, and the templates in `templates/charts/` only place
it. What matters never depends on colour: special causes are triangles that point up or down, series differ by
pattern, lines by dash, and every figure is in the chart's table. Colours are presentation attributes, so that a
strict content security policy and WeasyPrint both keep them; classes let a style sheet change them.

Figures are Decimals (or ints); floats appear only as coordinates.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import accumulate, pairwise
from math import floor, log10
from textwrap import wrap
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .money import format_pounds

WIDTH = 480
ROW = 22  # height of a line of words
CHARACTER = 9.5  # the width of one, at that size
UNITS = ("", "£", "%")  # written close to the figure; any other unit is a word after it
WRAP = 46  # characters that fit across the drawing, also at the larger size that small screens ask for (18)

Number = Decimal | int


class ChartError(ValueError):
    """The figures given do not make a chart; a sentence for the programmer."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """The chart's figures, written out: the first cell of each row is its header."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    description: str  # the text alternative: what somebody would say who describes the picture
    svg: SafeString
    table: DataTable


@dataclass(frozen=True, slots=True)
class Note:
    """Words about one point: `position` counts from 0."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: Number
    budget: Number | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """`values` may be None where a line of `lines_chart` is not drawn."""

    name: str
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class Upright:
    """A place on the level axis that is worth seeing; with `dots`, each line is marked where it crosses it."""

    at: Number
    words: str
    dots: bool = False


class XmrPhase(Protocol):
    first: int
    last: int
    mean: Decimal
    upper: Decimal | None
    near_upper: Decimal | None
    near_lower: Decimal | None
    lower: Decimal | None
    trial: bool


class XmrPoint(Protocol):
    value: Decimal
    label: str
    side: str | None
    words: str
    is_special: bool
    phase: XmrPhase


class XmrLike(Protocol):
    """What `learning.xmr.analyse` gives; the floor does not import the rooms above it."""

    points: Sequence[XmrPoint]
    phases: Sequence[XmrPhase]
    screening: bool
    summary: str


def xmr_chart(
    title: str,
    xmr: XmrLike,
    labels: Sequence[str],
    *,
    unit: str = "",
    axis: str = "When",
    measure: str = "Value",
    notes: Iterable[Note] = (),
    name: str = "",
) -> Chart:
    """An XmR chart (rule 49): points, mean, limits and near limits of each phase, special causes as triangles.

    labels: one per point, as on an axis ("Nov 2026"). unit: "£", "%" or a word after the figure.
    notes: shown as numbers on the chart and as words below it; the reason for a rebase belongs here.
    name: sets ids apart where the very same chart stands twice on a page.
    """
    points = xmr.points
    if len(labels) != len(points):
        raise ChartError(f"{len(points)} points need as many labels, not {len(labels)}.")
    notes = sorted(notes, key=lambda note: note.position)
    places = max(0, *(-point.value.as_tuple().exponent for point in points))

    beside = unit if unit in UNITS else ""

    def figure(value: Decimal) -> str:
        return _figure(round(value, places + 1), beside)

    drawn = [point.value for point in points]
    for phase in xmr.phases:
        drawn += [line for line in (phase.mean, phase.upper, phase.lower) if line is not None]
    left, right, top, bottom = 54, WIDTH - 112, 34 if notes else 14, 240
    ticks = nice_ticks(min(drawn), max(drawn))
    y = _scale(ticks[0], ticks[-1], bottom, top)
    x = (
        _scale(0, max(1, len(points) - 1), left + 8, right - 8)
        if len(points) > 1
        else lambda _: (left + right) / 2
    )
    gap = (x(1) - x(0)) / 2 if len(points) > 1 else 20

    lines, ends = [], []
    for phase in xmr.phases:
        x1, x2 = max(left, x(phase.first) - gap), min(right, x(phase.last) + gap)
        for kind, value in (
            ("mean", phase.mean),
            ("limit", phase.upper),
            ("limit", phase.lower),
            ("near", phase.near_upper),
            ("near", phase.near_lower),
        ):
            if value is not None:
                lines.append({"kind": kind, "x1": _px(x1 + 2), "x2": _px(x2 - 2), "y": _px(y(value))})
    current = xmr.phases[-1]
    for word, value in (("upper", current.upper), ("mean", current.mean), ("lower", current.lower)):
        if value is not None:
            ends.append((y(value), f"{word} {_brief(value, places + 1, beside)}"))

    special = {point.side: point.words.split(" (")[0] for point in points if point.is_special}
    legend = [{"shape": side, "words": special[side]} for side in ("high", "low") if side in special]
    if any(point.label == "outside" for point in points):
        legend.append({"shape": "outside", "words": "with a ring: outside the limits"})
    if any(phase.upper is not None for phase in xmr.phases):
        legend += [{"shape": "limit", "words": "limits"}, {"shape": "near", "words": "near limits"}]
    remarks = ["Trial limits: fewer than 12 points."] if current.trial and current.upper is not None else []
    remarks.append(
        "Screening on: great leaps are left out." if xmr.screening else "Screening off: every leap counts."
    )

    svg = _draw(
        "xmr",
        title,
        xmr.summary,
        name,
        _rows_below(bottom + 48, legend, remarks, notes),
        bottom=bottom,
        left=left,
        right=right,
        ticks=[{"y": _px(y(tick)), "words": _short(tick, unit)} for tick in ticks],
        marks=_axis_marks(labels, x, right - left),
        mark_y=bottom + 22,
        lines=lines,
        ends=[{"x": right + 6, "y": _px(at + 5), "words": words} for at, words in _apart(ends, ROW - 4)],
        paths=[
            " ".join(f"{_px(x(i))},{_px(y(points[i].value))}" for i in range(phase.first, phase.last + 1))
            for phase in xmr.phases
        ],
        rebases=[_px(x(phase.first) - gap) for phase in xmr.phases[1:]],
        points=[
            {
                "x": _px(x(i)),
                "y": _px(y(point.value)),
                "shape": point.side or "common",
                "ring": point.label == "outside",
            }
            for i, point in enumerate(points)
        ],
        flags=[{"x": _px(x(note.position)), "number": str(n)} for n, note in enumerate(notes, 1)],
    )
    said = {}
    for note in notes:
        said[note.position] = f"{said[note.position]} {note.text}" if note.position in said else note.text
    measured = measure if unit in UNITS else f"{measure} ({unit})"
    headers = (axis, measured, "Mean", "Limits", "What it says", *(["Note"] if notes else []))
    rows = tuple(
        (
            labels[i],
            _figure(point.value, beside),
            figure(point.phase.mean),
            "none yet"
            if point.phase.upper is None
            else f"{figure(point.phase.lower)} to {figure(point.phase.upper)}",
            point.words,
            *([said.get(i, "")] if notes else []),
        )
        for i, point in enumerate(points)
    )
    return Chart(title, xmr.summary, svg, DataTable(headers, rows))


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
    x = _scale(low, high if high > low else 1, 2, WIDTH - 2)
    placed, top = [], 8
    for bar in bars:
        words = _figure(bar.value, unit)
        if bar.budget is not None:
            words += f"{between}{_figure(bar.budget, unit)}"
        lines = wrap(bar.label, WRAP) or [""]
        at = top + ROW * len(lines)
        placed.append(
            {
                "lines": [{"y": top + ROW * (n + 1) - 6, "words": line} for n, line in enumerate(lines)],
                "x": _px(x(min(0, bar.value))),
                "width": _px(x(max(0, bar.value)) - x(min(0, bar.value))),
                "y": at,
                "words": words,
                "words_y": at + 36,
                "budget": None if bar.budget is None else _px(x(bar.budget)),
                "budget_top": at - 3,
                "budget_bottom": at + 21,
            }
        )
        top = at + 56
    has_budget = any(bar.budget is not None for bar in bars)
    legend = [{"shape": "budget", "words": marker}] if has_budget else []
    told = [f"{row.label}: {_of(row, unit, marker)}" for row in bars[:8]]
    if len(bars) > 8:
        told.append(f"and {len(bars) - 8} more, in the table")
    description = f"{measure}, {'; '.join(told)}."
    svg = _draw(
        "bars", title, description, name, _rows_below(top, legend, [], []), bars=placed, zero=_px(x(0))
    )
    headers = (heading, measure, *([marker] if has_budget else []))
    rows = tuple(
        (
            bar.label,
            _figure(bar.value, unit),
            *(["none" if bar.budget is None else _figure(bar.budget, unit)] if has_budget else []),
        )
        for bar in bars
    )
    return Chart(title, description, svg, DataTable(headers, rows))


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
    if len(series) > 6:
        raise ChartError("More than six series cannot be told apart; join some of them.")
    if any(len(one.values) != len(labels) for one in [*series, *([line] if line else [])]):
        raise ChartError("Every series needs one value for each label.")
    if cumulative:
        series = [Series(one.name, list(accumulate(one.values))) for one in series]

    columns = list(zip(*(one.values for one in series), strict=True))
    if stacked:
        highs = [sum(value for value in column if value > 0) for column in columns]
        lows = [sum(value for value in column if value < 0) for column in columns]
    else:
        highs = lows = [value for column in columns for value in column]
    extremes = [0, *highs, *lows, *(line.values if line else [])]
    ticks = nice_ticks(min(extremes), max(extremes))
    left, right, top, bottom = 70, WIDTH - 6, 14, 240
    y = _scale(ticks[0], ticks[-1], bottom, top)
    step = (right - left) / len(labels)

    def middle(i: float) -> float:
        return left + step * (i + 0.5)

    blocks = []
    for i, column in enumerate(columns):
        up = down = 0
        for n, value in enumerate(column):
            if not value:
                continue
            if stacked:
                base, x, width = (up if value > 0 else down), left + step * (i + 0.14), step * 0.72
                up, down = (up + value, down) if value > 0 else (up, down + value)
            else:
                width = step * 0.8 / len(column)
                base, x = 0, left + step * (i + 0.1) + width * n
            ends = sorted((y(base), y(base + value)))
            blocks.append(
                {
                    "series": n + 1,
                    "x": _px(x),
                    "y": _px(ends[0]),
                    "width": _px(width),
                    "height": _px(ends[1] - ends[0]),
                }
            )
    legend = [{"shape": "swatch", "series": n, "words": one.name} for n, one in enumerate(series, 1)]
    if line:
        legend.append({"shape": "line", "words": line.name})
    description = _columns_in_words(labels, series, line, unit, cumulative)
    svg = _draw(
        "columns",
        title,
        description,
        name,
        _rows_below(bottom + 48, legend, [], []),
        bottom=bottom,
        left=left,
        right=right,
        ticks=[{"y": _px(y(tick)), "words": _short(tick, unit)} for tick in ticks],
        marks=_axis_marks(labels, middle, right - left),
        mark_y=bottom + 22,
        zero=_px(y(0)),
        blocks=blocks,
        path=" ".join(f"{_px(middle(i))},{_px(y(value))}" for i, value in enumerate(line.values))
        if line
        else "",
        dots=[{"x": _px(middle(i)), "y": _px(y(value))} for i, value in enumerate(line.values)]
        if line
        else [],
    )
    total = len(series) > 1
    headers = (
        axis,
        *(one.name for one in series),
        *(["Total"] if total else []),
        *([line.name] if line else []),
    )
    rows = tuple(
        (
            label,
            *(_figure(value, unit) for value in column),
            *([_figure(sum(column), unit)] if total else []),
            *([_figure(line.values[i], unit)] if line else []),
        )
        for i, (label, column) in enumerate(zip(labels, columns, strict=True))
    )
    return Chart(title, description, svg, DataTable(headers, rows))


# Each line has its dash and its dot, so that no line depends on its colour.
STROKES = (
    {"colour": "#17515e", "dash": "", "dot": "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0"},
    {"colour": "#6b2b5f", "dash": "9 5", "dot": "m-4 -4h8v8h-8z"},
    {"colour": "#47506f", "dash": "2 4", "dot": "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z"},
    {"colour": "#25202b", "dash": "12 4 2 4", "dot": "m0 -5.5l5.5 10h-11z"},
)


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
    ticks = nice_ticks(min(values), max(values))
    left, right, top, bottom = 70, WIDTH - 26, 14, 240
    x, y = _scale(at[0], at[-1], left, right), _scale(ticks[0], ticks[-1], bottom, top)
    below = at if labels else [tick for tick in nice_ticks(at[0], at[-1]) if at[0] <= tick <= at[-1]]
    called = list(labels) or [_figure(place, axis_unit) for place in at]
    legend = [
        {"shape": "stroke", "words": one.name, **stroke} for one, stroke in zip(series, STROKES, strict=False)
    ]
    legend += [{"shape": "upright", "dots": one.dots, "words": one.words} for one in uprights]
    description = _lines_in_words(at, called, series, uprights, unit, axis)
    svg = _draw(
        "lines",
        title,
        description,
        name,
        _rows_below(bottom + 48, legend, [], []),
        bottom=bottom,
        top=top,
        left=left,
        right=right,
        ticks=[{"y": _px(y(tick)), "words": _short(tick, unit)} for tick in ticks],
        marks=_axis_marks(
            labels or [_short(tick, axis_unit) for tick in below], lambda i: x(below[i]), right - left
        ),
        mark_y=bottom + 22,
        zero=_px(y(0)),
        uprights=[{"x": _px(x(one.at)), "dots": one.dots} for one in uprights if at[0] <= one.at <= at[-1]],
        lines=[
            {
                "points": " ".join(
                    f"{_px(x(place))},{_px(y(value))}"
                    for place, value in zip(at, one.values, strict=True)
                    if value is not None
                ),
                "dots": [
                    {"x": _px(x(place)), "y": _px(y(value))}
                    for place, value in zip(at, one.values, strict=True)
                    if value is not None and any(mark.dots and mark.at == place for mark in uprights)
                ],
                **stroke,
            }
            for one, stroke in zip(series, STROKES, strict=False)
        ],
    )
    named = {one.at: one.words for one in uprights}
    rows = tuple(
        (
            f"{called[i]} ({named[place]})" if place in named else called[i],
            *("–" if one.values[i] is None else _figure(one.values[i], unit) for one in series),
        )
        for i, place in enumerate(at)
    )
    return Chart(title, description, svg, DataTable((axis, *(one.name for one in series)), rows))


def nice_ticks(low: Number, high: Number, about: int = 5) -> list[Decimal]:
    """Round figures, evenly spaced by 1, 2 or 5 × 10ⁿ, from at or below `low` to at or above `high`."""
    low, high = Decimal(low), Decimal(high)
    if low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    rough = (high - low) / about
    magnitude = Decimal(10) ** floor(log10(rough))
    step = next(n * magnitude for n in (1, 2, 5, 10) if n * magnitude >= rough)
    first, last = (
        (low / step).to_integral_value("ROUND_FLOOR"),
        (high / step).to_integral_value("ROUND_CEILING"),
    )
    return [step * n for n in range(int(first), int(last) + 1)]


def _draw(
    kind: str, title: str, description: str, name: str, below: dict[str, Any], **geometry: Any
) -> SafeString:
    context = {"title": title, "description": description, "width": str(WIDTH), **below, **geometry}
    context["id"] = "chart-" + sha256(f"{kind}{name}{context!r}".encode()).hexdigest()[:10]
    context["series"] = range(1, 7)
    return SafeString(render_to_string(f"charts/{kind}.svg", context).strip())


def _rows_below(
    top: int, legend: list[dict[str, Any]], remarks: list[str], notes: Sequence[Note]
) -> dict[str, Any]:
    """What stands under the drawing, a line of words each, and the height of it all."""
    rows = []
    for entry in legend:
        top += ROW
        rows.append({**entry, "y": top - 12, "words_y": top - 7})
    for number, note in enumerate(notes, 1):
        for n, words in enumerate(wrap(note.text, WRAP - 4) or [""]):
            top += ROW
            rows.append(
                {
                    "shape": "" if n else "note",
                    "number": number,
                    "words": words,
                    "y": top - 12,
                    "words_y": top - 7,
                }
            )
    for remark in remarks:
        for words in wrap(remark, WRAP):
            top += ROW
            rows.append({"shape": "remark", "words": words, "words_y": top - 7})
    return {"rows": rows, "height": str(top + 4)}


def _scale(low: Number, high: Number, start: float, stop: float) -> Callable[[Number], float]:
    low, span = float(low), float(high) - float(low)
    return lambda value: start + (stop - start) * (float(value) - low) / span


def _axis_marks(labels: Sequence[str], x: Callable[[Number], float], span: float) -> list[dict[str, str]]:
    """As many labels, evenly spaced, as do not touch."""
    fitting = max(1, int(span / ((max(map(len, labels)) + 1) * CHARACTER)))
    step = -(-len(labels) // fitting)
    return [{"x": _px(x(i)), "words": labels[i]} for i in range(0, len(labels), step)]


def _apart(words: list[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Move labels that would overlap down, from the top one on."""
    placed: list[tuple[float, str]] = []
    for y, text in sorted(words):
        if placed and y < placed[-1][0] + least:
            y = placed[-1][0] + least
        placed.append((y, text))
    return placed


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _figure(value: Number, unit: str) -> str:
    if unit == "£":
        return format_pounds(round(Decimal(value), 2))
    text = f"{abs(value):,f}" if isinstance(value, Decimal) else f"{abs(value):,}"
    return f"{'−' if value < 0 else ''}{text}{unit if unit in UNITS else f' {unit}'}"


def _short(value: Decimal, unit: str) -> str:
    """For an axis: "£120k", "−0.5"."""
    size = abs(value)
    for limit, suffix in ((1_000_000, "m"), (10_000, "k")):
        if size >= limit:
            size, ending = size / (1000 if suffix == "k" else limit), suffix
            break
    else:
        ending = ""
    size = size.normalize()
    text = f"{size:,f}{ending}"
    return f"{'−' if value < 0 else ''}{'£' if unit == '£' else ''}{text}{'%' if unit == '%' else ''}"


def _brief(value: Decimal, places: int, unit: str) -> str:
    """Beside a line there is room for four digits; the table has them all."""
    if abs(value) < 1000:
        return _figure(round(value, places), unit)
    return _short(Decimal(f"{value:.4g}"), unit)


def _lines_in_words(
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
            f"{one.name} {_figure(one.values[i], unit)}" for one in series if one.values[i] is not None
        )
        for i, place in enumerate(at)
        if place in named or i in (0, len(at) - 1)
    ]
    return f"{axis} from left to right; {'; '.join(told)}."


def _of(bar: Bar, unit: str, marker: str) -> str:
    if bar.budget is None:
        return _figure(bar.value, unit)
    return f"{_figure(bar.value, unit)}, {marker.lower()} {_figure(bar.budget, unit)}"


def _columns_in_words(
    labels: Sequence[str], series: Sequence[Series], line: Series | None, unit: str, cumulative: bool
) -> str:
    ending = f"at the end of {labels[-1]}" if cumulative else "in all"
    figures = [one.values[-1] if cumulative else sum(one.values) for one in series]
    told = "; ".join(f"{one.name} {_figure(value, unit)}" for one, value in zip(series, figures, strict=True))
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    words = f"{span}, {ending}: {told}."
    if len(series) > 1:
        words += f" Together {_figure(sum(figures), unit)}."
    if line:
        words += f" {line.name} ends at {_figure(line.values[-1], unit)}."
    return words
