"""The open book in the browser: totals, their lines, their journals. Everybody in the alliance sees the same."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.charts import Bar, Series, bars_chart, columns_chart
from alliance.core.downloads import download_csv
from alliance.core.htmx import redirect, render
from alliance.core.paging import first_of, place_of
from alliance.core.periods import Month
from ledger import permissions, possible, saying, services, summaries
from ledger.exporting.reading import costs_in_pages
from ledger.exporting.tables import MOST_IN_A_WORKBOOK
from ledger.forms import CostsForm, ReversalForm
from ledger.models import (
    Accrual,
    Balance,
    BudgetChange,
    Correction,
    CostReturn,
    Entry,
    Journal,
    Restatement,
    Transfer,
)
from ledger.querying import Unresolved, asks_for, on_entries, unresolved
from ledger.querysets import Told
from ledger.views.shared import places, whose_returns
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def book(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Where the money stands, in words, then by line, participant, category and month."""
    form = CostsForm(request.GET, alliance=alliance)
    page = {
        "form": form,
        "places": places(request, alliance),
        "why_not_open": _why_not_open(request, alliance),
    }
    if not form.budget:
        return render(request, "ledger/no_book.html", page)
    shown = _spending(alliance, form)
    queries = _unresolved(alliance, form)
    today = Month.containing(timezone.localdate())
    months = form.budget.year.months
    told = summaries.reported(alliance, months)
    page |= {
        "budget": form.budget,
        "spending": shown,
        "groups": _groups(alliance, form, shown, queries),
        "queries": queries,
        "pool": summaries.pool(form.budget),
        "rate": None if form.narrowed.keys() - {"year"} else summaries.rate(shown.by_month, told),
        "reported": [one for one in told if one.month < today][-1:],
        "chart_of_months": _chart_of_months(form, shown),
        "chart_of_lines": _chart_of_lines(shown),
        "query": urlencode(form.narrowed),
        "restated": _restated(form),
        "can_send": bool(whose_returns(request, alliance)),
    }
    return render(request, "ledger/book.html", page, partial="book")


@require_safe
@in_alliance
def totals_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The totals as the page shows them."""
    form = CostsForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    groups = _groups(alliance, form, _spending(alliance, form), None)
    rows = (
        (
            group["heading"],
            total.name,
            total.spent,
            total.budget,
            total.left,
            total.entries,
            str(form.span.label),
        )
        for group in groups
        for total in group["totals"]
    )
    headings = ["By", "Name", "Spent", "Budget", "Left", "Lines", "Period"]
    return download_csv(f"{alliance.slug}-open-book", headings, rows, alliance_id=alliance.pk)


@require_safe
@in_alliance
def lines(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The lines under a total, newest first, a page at a time."""
    form = CostsForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    costs = _costs(form)
    if place := _place(request.GET.get("after", "")):
        costs = costs.after(place)
    shown, more = first_of(costs)
    asked = on_entries(alliance, shown)
    sums = form.within(Balance.objects).sums()
    page = {
        "form": form,
        "places": places(request, alliance),
        "costs": shown,
        "restated": _restated(form),
        "rows": [(one, asked.get((one.journal_id, one.line))) for one in shown],
        "can_ask": bool(asks_for(request.standing)),
        "sums": sums,
        "too_many": sums["entries"] > MOST_IN_A_WORKBOOK,
        "older": f"?{urlencode(form.narrowed | {'after': _key(shown[-1])})}" if more else "",
        "first": f"?{urlencode(form.narrowed)}" if place else "",
        "query": urlencode(form.narrowed),
    }
    return render(request, "ledger/lines.html", page, partial="lines")


