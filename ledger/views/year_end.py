"""The end of a year in the browser: what is still to do, the close, and the memorandum account (rules 39, 42)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from alliance.core.addresses import reverse
from alliance.core.downloads import download_file
from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.outbox import PARKED_AFTER
from alliance.core.periods import FinancialYear, PeriodError
from alliance.core.questions import Question
from decisions import permissions as deciding
from ledger import permissions, services
from ledger.drawing import chart_of
from ledger.exporting.memorandum import workbook
from ledger.exporting.tables import XLSX
from ledger.memorandum import Memorandum, Spent, ended, kept, restated_since
from ledger.memorandum import years as years_of
from ledger.models import Budget, MemorandumPaper, Period
from ledger.views.shared import places
from ledger.year_end import readiness
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def years(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """All years of the book, newest first: closed with what, or how far."""
    found = years_of(alliance)
    closed = {month for (month,) in _closed_months(alliance=alliance.pk)}
    for budget in found:
        budget.months_closed = sum(month.start in closed for month in budget.year.months)
    page = {"budgets": found, "places": places(request, alliance)}
    return render(request, "ledger/years.html", page)


@require_safe
@in_alliance
def year_end(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """What is to be looked at before the year is closed, its months, and what comes next."""
    budget, among = _year(alliance, year)
    page = {"budget": budget, "places": places(request, alliance)}
    if closed := ended(budget):
        page |= {"ended": closed, "account": kept(closed), **_after(budget, among)}
        return render(request, "ledger/year_end.html", page)
    ready = readiness(budget, among=among)
    why_not = permissions.keep_the_pool.reason(request.user, alliance=alliance)
    page |= {
        "ready": ready,
        "account": ready.account,
        "why_not": why_not or ready.why_not,
        "keeps": not why_not,
        "can_propose": deciding.propose.allows(request.user, alliance=alliance),
    }
    return render(request, "ledger/year_end.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def close_year(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """What closing the year means, with its figures, and then the close."""
    budget, among = _year(alliance, year)
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    if request.method == "POST":
        services.close_year(budget=budget, by=request.user)
        messages.success(request, f"{budget.year.label} is closed.")
        return redirect(request, "ledger:memorandum", alliance.slug, year)
    if ended(budget):
        return redirect(request, "ledger:memorandum", alliance.slug, year)
    ready = readiness(budget, among=among)
    page = {
        "budget": budget,
        "ready": ready,
        "account": ready.account,
        "why_not": ready.why_not,
        "places": places(request, alliance),
        **_after(budget, among),
    }
    return render(request, "ledger/close_year.html", page)


@require_safe
@in_alliance
def memorandum(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """The memorandum account, as closed or so far, with its papers."""
    budget, among = _year(alliance, year)
    closed = ended(budget)
    account = kept(closed) if closed else readiness(budget, among=among).account
    paper = _papers.first(budget=budget.pk)
    drawn = paper is not None and paper.document_id is not None
    if drawn and is_htmx(request):
        return HttpResponse(headers={"HX-Refresh": "true"})  # whoever waited gets the whole page
    errand = paper.errand if paper and not drawn else None
    once_more = ""
    if errand and errand.trouble:
        once_more = f"Attempt {errand.attempts} did not work. It is tried again by itself, {PARKED_AFTER} times in all."
    page = {
        "budget": budget,
        "ended": closed,
        "account": account,
        "chart": chart_of(account),
        "spending": _with_lines(account, budget),
        "restated": restated_since(budget),
        "can_propose": deciding.propose.allows(request.user, alliance=alliance),
        "paper": paper,
        "drawn": drawn,
        "errand": errand,
        "once_more": once_more,
        "here": request.path,
        "places": places(request, alliance),
        **_after(budget, among),
    }
    return render(request, "ledger/memorandum.html", page, partial="progress")


@require_POST
@in_alliance
def memorandum_paper(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """Have the account drawn as a PDF, or drawn again where it was given up."""
    budget, _ = _year(alliance, year)
    paper = services.ask_for_memorandum_paper(budget=budget, by=request.user)
    if paper.document_id is None and paper.errand.parked_at:
        services.draw_memorandum_again(paper=paper, by=request.user)
    return redirect(request, "ledger:memorandum", alliance.slug, year)


@never_cache
@require_GET
@in_alliance
def memorandum_pdf(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """The newest drawn paper's bytes; the record tells who took them."""
    budget, _ = _year(alliance, year)
    paper = next((one for one in _papers(budget=budget.pk) if one.document_id), None)
    if paper is None:
        raise Http404("The paper is not drawn yet.")
    document = services.download_memorandum(paper=paper, by=request.user)
    return download_file(bytes(document.content), name=document.name, media_type="application/pdf")


@require_safe
@in_alliance
def memorandum_xlsx(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    budget, among = _year(alliance, year)
    closed = ended(budget)
    account = kept(closed) if closed else readiness(budget, among=among).account
    name = f"{alliance.slug}-memorandum-account-{budget.year.slug}.xlsx"
    return download_file(workbook(account), name=name, media_type=XLSX)


# ── What the views share ─────────────────────────────────────────────────────


def _year(alliance: Alliance, year: str) -> tuple[Budget, list[Budget]]:
    """That year's budget, and those of all years."""
    among = years_of(alliance)
    try:
        start = FinancialYear.parse(year, alliance.year_starts_in).start
        return next(one for one in among if one.starts_on == start), among
    except (PeriodError, StopIteration):
        raise Http404("There is no such year.") from None


def _with_lines(account: Memorandum, budget: Budget) -> list[tuple[Spent, str]]:
    """What was spent on each line, with the address of its lines; "" for a line of another year."""
    slugs = {one.name: one.slug for one in budget.lines_now}
    lines_url = reverse("ledger:lines", args=[budget.alliance.slug])
    return [
        (
            one,
            f"{lines_url}?{urlencode({'year': budget.year.slug, 'line': slugs[one.name]})}"
            if one.name in slugs
            else "",
        )
        for one in account.spending
    ]


@Question
def _closed_months(alliance: int):
    return Period.objects.filter(alliance_id=alliance, closed_at__isnull=False).values_list("month")


@Question
def _papers(budget: int):
    found = MemorandumPaper.objects.filter(budget_id=budget).select_related("document", "asked_by")
    return found.defer("body", "document__content")


def _after(budget: Budget, among: list[Budget]) -> dict:
    """The next year, where it is open, and by how much it was opened with another sum than this one leaves."""
    start = budget.year.next.start
    return {"following": next((one for one in among if one.starts_on == start), None)}
