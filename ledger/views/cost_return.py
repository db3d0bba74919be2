"""One cost return in the browser: match its columns, see every problem, confirm, follow it into the book."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core import outbox
from alliance.core.addresses import reverse
from alliance.core.downloads import download_csv, download_file
from alliance.core.forms import lower_first
from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.models import Errand
from alliance.core.questions import Question
from alliance.core.refusals import NotAllowed
from ledger import agreement, importing, permissions, services
from ledger.asking import knowing
from ledger.forms.returns import ColumnsForm, ConfirmForm, SheetForm
from ledger.lifecycle import RETURN, ReturnState
from ledger.models import BudgetLine, Category, CostReturn, Entry, ReturnLine, RowFix
from ledger.pay import TOO_FEW
from ledger.querying import asks_for, on_entries
from ledger.views.files import shown_evidence
from ledger.views.returns import TONES
from ledger.views.shared import find_numbered, places
from participants.models import Alliance
from participants.web import in_alliance

PROBLEMS_SHOWN = 500
FIXES_SHOWN = 100


@require_safe
@in_alliance
def cost_return(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One return in whatever state it is; while a worker has it, the page asks again."""
    found = find_return(alliance, number)
    work = _work(found) if found.is_moving else None
    why_no_file = permissions.see_the_file.reason(request.user, cost_return=found)
    if work and why_no_file:
        work.trouble = ""  # a database's complaint may say what stands in the row
    page = {"cost_return": found, "work": work, "url": found.get_absolute_url()}
    if is_htmx(request) and request.headers.get("HX-Target") == "progress":
        if not found.is_moving:
            response = HttpResponse()
            response["HX-Refresh"] = "true"  # its state changed: the whole page is another one
            return response
        return render(request, "ledger/return.html", page, partial="progress")
    tone, icon = TONES[found.status]
    why_not = permissions.handle_return.reason(request.user, cost_return=found)
    rows = {"alliance": alliance.pk, "cost_return": found.pk, "reading": found.reading}
    page |= {
        "why_no_file": why_no_file,
        "tone": tone,
        "icon": icon,
        "problems": (problems := _complaints(found))[:PROBLEMS_SHOWN],
        "not_shown": found.problem_count - sum(one["count"] for one in problems[:PROBLEMS_SHOWN]),
        "columns": [] if why_no_file else _meanings(found, alliance),  # a first row may stand for headings
        "missing": _missing(found),
        "sums": _sums(**rows) if found.status in (ReturnState.READY, ReturnState.POSTED) else None,
        "first_rows": _first_rows(**rows) if found.status == ReturnState.READY else [],
        "declared": found.declared_now if found.status == ReturnState.READY else None,
        "is_total_wrong": any(one["field"] == RowFix.DECLARED for one in problems),
        "may": not why_not,
        "why_not": why_not,
        "can_match": RETURN.permits(found.status, "match_columns") and (found.headings or found.sheets),
        "can_fix": RETURN.permits(found.status, "fix_rows"),
        "problem_rows": problem_rows(found).count() if found.problem_count else 0,
        "fixes": [] if why_no_file else _fixes(found),
        "can_withdraw": RETURN.permits(found.status, "withdraw"),
        "evidence": shown_evidence(request, found),
        "places": places(request, alliance),
    }
    return render(request, "ledger/return.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def columns(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say what each column of the file means."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    RETURN.require(found.status, "match_columns")
    form = ColumnsForm(
        request.POST or None,
        cost_return=found,
        lines=list(lines_of_year(found, alliance)),
        samples=found.samples,
    )
    if request.method == "POST" and form.is_valid():
        services.match_columns(cost_return=found, mapping=form.meaning().as_json(), by=request.user)
        return redirect(request, found.get_absolute_url())
    page = {
        "cost_return": found,
        "form": form if found.headings else None,
        "missing": _missing(found),
        "sheet_form": SheetForm(sheets=found.sheets, current=found.sheet) if found.sheets else None,
        "places": places(request, alliance),
    }
    return render(request, "ledger/columns.html", page, status=422 if form.errors else 200)


@require_POST
@in_alliance
def confirm(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found, form = find_return(alliance, number), ConfirmForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0  # of nonsense: of no reading
    services.accept_cost_return(cost_return=found, seen=seen, by=request.user)
    return redirect(request, found.get_absolute_url())


@require_POST
@in_alliance
def withdraw(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_return(alliance, number)
    services.withdraw_cost_return(cost_return=found, by=request.user)
    messages.success(request, f"Return {found.number} is withdrawn. Nothing of it is in the book.")
    return redirect(request, found.get_absolute_url())


@require_POST
@in_alliance
def another_try(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Take up what a worker gave up."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    if found.is_moving and (work := _work(found)) and work.parked_at:
        outbox.try_again(work)
    return redirect(request, found.get_absolute_url())


@require_safe
@in_alliance
def file(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The file as it came; everybody in the alliance may see it (principle e), unless it tells pay (rule 29)."""
    found = find_return(alliance, number)
    permissions.see_the_file.check(request.user, cost_return=found)
    document = found.document
    return download_file(bytes(document.content), name=document.name, media_type="application/octet-stream")


@require_safe
@in_alliance
def problems_csv(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_return(alliance, number)
    permissions.see_the_file.check(request.user, cost_return=found)
    rows = ((one.row, one.column, one.value, one.sentence) for one in _problems(found))
    headings = ["Row", "Column", "Value", "Problem"]
    name = f"{alliance.slug}-return-{number}-problems"
    return download_csv(name, headings, rows, alliance_id=alliance.pk)


@require_safe
@in_alliance
def row(request: HttpRequest, alliance: Alliance, number: int, row: int) -> HttpResponse:
    """A row as it stands in the file, and what became of it."""
    found = find_return(alliance, number)
    line = find_numbered(_line, alliance=alliance.pk, cost_return=found.pk, reading=found.reading, row=row)
    why_no_file = permissions.see_the_file.reason(request.user, cost_return=found)
    if why_no_file and line.amount is None:  # not understood yet, it may be anybody's pay
        raise NotAllowed(why_no_file)
    cells, headings = list(line.cells) + [""] * (len(found.headings) - len(line.cells)), found.headings
    if why_no_file:  # a row of the file may stand for them
        headings = _what_columns_mean(found)
    entry = None
    if found.journal_id:
        entry = _posted.first(alliance=alliance.pk, journal=found.journal_id, row=row)
    is_pay = bool(line.fte) or line.description == TOO_FEW  # of several rows, none of which is this one
    may_fix = (
        not is_pay
        and RETURN.permits(found.status, "fix_rows")
        and permissions.handle_return.allows(request.user, cost_return=found)
    )
    page = {
        "cost_return": found,
        "line": line,
        "cells": [
            (importing.letter(place), headings[place] if place < len(headings) else "", cell)
            for place, cell in enumerate(cells)
        ],
        "entry": entry,
        "allowed": agreement.allowed(line.budget_line, alliance) if line.budget_line_id else None,
        "queries": on_entries(alliance, [entry]).get((entry.journal_id, entry.line)) if entry else None,
        "can_ask": bool(asks_for(request.standing).keys() - {found.participant_id}),
        "evidence": shown_evidence(request, found, row),
        "problems": _problems(found).filter(row=row) if found.problem_count else [],
        "fixes": [] if why_no_file else [one for one in _fixes(found) if one.row == row],
        "why_no_file": why_no_file,
        "is_pay": is_pay,
        "fix_url": f"{reverse('ledger:fix', args=[alliance.slug, number])}?row={row}" if may_fix else "",
        "places": places(request, alliance),
    }
    return render(request, "ledger/row.html", page)


def find_return(alliance: Alliance, number: int) -> CostReturn:
    """With few joins: over ten tables PostgreSQL takes longer to plan than to answer."""
    found = find_numbered(_return, alliance=alliance.pk, number=number)
    knowing(alliance, filter(None, (found, found.participant, found.journal)))
    return found


@Question
def _return(alliance: int, number: int):
    found = CostReturn.objects.filter(alliance_id=alliance, number=number)
    related = ("participant", "document", "submitted_by", "accepted_by", "journal")
    return found.select_related(*related).defer("document__content")


def _work(found: CostReturn) -> Errand | None:
    """The errand that a worker has for this return."""
    if found.status == ReturnState.POSTING:
        return Errand.objects.filter(kind="ledger.post_return", key=str(found.pk)).first()
    checks = Errand.objects.filter(kind="ledger.check_return", key__startswith=f"{found.pk}.")
    return checks.order_by("-pk").first()


def _problems(found: CostReturn):
    return found.problems.filter(reading=found.reading).order_by("place")


def problem_rows(found: CostReturn):
    """The numbers of the rows that stand in the way, each once."""
    return (
        found.problems.filter(reading=found.reading)
        .exclude(row=None)
        .order_by()
        .values_list("row", flat=True)
        .distinct()
    )


def _complaints(found: CostReturn) -> list[dict]:
    """The problems in the order of their first rows; what is wrong with many rows is said once, with the rows."""
    alike: dict[tuple, list[dict]] = {}
    if found.problem_count:
        for one in _problems(found).values("row", "column", "value", "sentence", "field"):
            alike.setdefault((one["column"], one["sentence"]), []).append(one)
    complaints = []
    for (column, sentence), ones in alike.items():
        values = list(dict.fromkeys(one["value"] for one in ones))
        many = f"{values[0]}, … {values[-1]}" if len(values) > 2 else " and ".join(filter(None, values))
        rows = [one["row"] for one in ones if one["row"]]
        complaints.append(
            {
                "rows": importing.rows_in_words(rows) if rows else "The file",
                "row": rows[0] if len(rows) == 1 else None,
                "count": len(ones),
                "column": column,
                "field": ones[0]["field"],
                "value": many,
                "sentence": sentence,
            }
        )
    return complaints


def _fixes(found: CostReturn) -> list:
    """Who put what in the place of the file's text, newest first."""
    if not found.headings:
        return []
    made = _fixed_rows(cost_return=found.pk)
    for one in made:
        one.label = _label(one.field)
        one.left_out = not one.field and one.now == importing.LEAVE
    return made


def _label(field: str) -> str:
    """What a fix puts right: a column, the declared total, or "" for the whole row."""
    if field == RowFix.DECLARED:
        return "Declared total"
    return importing.COLUMNS[field].label if field else ""


@Question
def _fixed_rows(cost_return: int):
    made = RowFix.objects.filter(cost_return_id=cost_return).select_related("fixed_by")
    return made.order_by("-pk")[:FIXES_SHOWN]


@Question
def _sums(alliance: int, cost_return: int, reading: int):
    """The lines' totals by budget line and category, in the book's order, for the preview."""
    lines = ReturnLine.objects.filter(alliance_id=alliance, cost_return_id=cost_return, reading=reading)
    names = ("budget_line__name", "account__name")
    sums = lines.values(*names).annotate(total=Sum("amount"), lines=Count("row"))
    return sums.order_by("budget_line__place", "account__code")


@Question
def _first_rows(alliance: int, cost_return: int, reading: int):
    lines = ReturnLine.objects.filter(alliance_id=alliance, cost_return_id=cost_return, reading=reading)
    return lines.select_related("account", "budget_line").order_by("row")[:8]


@Question
def _line(alliance: int, cost_return: int, reading: int, row: int):
    lines = ReturnLine.objects.filter(alliance_id=alliance, cost_return_id=cost_return)
    return lines.filter(reading=reading, row=row).select_related("account", "budget_line__budget")


@Question
def _posted(alliance: int, journal: int, row: int):
    entries = Entry.objects.filter(alliance_id=alliance, journal_id=journal, source_row=row)
    return entries.order_by("line")


def lines_of_year(found: CostReturn, alliance: Alliance):
    year = alliance.financial_year(found.month)
    return BudgetLine.objects.filter(alliance=alliance, budget__starts_on=year.start)


def _meanings(found: CostReturn, alliance: Alliance) -> list[dict]:
    """How the columns were understood, for a summary list."""
    meaning = importing.Meaning.from_json(found.mapping)
    rows = []
    for name, column in importing.COLUMNS.items():
        if name in meaning.columns:
            place = meaning.columns[name]
            heading = found.headings[place] if place < len(found.headings) else ""
            rows.append(
                {"key": column.label, "value": f"{importing.letter(place)} · {heading or 'no heading'}"}
            )
        elif name in meaning.fixed:
            rows.append(
                {
                    "key": column.label,
                    "value": f"{_fixed(name, meaning.fixed[name], found, alliance)}, in every row",
                }
            )
    if meaning.only:
        place, value = meaning.only
        rows.append(
            {
                "key": "Only rows with",
                "value": f"“{value}” in {importing.letter(place)} · {found.headings[place]}",
            }
        )
    return rows


def _what_columns_mean(found: CostReturn) -> list[str]:
    """In the place of the headings, what each column was taken to mean."""
    meaning = importing.Meaning.from_json(found.mapping)
    of_place = {place: importing.COLUMNS[name].label for name, place in meaning.columns.items()}
    return [of_place.get(place, "") for place in range(len(found.headings))]


def _missing(found: CostReturn) -> list[str]:
    """What no column was found to hold: "category", "budget line"."""
    return [lower_first(label) for label in importing.Meaning.from_json(found.mapping).missing]


def _fixed(name: str, value: str, found: CostReturn, alliance: Alliance) -> str:
    if name == "category":
        return Category(value).label
    line = lines_of_year(found, alliance).filter(pk=value).first()
    return line.name if line else "a budget line of another year"
