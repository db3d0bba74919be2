"""The statement of one account: where it stood, what moved it and where it stands, on both sides of the book."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.money import format_pounds
from alliance.core.paging import first_of
from ledger import saying
from ledger.exporting.reading import A_PAGE
from ledger.exporting.tables import MOST_IN_A_WORKBOOK, Table, columns, table_file
from ledger.forms.costs import AccountForm
from ledger.models import Account
from ledger.statement import Moved, account_of, moved, standing, statement
from ledger.views.shared import filters_on, key_of, numbered, place_from, places
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def account(request: HttpRequest, alliance: Alliance, code: int) -> HttpResponse:
    """Month by month and year by year, and its lines, newest first, a page at a time; the lines of costs are the
    book's."""
    found, form = _opened(request, alliance, code)
    whose, place = form.participant_asked, place_from(request.GET.get("after", ""))
    told = statement(alliance, found, form.span, participant=whose)
    shown, more = [], False
    if not found.category:
        rows, more = first_of(moved(alliance, found, form.span, participant=whose, after=place))
        shown = [Moved(*row) for row in rows]
    query = urlencode(form.narrowed)
    files = _files(alliance, found, form)
    page = {
        "account": found,
        "form": form,
        "told": told,
        "stands": standing(found, told.whole.after, whose),
        "is_running": timezone.localdate() in form.span,
        "rows": _as_told(alliance, found, shown),
        "here": request.path,
        "lines_url": _of_costs(alliance, found, form, "lines") if found.category else "",
        "csv_url": files["csv"],
        "xlsx_url": files["xlsx"] if told.whole.entries <= MOST_IN_A_WORKBOOK else "",
        "taken_off": filters_on(form),
        "older": f"?{urlencode(form.narrowed | {'after': key_of(shown[-1].place)})}" if more else "",
        "first": f"?{query}" if place else "",
        "whose": urlencode({name: form.narrowed[name] for name in form.narrowed.keys() & {"participant"}}),
        "places": places(request, alliance),
    }
    return render(request, "ledger/account.html", page, partial="statement")


@require_safe
@in_alliance
def account_file(request: HttpRequest, alliance: Alliance, code: int, file_format: str) -> HttpResponse:
    """The same lines, all of them, as CSV or XLSX; those of costs are the book's."""
    found, form = _opened(request, alliance, code)
    if found.category:
        return redirect(request, _of_costs(alliance, found, form, f"lines_{file_format}"))
    table = Table(
        f"account-{found.code}",
        f"Account {found}",
        ("month", "participant"),
        columns(
            *("Date @", "Month", "Journal #", "Line #", "Participant", "Description", "Reference"),
            *("Debit £", "Credit £"),
        ),
        lambda form: _rows(form, found),
        lambda form: statement(alliance, found, form.span, participant=form.participant_asked).whole.entries,
    )
    return table_file(alliance, table, form, file_format)


def _opened(request: HttpRequest, alliance: Alliance, code: int) -> tuple[Account, AccountForm]:
    """404 before the book is open, and for a code that no account has."""
    form = AccountForm(request.GET, alliance=alliance)
    found = account_of(alliance, str(code)) if form.budget else None
    if found is None:
        raise Http404("There is no such account.")
    return found, form


def _of_costs(alliance: Alliance, account: Account, form: AccountForm, name: str) -> str:
    """The address of the same part of the book's lines."""
    asked = {"year": form.budget.year.slug} | form.narrowed | {"category": account.category}
    return f"{reverse(f'ledger:{name}', args=[alliance.slug])}?{urlencode(asked)}"


def _files(alliance: Alliance, account: Account, form: AccountForm) -> dict[str, str]:
    """The addresses of the lines as files, by format."""
    query = urlencode(form.narrowed)
    return {
        kind: f"{reverse(f'ledger:account_{kind}', args=[alliance.slug, account.code])}?{query}"
        for kind in ("csv", "xlsx")
    }


def _rows(form: AccountForm, account: Account) -> Iterator[tuple]:
    place = None
    while True:
        found = moved(form.alliance, account, form.span, participant=form.participant_asked, after=place)
        page = [Moved(*row) for row in found[:A_PAGE]]
        for one in page:
            debit, credit = (one.amount, None) if one.amount > 0 else (None, -one.amount)
            yield (
                one.journal,
                (
                    *(one.date, f"{one.month:%Y-%m}", one.journal, one.line, one.participant),
                    *(one.description, one.reference, debit, credit),
                ),
            )
        if len(page) < A_PAGE:
            return
        place = page[-1].place


def _as_told(alliance: Alliance, account: Account, lines: list[Moved]) -> list[dict]:
    """As ledger/account.html tells them: plain text, with the address of each journal."""
    journal_at = numbered("journal", alliance)
    return [
        {
            "day": f"{one.date.day} {one.date:%b %Y}",
            "what": one.description or f"Line {one.line}",
            "of": one.participant_short,
            "means": saying.side(account.kind, one.amount),
            "debit": format_pounds(one.amount, sign="") if one.amount > 0 else "",
            "credit": format_pounds(-one.amount, sign="") if one.amount < 0 else "",
            "journal": str(one.journal),
            "journal_url": journal_at(one.journal),
        }
        for one in lines
    ]
