"""The pool in the browser: what has arrived, the months and their close."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.money import ZERO
from alliance.core.periods import FinancialYear, Month, PeriodError
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import permissions as deciding
from ledger import permissions, possible, services, summaries
from ledger.asking import restatements
from ledger.forms.looked import Looked
from ledger.forms.postings import ReceiptForm
from ledger.models import Balance, Budget, CostReturn, Period, Restatement
from ledger.views.shared import places, tag
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def receipt(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """Enter a contribution that arrived: due and in the pool now and then, and after that the posting."""
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    try:
        start = FinancialYear.parse(year, alliance.year_starts_in).start
    except PeriodError:
        raise Http404("There is no such year.") from None
    found = get_object_or_404(Budget, alliance=alliance, starts_on=start)
    form = ReceiptForm(request.POST or None, budget=found)
    page = {
        "form": form,
        "budget": found,
        "back_url": reverse("ledger:budget", args=[alliance.slug]),
        "places": places(request, alliance),
    }
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        then = given.pop("then")
        if then == Looked.POST:
            try:
                journal = services.receive_contribution(by=request.user, **given)
            except NotPossible as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(
                    request, f"{journal.description} is in the book as journal {journal.number}."
                )
                return redirect(request, "ledger:budget", alliance.slug)
        elif then != Looked.CHANGE:
            return render(request, "ledger/receipt_look.html", page | _received(alliance, given))
    return render(request, "ledger/receipt.html", page, status=422 if form.errors else 200)


def _received(alliance: Alliance, given: dict) -> dict:
    """What is due of the contribution and in the pool, now and with what arrived."""
    contribution, amount = given["contribution"], given["amount"]
    due = contribution.now - summaries.receipts(alliance.pk).get(contribution.pk, ZERO)
    there = summaries.in_the_pool(alliance.pk)
    who = contribution.participant
    return {
        "given": given,
        "rows": [
            (f"Still due from {who.short_name}", due, due - amount),
            ("Money in the pool", there, there + amount),
        ],
        "beyond": max(amount - due, ZERO),
    }


@require_safe
@in_alliance
def periods(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The months of the book, newest first: spent, reported, open or closed."""
    today = timezone.localdate()
    found = _periods(alliance=alliance.pk, today=today)
    spent = dict(_spent(alliance=alliance.pk, since=found[-1].month)) if found else {}
    told = summaries.reported(alliance, [period.value for period in found])
    told = {one.month.start: one for one in told}
    for period in found:
        period.spent, period.reported = spent.get(period.month, 0), told[period.month]
        period.year = alliance.financial_year(period.month).slug
    to_close = next((period for period in reversed(found) if period.is_open), None)
    page = {
        "periods": found,
        "open": tag("Open", "outline"),
        "closed": tag("Closed", "slate", "lock"),
        "can_propose": any(not period.is_open for period in found)
        and deciding.propose.allows(request.user, alliance=alliance),
        "restated": restatements(alliance, _restated(alliance=alliance.pk)),
        "to_close": to_close,
        "why_not": to_close
        and (
            permissions.keep_the_pool.reason(request.user, alliance=alliance)
            or possible.not_closable(to_close, today)
        ),
        "places": places(request, alliance),
    }
    return render(request, "ledger/periods.html", page)


@Question
def _periods(alliance: int, today: date):
    begun = Period.objects.filter(alliance_id=alliance).begun(today)
    return begun.select_related("closed_by").order_by("-month")[:36]


@Question
def _spent(alliance: int, since: date):
    costs = Balance.objects.filter(alliance_id=alliance, month__gte=since).costs()
    return costs.net_by("month").values_list("month", "net")


@Question
def _restated(alliance: int):
    return Restatement.objects.filter(alliance_id=alliance).with_what_it_names()[:36]


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
        year = alliance.financial_year(period.month)
        if (
            year.end < timezone.localdate()
        ):  # the year is over: whoever closes its months goes on with the next one
            return redirect(request, "ledger:year_end", alliance.slug, year.slug)
        return redirect(request, "ledger:periods", alliance.slug)
    in_hand = (
        CostReturn.objects.of(alliance)
        .filter(month=start)
        .in_hand()
        .select_related("participant", "alliance")
    )
    budget = Budget.objects.of(alliance).containing(start).with_lines().first()
    page = {
        "period": period,
        "by_line": summaries.spending(alliance, period.value, budget).by_line,
        "next_open": possible.first_open_month(alliance.pk, period.value.next),
        "why_not": possible.not_closable(period),
        "reported": summaries.reported(alliance, [period.value])[0],
        "spent": Balance.objects.of(alliance).filter(month=start).costs().net(),
        "in_hand": in_hand,
        "places": places(request, alliance),
    }
    return render(request, "ledger/close.html", page)
