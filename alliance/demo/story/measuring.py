"""The story of what was counted: measures, month by month."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from alliance.core.periods import Month
from alliance.core.workdays import add_working_days
from alliance.demo.story.experimenting import EXPERIMENTS, experiment_of
from alliance.demo.story.questions import QUESTIONS
from alliance.demo.story.reviewing import REVIEWS
from alliance.demo.story.world import World
from decisions.models import Decision
from learning import services
from learning.models import Measure, Observation, Review

MONTHS = 30  # of figures for each measure


def plan(world: World) -> None:
    for told in MEASURES:
        _plan_measure(world, told)


@dataclass(frozen=True)
class Counted:
    """One measure. `figures` makes its 30 months, the last one last; `notes`: (months ago, text, what it is about)."""

    key: str
    name: str
    tells: str
    unit: str
    source: str
    figures: tuple
    direction: str = "neutral"
    asked_by: str = ""
    baseline: int | None = None
    notes: tuple[tuple[int, str, str], ...] = ()
    rebase: tuple[int, str, str] = ()  # months ago, reason, the review's key
    correct: tuple[int, str, str] = ()  # months ago, the wrong figure first sent, why


MEASURES = [
    Counted(
        "outside", "People outside on one night",
        "How many people we find sleeping outside on the last Thursday of the month.", "people",
        "Count on foot by the Hatch and Lantern Street, between two and four in the morning",
        (27, 31, 29, 33, 30, 34, 36, 28, 30, 32, 29, 31, 35, 30, 27, 32, 29, 31, 31, 26, 28, 30, 33, 29,
         27, 31, 47, 30, 33, 38),
        asked_by="The ministry’s rough sleeping return",
        notes=((4, "The hostel in Harbour Street closed for eleven days after a fire", ""),
               (10, "The hall in Cooper’s Row opens when it freezes", "freezing")),
    ),
    Counted(
        "fortnight", "People who left in the first fortnight",
        "Whether the first days are safe enough to stay.", "people", "Case notes of Lantern Street and the NHS Trust",
        (31, 28, 35, 30, 33, 29, 34, 32, 27, 36, 30, 33, 31, 34, 29, 32, 30, 35, 33, 31, 34, 30, 32, 29,
         31, 29, 23, 22, 24, 21),
        direction="decrease",
        notes=((4, "A call on the first Friday evening", "friday-call"),),
        correct=(2, "28", "Four people had been counted by both of us."),
    ),
    Counted(
        "first-worker", "Days until somebody has a worker",
        "How long people wait for one person whom they can ring.", "days (median)", "Diary of the front door",
        (19, 22, 17, 24, 20, 18, 23, 21, 25, 19, 22, 20, 18, 23, 21, 24, 19, 22, 17, 18, 9, 12, 10, 8,
         11, 9, 10, 12, 8, 9),
        direction="decrease",
        notes=((10, "The front door at Ferry Street opens", "front-door"),),
        rebase=(10, "The front door changed how people come to us; the months before tell nothing about it any more.",
                "first-weeks"),
    ),
    Counted(
        "heard", "People who say that somebody listened",
        "Whether people feel heard, in their own words.", "in every 100 asked",
        "Second Tide’s members ask forty people a month, outside and without us",
        (48, 52, 47, 55, 50, 46, 53, 49, 51, 48, 54, 50, 47, 52, 49, 53, 51, 48, 52, 55, 57, 56, 59, 58,
         61, 60, 62, 59, 63, 61),
        direction="increase",
        baseline=18,
    ),
    Counted(
        "naloxone", "Naloxone kits given out",
        "Whether kits are where people are.", "kits", "Harbourside Pharmacy and the desks",
        (14, 17, 12, 15, 19, 13, 16, 18, 14, 15, 17, 13, 18, 16, 15, 14, 17, 19, 16, 18, 41, 31, 27, 33,
         30, 28, 32, 29, 34, 31),
        baseline=20,
        notes=((10, "Kits on every desk, training for everybody", "naloxone"),),
    ),
    Counted(
        "returned", "People who came back within a month",
        "Coming back can be good news: it says that the door is open.", "people", "Diary of the front door",
        (6, 9, 7, 5, 8, 10, 7, 6, 9, 8, 5, 7, 9, 6, 8, 10, 7, 9, 6, 8, 11, 9, 7, 10, 8, 12, 9, 11, 10, 13),
        notes=((6, "Since this month we ask people why they came back", ""),),
    ),
]  # fmt: skip


def _plan_measure(world: World, told: Counted) -> None:
    """Defined in the second week, with the figures of the months before; then one figure a month."""
    last = world.months[-1]
    months = [last.shifted(n - MONTHS + 1) for n in range(MONTHS)]
    figures = dict(zip(months, told.figures, strict=True))
    defined = add_working_days(world.start, 8)
    yesterday = add_working_days(world.agenda.today, -1)
    world.on(defined, partial(define, world, told), 11)
    before = {month: figure for month, figure in figures.items() if month < Month.containing(defined)}
    world.on(defined, partial(observe, world, told, before), 11, 20)
    for month in months[len(before) :]:
        sent = {month: told.correct[1]} if told.correct and months[-told.correct[0]] == month else {}
        on = min(add_working_days(month.end, 4), yesterday)
        world.on(on, partial(observe, world, told, {month: figures[month]} | sent), 12)
        if sent:
            act = partial(correct, world, told, month, figures[month])
            world.on(add_working_days(on, 3), act, 12)
    for ago, text, about in told.notes:
        on = min(add_working_days(months[-ago].end, 8), yesterday)
        world.on(on, partial(annotate, world, told, months[-ago], text, about), 13)
    if told.rebase:
        ago, reason, review = told.rebase
        on = add_working_days(world.agenda.ago(next(one.ago for one in REVIEWS if one.key == review)), 1)
        on = max(on, add_working_days(months[-ago].end, 5))
        world.on(on, partial(rebase, world, told, months[-ago], reason, review), 13)


def _measure(world: World, told: Counted) -> Measure:
    return Measure.objects.get(alliance=world.alliance, name=told.name)


def define(world: World, told: Counted) -> None:
    services.define_measure(
        alliance=world.alliance,
        name=told.name,
        tells=told.tells,
        unit=told.unit,
        source=told.source,
        direction=told.direction,
        mandatory_return=bool(told.asked_by),
        asked_by=told.asked_by,
        baseline=told.baseline,
        by=world.people["nadia"],
    )


def observe(world: World, told: Counted, figures: dict) -> None:
    services.record_observations(
        measure=_measure(world, told),
        figures={month: Decimal(str(figure)) for month, figure in figures.items()},
        by=world.people["nadia"],
    )


def correct(world: World, told: Counted, month: Month, figure: int) -> None:
    wrong = Observation.objects.get(measure=_measure(world, told), on=month.start)
    services.correct_observation(
        observation=wrong, value=Decimal(figure), reason=told.correct[2], by=world.people["nadia"]
    )


def annotate(world: World, told: Counted, month: Month, text: str, about: str) -> None:
    tried = next((one.title for one in EXPERIMENTS if one.key == about), None)
    asked = next((one.title for one in QUESTIONS if one.key == about), None)
    services.annotate_measure(
        measure=_measure(world, told),
        on=month.start,
        text=text,
        experiment=experiment_of(world, tried) if tried else None,
        decision=Decision.objects.filter(alliance=world.alliance, wording__title=asked).first()
        if asked
        else None,
        by=world.people["nadia"],
    )


def rebase(world: World, told: Counted, month: Month, reason: str, review: str) -> None:
    services.rebase_measure(
        measure=_measure(world, told),
        on=month.start,
        reason=reason,
        review=Review.objects.get(
            alliance=world.alliance, title=next(o.title for o in REVIEWS if o.key == review)
        ),
        by=world.people["nadia"],
    )
