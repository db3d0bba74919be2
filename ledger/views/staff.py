"""Pay by grade in the browser: of three or more, never of one (rule 29)."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alliance.core.downloads import download_csv, download_file
from alliance.core.htmx import render
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger import permissions
from ledger.exporting.tables import XLSX
from ledger.forms.costs import StaffForm
from ledger.staff import pay_by_grade
from ledger.views.shared import filters_on, places
from participants.models import Alliance
from participants.web import in_alliance

REST = "No grade shown"


@require_safe
@in_alliance
def staff(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """By participant and grade: full-time equivalents and what they were paid together."""
    form = StaffForm(request.GET, alliance=alliance)
    page = {"form": form, "places": places(request, alliance)}
    if not form.budget:
        page["why_not_open"] = permissions.keep_the_pool.reason(request.user, alliance=alliance)
        return render(request, "ledger/no_book.html", page)
    found = pay_by_grade(form)
    page |= {
        "staff": found,
        "pay": sum(one.pay for one in found),
        "graded": sum(bool(one.grades) for one in found),
        "rest_name": REST,
        "taken_off": filters_on(form),
        "query": urlencode(form.narrowed),
    }
    return render(request, "ledger/staff.html", page, partial="staff")


@require_safe
@in_alliance
def staff_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The same as a file."""
    rows = list(_rows(_opened(request, alliance)))
    return download_csv(
        f"{alliance.slug}-pay-by-grade", [one.heading for one in COLUMNS], rows, alliance_id=alliance.pk
    )


@require_safe
@in_alliance
def staff_xlsx(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The same as a workbook."""
    form = _opened(request, alliance)
    title = f"{alliance}: pay by grade, {form.span.label}"
    content = write_xlsx([Sheet("Pay by grade", COLUMNS, list(_rows(form)), title=title)], empty_rows=0)
    return download_file(content, name=f"{alliance.slug}-pay-by-grade.xlsx", media_type=XLSX)


COLUMNS = [
    Column("Participant", width=36),
    Column("Grade", width=28),
    Column("Full-time equivalents", "number", 20),
    Column("Pay", "money", 16),
    Column("Period", width=20),
]


def _rows(form: StaffForm) -> Iterator[tuple]:
    for one in pay_by_grade(form):
        for grade in one.grades:
            yield one.who.name, grade.name, grade.fte, grade.pay, form.span.label
        if one.rest:
            yield one.who.name, REST, None, one.rest, form.span.label


def _opened(request: HttpRequest, alliance: Alliance) -> StaffForm:
    form = StaffForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    return form
