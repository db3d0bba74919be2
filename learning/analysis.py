"""A measure's figures with what rule 49 says about them, and its chart for page and paper."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from alliance.core.charts import Chart, Note, xmr_chart
from alliance.core.periods import Month
from learning.models import Annotation, Measure, Observation, Rebase
from learning.small_chart import small_chart
from learning.xmr import Xmr, analyse

REMEMBERED = 512  # charts that a process keeps, the latest used


@dataclass(frozen=True)
class Series:
    """All that rule 49 asks of a measure, its figures as they are written: 7 and 7.0 are not drawn alike."""

    figures: tuple[str, ...]
    baseline: int
    screening: bool
    direction: str
    rebases: tuple[int, ...]


@lru_cache(REMEMBERED)
def analyse_series(series: Series) -> Xmr:
    """Remembered by what it is about, so it is never out of date."""
    return analyse(
        [Decimal(one) for one in series.figures],
        baseline=series.baseline,
        screening=series.screening,
        direction=series.direction,
        rebases=series.rebases,
    )


@lru_cache(REMEMBERED)
def _draw_small(series: Series, says: str) -> str:
    return small_chart(analyse_series(series), says)


@lru_cache(REMEMBERED)
def _draw(
    series: Series, title: str, labels: tuple[str, ...], unit: str, notes: tuple[Note, ...], name: str
) -> Chart:
    return xmr_chart(
        title,
        analyse_series(series),
        labels,
        unit=unit,
        axis="Month",
        measure=unit[:1].upper() + unit[1:],
        notes=notes,
        name=name,
    )


@dataclass(frozen=True)
class Analysis:
    """`observations` are the figures that stand, oldest first, one per point of `xmr` (None without any figure)."""

    measure: Measure
    observations: tuple[Observation, ...]
    rebases: tuple[Rebase, ...]
    series: Series | None
    until: date | None = None

    @cached_property
    def annotations(self) -> tuple[Annotation, ...]:
        return tuple(
            one for one in self.measure.annotations.all() if self.until is None or one.on <= self.until
        )

    @cached_property
    def xmr(self) -> Xmr | None:
        return analyse_series(self.series) if self.series else None

    @property
    def latest(self) -> Observation | None:
        return self.observations[-1] if self.observations else None

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(one.month for one in self.observations)

    @property
    def latest_words(self) -> str:
        return self.xmr.points[-1].words

    @property
    def gaps(self) -> list[Month]:
        """Months without a figure between the first and the last: the points on both sides stand as neighbours."""
        if not self.months:
            return []
        there = set(self.months)
        return [month for month in self.months[0].through(self.months[-1]) if month not in there]

    @property
    def summary(self) -> str:
        return self.xmr.summary if self.xmr else "No figures yet."

    def position(self, on: date) -> int | None:
        """The point at that month, else the first one after it; None past the last."""
        later = [place for place, one in enumerate(self.observations) if one.on >= on]
        return later[0] if later else None

    @cached_property
    def notes(self) -> list[Note]:
        """One for each point, whatever was noted there; a rebase's reason belongs to them."""
        said = [(one.on, one.text) for one in self.annotations]
        said += [(one.on, f"New limits: {one.reason} (review {one.review.number})") for one in self.rebases]
        places: dict[int, list[str]] = {}
        for on, words in sorted(said):
            if (place := self.position(on)) is not None:
                places.setdefault(place, []).append(words.rstrip("."))
        return [Note(place, ". ".join(words)) for place, words in places.items()]

    @cached_property
    def small_chart(self):
        """For the cards; None without figures."""
        return _draw_small(self.series, f"{self.measure.name}. {self.summary}") if self.series else None

    @cached_property
    def chart(self) -> Chart | None:
        if self.series is None:
            return None
        labels = tuple(month.short_label for month in self.months)
        name = f"measure-{self.measure.number}"
        return _draw(self.series, self.measure.name, labels, self.measure.unit, tuple(self.notes), name)


def analyse_measure(measure: Measure, *, until: date | None = None) -> Analysis:
    """By the measure's own settings, without months after `until`. One from `with_figures()` asks no more
    queries; one from `for_cards()` none for its small chart."""
    if not hasattr(measure, "current_observations"):
        measure = Measure.objects.with_figures().get(pk=measure.pk)

    def known(rows):
        return tuple(one for one in rows if until is None or one.on <= until)

    observations = known(measure.current_observations)
    rebases = known(measure.rebases.all())
    places = (next((i for i, one in enumerate(observations) if one.on >= rebase.on), 0) for rebase in rebases)
    series = None
    if observations:
        series = Series(
            figures=tuple(str(one.figure) for one in observations),
            baseline=measure.baseline,
            screening=measure.screening,
            direction=measure.direction,
            rebases=tuple(place for place in places if place),
        )
    return Analysis(measure, observations, rebases, series, until)
