"""A proposal in the browser: put, worded, answered, sealed."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from alliance.core.htmx import redirect, render
from alliance.core.models import Event
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.positions import chosen
from decisions.forms.proposals import MoreTimeForm, PositionForm, ResolutionForm, WithdrawalForm
from decisions.lifecycle import OBJECTION, PROPOSAL, State
from decisions.models import Decision, Position, Proposal
from decisions.showing import about, acts, differences, history, panels, people_of, spoken_stands
from decisions.showing.positions import answering
from decisions.views.drafting import show_draft
from decisions.views.finding import find, find_objection, principles_of, status_of, tells, whole
from decisions.views.meetings import meeting_asked
from participants.models import Alliance, Principle
from participants.web import in_alliance

SEALS = ("decisions.sealed", "decisions.decided_alone")

# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
@in_alliance
def proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """What, why, who stands where, what blocks it, what happens next. An agreed one is at its decision’s address."""
    found = find(request, alliance, number)
    if found.state == State.AGREED:
        return redirect(request, found.decision)
    return _show(request, found)


@require_safe
@in_alliance
def decision(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The permanent address of what was agreed."""
    return _show(request, whole(request, alliance, decision__number=number))


@require_POST
@in_alliance
def take_position(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.answer.check(request.user, alliance=alliance)
    room = meeting_asked(request, alliance)
    principles = principles_of(alliance)
    form = PositionForm(
        request.POST, proposal=found, participants=people_of(request.standing, found), principles=principles
    )
    if form.is_valid():
        said = form.cleaned_data
        stand = {
            "proposal": found,
            "participant": said["participant"],
            "shown": said["shown"],
            "by": request.user,
        }
        try:
            if said["stance"] == Position.Stance.OBJECT:
                services.raise_objection(
                    **stand,
                    concern=form.reason,
                    remedy=said["remedy"],
                    principles=list(said["principles"]),
                    legal_limit=said["legal_limit"],
                    meeting=room,
                )
            else:
                services.take_position(**stand, stance=said["stance"], reason=form.reason, meeting=room)
        except services.WordingChanged as changed:
            return _show(
                request, find(request, alliance, number), form=_asked_again(form, found), changed=changed
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            done = f"Recorded: {said['participant'].short_name} {_verb(said['stance'])}."
            if sealed := Decision.objects.filter(proposal=found).first():
                done += f" With that all have agreed: decision {sealed.number} is sealed."
            messages.success(request, done)
            return redirect(request, room or found)
    return _show(request, find(request, alliance, number), form=form)


def _verb(stance: str) -> str:
    return Position.Stance(stance).label.lower()


def _asked_again(form: PositionForm, proposal: Proposal) -> PositionForm:
    """The same answers about the wording as it is now, for the person to look at once more."""
    form.data = form.data.copy()
    form.data["shown"] = (
        Proposal.objects.select_related("current_wording").get(pk=proposal.pk).current_wording.hash
    )
    return form


@tells
@in_alliance
def resolve_objection(request: HttpRequest, alliance: Alliance, number: int, objection: int) -> HttpResponse:
    found = find(request, alliance, number)
    raised = find_objection(found, objection)
    permissions.resolve_objection.check(request.user, objection=raised)
    OBJECTION.require(raised.state, "resolve")
    PROPOSAL.require(found.state_now, "resolve_objection")
    form = ResolutionForm(request.POST or None, initial={"shown": found.current_wording.hash})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                services.resolve_objection(objection=raised, resolution=said["resolution"], by=request.user)
                if said["then"] == "agree":
                    services.take_position(
                        proposal=found,
                        participant=raised.participant,
                        stance=Position.Stance.AGREE,
                        shown=said["shown"],
                        by=request.user,
                    )
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
            form.data = form.data.copy()
            form.data["shown"] = found.current_wording.hash
        else:
            messages.success(request, f"Objection {raised.number} is resolved.")
            return redirect(request, found)
    names = {one.pk: str(one) for one in Principle.objects.filter(pk__in=raised.principles)}
    page = {"form": form, "proposal": found, "objection": raised, "touched": list(names.values())}
    if raised.wording_id != found.current_wording_id:
        page["differences"] = differences(raised.wording, found.current_wording)
    return render(request, "decisions/resolve_objection.html", page, status=status_of(form))


# ── What its proposer does ───────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def give_more_time(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.give_more_time.check(request.user, proposal=found)
    late = found.state_now == State.NOT_AGREED
    PROPOSAL.require(found.state_now, "reopen" if late else "give_more_time")
    form = MoreTimeForm(
        request.POST or None,
        not_before=found.answer_by,
        initial={"answer_by": max(alliance.usual_deadline(), found.answer_by)},
    )
    if request.method == "POST" and form.is_valid():
        services.give_more_time(proposal=found, by=request.user, **form.cleaned_data)
        messages.success(request, "The new deadline is recorded.")
        return redirect(request, found)
    page = {"form": form, "proposal": found, "late": late}
    return render(request, "decisions/give_more_time.html", page, status=status_of(form))


@tells
@in_alliance
def withdraw_proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.withdraw_proposal.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "withdraw")
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.withdraw_proposal(proposal=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The proposal is withdrawn. What was said about it stays.")
        return redirect(request, found)
    return render(
        request, "decisions/withdraw.html", {"form": form, "proposal": found}, status=status_of(form)
    )


# ── What the views share ─────────────────────────────────────────────────────────────────────────────────────


def _show(
    request: HttpRequest, found: Proposal, form: PositionForm | None = None, changed=None
) -> HttpResponse:
    if found.state in (State.DRAFT, State.DISCARDED):
        return show_draft(request, found)
    context = {"proposal": found, "state": found.state_now, "acts": acts(request.user, found)}
    speaks_for = people_of(request.standing, found)
    objecting = {one.participant_id: one for one in found.tally.objections}
    free = [
        one
        for one in speaks_for
        if one.pk not in objecting
        and permissions.take_position.allows(request.user, proposal=found, participant=one)
    ]
    if form is None and free and found.state_now == State.OPEN:
        form = PositionForm(
            proposal=found,
            participants=free,
            principles=principles_of(found.alliance),
            initial=chosen(request.GET),
        )
    objections = found.objections.all()
    touched = Principle.objects.in_bulk({pk for one in objections for pk in one.principles})
    for one in objections:
        one.touched = [str(touched[pk]) for pk in one.principles if pk in touched]
        one.why_not_resolve = permissions.resolve_objection.reason(request.user, objection=one)
    context |= {
        "wording": found.current_wording,
        "tally": found.tally,
        "stands": spoken_stands(found),
        "form": form if found.state_now == State.OPEN and speaks_for else None,
        "mine": [stand for stand in found.tally.stands if stand.participant in speaks_for],
        "own_objections": [one for one in found.tally.objections if one.participant in speaks_for],
        "changed": changed,
        "differences": differences(changed.shown, changed.current) if changed and changed.shown else [],
    }
    context["events"], context["more_events"] = history(found, whole=request.GET.get("history") == "whole")
    context["seal"] = _seal(found, context["events"])
    context["meeting"] = meeting_asked(request, found.alliance)
    context |= answering(found, request.standing) | panels(found, request.standing)
    return render(
        request, "decisions/proposal.html", context, status=422 if changed or (form and form.errors) else 200
    )


def _seal(found: Proposal, told: list[dict]) -> Event | None:
    """The entry in the record, mostly among those that are told anyway."""
    if found.state != State.AGREED:
        return None
    told = (one["event"] for one in told if one["event"].kind in SEALS)
    return next(told, None) or about(found).filter(kind__in=SEALS).first()
