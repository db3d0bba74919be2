"""The pool in the browser: what was agreed and what has arrived, the budget, the months and their close."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.htmx import redirect, render
from alliance.core.periods import FinancialYear, Month, PeriodError
from ledger import permissions, possible, services, summaries
from ledger.forms import CostsForm, ReceiptForm, YearForm
from ledger.models import Balance, Budget, CostReturn, Journal, Period
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance


@require_safe
@in_alliance
def budget(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """One year's money in and what it is for: both sides of rule 30."""
    form = CostsForm(request.GET, alliance=alliance)
    why_not = permissions.keep_the_pool.reason(request.user, alliance=alliance)
    page = {
        "why_not": why_not,
        "founding": not possible.decides_already(alliance),
        "places": places(request, alliance),
        "budgets": form.budgets,
        "budget": form.budget,
    }
    if form.budget:
        spent = summaries.spending(alliance, form.budget.year, form.budget)
        receipts = (
            Journal.objects.of(alliance)
            .filter(kind=Journal.Kind.CONTRIBUTION_RECEIVED)
            .filter(month__gte=form.budget.year.start, month__lte=form.budget.year.end)
            .select_related("alliance", "posted_by")
        )
        page |= {
            "pool": summaries.pool(form.budget),
            "lines": [total for total in spent.by_line if total.budget is not None],
            "planned": sum(line.now for line in form.budget.lines_now),
            "receipts": receipts[:50],
        }
    return render(request, "ledger/budget.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def new_year(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Open the next financial year, or the first, while the alliance is being founded."""
    permissions.found_the_book.check(request.user, alliance=alliance)
    last = Budget.objects.of(alliance).order_by("-starts_on").first()
    year = last.year.next if last else alliance.financial_year()
    participants = list(Participant.objects.filter(alliance=alliance).active())
    form = YearForm(request.POST or None, participants=participants)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.open_year(
            alliance=alliance,
            year=year,
            contributions=form.contributions,
            lines=form.lines,
            contingency=given["contingency"] or 0,
            brought_forward=given["brought_forward"] or 0,
            by=request.user,
        )
        messages.success(request, f"The year {year.label} is open.")
        return redirect(request, "ledger:budget", alliance.slug)
    page = {"form": form, "year": year, "places": places(request, alliance)}
    return render(request, "ledger/new_year.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def receipt(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """Enter a contribution that arrived."""
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    try:
        start = FinancialYear.parse(year, alliance.year_starts_in).start
    except PeriodError:
        raise Http404("There is no such year.") from None
    found = get_object_or_404(Budget, alliance=alliance, starts_on=start)
    form = ReceiptForm(request.POST or None, budget=found)
    if request.method == "POST" and form.is_valid():
        journal = services.receive_contribution(by=request.user, **form.cleaned_data)
        messages.success(request, f"{journal.description} is in the book as journal {journal.number}.")
        return redirect(request, "ledger:budget", alliance.slug)
    page = {"form": form, "budget": found, "places": places(request, alliance)}
    return render(request, "ledger/receipt.html", page, status=422 if form.errors else 200)


@require_safe
@in_alliance
def periods(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The months of the book, newest first: spent, reported, open or closed."""
    today = timezone.localdate()
    found = list(Period.objects.of(alliance).begun(today).select_related("closed_by").order_by("-month")[:36])
    spent = {row["month"]: row["net"] for row in Balance.objects.of(alliance).costs().net_by("month")}
    told = {one.month.start: one for one in summaries.reported(alliance, [period.value for period in found])}
    for period in found:
        period.spent, period.reported = spent.get(period.month, 0), told[period.month]
        period.year = alliance.financial_year(period.month).slug
    to_close = next((period for period in reversed(found) if period.is_open), None)
    page = {
        "periods": found,
        "to_close": to_close,
        "why_not": to_close
        and (
            permissions.keep_the_pool.reason(request.user, alliance=alliance)
            or possible.not_closable(to_close, today)
        ),
        "places": places(request, alliance),
    }
    return render(request, "ledger/periods.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def close(request: HttpRequest, alliance: Alliance, month: str) -> HttpResponse:
    """What closing a month means, with its figures, and then the close."""
    try:
        start = Month.parse(month).start
    except PeriodError:
        raise Http404("There is no such month.") from None
    period = get_object_or_404(Period.objects.of(alliance), month=start)
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    if request.method == "POST":
        services.close_period(period=period, by=request.user)
        messages.success(request, f"{period} is closed.")
        return redirect(request, "ledger:periods", alliance.slug)
    in_hand = (
        CostReturn.objects.of(alliance)
        .filter(month=start)
        .in_hand()
        .select_related("participant", "alliance")
    )
    page = {
        "period": period,
        "why_not": possible.not_closable(period),
        "reported": summaries.reported(alliance, [period.value])[0],
        "spent": Balance.objects.of(alliance).filter(month=start).costs().net(),
        "in_hand": in_hand,
        "places": places(request, alliance),
    }
    return render(request, "ledger/close.html", page)
