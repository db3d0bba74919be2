"""Reviews, experiments and measures for tests, through the real services."""

from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from alliance.core.periods import Month
from learning import services
from learning.models import Answer, Measure
from learning.services import NewAction

ANSWERS = {
    "expected": "Fewer people would be sent from one door to the next.",
    "facts": "Of 31 people, 22 saw one worker throughout; 9 saw three or more.",
    "views": "Workers felt trusted. Two managers felt left out.",
    "unexpected": "Three people brought a neighbour along, and that helped.",
    "why": "The rota was shared between the two teams.",
    "keep_or_change": "Keep the shared rota; change the hand-over on Mondays.",
    "intended": "Mostly: people stay with one worker, which we said mattered most.",
    "next": "Try the same on the east side.",
    "we": "Five workers and two people who use the services; no landlord.",
    "missing": "Nobody who left the service was in the room.",
}
LONG_AGO = date(2024, 1, 1)
WORKED = (31, 28, 35, 30, 33, 29, 34, 32, 27, 36, 30, 33)  # rule 49


def answers(**changed) -> dict[str, str]:
    """All of a review's answers; None takes one away."""
    said = ANSWERS | changed
    return {Answer.Question(q): words for q, words in said.items() if words is not None}


def prepare(alliance, by, title="What October taught us", **said):
    return services.prepare_review(
        alliance=alliance,
        title=title,
        planned_for=said.pop("planned_for", timezone.localdate()),
        by=by,
        **said,
    )


def hold(review, by, *, present=None, actions=(), **how):
    """Hold it, with somebody in the room, all answers, and every open action still mattering."""
    looks = dict.fromkeys(review.open_actions(), ("still_matters", "We still want this."))
    return services.hold_review(
        review=review,
        held_on=how.pop("held_on", timezone.localdate()),
        answers=how.pop("answers", answers()),
        present=present or [by],
        looks=how.pop("looks", looks),
        actions=actions,
        by=by,
        **how,
    )


def held_review(alliance, by, actions=(), **how):
    return hold(prepare(alliance, by), by, actions=actions, **how)


def open_action(alliance, by, taker, what="Ask the landlords to the next review", due_on=None):
    return held_review(alliance, by, actions=[NewAction(what, taker, due_on)]).actions.get()


def propose(alliance, by, title="One key worker for each person", **said):
    complete = {
        "question": "Do people stay in touch longer with one worker?",
        "trying": "Twenty people get one worker across both teams.",
        "how_we_learn": "We talk with each of them after a month.",
        "size": "20 people, one team, two months.",
        "place": "East side",
        "ends_on": timezone.localdate() + timedelta(days=60),
    }
    return services.propose_experiment(alliance=alliance, title=title, by=by, **(complete | said))


def pass_gates(experiment, by):
    for gate in ("legal", "safe"):
        services.answer_gate(experiment=experiment, gate=gate, yes=True, words="We looked: yes.", by=by)


def running(alliance, proposer, gatekeeper, **said):
    experiment = propose(alliance, proposer, **said)
    pass_gates(experiment, gatekeeper)
    return services.start_experiment(experiment=experiment, by=proposer)


def measure(alliance, by, name="People who came back within a month", **said) -> Measure:
    said = {
        "tells": "Whether the first visit was the right one.",
        "unit": "people",
        "source": "Shared case record, counted on the 1st",
    } | said
    return services.define_measure(alliance=alliance, name=name, by=by, **said)


def observe(measure, by, values=WORKED, first=LONG_AGO):
    """One figure a month from `first` on."""
    start = Month.containing(first)
    figures = {start.shifted(i): Decimal(str(value)) for i, value in enumerate(values)}
    return services.record_observations(measure=measure, figures=figures, by=by)


def url(alliance, name: str, *args) -> str:
    return reverse(f"learning:{name}", args=[alliance.slug, *args])
