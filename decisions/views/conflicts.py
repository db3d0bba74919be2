"""Conflicts of interest in the browser: the register, a declaration, what the others say of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alliance.core.htmx import redirect, render
from alliance.core.paging import page_of
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.conflicts import ConflictForm, FoundConflictForm, InterestForm, VoteForm
from decisions.lifecycle import PROPOSAL
from decisions.models import Declaration, Interest, Proposal
from decisions.services.conflicts import not_settled
from decisions.showing.conflicts import by_organisation, register
from decisions.views.finding import find, find_decision, status_of, tells
from decisions.voices import voices
from participants.models import Alliance, Participant
from participants.web import in_alliance


@require_safe
@in_alliance
def interests(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register of interests: everybody's, or with ?of= those of one organisation; what has ended stays."""
    of = Participant.objects.filter(alliance=alliance, slug=request.GET.get("of", "")).first()
    shown = page_of(request, register(alliance, of))
    page = {
        "groups": by_organisation(shown, request.user),
        "page": shown,
        "of": of,
        "may_declare": bool(request.standing.appointments),
    }
    return render(request, "decisions/conflicts/interests.html", page)


@tells
@in_alliance
def declare_interest(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = InterestForm(request.POST or None, alliance=alliance, standing=request.standing)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        person, participant = said["whose"]
        services.declare_interest(
            alliance=alliance,
            person=person,
            participant=participant,
            kind=said["kind"],
            what=said["what"],
            from_on=said["from_on"],
            by=request.user,
        )
        messages.success(request, "The interest is in the register.")
        return redirect(request, "decisions:interests", alliance.slug)
    return render(
        request, "decisions/conflicts/declare_interest.html", {"form": form}, status=status_of(form)
    )


@tells
@in_alliance
def end_interest(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Asked twice: what ended does not come back."""
    seen = Interest.objects.visible_to(request.user).of(alliance)
    interest = get_object_or_404(seen.select_related("person", "participant", "what"), pk=pk)
    permissions.end_interest.check(request.user, interest=interest)
    if request.method == "POST":
        services.end_interest(interest=interest, by=request.user)
        messages.success(request, "The interest is ended. What it was stays in the register.")
        return redirect(request, "decisions:interests", alliance.slug)
    return render(request, "decisions/conflicts/end_interest.html", {"interest": interest})


@tells
@in_alliance
def declare_conflict(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    speaks_for = _spoken_for(request, found)
    for participant in speaks_for or [found.participant]:
        permissions.declare_conflict.check(request.user, proposal=found, participant=participant)
    PROPOSAL.require(found.state_now, "declare")
    form = ConflictForm(request.POST or None, proposal=found, participants=speaks_for)
    if request.method == "POST" and form.is_valid():
        try:
            services.declare_conflict(proposal=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "Your conflict of interest is declared. The others are asked.")
            return redirect(request, found)
    answered = [one.participant for one in found.tally.answered if one.participant in speaks_for]
    page = {"form": form, "proposal": found, "answered": answered}
    return render(request, "decisions/conflicts/declare.html", page, status=status_of(form))


@tells
@in_alliance
def vote_on_conflict(request: HttpRequest, alliance: Alliance, number: int, declaration: int) -> HttpResponse:
    found, declared = _declared(request, alliance, number, declaration)
    speaks_for = [one for one in _spoken_for(request, found) if one.pk != declared.participant_id]
    for participant in speaks_for or [declared.participant]:
        permissions.vote_on_conflict.check(request.user, declaration=declared, participant=participant)
    not_settled(declared, "vote")
    PROPOSAL.require(found.state_now, "declare")
    form = VoteForm(request.POST or None, declaration=declared, participants=speaks_for)
    if request.method == "POST" and form.is_valid():
        try:
            services.vote_on_conflict(declaration=declared, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "What you said is recorded.")
            return redirect(request, found)
    page = {"form": form, "proposal": found, "declaration": declared}
    return render(request, "decisions/conflicts/vote.html", page, status=status_of(form))


@tells
@in_alliance
def leave_for_conflict(
    request: HttpRequest, alliance: Alliance, number: int, declaration: int
) -> HttpResponse:
    """Asked twice: a roll that was left is not entered again."""
    found, declared = _declared(request, alliance, number, declaration)
    permissions.leave_for_conflict.check(request.user, declaration=declared)
    not_settled(declared, "leave")
    PROPOSAL.require(found.state_now, "declare")
    if request.method == "POST":
        services.leave_for_conflict(declaration=declared, by=request.user)
        messages.success(
            request, f"{declared.participant.short_name} has left the roll. The others decide without it."
        )
        return redirect(request, found)
    page = {"proposal": found, "declaration": declared}
    return render(request, "decisions/conflicts/leave.html", page)


@tells
@in_alliance
def report_conflict(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_decision(alliance, number)
    permissions.report_conflict.check(request.user, decision=found)
    form = FoundConflictForm(request.POST or None, decision=found)
    if request.method == "POST" and form.is_valid():
        person, participant = form.cleaned_data["whose"]
        services.report_conflict(
            decision=found,
            participant=participant,
            person=person,
            what=form.cleaned_data["what"],
            by=request.user,
        )
        messages.success(request, "It is recorded. The decision is marked as one to be reviewed.")
        return redirect(request, found)
    page = {"form": form, "decision": found}
    return render(request, "decisions/conflicts/report.html", page, status=status_of(form))


def _declared(request, alliance, number, declaration) -> tuple[Proposal, Declaration]:
    found = find(request, alliance, number)
    declarations = Declaration.objects.select_related("participant", "person", "what", "interest__what")
    declared = get_object_or_404(declarations.filter(proposal=found), number=declaration)
    declared.proposal = found
    return found, declared


def _spoken_for(request: HttpRequest, proposal: Proposal) -> list[Participant]:
    """The participants that are asked here and for whom this person speaks."""
    speaks = voices(request.standing, proposal)
    return [
        entry.participant
        for entry in proposal.roll.all()
        if entry.participant_id in speaks and not entry.has_left
    ]
