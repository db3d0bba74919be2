"""What home boards decided, in the browser (rule 14)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.ratification import RatificationForm
from decisions.lifecycle import RATIFICATION
from decisions.models import Decision, Ratification
from decisions.views.finding import find_decision, status_of, tells
from participants.models import Alliance
from participants.web import in_alliance


@tells
@in_alliance
def ratify(request: HttpRequest, alliance: Alliance, number: int, slug: str) -> HttpResponse:
    """What the board decided: ratified with its minute, or refused with its reason."""
    decision = find_decision(alliance, number)
    asked = _asked(decision, slug)
    permissions.ratify.check(request.user, ratification=asked)
    RATIFICATION.require(asked.state, "ratify")
    form = RatificationForm(request.POST or None, request.FILES or None, ratification=asked)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if form.is_refusal:
                again = services.refuse_to_ratify(ratification=asked, words=said["words"], by=request.user)
                reopened = "is open again" if again.opened_at else "is a draft again"
                messages.success(
                    request, f"The refusal is recorded. The question {reopened} as proposal {again.number}."
                )
            else:
                services.ratify(
                    ratification=asked,
                    board_met_on=said["board_met_on"],
                    minute=said["minute"],
                    by=request.user,
                )
                messages.success(request, f"Recorded: {asked.participant.short_name}’s board ratified it.")
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            return redirect(request, decision)
    page = {"form": form, "decision": decision, "ratification": asked}
    return render(request, "decisions/ratification/ratify.html", page, status=status_of(form))


@require_safe
@in_alliance
def minute(request: HttpRequest, alliance: Alliance, number: int, slug: str) -> HttpResponse:
    """The board's minute, as it was uploaded: to keep, never shown in the page."""
    asked = _asked(find_decision(alliance, number), slug)
    kept = get_object_or_404(Ratification.objects.filter(minute__isnull=False), pk=asked.pk).minute
    return download_file(bytes(kept.content), name=kept.name, media_type=kept.media_type)


def _asked(decision: Decision, slug: str) -> Ratification:
    asked = decision.ratifications.select_related("participant", "position")
    found = get_object_or_404(asked, participant__slug=slug)
    found.decision = decision
    return found
