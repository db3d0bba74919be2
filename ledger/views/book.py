"""The open book in the browser: totals, their lines, their journals. Everybody in the alliance sees the same."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.core.addresses import reverse
from alliance.core.downloads import download_csv, download_file
from alliance.core.htmx import render
from alliance.core.money import format_pounds
from alliance.core.paging import first_of
from alliance.core.periods import Month
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger import agreement, permissions, position, summaries
from ledger.asking import restatements
from ledger.exporting.tables import MOST_IN_A_WORKBOOK, TABLES, XLSX, table_file
from ledger.forms.costs import CostsForm
from ledger.models import Balance, Restatement, Stretch
from ledger.own_books import last_confirmed
from ledger.querying import Unresolved, asks_for, on_entries, unresolved
from ledger.telling import Costs, Told
from ledger.views.shared import (
    filters_on,
    key_of,
    numbered,
    place_from,
    places,
    query_links,
    whose_returns,
)
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
    whole, is_over = not form.narrowed.keys() - {"year"}, form.budget.year.end < timezone.localdate()
    rate = summaries.rate(shown.by_month, told) if whole and not is_over else None
    available = sum(one.now for one in form.budget.lines_now)  # as much as is put in (rule 30)
    page |= {
        "budget": form.budget,
        "spending": shown,
        "whole": whole,
        "is_over": is_over,
        "available": available,
        "cash": None if form.narrowed else summaries.cash(alliance.pk),
        "rate": rate,
        "beyond": rate and abs(rate.by_year_end - available),
        "is_more": rate and rate.by_year_end > available,
        "reported": [one for one in told if one.month < today][-1:],
        "chart": _course(form, shown, told, rate),
        "group": _group(alliance, form, way, shown, queries, told),
        "ways": _ways(form, way),
        "way": way,
        "own_books": last_confirmed(alliance, form.participants) if whole and way == "participant" else None,
        "taken_off": filters_on(form, **_kept(way)),
        "queries": queries,
        "query": urlencode(form.narrowed),
        "too_many": shown.entries > MOST_IN_A_WORKBOOK,
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
    if place := place_from(request.GET.get("after", "")):
        costs = costs.after(place)
    shown, more = first_of(costs)
    sums = form.within(Balance.objects).sums()
    page = {
        "form": form,
        "places": places(request, alliance),
        "costs": shown,
        "restated": _restated(form),
        "rows": _with_ways_on(request, shown),
        "allowed": agreement.allowed(form.line_asked, alliance) if form.line_asked else None,
        "taken_off": filters_on(form),
        "sums": sums,
        "too_many": sums["entries"] > MOST_IN_A_WORKBOOK,
        "older": f"?{urlencode(form.narrowed | {'after': key_of(shown[-1].place)})}" if more else "",
        "first": f"?{urlencode(form.narrowed)}" if place else "",
        "query": urlencode(form.narrowed),
    }
    return render(request, "ledger/lines.html", page, partial="lines")


@require_safe
@in_alliance
def lines_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every line under a total, as many as there are, with flat memory."""
    return table_file(alliance, TABLES["lines"], _opened(request, alliance), "csv")


# ── What the pages show ──────────────────────────────────────────────────────


def _restated(form: CostsForm):
    """What was restated of what somebody narrowed the book down to; of the whole book the months tell it."""
    if not form.narrowed.keys() - {"year"}:
        return []
    found = form.within(Restatement.objects).with_what_it_names()[:20]
    return restatements(form.alliance, found)


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


def _kept(way: str) -> dict[str, str]:
    """What the address says of it: nothing of the usual one."""
    return {} if way == "line" else {"by": way}


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


def _costs(form: CostsForm) -> Costs:
    return form.within(Stretch.objects).told()


def _with_ways_on(request: HttpRequest, costs: list[Told]) -> list[dict]:
    """Each cost as ledger/lines.html tells it, with the addresses that it leads to and its queries.

    Plain text in a dict: a template reads fifty of them in half the time that it needs for numbers and objects.
    """
    alliance = request.alliance
    asked, ours = on_entries(alliance, costs), asks_for(request.standing).values()
    for_whom = {one.participant.short_name for one in ours}
    journal_at = numbered("journal", alliance)
    row_at, ask_at = numbered("row", alliance, 2), numbered("ask", alliance, 2)
    return [
        {
            "what": one.what,
            "day": f"{one.date.day} {one.date:%b %Y}",
            "participant": one.participant_short,
            "of": f"{one.budget_line} · {one.category}",
            "amount": format_pounds(one.amount, sign=""),
            "is_taken_back": one.amount < 0,
            "journal": str(one.journal),
            "source_row": str(one.source_row),
            "journal_url": journal_at(one.journal),
            "row_url": row_at(one.cost_return, one.source_row) if one.source_row and one.cost_return else "",
            "ask_url": ask_at(one.journal, one.line) if for_whom - {one.participant_short} else "",
            "queries": query_links(alliance, one.journal, one.line, asked.get((one.journal_id, one.line))),
        }
        for one in costs
    ]
