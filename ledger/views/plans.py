"""Action plans in the browser: what is done about a line that is far from what was agreed (rule 40)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.htmx import redirect, render
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import permissions as deciding
from ledger import forecasting, permissions, services
from ledger.asking import knowing
from ledger.forms.forecast import EndPlanForm, PlanForm
from ledger.lifecycle import PLAN, PlanState
from ledger.models import ActionPlan, PlanStep
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance

Verb = PlanStep.Verb
TONES = {
    PlanState.OPEN: ("plum", "edit"),
    PlanState.WRITTEN: ("petrol", "story"),
    PlanState.DONE: ("strong", "tick"),
    PlanState.NOT_NEEDED: ("outline", "minus"),
}
ICONS = {Verb.WRITE: "story", Verb.FINISH: "tick", Verb.LET_GO: "minus"}
ENDS = {Verb.FINISH: services.finish_plan, Verb.LET_GO: services.let_plan_go}


@require_safe
@in_alliance
def plan(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One plan: why it was opened, where the forecast is now, what was written, and what came of it."""
    found = _plan(alliance, number)
    now = forecasting.outlook_of(found)
    steps = _steps(plan=found.pk)
    knowing(alliance, (one.proposal for one in steps if one.proposal))
    for one in steps:
        one.icon = ICONS[one.verb]
    written = [one for one in steps if one.verb == Verb.WRITE]
    found.tone, found.icon = TONES[found.state]
    page = {
        "plan": found,
        "steps": steps,
        "written": written[-1] if written else None,
        "now": now.lines[0],
        "today": timezone.localdate(),
        "why_not": permissions.write_plan.reason(request.user, plan=found),
        "verbs": _verbs(found, now),
        "can_propose": deciding.propose.allows(request.user, alliance=alliance),
        "places": places(request, alliance),
    }
    return render(request, "ledger/plan.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def write_plan(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Write the plan, or write it anew: what stood before stays in sight."""
    found = _plan(alliance, number)
    permissions.write_plan.check(request.user, plan=found)
    PLAN.require(found.state, Verb.WRITE)
    last = found.steps.filter(verb=Verb.WRITE).select_related("words").last()
    initial = (
        {"words": str(last.words), "doing": last.doing_id, "until": last.until, "proposal": last.proposal_id}
        if last
        else {}
    )
    form = PlanForm(request.POST or None, alliance=alliance, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.write_plan(plan=found, by=request.user, **form.cleaned_data)
        messages.success(
            request, f"Action plan {found.number} is written. Everybody in the alliance reads it."
        )
        return redirect(request, found.get_absolute_url())
    page = {
        "plan": found,
        "form": form,
        "now": forecasting.outlook_of(found).lines[0],
        "is_new": last is None,
        "places": places(request, alliance),
    }
    return render(request, "ledger/plan_write.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def end_plan(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say that it is done, or why it is no longer needed."""
    found = _plan(alliance, number)
    permissions.write_plan.check(request.user, plan=found)
    PLAN.require(found.state, Verb.LET_GO)
    now = forecasting.outlook_of(found)
    why_not = forecasting.still_needed(found, now, timezone.localdate())
    verbs = _verbs(found, now)
    if not verbs:
        raise NotPossible(f"Write the plan first. {why_not}")
    form = EndPlanForm(request.POST or None, verbs=verbs)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        ENDS[said["then"]](plan=found, words=said["words"], by=request.user)
        found.refresh_from_db(fields=["state"])
        messages.success(request, f"Action plan {found.number}: {found.get_state_display().lower()}.")
        return redirect(request, found.get_absolute_url())
    page = {
        "plan": found,
        "form": form,
        "now": now.lines[0],
        "why_not": why_not,
        "places": places(request, alliance),
    }
    return render(request, "ledger/plan_end.html", page, status=422 if form.errors else 200)


@require_POST
@in_alliance
def plan_virement(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Begin a proposal that moves money between the lines, with this one in it; its author goes on from there."""
    found = _plan(alliance, number)
    deciding.propose.check(request.user, alliance=alliance)
    speaks = Participant.objects.filter(pk__in=request.standing.speaks_for_ids).order_by("place").first()
    draft = services.propose_virement(plan=found, participant=speaks, by=request.user)
    messages.success(request, "The draft is begun. Say between which lines the money moves, and why.")
    return redirect(request, "decisions:draft_step", alliance.slug, draft.number, "effect")


def _plan(alliance: Alliance, number: int) -> ActionPlan:
    found = get_object_or_404(ActionPlan.objects.of(alliance).told(), number=number)
    knowing(alliance, (found, found.budget_line, found.budget_line.budget))
    return found


@Question
def _steps(plan: int):
    return PlanStep.objects.filter(plan_id=plan).select_related("words", "doing", "proposal", "participant")


def _verbs(found: ActionPlan, now: forecasting.Outlook) -> list[str]:
    """How it can end now."""
    verbs = [Verb.FINISH] if PLAN.permits(found.state, Verb.FINISH) else []
    needed = forecasting.still_needed(found, now, timezone.localdate())
    if PLAN.permits(found.state, Verb.LET_GO) and not needed:
        verbs.append(Verb.LET_GO)
    return verbs