@require_safe
@in_alliance
def lines_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every line under a total, as many as there are, with flat memory."""
    form = CostsForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")

    def rows():
        for cost in costs_in_pages(_costs(form)):
            yield (
                cost.date,
                f"{cost.month:%Y-%m}",
                cost.participant,
                cost.budget_line,
                cost.category,
                cost.supplier,
                cost.description,
                cost.reference,
                cost.amount,
                cost.journal,
                cost.source_row,
            )

    headings = [
        *("Date", "Month", "Participant", "Budget line", "Category", "Supplier", "Description", "Reference"),
        *("Amount", "Journal", "Row in the return"),
    ]
    return download_csv(f"{alliance.slug}-lines", headings, rows(), alliance_id=alliance.pk)


@require_safe
@in_alliance
def journals(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every posting, newest first."""
    found = Journal.objects.of(alliance).select_related("posted_by", "alliance", "reverses", "reversed_by")
    if before := place_of(request, "before"):
        found = found.filter(number__lt=before)
    shown, more = first_of(found.order_by("-number"))
    page = {
        "journals": shown,
        "older": f"?before={shown[-1].number}" if more else "",
        "first": reverse("ledger:journals", args=[alliance.slug]) if before else "",
        "places": places(request, alliance),
    }
    return render(request, "ledger/journals.html", page)


@require_safe
@in_alliance
def journal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One posting with its entries, where it came from, and its reversal."""
    found = _journal(alliance, number)
    entries = found.entries.filter(alliance=alliance).select_related("account", "participant", "budget_line")
    if after := place_of(request, "after"):
        entries = entries.filter(line__gt=after)
    shown, more = first_of(entries.order_by("line"))
    asked = on_entries(alliance, shown)
    for one in shown:
        one.queries = asked.get((one.journal_id, one.line))
    source = CostReturn.objects.of(alliance).filter(journal=found.reverses_id or found.pk)
    related = Journal.objects.of(alliance).filter(Q(pk=found.reverses_id) | Q(reverses=found))
    related = {one.reverses_id == found.pk: one for one in related.select_related("alliance", "reason")}
    page = {
        "journal": found,
        "what_it_is": saying.what_it_is(found),
        "entries": _with_words(request, found, shown, related.get(True)),
        "can_ask": bool(asks_for(request.standing)),
        "older": f"?after={shown[-1].line}" if more else "",
        "first": found.get_absolute_url() if after else "",
        "source": source.select_related("alliance").first(),
        "reverses": related.get(False),
        "reversed_by": related.get(True),
        "behind": _behind(found),
        "why_not_reverse": possible.not_reversible(found)
        or permissions.reverse.reason(request.user, journal=found),
        "places": places(request, alliance),
    }
    return render(request, "ledger/journal.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def reversal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Before and after, the reason, and then the reversal."""
    found = _journal(alliance, number)
    permissions.reverse.check(request.user, journal=found)
    form = ReversalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.reverse_journal(journal=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"Journal {found.number} is reversed by journal {made.number}.")
        return redirect(request, made.get_absolute_url())
    page = {
        "journal": found,
        "form": form,
        "month": possible.first_open_month(alliance.pk, found.period),
        "why_not": possible.not_reversible(found),
        "places": places(request, alliance),
    }
    return render(request, "ledger/reversal.html", page, status=422 if form.errors else 200)


# ── What the pages show ──────────────────────────────────────────────────────


def _with_words(
    request: HttpRequest, found: Journal, entries: list[Entry], reversed_by: Journal | None
) -> list[Entry]:
    """Each with `means`, the `correction` of it that stands, and `correctable`: may this person correct it now?"""
    standing = {
        one.line: one
        for one in Correction.objects.standing()
        .filter(corrects=found, line__in=[entry.line for entry in entries])
        .select_related("journal__alliance")
    }
    settled = reversed_by or found.kind in (Journal.Kind.REVERSAL, *possible.BY_DECISION)
    allowed = {
        who: permissions.correct.allows(request.user, participant=who)
        for who in {entry.participant for entry in entries if entry.budget_line_id and not settled}
    }
    for entry in entries:
        entry.means, entry.correction = saying.meaning(entry), standing.get(entry.line)
        entry.correctable = bool(
            entry.budget_line_id and not entry.correction and allowed.get(entry.participant)
        )
    return entries


