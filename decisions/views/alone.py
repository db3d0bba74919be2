"""What one person decides, in the browser: who may decide what, and one page to log a decision."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from alliance.core.htmx import redirect, render
from decisions import permissions, services
from decisions.forms.alone import AloneForm, HeardForm
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Delegation, Proposal, ReservedMatter, Statement
from decisions.services.departing import concerned
from decisions.showing.alone import reserve_chart, reserve_rate
from decisions.views.finding import find, principles_of, status_of, tells
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def kinds(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The three kinds of decisions, who may decide what alone, and how often that is used (rules 1, 12, 13)."""
    rates = reserve_rate(alliance)
    delegations = Delegation.objects.filter(alliance=alliance).select_related(
        "person", "participant", "granted_by__alliance", "ended_with__alliance"
    )
    matters = ReservedMatter.objects.filter(alliance=alliance).select_related(
        "holder", "listed_with__alliance", "ended_with__alliance"
    )
    page = {
        "rates": rates,
        "chart": reserve_chart(rates),
        "delegations": [one for one in delegations if one.in_force()],
        "former_delegations": [one for one in delegations if not one.in_force()],
        "matters": [one for one in matters if one.ended_on is None],
        "former_matters": [one for one in matters if one.ended_on],
        "drafts": Proposal.objects.visible_to(request.user)
        .drafts()
        .filter(alliance=alliance)
        .exclude(kind=Proposal.Kind.KEY)
        .select_related("alliance", "participant"),
        "why_not_decide": permissions.decide_anything.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/alone/kinds.html", page)


@tells
@in_alliance
def new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Write a decision down, by one of the rights that this person holds."""
    permissions.decide_anything.check(request.user, alliance=alliance)
    delegations, matters = _rights(request, alliance)
    best = next(one for one in principles_of(alliance) if one.is_best_for_people)
    form = AloneForm(request.POST or None, delegations=delegations, matters=matters, best=best)
    if request.method == "POST" and form.is_valid():
        draft = services.draft_alone(alliance=alliance, case=form.case, by=request.user, **form.chosen)
        return redirect(request, "decisions:alone", alliance.slug, draft.number)
    page = {"form": form, "has_rights": bool(form.rights)}
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/alone/write.html", page, status=status)


@require_safe
@in_alliance
def alone(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The draft, looked over before it is decided."""
    found = _draft(request, alliance, number)
    principles = principles_of(alliance)
    best = next(one for one in principles if one.is_best_for_people)
    page = {
        "proposal": found,
        "case": found.case,
        "best": best,
        "bearing": found.case.tests.get(best.pk),
        "right": found.delegation or found.matter,
        "missing": list(found.case.missing(principles, found.kind).values()),
        "why_not_decide": permissions.decide_alone.reason(request.user, proposal=found),
        "moves_money": found.kind == Proposal.Kind.RESERVED and found.case.amount,
    }
    return render(request, "decisions/alone/look.html", page)


@tells
@in_alliance
def write(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Change a draft. Its right stays: another right is another draft."""
    found = _draft(request, alliance, number)
    permissions.edit_draft.check(request.user, proposal=found)
    best = next(one for one in principles_of(alliance) if one.is_best_for_people)
    form = AloneForm(
        request.POST or None,
        delegations=[found.delegation] if found.delegation else [],
        matters=[found.matter] if found.matter else [],
        best=best,
        case=found.case,
    )
    if request.method == "POST" and form.is_valid():
        services.save_draft(proposal=found, case=form.case, by=request.user)
        return redirect(request, "decisions:alone", alliance.slug, number)
    page = {"form": form, "proposal": found, "has_rights": True}
    return render(request, "decisions/alone/write.html", page, status=status_of(form))


@require_POST
@in_alliance
def decide(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    decision = services.decide_alone(
        proposal=_draft(request, alliance, number, decided=True), by=request.user
    )
    messages.success(
        request, f"Decision {decision.number} is recorded. Everybody in the alliance can read it."
    )
    return redirect(request, decision)


@tells
@in_alliance
def be_heard(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The statement of whoever a proposal would exclude or suspend (rule 22)."""
    found = find(request, alliance, number)
    participant = concerned(found)
    permissions.be_heard.check(request.user, proposal=found, participant=participant)
    last = (
        found.statements.filter(
            occasion=Statement.Occasion.EXCLUSION, participant=participant, replaced_by__isnull=True
        )
        .select_related("words")
        .first()
    )
    form = HeardForm(request.POST or None, initial={"words": str(last.words) if last else ""})
    if request.method == "POST" and form.is_valid():
        services.be_heard(proposal=found, words=form.cleaned_data["words"], by=request.user)
        messages.success(request, f"The statement of {participant.short_name} is recorded.")
        return redirect(request, found)
    page = {"form": form, "proposal": found, "participant": participant}
    return render(request, "decisions/alone/be_heard.html", page, status=status_of(form))


def _rights(request: HttpRequest, alliance: Alliance) -> tuple[list[Delegation], list[ReservedMatter]]:
    """What this person may decide alone today."""
    speaks = request.standing.speaks_for_ids
    delegations = Delegation.objects.filter(alliance=alliance, person=request.user, participant_id__in=speaks)
    matters = ReservedMatter.objects.filter(alliance=alliance, holder_id__in=speaks)
    return (
        list(delegations.in_force().select_related("participant")),
        list(matters.lasting().select_related("holder")),
    )


def _draft(request: HttpRequest, alliance: Alliance, number: int, decided: bool = False) -> Proposal:
    """A draft of one person's decision; one that was decided meanwhile where deciding it again is once."""
    found = find(request, alliance, number)
    if not found.is_decided_alone or (found.state == State.AGREED and not decided):
        raise Http404("No such draft.")
    if not decided:
        PROPOSAL.require(found.state_now, "save_draft")
    return found
