"""A proposal in the browser: put, worded, answered, sealed."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.paging import page_of
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms import (
    DraftForm,
    EditDraftForm,
    MoreTimeForm,
    PositionForm,
    RegisterForm,
    ResolutionForm,
    WithdrawalForm,
    WordingForm,
)
from decisions.lifecycle import OBJECTION, PROPOSAL, State
from decisions.models import Decision, Objection, Position, PrincipleTest, Proposal, Wording
from decisions.showing import acts, differences, history, panels, people_of, spoken_stands
from participants.models import Alliance, Participant, Principle
from participants.web import in_alliance

tells = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@in_alliance
def register(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Everything that was put to the alliance, newest first."""
    form = RegisterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name) or "" for name in ("q", "state")}
    found = Proposal.objects.visible_to(request.user).filter(alliance=alliance).exclude(state=State.DISCARDED)
    if asked["state"]:
        found = found.in_state(asked["state"])
    if asked["q"]:
        found = found.about(asked["q"])
    page = page_of(request, found.with_positions().order_by("-number"))
    context = {
        "form": form,
        "page": page,
        "active": any(asked.values()),
        "result": f"{page.paginator.count} found" if any(asked.values()) else "",
        "why_not_propose": permissions.propose.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/register.html", context, partial="decisions")


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def propose(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.propose.check(request.user, alliance=alliance)
    speaks_for = Participant.objects.filter(pk__in=request.standing.speaks_for_ids).order_by("place")
    form = DraftForm(request.POST or None, participants=list(speaks_for), principles=_principles(alliance))
    if request.method == "POST" and form.is_valid():
        drafted = services.draft_proposal(
            alliance=alliance,
            participant=form.cleaned_data["participant"],
            case=form.case,
            answer_by=form.cleaned_data["answer_by"],
            by=request.user,
        )
        return redirect(request, drafted)
    page = {"form": form, "usual": alliance.usual_deadline()}
    return render(request, "decisions/propose.html", page, status=_status(form))


@tells
@in_alliance
def edit_draft(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.edit_draft.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "save_draft")
    form = EditDraftForm(
        request.POST or None,
        case=found.case,
        principles=_principles(alliance),
        initial={"answer_by": found.answer_by},
    )
    if request.method == "POST" and form.is_valid():
        services.save_draft(
            proposal=found, case=form.case, answer_by=form.cleaned_data["answer_by"], by=request.user
        )
        return redirect(request, found)
    page = {"form": form, "proposal": found, "usual": alliance.usual_deadline()}
    return render(request, "decisions/propose.html", page, status=_status(form))


@require_POST
@in_alliance
def discard_draft(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    services.discard_draft(proposal=_find(request, alliance, number), by=request.user)
    messages.success(request, "The draft is put away.")
    return redirect(request, "decisions:register", alliance.slug)


@require_POST
@in_alliance
def open_proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = services.open_proposal(proposal=_find(request, alliance, number), by=request.user)
    messages.success(request, "Your proposal is open: every participant is asked.")
    return redirect(request, found)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
@in_alliance
def proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """What, why, who stands where, what blocks it, what happens next. An agreed one is at its decision’s address."""
    found = _find(request, alliance, number)
    if found.state == State.AGREED:
        return redirect(request, found.decision)
    return _show(request, found)


@require_safe
@in_alliance
def decision(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The permanent address of what was agreed."""
    sealed = get_object_or_404(
        Decision.objects.visible_to(request.user).filter(alliance=alliance), number=number
    )
    return _show(request, _whole(request, alliance).get(pk=sealed.proposal_id))


@require_POST
@in_alliance
def take_position(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.answer.check(request.user, alliance=alliance)
    principles = _principles(alliance)
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
                )
            else:
                services.take_position(**stand, stance=said["stance"], reason=form.reason)
        except services.WordingChanged as changed:
            return _show(
                request, _find(request, alliance, number), form=_asked_again(form, found), changed=changed
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"Recorded: {said['participant'].short_name} {_verb(said['stance'])}.")
            return redirect(request, found)
    return _show(request, _find(request, alliance, number), form=form)


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
    found = _find(request, alliance, number)
    raised = get_object_or_404(Objection.objects.with_words().filter(proposal=found), number=objection)
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
    return render(request, "decisions/resolve_objection.html", page, status=_status(form))


# ── What its proposer does ───────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def change_wording(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.change_wording.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "change_wording")
    usual = alliance.usual_deadline()
    form = WordingForm(
        request.POST or None,
        case=found.case,
        complete=True,
        principles=_principles(alliance),
        initial={"shown": found.current_wording.hash, "answer_by": max(usual, found.answer_by)},
    )
    page = {"form": form, "proposal": found, "usual": usual}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            written = services.change_wording(
                proposal=found,
                case=form.case,
                shown=said["shown"],
                note=said["note"],
                answer_by=said["answer_by"],
                by=request.user,
            )
        except services.WordingChanged as changed:
            form.add_error(
                None,
                "Somebody changed the wording while you were writing. Read what changed; your words are below.",
            )
            form.data = form.data.copy()
            form.data["shown"] = changed.current.hash
            if changed.shown:
                page["differences"] = differences(changed.shown, changed.current)
        else:
            if written.pk == found.current_wording_id:
                messages.info(request, "Nothing changed, so nobody is asked again.")
            else:
                messages.success(request, f"Version {written.version} is open: everybody is asked again.")
            return redirect(request, found)
    return render(request, "decisions/change_wording.html", page, status=_status(form))


@tells
@in_alliance
def give_more_time(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
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
    return render(request, "decisions/give_more_time.html", page, status=_status(form))


@tells
@in_alliance
def withdraw_proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.withdraw_proposal.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "withdraw")
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.withdraw_proposal(proposal=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The proposal is withdrawn. What was said about it stays.")
        return redirect(request, found)
    return render(request, "decisions/withdraw.html", {"form": form, "proposal": found}, status=_status(form))


# ── Wordings ─────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
@in_alliance
def wording(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """One version, and word by word how it differs from the one before."""
    found = _find(request, alliance, number)
    written = get_object_or_404(_wordings(found), version=version)
    before = _wordings(found).filter(version=version - 1).first()
    page = {
        "proposal": found,
        "wording": written,
        "before": before,
        "differences": differences(before, written) if before else [],
        "is_current": written.pk == found.current_wording_id,
        "after": found.current_wording.version,
    }
    return render(request, "decisions/wording.html", page)


@require_safe
@in_alliance
def wording_bytes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """The very bytes that were hashed, to check a hash without trusting anybody."""
    found = _find(request, alliance, number)
    written = get_object_or_404(Wording.objects.filter(proposal=found), version=version)
    name = f"proposal-{number}-wording-{version}.json"
    return download_file(bytes(written.body), name=name, media_type="application/json")


# ── What the views share ─────────────────────────────────────────────────────────────────────────────────────


def _whole(request: HttpRequest, alliance: Alliance):
    return (
        Proposal.objects.visible_to(request.user)
        .filter(alliance=alliance)
        .with_positions()
        .select_related("withdrawn_by", "withdrawal_reason", "opened_by", "current_wording__note")
        .prefetch_related(
            Prefetch("current_wording__tests", PrincipleTest.objects.select_related("principle")),
            Prefetch("wordings", Wording.objects.select_related("written_by", "note")),
        )
    )


def _find(request: HttpRequest, alliance: Alliance, number: int) -> Proposal:
    return get_object_or_404(_whole(request, alliance), number=number)


def _wordings(proposal: Proposal):
    tests = Prefetch("tests", PrincipleTest.objects.select_related("principle"))
    return proposal.wordings.select_related("written_by", "note").prefetch_related(tests)


def _principles(alliance: Alliance) -> list[Principle]:
    return list(Principle.objects.current().filter(alliance=alliance))


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200


def _show(
    request: HttpRequest, found: Proposal, form: PositionForm | None = None, changed=None
) -> HttpResponse:
    principles = _principles(found.alliance)
    context = {"proposal": found, "state": found.state_now, "acts": acts(request.user, found)}
    if found.state in (State.DRAFT, State.DISCARDED):
        context |= {
            "case": found.case,
            "missing": list(found.case.missing(principles).values()),
            "bearings": [(one, found.case.tests.get(one.pk)) for one in principles],
            "usual": found.alliance.usual_deadline(),
            "roll": Participant.objects.filter(alliance=found.alliance).active(),
        }
        return render(request, "decisions/draft.html", context)
    speaks_for = people_of(request.standing, found)
    objecting = {one.participant_id: one for one in found.tally.objections}
    free = [one for one in speaks_for if one.pk not in objecting]
    if form is None and free and found.state_now == State.OPEN:
        form = PositionForm(proposal=found, participants=free, principles=principles)
    names = {one.pk: str(one) for one in Principle.objects.filter(alliance=found.alliance)}
    for one in found.objections.all():
        one.touched = [names[pk] for pk in one.principles if pk in names]
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
        "events": (events := history(found)),
        "seal": next((one["event"] for one in events if one["event"].kind == "decisions.sealed"), None),
    } | panels(found, request.standing)
    return render(
        request, "decisions/proposal.html", context, status=422 if changed or (form and form.errors) else 200
    )
