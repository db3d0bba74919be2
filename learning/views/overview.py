"""What we are learning now."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alliance.core.htmx import render
from alliance.core.questions import Question
from learning import permissions
from learning.analysis import analyse_measure
from learning.models import Action, Experiment, Measure, Review
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def overview(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Running experiments, the next review, open actions, and the measures in alphabetical order (rules 47, 48)."""
    here = {"alliance": alliance.pk}
    next_review = _next_review.first(**here)
    page = {
        "next_review": next_review,
        "last_review": None if next_review else _last_review.first(**here),
        "running": _running(**here),
        "proposed": _proposed(**here),
        "lately_ended": _lately_ended(**here),
        "actions": _open_actions(**here),
        "measures": [analyse_measure(one) for one in _measures(**here)],
        "why_not_propose": permissions.propose_experiment.reason(request.user, alliance=alliance),
        "why_not_prepare": permissions.prepare_review.reason(request.user, alliance=alliance),
    }
    return render(request, "learning/overview.html", page)


@Question
def _next_review(alliance: int):
    return Review.objects.filter(alliance_id=alliance).preparing().order_by("planned_for", "number")[:1]


@Question
def _last_review(alliance: int):
    return Review.objects.filter(alliance_id=alliance).held().order_by("-held_on", "-number")[:1]


def _experiments(alliance: int):
    return Experiment.objects.filter(alliance_id=alliance).with_proposer()


_running = Question(lambda alliance: _experiments(alliance).running().order_by("ends_on", "number"))


@Question
def _proposed(alliance: int):
    return _experiments(alliance).proposed().with_answers_at_gates().order_by("number")


@Question
def _lately_ended(alliance: int):
    return _experiments(alliance).ended().select_related("learned").order_by("-ended_at")[:3]


@Question
def _open_actions(alliance: int):
    return Action.objects.filter(alliance_id=alliance).open().with_takers().soonest_first()


_measures = Question(lambda alliance: Measure.objects.filter(alliance_id=alliance).alphabetical().for_cards())
