"""What a report says about learning in a period. Dates are included on both ends; words are as they now read
(redacted ones show their mark)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from alliance.core.models import Words
from learning.analysis import Analysis, analyse_measure
from learning.models import Action, Answer, Experiment, Measure, Review
from participants.models import Alliance


@dataclass(frozen=True)
class ReviewHeld:
    number: int
    title: str
    held_on: date
    present: tuple[str, ...]
    absent: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]  # (question as asked, words), in the order of the questions
    nothing_unexpected: bool


@dataclass(frozen=True)
class ActionsTold:
    """`open_at_end` were still open on the last day; the other two count acts within the period."""

    agreed: int
    done: int
    let_go: int
    open_at_end: int
    late_at_end: int
    open: tuple["ActionTold", ...]


@dataclass(frozen=True)
class ActionTold:
    number: int
    what: str
    taken_by: str
    due_on: date | None
    review: int


@dataclass(frozen=True)
class ExperimentTold:
    """`status` and `turned_out` are labels; `turned_out`, `learned` and `ended_on` are empty for a running one."""

    number: int
    title: str
    question: str
    status: str
    started_on: date
    ends_on: date
    ended_on: date | None = None
    turned_out: str = ""
    learned: str = ""


@dataclass(frozen=True)
class Learning:
    reviews: tuple[ReviewHeld, ...]
    actions: ActionsTold
    running: tuple[ExperimentTold, ...]
    ended: tuple[ExperimentTold, ...]  # those that did not turn out as hoped are in by default (rule 51)
    measures: tuple[Analysis, ...]  # in alphabetical order, each with .xmr, .chart and .summary


def learning_between(alliance: Alliance, start: date, end: date) -> Learning:
    """Everything learned from `start` to `end`, in a constant number of queries. Experiments are told as they stood
    on the last day; measures have the figures up to it, from their beginning on, for the limits need them."""
    experiments = Experiment.objects.filter(alliance=alliance, started_at__isnull=False).select_related(
        "learned"
    )
    running, ended = [], []
    for experiment in experiments.order_by("number"):
        told = _experiment(experiment, end)
        if told is None:
            continue
        if told.ended_on is None:
            running.append(told)
        elif told.ended_on >= start:
            ended.append(told)
    return Learning(
        reviews=tuple(
            _review(one)
            for one in Review.objects.filter(alliance=alliance)
            .held_between(start, end)
            .with_answers()
            .order_by("held_on", "number")
        ),
        actions=_actions(alliance, start, end),
        running=tuple(running),
        ended=tuple(ended),
        measures=tuple(
            analyse_measure(one, until=end)
            for one in Measure.objects.filter(alliance=alliance).alphabetical().with_figures()
        ),
    )


def _review(review: Review) -> ReviewHeld:
    said: dict[str, Words] = {one.question: one.words for one in review.answers.all()}
    room = review.attendances.all()
    return ReviewHeld(
        number=review.number,
        title=review.title,
        held_on=review.held_on,
        present=tuple(str(one) for one in room if one.present),
        absent=tuple(one.name for one in room if not one.present),
        answers=tuple((q.label, str(said[q])) for q in Answer.Question if q in said),
        nothing_unexpected=Answer.Question.UNEXPECTED not in said,
    )


def _experiment(experiment: Experiment, end: date) -> ExperimentTold | None:
    started_on = timezone.localdate(experiment.started_at)
    if started_on > end:
        return None
    facts = {
        "number": experiment.number,
        "title": experiment.title,
        "question": experiment.question,
        "started_on": started_on,
        "ends_on": experiment.ends_on,
    }
    ended_on = timezone.localdate(experiment.ended_at) if experiment.ended_at else None
    if ended_on is None or ended_on > end:
        return ExperimentTold(status=Experiment.State.RUNNING.label, **facts)
    return ExperimentTold(
        status=experiment.get_status_display(),
        ended_on=ended_on,
        turned_out=experiment.get_turned_out_display(),
        learned=str(experiment.learned),
        **facts,
    )


def _actions(alliance: Alliance, start: date, end: date) -> ActionsTold:
    """An action is agreed on the day of its review's meeting."""
    known = (
        Action.objects.filter(alliance=alliance, review__held_on__lte=end)
        .filter(Q(closed_at__isnull=True) | Q(closed_at__date__gte=start) | Q(review__held_on__gte=start))
        .with_takers()
        .order_by("number")
    )
    agreed = done = let_go = 0
    still_open = []
    for action in known:
        closed_on = timezone.localdate(action.closed_at) if action.closed_at else None
        agreed += action.review.held_on >= start
        if closed_on is None or closed_on > end:
            still_open.append(action)
        elif closed_on >= start:
            done += action.status == Action.State.DONE
            let_go += action.status == Action.State.LET_GO
    return ActionsTold(
        agreed=agreed,
        done=done,
        let_go=let_go,
        open_at_end=len(still_open),
        late_at_end=sum(one.due_on is not None and one.due_on < end for one in still_open),
        open=tuple(
            ActionTold(one.number, one.what, str(one.taken_by), one.due_on, one.review.number)
            for one in still_open
        ),
    )
