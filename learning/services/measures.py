"""Measures: figures that help to learn. None has a target (rule 47)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.periods import Month
from alliance.core.record import digest, record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from learning import permissions
from learning.models import Annotation, Experiment, Measure, Observation, Rebase, Review
from participants.models import Alliance, User
from participants.numbering import next_number


@transaction.atomic
def define_measure(
    *,
    alliance: Alliance,
    name: str,
    tells: str,
    unit: str,
    source: str,
    by: User,
    direction: str = Measure.Direction.NEUTRAL,
    mandatory_return: bool = False,
    asked_by: str = "",
    screening: bool = True,
    baseline: int | None = None,
) -> Measure:
    """Say what is looked at, without a target (rule 47). `baseline` is how many points of each phase set
    its limits, None for all; `screening` leaves great leaps out of them (rule 49)."""
    permissions.define_measure.check(by, alliance=alliance)
    said = {
        "name": name,
        "tells": tells,
        "unit": unit,
        "source": source,
        "direction": str(Measure.Direction(direction)),
        "mandatory_return": mandatory_return,
        "asked_by": asked_by,
        "screening": screening,
        "baseline": baseline,
    }
    measure = Measure.objects.create(
        alliance=alliance, number=next_number(Measure, alliance), defined_by=by, **said
    )
    record("learning.measure_defined", measure, by=by, **said)
    return measure


@transaction.atomic
def record_observations(
    *, measure: Measure, figures: Mapping[Month, Decimal], by: User, notes: Mapping[Month, str] | None = None
) -> list[Observation]:
    """Keep the figures of months that have none yet; returns the new rows, in the order of their months.

    A month that already has the same figure is passed over, so that doing it twice is doing it once; one that has
    another figure is refused: `correct_observation` says why.
    """
    measure = _locked(measure)
    permissions.record_observations.check(by, measure=measure)
    kept = {one.on: one for one in measure.observations.current()}
    notes = notes or {}
    fresh = []
    if figures and max(figures) > Month.containing(timezone.localdate()):
        raise NotPossible(f"{max(figures).label} is still to come.")
    for month in sorted(figures):
        value, before = figures[month], kept.get(month.start)
        if before is None:
            fresh.append(
                Observation(
                    alliance_id=measure.alliance_id,
                    measure=measure,
                    on=month.start,
                    value=value,
                    note=notes.get(month, ""),
                    observed_by=by,
                )
            )
        elif before.value != value:
            raise NotPossible(
                f"{month.label} already has the figure {before.figure}. Correct that one, and say why."
            )
    if not fresh:
        return []
    Observation.objects.bulk_create(fresh)
    lines = [{"month": one.month.slug, "value": one.figure, "note": one.note} for one in fresh]
    record(
        "learning.observations_recorded",
        measure,
        by=by,
        name=measure.name,
        unit=measure.unit,
        count=len(fresh),
        first=fresh[0].month.label,
        last=fresh[-1].month.label,
        figure=fresh[0].figure if len(fresh) == 1 else None,
        digest=digest(lines),
    )
    return fresh


@transaction.atomic
def correct_observation(*, observation: Observation, value: Decimal, reason: str, by: User) -> Observation:
    """A new figure for the same month; the old one stays beside it, with the reason."""
    measure = _locked(observation.measure)
    permissions.record_observations.check(by, measure=measure)
    if not reason.strip():
        raise NotPossible("Say why the figure is corrected.")
    if hasattr(observation, "replaced_by"):
        raise NotPossible(f"{observation.month.label} was corrected meanwhile. Look at its new figure first.")
    if observation.value == value:
        raise NotPossible(f"{observation.month.label} already has the figure {observation.figure}.")
    new = Observation.objects.create(
        alliance_id=measure.alliance_id,
        measure=measure,
        on=observation.on,
        value=value,
        replaces=observation,
        reason=reason.strip(),
        observed_by=by,
    )
    record(
        "learning.observation_corrected",
        measure,
        by=by,
        name=measure.name,
        unit=measure.unit,
        month=new.month.label,
        before=observation.figure,
        after=new.figure,
        reason=new.reason,
    )
    return new


@transaction.atomic
def annotate_measure(
    *,
    measure: Measure,
    on: date,
    text: str,
    by: User,
    review: Review | None = None,
    experiment: Experiment | None = None,
    decision: Decision | None = None,
) -> Annotation:
    """A note at a month of the chart; it may point to the review, experiment or decision it is about."""
    measure = _locked(measure)
    permissions.annotate_measure.check(by, measure=measure)
    _of_same_alliance(measure, review, experiment, decision)
    note = Annotation.objects.create(
        alliance_id=measure.alliance_id,
        measure=measure,
        on=Month.containing(on).start,
        text=text,
        review=review,
        experiment=experiment,
        decision=decision,
        noted_by=by,
    )
    record(
        "learning.measure_annotated",
        measure,
        by=by,
        name=measure.name,
        month=Month.containing(on).label,
        text=text,
        about=note.about,
    )
    return note


@transaction.atomic
def rebase_measure(*, measure: Measure, on: date, reason: str, review: Review, by: User) -> Rebase:
    """From that month on a new mean and limits; only with a reason and the review that agreed it (rule 49)."""
    measure = _locked(measure)
    permissions.rebase_measure.check(by, measure=measure)
    _of_same_alliance(measure, review)
    month = Month.containing(on)
    if not reason.strip():
        raise NotPossible("Say why the chart needs new limits.")
    if not review.is_held:
        raise NotPossible("New limits need a review that was held and agreed on them.")
    figures = list(measure.observations.current())
    if not any(one.on >= month.start for one in figures) or not any(one.on < month.start for one in figures):
        raise NotPossible("New limits begin at a month with figures before it and from it on.")
    if measure.rebases.filter(on=month.start).exists():
        raise NotPossible(f"The chart already has new limits from {month.label}.")
    rebase = Rebase.objects.create(
        alliance_id=measure.alliance_id,
        measure=measure,
        on=month.start,
        reason=reason.strip(),
        review=review,
        rebased_by=by,
    )
    record(
        "learning.measure_rebased",
        measure,
        by=by,
        name=measure.name,
        month=month.label,
        reason=rebase.reason,
        review=review,
    )
    return rebase


def _locked(measure: Measure) -> Measure:
    return Measure.objects.select_for_update(of=("self",)).select_related("alliance").get(pk=measure.pk)


def _of_same_alliance(measure: Measure, *others) -> None:
    for other in others:
        if other is not None and other.alliance_id != measure.alliance_id:
            raise NotPossible("That belongs to another alliance.")
