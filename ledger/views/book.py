"""The open book in the browser: totals, their lines, their journals. Everybody in the alliance sees the same."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.downloads import download_csv, download_file
from alliance.core.htmx import redirect, render
from alliance.core.paging import first_of, place_of
from alliance.core.periods import Month
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger import agreement, permissions, position, possible, saying, services, summaries
from ledger.exporting.reading import costs_in_pages
from ledger.exporting.tables import MOST_IN_A_WORKBOOK, XLSX
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
from ledger.views.shared import numbered, places, query_links, whose_returns
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def book(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Where the money stands, in words and as the year's course, then by line, participant, category or month."""
    form = CostsForm(request.GET, alliance=alliance)
    page = {"form": form, "places": places(request, alliance)}
    if not form.budget:
        page["why_not_open"] = permissions.keep_the_pool.reason(request.user, alliance=alliance)
        return render(request, "ledger/no_book.html", page)
    way = _way(request)
    shown, queries = _spending(alliance, form), _unresolved(alliance, form)
    today = Month.containing(timezone.localdate())
    told = summaries.reported(alliance, form.budget.year.months, form.participants)
    rate = None if form.narrowed.keys() - {"year"} else summaries.rate(shown.by_month, told)
    cash = summaries.cash(form.budget)
    page |= {
        "budget": form.budget,
        "spending": shown,
        "cash": cash,
        "rate": rate,
        "beyond": rate and abs(rate.by_year_end - cash.available),
        "is_more": rate and rate.by_year_end > cash.available,
        "reported": [one for one in told if one.month < today][-1:],
        "chart": _course(form, shown, told, rate),
        "group": _group(alliance, form, way, shown, queries, told),
        "ways": _ways(form, way),
        "way": way,
        "taken_off": _taken_off(form, way),
        "queries": queries,
        "query": urlencode(form.narrowed),
        "restated": _restated(form),
        "can_send": bool(whose_returns(request, alliance, form.participants)),
    }
    return render(request, "ledger/book.html", page, partial="book")


@require_safe
@in_alliance
def totals_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The totals as the page shows them, in each of its ways."""
    form = _opened(request, alliance)
    headings = [column.heading for column in TOTALS]
    return download_csv(f"{alliance.slug}-open-book", headings, _totals(form), alliance_id=alliance.pk)


@require_safe
@in_alliance
def totals_xlsx(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The same as a workbook."""
    form = _opened(request, alliance)
    title = f"{alliance}: open book, {form.span.label}"
    content = write_xlsx([Sheet("Totals", TOTALS, _totals(form), title=title)], empty_rows=0)
    return download_file(content, name=f"{alliance.slug}-open-book.xlsx", media_type=XLSX)


