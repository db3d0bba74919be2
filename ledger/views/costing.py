"""Full cost and VAT in the browser: what each participant costs in full, who buys, and what that costs."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.charts import Bar, Chart, bars_chart
from alliance.core.htmx import redirect, render
from alliance.core.money import ZERO
from ledger import permissions, services
from ledger.asking import with_decisions
from ledger.exporting.tables import columns, list_file
from ledger.forms.costing import MonthsForm, PurchaseForm, VatForm
from ledger.full_cost import FullCosts
from ledger.models import Category, Overhead, VatStatement
from ledger.recovery import Hands, courses, full_costs, overheads_of, statements_of, who_buys
from ledger.vat import Course, purchase
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance

# The columns of a full cost: what the participant spent itself, by category; an overhead of its own says so.
NAMES = {one: one.label for one in Category} | {Category.OVERHEAD: "Own overhead"}
FIGURES = {
    Overhead.Driver.HEADCOUNT: "People",
    Overhead.Driver.TIME: "Hours a week",
    Overhead.Driver.SPEND: "Spent (£)",
}


# ── Full cost ──


@require_safe
@in_alliance
def full_cost(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The shared overheads step by step, then each participant's full cost, and what it was paid."""
    form = MonthsForm(request.GET, alliance=alliance)
    page = {"form": form, "places": places(request, alliance)}
    if not form.budget:
        page["why_not_open"] = permissions.keep_the_pool.reason(request.user, alliance=alliance)
        return render(request, "ledger/no_book.html", page)
    overheads = with_decisions(alliance, overheads_of(form.budget, form.participants))
    found = full_costs(alliance, form.span, overheads, form.participants)
    columns = _columns(found)
    query = urlencode(form.narrowed)
    page |= {
        "costs": found,
        "columns": [(NAMES[one], found.together(one)) for one in columns],
        "rows": [
            (one, [(NAMES[column], one.own.get(column, ZERO)) for column in columns])
            for one in found.by_participant
        ],
        "shared": sum((one.share for one in found.by_participant), ZERO),
        "overheads": [
            (agreed, made, FIGURES[agreed.driver])
            for agreed, made in zip(overheads, found.overheads, strict=True)
        ],
        "chart": _full_cost_chart(form, found),
        "query": query,
        "lines_query": urlencode(form.lines_query or {}),
        "csv_url": _with(reverse("ledger:full_cost_csv", args=[alliance.slug]), query),
        "xlsx_url": _with(reverse("ledger:full_cost_xlsx", args=[alliance.slug]), query),
    }
    return render(request, "ledger/full_cost.html", page, partial="full_cost")


@require_safe
@in_alliance
def full_cost_file(request: HttpRequest, alliance: Alliance, file_format: str) -> HttpResponse:
    """The same as a file: a row for each participant."""
    form = MonthsForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    overheads = overheads_of(form.budget, form.participants)
    found = full_costs(alliance, form.span, overheads, form.participants)
    headed = columns(
        "Participant",
        *(f"{name} £" for name in NAMES.values()),
        *(f"Share of {one.budget_line} £" for one in overheads),
        *("Full cost £", "Borne in the book £", "Paid £", "Period"),
    )
    rows = (
        (
            one.who.name,
            *(one.own.get(category, ZERO) for category in NAMES),
            *one.shares,
            one.full,
            one.borne,
            one.paid,
            form.span.label,
        )
        for one in found.by_participant
    )
    return list_file(alliance, "full-cost", "Full cost", headed, rows, file_format)


def _columns(found: FullCosts) -> list[Category]:
    """The categories of which somebody has some; nobody needs to look at columns of noughts."""
    return [one for one in NAMES if any(row.own.get(one) for row in found.by_participant)]


def _full_cost_chart(form: MonthsForm, found: FullCosts) -> Chart | None:
    bars = [Bar(one.who.name, one.full, one.paid) for one in found.by_participant if one.full or one.paid]
    if not bars:
        return None
    return bars_chart(
        f"Full cost and what was paid, {form.span.label}",
        bars,
        heading="Participant",
        measure="Full cost",
        marker="Paid",
        between=", paid ",
    )


# ── VAT ──


