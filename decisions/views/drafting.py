"""A draft in the browser: one question at a time, saved as it goes, looked over, opened."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import effects, guidance, permissions, services
from decisions.case import Case
from decisions.forms.case import FileForm, Saved, StartForm, StepForm, SuccessorForm, open_risks, title_of
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Proposal
from decisions.services.shared import locked
from decisions.services.superseding import still_stands
from decisions.showing.differences import case_differences
from decisions.showing.drafting import missing_in, next_after, steps_of
from decisions.views.finding import find, find_decision, principles_of, status_of, tells
from participants.models import Alliance, Participant
from participants.web import in_alliance

SAVED = "Saved. Go on whenever you like: nobody else sees it until you open it."


@tells
@in_alliance
def propose(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The first step: what sort of proposal it is (?template= suggests one), and in whose name."""
    permissions.propose.check(request.user, alliance=alliance)
    suggested = {"template": request.GET["template"]} if "template" in request.GET else None
    form = StartForm(request.POST or None, participants=_speaks_for(request), initial=suggested)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        draft = services.draft_proposal(
            alliance=alliance,
            participant=said["participant"],
            case=Case(effect=_bare_effect(said["template"])),
            template=said["template"],
            by=request.user,
        )
        return _on(request, draft, "start", form)
    return render(request, "decisions/drafting/start.html", {"form": form}, status=status_of(form))


@tells
@in_alliance
def draft_step(request: HttpRequest, alliance: Alliance, number: int, step: str) -> HttpResponse:
    """One step of a draft. What was saved meanwhile by somebody else is shown, never written over."""
    found = find(request, alliance, number)
    permissions.edit_draft.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "save_draft")
    if found.is_decided_alone:
        raise Http404("Nobody but its author is asked.")
    if request.method == "POST":
        found = locked(found)
    principles, risks = principles_of(alliance), open_risks(found, alliance.pk)
    steps = steps_of(found, principles, has_risks=bool(risks))
    here = next((one for one in steps if one.key == step), None)
    if here is None:
        raise Http404("No such step.")
    page = {
        "proposal": found,
        "steps": steps,
        "here": here,
        "place": steps.index(here) + 1,
        "template": guidance.template(found.template),
        "looks_over": request.GET.get("then") == "look",
        "usual": alliance.usual_deadline(),
    }
    match step:
        case "start":
            return _start(request, found, page)
        case "effect":
            return _effect(request, found, page)
        case "files":
            return _files(request, found, page)
    return _part(request, found, page, principles, risks)


def _start(request: HttpRequest, found: Proposal, page: dict) -> HttpResponse:
    form = StartForm(request.POST or None, initial={"template": found.template or guidance.FREE.key})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["template"]
        case = found.case
        if bare := _bare_effect(chosen):
            case = replace(case, effect=bare)
        saved = services.save_draft(
            proposal=found, case=case, answer_by=found.answer_by, template=chosen, by=request.user
        )
        return _on(request, saved, "start", form)
    return render(request, "decisions/drafting/step.html", page | {"form": form}, status=status_of(form))


def _effect(request: HttpRequest, found: Proposal, page: dict) -> HttpResponse:
    kind = effects.KINDS[page["template"].effect]
    form = kind.form(request.POST or None, alliance=found.alliance, terms=found.case.effect)
    then = Saved(request.POST or None)
    if request.method == "POST" and form.is_valid() and then.is_valid():
        case = replace(found.case, effect=form.terms)
        saved = services.save_draft(proposal=found, case=case, answer_by=found.answer_by, by=request.user)
        return _on(request, saved, "effect", then)
    return render(request, "decisions/drafting/step.html", page | {"form": form}, status=status_of(form))


