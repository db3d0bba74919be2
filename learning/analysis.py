"""A measure's figures with what rule 49 says about them, and its chart for page and paper."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from alliance.core.charts import Chart, Note, xmr_chart
from alliance.core.periods import Month
from learning.models import Annotation, Measure, Observation, Rebase
from learning.small_chart import small_chart
from learning.xmr import Xmr, analyse


@dataclass(frozen=True)
class Analysis:
    """`observations` are the figures that stand, oldest first, one per point of `xmr` (None without any figure)."""

    measure: Measure
    observations: tuple[Observation, ...]
    annotations: tuple[Annotation, ...]
    rebases: tuple[Rebase, ...]
    xmr: Xmr | None

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
        return small_chart(self.xmr, f"{self.measure.name}. {self.summary}") if self.xmr else None

    @cached_property
    def chart(self) -> Chart | None:
        if self.xmr is None:
            return None
        return xmr_chart(
            self.measure.name,
            self.xmr,
            [month.short_label for month in self.months],
            unit=self.measure.unit,
            axis="Month",
            measure=self.measure.unit[:1].upper() + self.measure.unit[1:],
            notes=self.notes,
            name=f"measure-{self.measure.number}",
        )


def analyse_measure(measure: Measure, *, until: date | None = None) -> Analysis:
    """By the measure's own settings, without months after `until`. One from `with_figures()` asks no more queries."""
    if not hasattr(measure, "current_observations"):
        measure = Measure.objects.with_figures().get(pk=measure.pk)

    def known(rows):
        return tuple(one for one in rows if until is None or one.on <= until)

    observations = known(measure.current_observations)
    rebases = known(measure.rebases.all())
    places = (next((i for i, one in enumerate(observations) if one.on >= rebase.on), 0) for rebase in rebases)
    xmr = None
    if observations:
        xmr = analyse(
            [Decimal(one.figure) for one in observations],
            baseline=measure.baseline,
            screening=measure.screening,
            direction=measure.direction,
            rebases=[place for place in places if place],
        )
    return Analysis(measure, observations, known(measure.annotations.all()), rebases, xmr)
