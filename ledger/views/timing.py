"""Accruals and prepayments in the browser: the form, what each month says now and then, and the posting."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.paging import first_of, place_of
from alliance.core.refusals import NotPossible
from ledger import permissions, services, summaries
from ledger.asking import open_months
from ledger.forms.looked import Looked
from ledger.forms.postings import AccrualForm, PrepaymentForm
from ledger.models import Accrual, Category
from ledger.timing import spread
from ledger.views.returns import why_not_send
from ledger.views.shared import places, whose_returns
from participants.models import Alliance
from participants.web import in_alliance

Kind = Accrual.Kind


@require_safe
@in_alliance
def accruals(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every accrual and prepayment, newest first."""
    found = Accrual.objects.of(alliance).select_related(
        "participant",
        "account",
        "budget_line",
        "reason",
        "journal__alliance",
        "journal__reversed_by",
        "made_by",
    )
    if before := place_of(request, "before"):
        found = found.filter(number__lt=before)
    shown, more = first_of(found.order_by("-number"))
    for one in shown:
        one.why_no_file = permissions.see_accrual_evidence.reason(request.user, accrual=one)
    page = {
        "accruals": shown,
        "older": f"?before={shown[-1].number}" if more else "",
        "first": reverse("ledger:accruals", args=[alliance.slug]) if before else "",
        "can_make": bool(whose_returns(request, alliance)),
        "places": places(request, alliance),
    }
    return render(request, "ledger/accruals.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def accrue(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return _make(request, alliance, Kind.ACCRUAL, AccrualForm, services.accrue)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def prepay(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return _make(request, alliance, Kind.PREPAYMENT, PrepaymentForm, services.prepay)


@require_safe
@in_alliance
def accrual_evidence(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The file that was added; everybody in the alliance may see it (principle e), unless it shows pay (rule 29)."""
    rows = Accrual.objects.of(alliance).select_related("evidence", "account", "participant")
    found = get_object_or_404(rows, number=number)
    if found.evidence is None:
        raise Http404("There is no file.")
    permissions.see_accrual_evidence.check(request.user, accrual=found)
    document = found.evidence
    return download_file(bytes(document.content), name=document.name, media_type="application/octet-stream")


def _make(request: HttpRequest, alliance: Alliance, kind: Kind, form_of, act) -> HttpResponse:
    participants, months = whose_returns(request, alliance), open_months(alliance)
    page = {
        "kind": kind.label,
        "is_accrual": kind == Kind.ACCRUAL,
        "back_url": reverse("ledger:accruals", args=[alliance.slug]),
        "places": places(request, alliance),
    }
    if why_not := why_not_send(participants, months):
        page["why_not"] = why_not
        return render(request, "ledger/accrue.html", page, status=403 if request.method == "POST" else 200)
    form = form_of(
        request.POST or None,
        request.FILES or None,
        participants=participants,
        months=months,
        month=request.GET.get("month", ""),
    )
    page["form"] = form
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        then = given.pop("then")
        if then == Looked.POST:
            try:
                made = act(by=request.user, **given | {"category": Category(given["category"])})
            except NotPossible as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, f"{made} is in the book as journal {made.journal.number}.")
                return redirect(request, "ledger:accruals", alliance.slug)
        elif then != Looked.CHANGE:
            return render(request, "ledger/accrue_look.html", page | _now_and_then(alliance, kind, given))
    return render(request, "ledger/accrue.html", page, status=422 if form.errors else 200)


def _now_and_then(alliance: Alliance, kind: Kind, given: dict) -> dict:
    """The months that it touches, each with what it says now and would say then."""
    parts = spread(kind, given["month"], given.get("months", 1), given["amount"])
    now = summaries.costs_of(
        alliance.pk,
        [month for month, _ in parts],
        given["participant"],
        Category(given["category"]),
        given["budget_line"],
    )
    return {
        "given": given | {"category": Category(given["category"]).label},
        "rows": [(month, now[month], by, now[month] + by) for month, by in parts],
    }
