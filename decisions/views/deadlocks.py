"""The ladder out of a deadlock in the browser."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.deliberation import DeadlockForm, IndependentForm, IndependentWordsForm, StatementForm
from decisions.lifecycle import PROPOSAL
from decisions.models import Deadlock, Proposal, Statement
from decisions.services.deadlocks import NO_DEADLOCK, ladder_from, why_no_statement
from decisions.showing.proposals import people_of
from decisions.views.finding import find, status_of, tells
from participants.models import Alliance, Participant
from participants.web import in_alliance


@tells
@in_alliance
def declare_deadlock(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.declare_deadlock.check(request.user, proposal=found)
    if found.has_deadlock:
        return redirect(request, f"{found.get_absolute_url()}#deadlock")
    PROPOSAL.require(found.state_now, "declare_deadlock")
    form = DeadlockForm(request.POST or None, participants=_asked(request, found))
    if request.method == "POST" and form.is_valid():
        try:
            declared = services.declare_deadlock(proposal=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(
                request, f"The deadlock is declared. It can be agreed until {declared.ends_on:%-d %B %Y}."
            )
            return redirect(request, f"{found.get_absolute_url()}#deadlock")
    today = Deadlock(stages=ladder_from(alliance, timezone.localdate(), not_before=found.answer_by))
    page = {"form": form, "proposal": found, "rungs": today.rungs, "ends_on": today.ends_on}
    return render(request, "decisions/deadlocks/declare.html", page, status=status_of(form))


@tells
@in_alliance
def make_statement(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found, deadlock = _deadlocked(request, alliance, number)
    if why_not := why_no_statement(deadlock):
        raise NotPossible(why_not)
    return _say(
        request,
        found,
        StatementForm,
        services.make_statement,
        Statement.Occasion.DEADLOCK,
        "make_statement",
        "The statement is there for everybody to read.",
    )


@tells
@in_alliance
def record_independent(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found, deadlock = _deadlocked(request, alliance, number)
    if not deadlock.independent:
        raise NotPossible("Name the independent person first.")
    return _say(
        request,
        found,
        IndependentWordsForm,
        services.record_independent,
        Statement.Occasion.INDEPENDENT,
        "record_independent",
        f"What {deadlock.independent_name} said is there for everybody to read.",
    )


def _say(request, found: Proposal, form_class, service, occasion: str, page: str, done: str) -> HttpResponse:
    """A form of a participant's words; what it said before is there to be changed."""
    participants = _asked(request, found)
    last = (
        found.statements.filter(occasion=occasion, participant__in=participants, replaced_by__isnull=True)
        .select_related("words")
        .first()
    )
    form = form_class(
        request.POST or None,
        participants=participants,
        initial={"words": str(last.words), "participant": last.participant_id} if last else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            service(proposal=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, done)
            return redirect(request, f"{found.get_absolute_url()}#deadlock")
    shown = {"form": form, "proposal": found, "deadlock": found.deadlock, "last": last}
    return render(request, f"decisions/deadlocks/{page}.html", shown, status=status_of(form))


@tells
@in_alliance
def name_independent(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found, deadlock = _deadlocked(request, alliance, number)
    form = IndependentForm(
        request.POST or None,
        initial={"kind": deadlock.independent, "name": deadlock.independent_name},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.name_independent(proposal=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "The independent person is named.")
            return redirect(request, f"{found.get_absolute_url()}#deadlock")
    page = {"form": form, "proposal": found, "deadlock": deadlock}
    return render(request, "decisions/deadlocks/name_independent.html", page, status=status_of(form))


def _deadlocked(request: HttpRequest, alliance: Alliance, number: int) -> tuple[Proposal, Deadlock]:
    found = find(request, alliance, number)
    permissions.climb_ladder.check(request.user, proposal=found)
    if not found.has_deadlock:
        raise NotPossible(NO_DEADLOCK)
    PROPOSAL.require(found.state_now, "take_position")
    return found, found.deadlock


def _asked(request: HttpRequest, found: Proposal) -> list[Participant]:
    """The participants for whom this person speaks here and that are still asked."""
    left = {entry.participant_id for entry in found.roll.all() if entry.has_left}
    return [one for one in people_of(request.standing, found) if one.pk not in left]