@require_safe
@in_alliance
def lines(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The lines under a total, newest first, a page at a time."""
    form = _opened(request, alliance)
    costs = _costs(form)
    if place := _place(request.GET.get("after", "")):
        costs = costs.after(place)
    shown, more = first_of(costs)
    sums = form.within(Balance.objects).sums()
    page = {
        "form": form,
        "places": places(request, alliance),
        "costs": shown,
        "restated": _restated(form),
        "rows": _with_ways_on(alliance, shown),
        "allowed": agreement.allowed(form.line_asked) if form.line_asked else None,
        "taken_off": _taken_off(form),
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
    form = _opened(request, alliance)

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
    for one in shown:
        one.way = saying.way_of(one)
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
    asked, ask_at = on_entries(found.alliance, entries), numbered("ask", found.alliance, 2)
    for entry in entries:
        entry.means, entry.correction = saying.meaning(entry), standing.get(entry.line)
        entry.ask_url = ask_at(found.number, entry.line) if entry.budget_line_id else ""
        entry.queries = query_links(
            found.alliance, found.number, entry.line, asked.get((found.pk, entry.line))
        )
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
        everybody=form.participants,
    )


def _unresolved(alliance: Alliance, form: CostsForm) -> Unresolved | None:
    """The queries about what is shown; a query is not of a category."""
    if form.category_asked:
        return None
    return unresolved(alliance, form.span, participant=form.participant_asked, line=form.line_asked)


def _opened(request: HttpRequest, alliance: Alliance) -> CostsForm:
    """The filters as the address says them; 404 before the book is open."""
    form = CostsForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    return form


def _way(request: HttpRequest) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in position.WAYS else "line"


def _has_budget(form: CostsForm, way: str) -> bool:
    """A budget line's budget is for all participants, categories and months together."""
    return way == "line" and not form.narrowed.keys() - {"year", "line"}


def _group(alliance, form: CostsForm, way: str, shown, queries: Unresolved | None, told) -> position.Group:
    """The totals in the way that was asked for, each with the address of its lines."""
    lines_url = reverse("ledger:lines", args=[alliance.slug])
    asked = {"year": form.budget.year.slug} | form.narrowed
    return position.group(
        way,
        shown,
        lambda name, value: f"{lines_url}?{urlencode(asked | {name: value})}",
        has_budget=_has_budget(form, way),
        notes=position.month_notes(told, Month.containing(timezone.localdate()))
        if way == "month" and not form.narrowed.keys() - {"year", "month"}
        else None,
        queries=queries.by_line if queries and way == "line" else None,
    )


def _ways(form: CostsForm, way: str) -> list[dict]:
    """The links from one way to another, the filters kept."""
    return [
        {
            "name": name,
            "label": label,
            "query": urlencode(form.narrowed | {"by": name}),
            "current": name == way,
        }
        for name, label in position.WAYS.items()
    ]


def _taken_off(form: CostsForm, way: str = "") -> list[dict]:
    """Each filter that is on, and the query without it."""
    by = {"by": way} if way not in ("", "line") else {}
    names = {
        "year": form.budget.year.label,
        "month": form.month_asked and form.month_asked.label,
        "participant": form.participant_asked and form.participant_asked.name,
        "line": form.line_asked and form.line_asked.name,
        "category": form.category_named,
    }
    return [
        {
            "label": form.fields[name].label,
            "value": names[name],
            "query": urlencode({key: kept for key, kept in form.narrowed.items() if key != name} | by),
        }
        for name in form.narrowed
    ]


TOTALS = (
    *(Column("By", width=16), Column("Name", width=34)),
    *(Column(name, "money", 16) for name in ("Spent", "Budget", "Left")),
    *(Column("Lines", "number", 10), Column("Period", width=24)),
)


def _totals(form: CostsForm) -> Iterator[tuple]:
    """The rows of the totals' table, in every way."""
    shown = _spending(form.alliance, form)
    for way, heading in position.WAYS.items():
        for one in position.totals_by(way, shown):
            with_budget = (one.budget, one.left) if _has_budget(form, way) else (None, None)
            yield heading, one.name, one.spent, *with_budget, one.entries, form.span.label


def _course(form: CostsForm, shown, told, rate):
    """Of a whole year; what was agreed is drawn where it is about what is shown."""
    narrowed = form.narrowed.keys() - {"year"}
    if "month" in narrowed:
        return None
    agreed = None
    if not narrowed - {"line"}:
        agreed = form.line_asked.now if form.line_asked else sum(one.now for one in form.budget.lines_now)
    return position.course(f"The year’s course, {form.budget.year.label}", shown, told, rate, agreed)


def _costs(form: CostsForm):
    return form.within(Entry.objects).newest_first().told()


def _with_ways_on(alliance: Alliance, costs: list[Told]) -> list[dict]:
    """Each cost with the addresses that it leads to and its queries, as ledger/lines.html shows them."""
    asked = on_entries(alliance, costs)
    journal_at = numbered("journal", alliance)
    row_at, ask_at = numbered("row", alliance, 2), numbered("ask", alliance, 2)
    return [
        {
            "cost": one,
            "what": one.what,
            "day": f"{one.date.day} {one.date:%b %Y}",
            "journal_url": journal_at(one.journal),
            "row_url": row_at(one.cost_return, one.source_row) if one.source_row and one.cost_return else "",
            "ask_url": ask_at(one.journal, one.line),
            "queries": query_links(alliance, one.journal, one.line, asked.get((one.journal_id, one.line))),
        }
        for one in costs
    ]


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
