"""XmR charts (rule 49): how a measure varies from month to month, without targets and without a judgement by colour."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from .axes import WIDTH, Axes, Scale, polyline, px, scale
from .drawing import ROW, Chart, ChartError, DataTable, Note, draw, rows_below
from .figures import UNITS, brief, figure


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
    places = max(0, *(-point.value.as_tuple().exponent for point in points)) + 1
    beside = unit if unit in UNITS else ""

    drawn = [point.value for point in points]
    for phase in xmr.phases:
        drawn += [line for line in (phase.mean, phase.upper, phase.lower) if line is not None]
    axes = Axes(drawn, left=54, right=WIDTH - 112, top=34 if notes else 14)
    x: Scale
    if len(points) > 1:
        x = scale(0, len(points) - 1, axes.left + 8, axes.right - 8)
        gap = (x(1) - x(0)) / 2
    else:
        x, gap = (lambda _: (axes.left + axes.right) / 2), 20
    svg = draw(
        "xmr",
        title,
        xmr.summary,
        name,
        rows_below(axes.below, _legend(xmr), _remarks(xmr), notes),
        **axes.drawn(unit, axes.marks(labels, x)),
        lines=_lines(xmr, axes, x, gap),
        ends=_ends(xmr.phases[-1], axes, places, beside),
        paths=[
            polyline((x(i), axes.y(points[i].value)) for i in range(phase.first, phase.last + 1))
            for phase in xmr.phases
        ],
        rebases=[px(x(phase.first) - gap) for phase in xmr.phases[1:]],
        points=[
            {
                "x": px(x(i)),
                "y": px(axes.y(point.value)),
                "shape": point.side or "common",
                "ring": point.label == "outside",
            }
            for i, point in enumerate(points)
        ],
        flags=[{"x": px(x(note.position)), "number": str(n)} for n, note in enumerate(notes, 1)],
    )
    headers = (axis, measure if unit in UNITS else f"{measure} ({unit})", "Mean", "Limits", "What it says")
    rows = [
        (
            label,
            figure(point.value, beside),
            figure(round(point.phase.mean, places), beside),
            _limits(point.phase, places, beside),
            point.words,
        )
        for label, point in zip(labels, points, strict=True)
    ]
    if notes:
        headers += ("Note",)
        rows = [
            (*row, " ".join(note.text for note in notes if note.position == i)) for i, row in enumerate(rows)
        ]
    return Chart(title, xmr.summary, svg, DataTable(headers, tuple(rows)))


def _lines(xmr: XmrLike, axes: Axes, x: Scale, gap: float) -> list[dict[str, Any]]:
    """The level lines of each phase, half a gap beyond its first and last point."""
    return [
        {
            "kind": kind,
            "x1": px(max(axes.left, x(phase.first) - gap) + 2),
            "x2": px(min(axes.right, x(phase.last) + gap) - 2),
            "y": px(axes.y(value)),
        }
        for phase in xmr.phases
        for kind, value in (
            ("mean", phase.mean),
            ("limit", phase.upper),
            ("limit", phase.lower),
            ("near", phase.near_upper),
            ("near", phase.near_lower),
        )
        if value is not None
    ]


def _ends(phase: XmrPhase, axes: Axes, places: int, unit: str) -> list[dict[str, Any]]:
    """What the lines of the current phase are called, to their right; those that would overlap move down."""
    ends = sorted(
        (axes.y(value), f"{word} {brief(value, places, unit)}")
        for word, value in (("upper", phase.upper), ("mean", phase.mean), ("lower", phase.lower))
        if value is not None
    )
    placed: list[dict[str, Any]] = []
    free = float("-inf")
    for y, words in ends:
        y = max(y, free)
        placed.append({"x": axes.right + 6, "y": px(y + 5), "words": words})
        free = y + ROW - 4
    return placed


def _legend(xmr: XmrLike) -> list[dict[str, Any]]:
    special = {point.side: point.words.split(" (")[0] for point in xmr.points if point.is_special}
    legend = [{"shape": side, "words": special[side]} for side in ("high", "low") if side in special]
    if any(point.label == "outside" for point in xmr.points):
        legend.append({"shape": "outside", "words": "with a ring: outside the limits"})
    if any(phase.upper is not None for phase in xmr.phases):
        legend += [{"shape": "limit", "words": "limits"}, {"shape": "near", "words": "near limits"}]
    return legend


def _remarks(xmr: XmrLike) -> list[str]:
    current = xmr.phases[-1]
    remarks = ["Trial limits: fewer than 12 points."] if current.trial and current.upper is not None else []
    screening = "on: great leaps are left out" if xmr.screening else "off: every leap counts"
    return [*remarks, f"Screening {screening}."]


def _limits(phase: XmrPhase, places: int, unit: str) -> str:
    if phase.upper is None:
        return "none yet"
    return " to ".join(figure(round(value, places), unit) for value in (phase.lower, phase.upper))
