"""What we are learning now."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alliance.core.htmx import render
from learning import permissions
from learning.analysis import analyse_measure
from learning.models import Action, Experiment, Measure, Review
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def overview(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Running experiments, the next review, open actions, and the measures in alphabetical order (rules 47, 48)."""
    reviews = Review.objects.visible_to(request.user).filter(alliance=alliance)
    experiments = Experiment.objects.visible_to(request.user).filter(alliance=alliance).with_proposer()
    actions = Action.objects.visible_to(request.user).filter(alliance=alliance).open().with_takers()
    measures = Measure.objects.visible_to(request.user).filter(alliance=alliance).alphabetical().for_cards()
    next_review = reviews.preparing().order_by("planned_for", "number").first()
    page = {
        "next_review": next_review,
        "last_review": None if next_review else reviews.held().order_by("-held_on", "-number").first(),
        "running": experiments.running().order_by("ends_on", "number"),
        "proposed": experiments.proposed().with_answers_at_gates().order_by("number"),
        "lately_ended": experiments.ended().select_related("learned").order_by("-ended_at")[:3],
        "actions": actions.soonest_first(),
        "measures": [analyse_measure(one) for one in measures],
        "why_not_propose": permissions.propose_experiment.reason(request.user, alliance=alliance),
        "why_not_prepare": permissions.prepare_review.reason(request.user, alliance=alliance),
    }
    return render(request, "learning/overview.html", page)
