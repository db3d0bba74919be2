"""Answers in the browser that are not simply given: taken back, recorded on behalf; and the seal that was held."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import permissions, services, veil
from decisions.forms.positions import OnBehalfForm, TakeBackForm
from decisions.lifecycle import PROPOSAL
from decisions.models import Meeting, Position
from decisions.showing.positions import heard_from, to_take_back
from decisions.views.finding import find, status_of, tells
from decisions.views.meetings import meeting_asked
from participants.models import Alliance
from participants.web import in_alliance


@tells
@in_alliance
def take_back(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Undo an answer until the seal, or contest one that was recorded on behalf."""
    found = find(request, alliance, number)
    permissions.answer.check(request.user, alliance=alliance)
    PROPOSAL.require(found.state_now, "take_position")
    participants = to_take_back(found, request.standing)
    if not participants:
        raise NotPossible("There is no answer to take back: your organisation has not answered this wording.")
    form = TakeBackForm(request.POST or None, participants=participants)
    answers = [one for one in found.tally.answered if one.participant in participants]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.take_back(proposal=found, by=request.user, **said)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"{said['participant'].short_name} has not answered any more.")
            return redirect(request, found)
    page = {
        "form": form,
        "proposal": found,
        "answers": answers,
        "contested": all(one.position.is_on_behalf for one in answers),
    }
    return render(request, "decisions/take_back.html", page, status=status_of(form))


@tells
@in_alliance
def record_on_behalf(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.record_on_behalf.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "take_position")
    room = meeting_asked(request, alliance)
    form = OnBehalfForm(
        request.POST or None,
        request.FILES or None,
        proposal=found,
        voices=heard_from(found, request.standing),
        initial=_said_in(room),
    )
    page = {"form": form, "proposal": found, "wording": found.current_wording, "meeting": room}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            position = services.record_on_behalf(
                proposal=found,
                participant=said["voice"].participant,
                said_by=said["voice"].person,
                stance=said["stance"],
                reason=form.reason,
                heard=said["heard"],
                evidence=said["evidence"],
                evidence_file=said["evidence_file"],
                shown=said["shown"],
                meeting=room,
                by=request.user,
            )
        except services.WordingChanged as changed:
            form.add_error(
                None, "The wording changed while you were writing. Is the answer about it as it is now?"
            )
            form.data = form.data.copy()
            form.data["shown"] = changed.current.hash
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(
                request,
                f"Recorded on behalf of {position.participant.short_name}, who can contest it until the end of "
                f"{position.contestable_until:%-d %B %Y}.",
            )
            return redirect(request, room or found)
    return render(request, "decisions/record_on_behalf.html", page, status=status_of(form))


def _said_in(room: Meeting | None) -> dict:
    """What is known already of an answer that is given in a meeting."""
    if room is None:
        return {}
    return {"heard": Position.Heard.MEETING, "evidence": f"Said in {room}, on {room.day:%-d %B %Y}."}


@require_safe
@in_alliance
def evidence(request: HttpRequest, alliance: Alliance, number: int, position: int) -> HttpResponse:
    """The file that shows an answer which was given elsewhere."""
    found = find(request, alliance, number)
    shown = Position.objects.select_related("evidence_file").filter(
        proposal=found, evidence_file__isnull=False
    )
    said = get_object_or_404(shown, pk=min(position, 2**63 - 1))
    if veil.veiled(found, request.standing) and not request.standing.speaks_for(said.participant_id):
        raise Http404("Not shown yet.")
    file = said.evidence_file
    return download_file(bytes(file.content), name=file.name, media_type=file.media_type)


@require_POST
@in_alliance
def seal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """By hand, once nobody can contest an answer on behalf any more; the clock does the same."""
    decision = services.seal(proposal=find(request, alliance, number), by=request.user)
    messages.success(request, f"It is sealed, as decision {decision.number}.")
    return redirect(request, decision)