def _behind(found: Journal) -> dict:
    """What a journal that is not a return was posted for, by its name in the page; at most one query."""
    match found.kind:
        case Journal.Kind.ACCRUAL | Journal.Kind.PREPAYMENT:
            rows = Accrual.objects.select_related("reason")
            return {"accrual": rows.filter(journal=found).first()}
        case Journal.Kind.CORRECTION:
            rows = Correction.objects.select_related("corrects__alliance", "reason")
            return {"correction": rows.filter(journal=found).first()}
        case Journal.Kind.RESTATEMENT:
            return {"restated": Restatement.objects.with_what_it_names().filter(journal=found)}
        case Journal.Kind.TRANSFER_OUT:
            rows = Transfer.objects.select_related("decision__alliance")
            return {"transfer": rows.filter(journal=found).first()}
        case Journal.Kind.CONTRIBUTIONS_VARIED:
            rows = BudgetChange.objects.of(found.alliance_id).select_related("decision__alliance")
            return {"change": rows.filter(number=int(found.key)).first()}
    return {}


def _restated(form: CostsForm):
    """What was restated of what somebody narrowed the book down to; of the whole book the months tell it."""
    if not form.narrowed.keys() - {"year"}:
        return []
    return form.within(Restatement.objects).with_what_it_names()[:20]


def _spending(alliance: Alliance, form: CostsForm) -> summaries.Spending:
    return summaries.spending(
        alliance,
        form.span,
        form.budget,
        participant=form.participant_asked,
        line=form.line_asked,
        category=form.category_asked,
    )


def _unresolved(alliance: Alliance, form: CostsForm) -> Unresolved | None:
    """The queries about what is shown; a query is not of a category."""
    if form.category_asked:
        return None
    return unresolved(alliance, form.span, participant=form.participant_asked, line=form.line_asked)


def _groups(
    alliance: Alliance, form: CostsForm, shown: summaries.Spending, queries: Unresolved | None
) -> list[dict]:
    """The four tables, each total with the address of its lines; lines with how many unresolved queries they have."""
    lines_url = reverse("ledger:lines", args=[alliance.slug])
    asked = {"year": form.budget.year.slug} | form.narrowed
    kinds = [
        ("Budget line", "line", shown.by_line),
        ("Participant", "participant", shown.by_participant),
        ("Category", "category", shown.by_category),
        ("Month", "month", shown.by_month),
    ]
    groups = []
    for heading, name, totals in kinds:
        rows = [
            {
                "total": total,
                "url": f"{lines_url}?{urlencode(asked | {name: total.value})}",
                "queries": queries.by_line[total.value] if queries and name == "line" else 0,
            }
            for total in totals
        ]
        groups.append(
            {
                "heading": heading,
                "name": name,
                "rows": rows,
                "totals": totals,
                "has_budget": name == "line" and not form.narrowed.keys() - {"year", "line"},
                "budget": sum(total.budget or 0 for total in totals),
                "left": sum(total.budget or 0 for total in totals) - shown.spent,
            }
        )
    return groups


def _chart_of_months(form: CostsForm, shown: summaries.Spending):
    if isinstance(form.span, Month):
        return None
    labels = [month.short_label for month in form.span.months]
    spent = Series("Spent", [total.spent for total in shown.by_month])
    return columns_chart(f"Spent by month, {form.budget.year.label}", labels, [spent])


def _chart_of_lines(shown: summaries.Spending):
    bars = [Bar(total.name, total.spent, total.budget) for total in shown.by_line]
    return bars_chart("Spent by budget line", bars, heading="Budget line") if bars else None


def _costs(form: CostsForm):
    return form.within(Entry.objects).newest_first().told()


def _key(cost: Told) -> str:
    return f"{cost.month:%Y-%m}.{cost.journal_id}.{cost.line}"


def _place(key: str) -> tuple | None:
    """From `_key`; None from anything else."""
    try:
        month, journal, line = key.split(".")
        return Month.parse(month).start, int(journal), int(line)
    except ValueError:
        return None


def _journal(alliance: Alliance, number: int) -> Journal:
    """With its author and reason. Few joins: over ten tables PostgreSQL takes longer to plan than to answer."""
    found = Journal.objects.of(alliance).select_related("posted_by", "alliance", "reason")
    return get_object_or_404(found, number=number)


def _why_not_open(request: HttpRequest, alliance: Alliance) -> str:
    return permissions.keep_the_pool.reason(request.user, alliance=alliance)
