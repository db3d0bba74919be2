"""Decisions and minutes to take along: PDFs made by a worker, open formats at once, the register as a table."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from alliance.core.downloads import download_csv, download_file
from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.outbox import PARKED_AFTER
from alliance.core.questions import Question
from decisions import exporting, services, veil
from decisions.lifecycle import MinutesState
from decisions.models import Decision, Paper, Proposal
from decisions.querysets import LONG, within
from decisions.showing.register import lines_of
from decisions.views.finding import tells
from decisions.views.meetings import find_minutes
from decisions.views.register import asked
from participants.models import Alliance
from participants.web import in_alliance

AT_ONCE = 500


@tells
@in_alliance
def decision_paper(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """POST asks for a decision's PDF; GET shows how far it is, and then the file."""
    found = _decision(request, alliance, number)
    if request.method == "POST":
        paper = services.ask_for_decision_paper(decision=found, by=request.user)
        _take_up_again(paper, request)
        return redirect(request, "decisions:decision_paper", alliance.slug, number)
    return _show(request, getattr(found, "paper", None), {"decision": found, "about": found})


@tells
@in_alliance
def minutes_paper(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """The same for official minutes."""
    meeting, found = _minutes(request, alliance, number, version)
    if request.method == "POST":
        paper = services.ask_for_minutes_paper(minutes=found, by=request.user)
        _take_up_again(paper, request)
        return redirect(request, "decisions:minutes_paper", alliance.slug, number, version)
    page = {"minutes": found, "meeting": meeting, "about": found}
    return _show(request, Paper.objects.filter(minutes=found).first(), page)


@never_cache
@require_GET
@in_alliance
def decision_pdf(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The kept bytes; the record tells who took them."""
    return _download(request, Paper.objects.filter(decision=_decision(request, alliance, number)))


@never_cache
@require_GET
@in_alliance
def minutes_pdf(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    _, found = _minutes(request, alliance, number, version)
    return _download(request, Paper.objects.filter(minutes=found))


@require_safe
@in_alliance
def decision_facts(request: HttpRequest, alliance: Alliance, number: int, form: str) -> HttpResponse:
    """A decision's facts, as JSON or as a minute in Markdown."""
    found = get_object_or_404(_whole(request, alliance), decision__number=number)
    return _facts(request, found, f"{alliance.slug}-decision-{number}", form)


@require_safe
@in_alliance
def proposal_facts(request: HttpRequest, alliance: Alliance, number: int, form: str) -> HttpResponse:
    """The same of a proposal as it stands; while answers are veiled from the reader, none is in it."""
    found = get_object_or_404(_whole(request, alliance), number=number)
    return _facts(request, found, f"{alliance.slug}-proposal-{number}", form)


@require_safe
@in_alliance
def register_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register as it is filtered, line by line."""
    _, found = asked(request, alliance)
    headings = [
        "Number", "Proposal", "Class", "Question", "State", "Told", "Put by", "Opened on", "Answers by",
        "Decided on", "Decided by", "Amount", "Look back on", "Wording SHA-256",
    ]  # fmt: skip
    numbered = found.put().values_list("pk", flat=True)
    return download_csv(
        f"{alliance.slug}-decisions", headings, _lines(list(numbered), request), alliance_id=alliance.pk
    )


# ── What the views share ─────────────────────────────────────────────────────────────────────────────────────


def _lines(pks: list[int], request: HttpRequest) -> Iterator[list]:
    for first in range(0, len(pks), AT_ONCE):
        batch = _in_the_register(pks=pks[first : first + AT_ONCE])
        yield from _told(within(request.alliance, batch), request)


@Question
def _in_the_register(pks: list[int]):
    """As `showing.register` has it, with what only the file tells."""
    rows = Proposal.objects.filter(pk__in=pks).with_what_there_is()
    long = (f"current_wording__{name}" for name in LONG if name != "hash")
    return rows.in_brief().defer(None).defer(*long).order_by("-number")


def _told(batch: list[Proposal], request: HttpRequest) -> Iterator[list]:
    for one, line in zip(batch, lines_of(batch, request.standing), strict=True):
        decision = one.decision if one.state == "agreed" else None
        wording = one.current_wording
        yield [
            decision.number if decision else None,
            one.number,
            one.get_kind_display(),
            one.title,
            line.tag[0],
            line.words,
            one.participant.name,
            one.opened_at.date() if one.opened_at else None,
            one.answer_by,
            decision.decided_on if decision else None,
            decision.decided_by_name if decision else None,
            wording.amount,
            wording.review_on,
            wording.hash,
        ]


def _whole(request: HttpRequest, alliance: Alliance):
    return exporting.whole(Proposal.objects.visible_to(request.user).filter(alliance=alliance))


def _facts(request: HttpRequest, found: Proposal, name: str, form: str) -> HttpResponse:
    facts = exporting.facts_of(found, veiled=veil.veiled(found, request.standing))
    if form not in ("json", "md"):
        raise Http404("There is no such format.")
    if form == "json":
        return download_file(exporting.to_json(facts), name=f"{name}.json", media_type="application/json")
    minute = exporting.to_markdown(found, facts)
    return download_file(minute, name=f"{name}.md", media_type="text/markdown; charset=utf-8")


def _decision(request: HttpRequest, alliance: Alliance, number: int) -> Decision:
    seen = Decision.objects.visible_to(request.user).filter(alliance=alliance)
    related = ("alliance", "wording", "paper__document")
    ratified = seen.select_related(*related).prefetch_related("ratifications__participant")
    return get_object_or_404(ratified, number=number)


def _minutes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> tuple:
    meeting, found = find_minutes(request, alliance, number, version)
    found.meeting = meeting
    return meeting, found


def _take_up_again(paper: Paper, request: HttpRequest) -> None:
    if paper.document_id is None and paper.errand.parked_at:
        services.draw_paper_again(paper=paper, by=request.user)


def _show(request: HttpRequest, paper: Paper | None, page: dict) -> HttpResponse:
    drawn = paper is not None and paper.document_id is not None
    if drawn and is_htmx(request):
        return HttpResponse(headers={"HX-Refresh": "true"})  # whoever waited gets the whole page
    errand = paper.errand if paper and not drawn else None
    once_more = ""
    if errand and errand.trouble:
        once_more = f"Attempt {errand.attempts} did not work. It is tried again by itself, {PARKED_AFTER} times in all."
    page |= {"paper": paper, "drawn": drawn, "errand": errand, "once_more": once_more, "here": request.path}
    page["why_not_ask"] = _why_not(page)
    return render(request, "decisions/paper.html", page, partial="progress")


def _why_not(page: dict) -> str:
    if "decision" in page and page["decision"].awaiting:
        return "It awaits ratification. Its paper is drawn when that is settled."
    if "minutes" in page and page["minutes"].state != MinutesState.OFFICIAL:
        return "Minutes become a paper when everybody who was there has accepted them."
    return ""


def _download(request: HttpRequest, papers) -> HttpResponse:
    paper = papers.select_related("alliance", "document", "decision__wording", "minutes__meeting").first()
    if paper is None or paper.document is None:
        raise Http404("The paper is not drawn yet.")
    document = services.download_paper(paper=paper, by=request.user)
    return download_file(bytes(document.content), name=document.name, media_type="application/pdf")