@require_safe
@in_alliance
def vat(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Who buys, what it costs, and what of the book's costs is VAT that was not recovered (rule 36)."""
    form = MonthsForm(request.GET, alliance=alliance)
    asked = PurchaseForm(request.GET)
    today = timezone.localdate()
    statements = statements_of(alliance)
    known = courses(alliance.pk, form.participants, statements)
    here = [one for one in form.participants if one.is_active(today)]
    query = urlencode(form.narrowed)
    page = {
        "form": form,
        "asked": asked,
        "kept": form.narrowed,  # what either form takes along of the other's answers
        "kept_purchase": {name: request.GET[name] for name in asked.fields if name in request.GET},
        "query": query,
        "standings": _standings(request, alliance, here, known, statements),
        "places": places(request, alliance),
    }
    if asked.is_valid():
        net, rate = asked.cleaned_data["net"], asked.cleaned_data["rate"]
        hands = [(one, known[one.pk].on(today)) for one in here]
        bought = [(one, standing, purchase(net, rate, standing)) for one, standing in hands]
        page |= {"bought": bought, "chart": _purchase_chart(bought), "net": net, "rate": rate}
    if form.budget:
        found = who_buys(alliance, form.span, form.participants, known, today)
        page |= {
            "hands": [(one, _lines_url(alliance, form, one)) for one in found],
            "lost": found[0].now if found else ZERO,
        }
    return render(request, "ledger/vat.html", page)


@require_safe
@in_alliance
def vat_file(request: HttpRequest, alliance: Alliance, file_format: str) -> HttpResponse:
    """Every VAT statement, in its order."""
    headed = columns(
        *("Participant", "Version #", "From @", "Recovers", "Percent #", "Why"),
        *("Stated on @", "Stated by", "As"),
    )
    found = VatStatement.objects.of(alliance).select_related("participant", "basis").order_by("pk")
    rows = (
        (
            *(one.participant.name, one.version, one.since, one.get_recovers_display(), one.percent),
            *(str(one.basis), timezone.localdate(one.stated_at), one.stated_by_name),
            one.get_capacity_display(),
        )
        for one in found
    )
    return list_file(alliance, "vat-statements", "VAT statements", headed, rows, file_format)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def state_vat(request: HttpRequest, alliance: Alliance, participant: str) -> HttpResponse:
    """State how much of its VAT a participant recovers; what was stated before stays in sight."""
    whose = get_object_or_404(Participant, alliance=alliance, slug=participant)
    permissions.state_vat.check(request.user, participant=whose)
    form = VatForm(request.POST or None)
    if form.is_bound and form.is_valid():
        services.state_vat(participant=whose, by=request.user, **form.cleaned_data)
        messages.success(request, f"It is stated how much of its VAT {whose.name} recovers.")
        return redirect(request, "ledger:vat", alliance.slug)
    page = {
        "form": form,
        "participant": whose,
        "course": courses(alliance.pk, [whose])[whose.pk],
        "stated": VatStatement.objects.filter(participant=whose).select_related("basis"),
        "places": places(request, alliance),
    }
    return render(request, "ledger/state_vat.html", page, status=422 if form.errors else 200)


def _standings(
    request: HttpRequest,
    alliance: Alliance,
    here: list[Participant],
    known: dict[int, Course],
    statements: list[VatStatement],
) -> list[dict]:
    """Each participant that takes part, what it recovers, its statement, and whether this person may state it."""
    today = timezone.localdate()
    by_participant: dict[int, list[VatStatement]] = {one.pk: [] for one in here}
    for one in statements:
        by_participant.setdefault(one.participant_id, []).append(one)
    pool = permissions.keep_the_pool.allows(request.user, alliance=alliance)
    ours = request.standing.participant_ids
    return [
        {
            "participant": one,
            "standing": known[one.pk].on(today),
            "statement": next((said for said in by_participant[one.pk] if said.since <= today), None),
            "coming": [said for said in by_participant[one.pk][:1] if said.since > today],
            "may_state": pool
            or (one.pk in ours and permissions.state_vat.allows(request.user, participant=one)),
        }
        for one in here
    ]


def _purchase_chart(bought: list[tuple]) -> Chart | None:
    bars = [Bar(one.name, made.cost, made.net) for one, _, made in bought]
    if not bars:
        return None
    return bars_chart(
        "What the purchase costs, by who buys",
        bars,
        heading="Who buys",
        measure="Costs",
        marker="Net price",
        between=", net price ",
    )


def _lines_url(alliance: Alliance, form: MonthsForm, one: Hands) -> str:
    """Where the lines under its irrecoverable VAT are; "" where there are none, or no page shows just them."""
    if form.lines_query is None or not one.lost:
        return ""
    asked = {"participant": one.participant.slug, "category": Category.IRRECOVERABLE_VAT.value}
    return _with(reverse("ledger:lines", args=[alliance.slug]), urlencode(form.lines_query | asked))


def _with(url: str, query: str) -> str:
    return f"{url}?{query}" if query else url
