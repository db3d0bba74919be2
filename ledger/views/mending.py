"""Putting a return right in the page: its sheet, its rows, the names that are the participant's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from alliance.core.htmx import redirect, render
from ledger import importing, permissions, services
from ledger.forms.entry import TYPED
from ledger.forms.mending import FixForm, FixRow, NamesForm
from ledger.forms.returns import SheetForm, TotalForm
from ledger.lifecycle import RETURN
from ledger.models import CostReturn, ReturnLine, RowFix
from ledger.services.mending import rows_as_they_stand
from ledger.views.cost_return import find_return, lines_of_year, problem_rows
from ledger.views.shared import places
from participants.models import Alliance
from participants.web import in_alliance

AT_ONCE = 20  # rows on one page


@require_POST
@in_alliance
def sheet(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say which sheet holds the costs; it is read anew."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    form = SheetForm(request.POST, sheets=found.sheets, current=found.sheet)
    if form.is_valid():
        services.match_columns(
            cost_return=found, mapping={"sheet": form.cleaned_data["sheet"]}, by=request.user
        )
        return redirect(request, found.get_absolute_url())
    page = {"cost_return": found, "sheet_form": form, "places": places(request, alliance)}
    return render(request, "ledger/columns.html", page, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def names(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say once what the file's own names mean; it is remembered for the participant's next files."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    RETURN.require(found.status, "explain_names")
    form = NamesForm(request.POST or None, strange=found.strange, lines=_names_of_lines(found, alliance))
    if request.method == "POST" and form.is_valid():
        services.explain_names(cost_return=found, meanings=form.meanings(), by=request.user)
        return redirect(request, found.get_absolute_url())
    page = {"cost_return": found, "form": form, "places": places(request, alliance)}
    return render(request, "ledger/names.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def fix(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Rows that have a problem, a page of them; or, with ?row=, one row, whatever is wrong with it."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    RETURN.require(found.status, "fix_rows")
    one = request.GET.get("row", "")
    rows = _rows(found, int(one) if one.isascii() and one.isdigit() and len(one) < 8 else None)
    form = FixForm(request.POST or None, rows=rows, lines=_names_of_lines(found, alliance))
    if request.method == "POST" and form.is_valid():
        fixes = form.fixes()
        services.fix_rows(cost_return=found, fixes=fixes, by=request.user)
        said = "1 row is" if len(fixes) == 1 else f"{len(fixes)} rows are"
        messages.success(request, f"{said} put right. The file itself stays as it came.")
        return redirect(request, found.get_absolute_url())
    page = {
        "cost_return": found,
        "form": form,
        "one": bool(one),
        "waiting": 0 if one else max(0, problem_rows(found).count() - len(rows)),
        "places": places(request, alliance),
    }
    return render(request, "ledger/fix.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def total(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say another total, when the declared one was wrong and the lines are right."""
    found = find_return(alliance, number)
    permissions.handle_return.check(request.user, cost_return=found)
    RETURN.require(found.status, "fix_rows")
    form = TotalForm(request.POST or None, initial={"declared_total": found.declared_now})
    if request.method == "POST" and form.is_valid():
        services.declare_total(cost_return=found, total=form.cleaned_data["declared_total"], by=request.user)
        return redirect(request, found.get_absolute_url())
    wrong = found.problems.filter(reading=found.reading, field=RowFix.DECLARED).first()
    page = {"cost_return": found, "form": form, "wrong": wrong, "places": places(request, alliance)}
    return render(request, "ledger/total.html", page, status=422 if form.errors else 200)


def _names_of_lines(found: CostReturn, alliance: Alliance) -> list[str]:
    return list(lines_of_year(found, alliance).order_by("place").values_list("name", flat=True))


def _rows(found: CostReturn, only: int | None) -> list[FixRow]:
    numbers = [only] if only is not None else list(problem_rows(found).order_by("row")[:AT_ONCE])
    wrong: dict[int, dict[str, list[str]]] = {}
    for one in found.problems.filter(reading=found.reading, row__in=numbers).order_by("place"):
        wrong.setdefault(one.row, {}).setdefault(one.field, []).append(one.sentence)
    stand = rows_as_they_stand(found, numbers)
    cells = dict(
        ReturnLine.objects.filter(
            alliance_id=found.alliance_id, cost_return=found, reading=found.reading, row__in=numbers
        ).values_list("row", "cells")
    )
    columns = importing.Meaning.from_json(found.mapping).columns
    every = tuple(name for name in TYPED if name in columns)
    rows = []
    for n in numbers:
        if n in stand:
            troubled = tuple(name for name in every if name in wrong.get(n, {}))
            whole = only is not None or "" in wrong.get(n, {}) or not troubled
            rows.append(
                FixRow(n, stand[n], every if whole else troubled, wrong.get(n, {}), tuple(cells.get(n, ())))
            )
    return rows
