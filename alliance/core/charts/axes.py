"""Scales and axes: where a figure stands in a drawing, and which round figures and labels stand beside it."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from math import floor, log10
from typing import Any

from .figures import Number, short

WIDTH = 480
CHARACTER = 9.5  # the width of one in a label
ABOUT = 5  # steps between the ends of an axis

Scale = Callable[[Number], float]


def nice_ticks(low: Number, high: Number) -> list[Decimal]:
    """Round figures, evenly spaced by 1, 2 or 5 × 10ⁿ, from at or below `low` to at or above `high`."""
    low, high = Decimal(low), Decimal(high)
    if low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    rough = (high - low) / ABOUT
    magnitude = Decimal(10) ** floor(log10(rough))
    step = next(n * magnitude for n in (1, 2, 5, 10) if n * magnitude >= rough)
    first, last = (
        (low / step).to_integral_value("ROUND_FLOOR"),
        (high / step).to_integral_value("ROUND_CEILING"),
    )
    return [step * n for n in range(int(first), int(last) + 1)]


def scale(low: Number, high: Number, start: float, stop: float) -> Scale:
    """From figures between `low` and `high` to places between `start` and `stop`."""
    low, span = float(low), float(high) - float(low)
    return lambda value: start + (stop - start) * (float(value) - low) / span


class Axes:
    """Round figures up the left side, enough to hold all of `values`, and labels along the bottom.

    `y` places a figure; `left`, `right`, `top` and `bottom` bound what is drawn.
    """

    bottom = 240
    below = bottom + 48  # where the legend begins

    def __init__(self, values: Sequence[Number], *, left: int, right: int, top: int = 14):
        self.ticks = nice_ticks(min(values), max(values))
        self.left, self.right, self.top = left, right, top
        self.y = scale(self.ticks[0], self.ticks[-1], self.bottom, top)

    def drawn(self, unit: str, marks: list[dict[str, str]]) -> dict[str, Any]:
        """What the templates need of both axes; `unit` is that of the figures."""
        return {
            "bottom": self.bottom,
            "left": self.left,
            "right": self.right,
            "ticks": [{"y": px(self.y(tick)), "words": short(tick, unit)} for tick in self.ticks],
            "marks": marks,
            "mark_y": self.bottom + 22,
        }

    def marks(self, labels: Sequence[str], x: Scale) -> list[dict[str, str]]:
        """As many labels, evenly spaced, as do not touch; `x` places the label of a position."""
        fitting = max(1, int((self.right - self.left) / ((max(map(len, labels)) + 1) * CHARACTER)))
        return every(-(-len(labels) // fitting), labels, x)


def every(step: int, labels: Sequence[str], x: Scale) -> list[dict[str, str]]:
    return [{"x": px(x(i)), "words": labels[i]} for i in range(0, len(labels), step)]


def polyline(points: Iterable[tuple[float, float]]) -> str:
    """Points as SVG's `points` attribute has them."""
    return " ".join(f"{px(x)},{px(y)}" for x, y in points)


def px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
