"""A measure's chart in small, for the cards that lead to the whole one. Shapes tell, not colours."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from learning.xmr import Xmr

WIDTH, HEIGHT, EDGE = 300, 96, 9


def small_chart(xmr: Xmr, says: str) -> SafeString:
    """Points, mean and limits of each phase; special causes are triangles. `says` is its text alternative."""
    drawn = [point.value for point in xmr.points]
    for phase in xmr.phases:
        drawn += [line for line in (phase.mean, phase.upper, phase.lower) if line is not None]
    low, high = float(min(drawn)), float(max(drawn))
    step = (WIDTH - 2 * EDGE) / max(1, len(xmr.points) - 1)

    def x(position: int) -> float:
        return round(EDGE + position * step, 1)

    def y(value) -> float:
        share = (float(value) - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    points = [{"x": x(one.position), "y": y(one.value), "side": one.side} for one in xmr.points]
    return render_to_string(
        "learning/small_chart.svg",
        {
            "width": str(WIDTH),
            "height": str(HEIGHT),
            "says": says,
            "points": points,
            "paths": [
                " ".join(f"{one['x']},{one['y']}" for one in points[phase.first : phase.last + 1])
                for phase in xmr.phases
            ],
            "lines": [
                {
                    "x1": max(0, round(x(phase.first) - step / 2, 1)),
                    "x2": min(WIDTH, round(x(phase.last) + step / 2, 1)),
                    "y": y(value),
                    "mean": value is phase.mean,
                }
                for phase in xmr.phases
                for value in (phase.mean, phase.upper, phase.lower)
                if value is not None
            ],
        },
    )
