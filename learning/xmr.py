"""XmR charts: which points of a measure are worth asking about, by the rules of "plot the dots" (rule 49).

`analyse` takes the values in order and says, for every point, whether it is common cause (the process being
itself) or a special cause (something to be curious about). It knows no dates, no database and no target.

Arithmetic is exact: values are ints or Decimals, every comparison is made between fractions, and the figures
that come out are Decimals of 28 significant digits, to be rounded where they are shown.

A rebase begins a new *phase*, with its own mean and limits. Moving ranges and runs do not reach across it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

SIGMAS_3 = Fraction("2.66")
SIGMAS_2 = SIGMAS_3 * 2 / 3
SCREEN = Fraction("3.267")
RUN = 7  # points of a shift or of a trend
ENOUGH = 12  # baseline points; with fewer the limits are trial limits


class XmrError(ValueError):
    """What was asked for cannot be charted; a sentence."""


class Direction(StrEnum):
    """Which way is better, if the alliance has said so. By default nobody judges."""

    INCREASE = "increase"
    DECREASE = "decrease"
    NEUTRAL = "neutral"


class Side(StrEnum):
    HIGH = "high"
    LOW = "low"


class Label(StrEnum):
    """In order of precedence: a point that fits several has the first."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_IN_THREE = "two in three"
    SHIFT = "shift"
    COMMON = "common cause"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch with one mean and one pair of limits.

    `first` and `last` are the positions, counted from 0, of its points, both included; so are those of its
    baseline. With a single baseline point there is no moving range, hence no limits: they are None.
    """

    number: int
    first: int
    last: int
    baseline_first: int
    baseline_last: int
    mean: Decimal
    average_mr: Decimal | None
    upper: Decimal | None
    near_upper: Decimal | None
    near_lower: Decimal | None
    lower: Decimal | None

    @property
    def baseline_length(self) -> int:
        return self.baseline_last - self.baseline_first + 1

    @property
    def trial(self) -> bool:
        """Whether these are trial limits, made from fewer than 12 points."""
        return self.baseline_length < ENOUGH


@dataclass(frozen=True, slots=True)
class Point:
    """One value and what it says. `side` is where a special cause shows: above or below the mean; for a trend,
    rising is high and falling is low. A common cause has no side."""

    position: int
    value: Decimal
    moving_range: Decimal | None
    phase: Phase
    label: Label
    side: Side | None
    words: str

    @property
    def is_special(self) -> bool:
        return self.label is not Label.COMMON


@dataclass(frozen=True, slots=True)
class Xmr:
    points: tuple[Point, ...]
    phases: tuple[Phase, ...]
    direction: Direction
    screening: bool

    @property
    def current(self) -> Phase:
        """The phase that the latest point belongs to."""
        return self.phases[-1]

    @property
    def trial(self) -> bool:
        return self.current.trial

    @property
    def special(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.is_special)

    @property
    def summary(self) -> str:
        """The chart in sentences, for whoever does not see it and for the line below it."""
        now, latest = self.current, self.points[-1]
        sentences = [
            f"{_count(len(self.points), 'point')}, from {_plain(self.points[0].value)} to {_plain(latest.value)}."
        ]
        if len(self.phases) > 1:
            sentences.append(
                f"The limits were set anew {_times(len(self.phases) - 1)}; these are the latest."
            )
        places = max(0, *(-point.value.as_tuple().exponent for point in self.points)) + 1
        sentences.append(f"The mean is {now.mean:.{places}f}.")
        if now.upper is None:
            sentences.append("There are too few points for limits.")
        else:
            trial = ", trial limits from fewer than 12 points" if now.trial else ""
            sentences.append(f"The limits are {now.lower:.{places}f} and {now.upper:.{places}f}{trial}.")
        sentences.append(f"The latest point is {latest.words}.")
        if self.special:
            kinds = [
                f"{_MEANING[label]}: {_count(found, 'point')}"
                for label in Label
                if label is not Label.COMMON
                and (found := sum(point.label is label for point in self.special))
            ]
            sentences.append(f"Special causes in all: {'; '.join(kinds)}.")
        else:
            sentences.append("No point is a special cause.")
        return " ".join(sentences)


def analyse(
    values: Sequence[Decimal | int],
    *,
    baseline: int | slice | None = None,
    screening: bool = True,
    direction: Direction | str = Direction.NEUTRAL,
    rebases: Iterable[int] = (),
) -> Xmr:
    """Label every point by rule 49.

    values: at least one, in the order of time, without gaps.
    baseline: which points make the mean and the limits. None: all those of the phase. A number: the first so
        many of each phase. A slice: those positions, which lie in the first phase; later phases use all theirs.
    screening: leave out, once, moving ranges that are not below 3.267 × their average.
    rebases: positions, counted from 0, at which a new phase begins.

    XmrError if there is nothing to chart, or if a baseline or a rebase names points that are not there.
    """
    numbers = [_exact(value) for value in values]
    if not numbers:
        raise XmrError("There is nothing to chart yet: no values.")
    starts = [0, *sorted(set(rebases))]
    if len(starts) > 1 and not (starts[1] > 0 and starts[-1] < len(numbers)):
        raise XmrError(f"A rebase begins at one of the points 1 to {len(numbers) - 1}, counted from 0.")
    direction = Direction(direction)

    points: list[Point] = []
    phases: list[Phase] = []
    for first, stop in pairwise([*starts, len(numbers)]):
        own = numbers[first:stop]
        since, until = _baseline_of(baseline, first, stop)
        limits = _Limits.of(numbers[since:until], screening)
        phase = Phase(
            number=len(phases),
            first=first,
            last=stop - 1,
            baseline_first=since,
            baseline_last=until - 1,
            **limits.as_decimals(),
        )
        phases.append(phase)
        ranges = [None, *(abs(b - a) for a, b in pairwise(own))]
        for i, (label, side) in enumerate(_labels(own, limits)):
            words = _words(label, side, direction)
            points.append(Point(first + i, _decimal(own[i]), _decimal(ranges[i]), phase, label, side, words))
    return Xmr(tuple(points), tuple(phases), direction, screening)


@dataclass(frozen=True, slots=True)
class _Limits:
    mean: Fraction
    average_mr: Fraction | None

    @classmethod
    def of(cls, baseline: Sequence[Fraction], screening: bool) -> "_Limits":
        mean = sum(baseline) / Fraction(len(baseline))
        ranges = [abs(b - a) for a, b in pairwise(baseline)]
        if not ranges:
            return cls(mean, None)
        average = sum(ranges) / Fraction(len(ranges))
        if screening and average:  # where nothing varies there is nothing to screen
            kept = [mr for mr in ranges if mr < SCREEN * average]
            average = sum(kept) / Fraction(len(kept))
        return cls(mean, average)

    def at(self, sigmas: Fraction) -> Fraction | None:
        return None if self.average_mr is None else self.mean + sigmas * self.average_mr

    def as_decimals(self) -> dict[str, Decimal | None]:
        return {
            "mean": _decimal(self.mean),
            "average_mr": _decimal(self.average_mr),
            "upper": _decimal(self.at(SIGMAS_3)),
            "near_upper": _decimal(self.at(SIGMAS_2)),
            "near_lower": _decimal(self.at(-SIGMAS_2)),
            "lower": _decimal(self.at(-SIGMAS_3)),
        }


def _labels(values: Sequence[Fraction], limits: _Limits) -> list[tuple[Label, Side | None]]:
    distances = [value - limits.mean for value in values]
    sides = [_side(distance) for distance in distances]
    steps = [None, *(_side(b - a) for a, b in pairwise(values))]
    if limits.average_mr is None:
        outside = near = [False] * len(values)
    else:
        far, close = SIGMAS_3 * limits.average_mr, SIGMAS_2 * limits.average_mr
        outside = [abs(distance) > far for distance in distances]
        near = [close < abs(distance) <= far for distance in distances]

    found: dict[int, tuple[Label, Side | None]] = {}

    def flag(label: Label, length: int, where: Callable[[range], Iterable[tuple[int, Side | None]]]) -> None:
        for start in range(len(values) - length + 1):
            for position, side in where(range(start, start + length)):
                found.setdefault(position, (label, side))

    def beyond(window: range):
        return [(i, sides[i]) for i in window if outside[i]]

    def one_way(window: range):
        run = {steps[i] for i in window[1:]}
        return [(i, steps[window[-1]]) for i in window] if len(run) == 1 and None not in run else []

    def two_of_three(window: range):
        one_side = len({sides[i] for i in window}) == 1 and sides[window[0]]
        flagged = [(i, sides[i]) for i in window if near[i]]
        return flagged if one_side and len(flagged) >= 2 else []

    def one_side(window: range):
        run = {sides[i] for i in window}
        return [(i, sides[i]) for i in window] if len(run) == 1 and None not in run else []

    # Whatever is found first stays, so the order here is the precedence.
    flag(Label.OUTSIDE, 1, beyond)
    flag(Label.TREND, RUN, one_way)
    flag(Label.TWO_IN_THREE, 3, two_of_three)
    flag(Label.SHIFT, RUN, one_side)
    return [found.get(i, (Label.COMMON, None)) for i in range(len(values))]


def _baseline_of(baseline: int | slice | None, first: int, stop: int) -> tuple[int, int]:
    match baseline:
        case None:
            return first, stop
        case int(count) if count >= 1:
            return first, min(first + count, stop)
        case slice() if first:
            return first, stop
        case slice(start=start, stop=end, step=None | 1):
            since, until = start or 0, stop if end is None else end
            if 0 <= since < until <= stop:
                return since, until
    raise XmrError("The baseline names points that are not there.")


def _words(label: Label, side: Side | None, direction: Direction) -> str:
    if label is Label.COMMON:
        return "common cause"
    if direction is Direction.NEUTRAL:
        verdict = side
    else:
        better = Side.HIGH if direction is Direction.INCREASE else Side.LOW
        verdict = "improvement" if side is better else "concern"
    return f"special cause: {verdict} ({_MEANING[label]})"


_MEANING = {
    Label.OUTSIDE: "outside the limits",
    Label.TREND: "7 points rising or falling",
    Label.TWO_IN_THREE: "2 of 3 points near a limit",
    Label.SHIFT: "7 points on one side of the mean",
}


def _side(distance: Fraction) -> Side | None:
    return None if not distance else Side.HIGH if distance > 0 else Side.LOW


def _exact(value: Decimal | int) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise XmrError(f"{value!r} is not a value that can be charted; give an int or a Decimal.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise XmrError(f"{value} is not a number.")
    return Fraction(value)


def _decimal(exact: Fraction | None) -> Decimal | None:
    if exact is None:
        return None
    return Context(prec=28).divide(Decimal(exact.numerator), Decimal(exact.denominator))


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")