def _files(request: HttpRequest, found: Proposal, page: dict) -> HttpResponse:
    form = FileForm(
        request.POST or None, request.FILES or None, initial={"file_title": request.GET.get("title", "")}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["file"] is None:
            return _on(request, found, "files", form)
        try:
            added = services.add_file(
                proposal=found,
                title=title_of(said["file"], said["file_title"]),
                name=said["file"].name,
                content=said["file"].content,
                by=request.user,
            )
        except NotPossible as refusal:
            form.add_error("file", refusal.reason)
        else:
            messages.success(request, f"{added} is kept.")
            if form.finishes:
                return redirect(request, found)
            return redirect(request, page["here"].url)
    page |= {"form": form, "files": files_of(found)}
    return render(request, "decisions/drafting/files.html", page, status=status_of(form))


def _part(request: HttpRequest, found: Proposal, page: dict, principles, risks) -> HttpResponse:
    form = StepForm(
        request.POST or None,
        part=page["here"].key,
        case=found.case,
        principles=principles,
        risks=risks,
        initial={"answer_by": found.answer_by},
    )
    if title := form.fields.get("title"):
        title.help_text = f"For example: {page['template'].question}"
    if request.method == "POST" and form.is_valid():
        answer_by = form.cleaned_data["answer_by"] if "answer_by" in form.fields else found.answer_by
        saved = services.save_draft(proposal=found, case=form.case, answer_by=answer_by, by=request.user)
        return _on(request, saved, page["here"].key, form)
    if form.is_bound and form.moved:
        page["differences"] = case_differences(found.case, form.case, principles, found.alliance)
    return render(request, "decisions/drafting/step.html", page | {"form": form}, status=status_of(form))


@require_POST
@in_alliance
def discard_draft(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    services.discard_draft(proposal=find(request, alliance, number), by=request.user)
    messages.success(request, "The draft is put away.")
    return redirect(request, "decisions:register", alliance.slug)


@require_POST
@in_alliance
def open_proposal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = services.open_proposal(proposal=find(request, alliance, number), by=request.user)
    messages.success(request, "Your proposal is open: every participant is asked.")
    return redirect(request, found)


@tells
@in_alliance
def supersede(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Begin the draft of the decision that takes another one's place."""
    decision = find_decision(alliance, number)
    permissions.propose.check(request.user, alliance=alliance)
    still_stands(decision)
    form = SuccessorForm(request.POST or None, participants=_speaks_for(request))
    if request.method == "POST" and form.is_valid():
        draft = services.draft_successor(
            decision=decision, participant=form.cleaned_data["participant"], by=request.user
        )
        messages.success(
            request, f"A draft to supersede decision {decision.number} is begun, with its words."
        )
        return redirect(request, draft)
    page = {"form": form, "decision": decision}
    return render(request, "decisions/supersede.html", page, status=status_of(form))


def show_draft(request: HttpRequest, found: Proposal) -> HttpResponse:
    """All that a draft says so far, what it lacks, and the way to open it. One person's has a page of its own."""
    if found.is_decided_alone and found.state == State.DRAFT:
        return redirect(request, "decisions:alone", found.alliance.slug, found.number)
    principles, risks = principles_of(found.alliance), open_risks(found, found.alliance_id)
    case, named = found.case, {one.number: one for one in risks}
    page = {
        "proposal": found,
        "state": found.state_now,
        "case": case,
        "template": guidance.template(found.template),
        "steps": steps_of(found, principles, has_risks=bool(risks)),
        "missing": [one for some in missing_in(found, principles).values() for one in some],
        "bearings": [(one, case.tests.get(one.pk)) for one in principles],
        "files": files_of(found),
        "risks": [named[number] for number in case.risks if number in named],
        "carries_out": effects.sentences(found.alliance, case.effect),
        "usual": found.alliance.usual_deadline(),
        "roll": _asked(found, case),
    }
    return render(request, "decisions/draft.html", page)


def files_of(proposal: Proposal) -> list:
    """The attachments that the case names now, without their bytes."""
    named = {(one.title, one.version) for one in proposal.case.files}
    kept = proposal.attachments.select_related("document").defer("document__content")
    return [one for one in kept if (one.title, one.version) in named]


def _asked(found: Proposal, case: Case) -> list[str]:
    """The names of those who would be on the roll today (rules 2, 22)."""
    known = case.effect.get("kind") in effects.KINDS
    concerned = effects.off_the_roll(found.alliance, case.effect) if known else ()
    active = Participant.objects.filter(alliance=found.alliance).active().order_by("place")
    return [one.short_name for one in active if one.pk not in concerned]


def _speaks_for(request: HttpRequest) -> list[Participant]:
    return list(Participant.objects.filter(pk__in=request.standing.speaks_for_ids).order_by("place"))


def _bare_effect(template: str) -> dict:
    """What a sort of proposal carries out that needs no terms."""
    kind = effects.KINDS.get(guidance.template(template).effect)
    return {"kind": kind.key} if kind and not kind.form else {}


def _on(request: HttpRequest, draft: Proposal, step: str, form: Saved) -> HttpResponse:
    """To the next step; or to the draft as it stands, when this was the last one or the person has had enough."""
    steps = steps_of(draft, principles_of(draft.alliance))
    following = next_after(steps, step)
    if form.finishes:
        messages.success(request, SAVED)
    if form.finishes or following is None or request.GET.get("then") == "look":
        return redirect(request, draft)
    return redirect(request, following.url)
