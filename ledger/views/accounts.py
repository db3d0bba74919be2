"""The statement of one account: every line that moved it, on both sides of the book."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import render
from alliance.core.money import format_pounds
from alliance.core.paging import first_of
from ledger import saying
from ledger.exporting.reading import costs_in_pages
from ledger.exporting.tables import MOST_IN_A_WORKBOOK, Table, columns, table_file
from ledger.forms import AccountForm
from ledger.models import Account, Balance, Entry
from ledger.querysets import Told
from ledger.statement import account_of, standing, statement
from ledger.views.shared import filters_on, key_of, numbered, place_from, places
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def account(request: HttpRequest, alliance: Alliance, code: int) -> HttpResponse:
    """Where the account stood and stands, month by month and year by year, and its lines, newest first, a page at a
    time."""
    found, form = _opened(request, alliance, code)
    told = statement(alliance, found, form.span, participant=form.participant_asked)
    entries = _entries(form, found)
    if place := place_from(request.GET.get("after", "")):
        entries = entries.after(place)
    shown, more = first_of(entries)
    here, query = reverse("ledger:account", args=[alliance.slug, code]), urlencode(form.narrowed)
    page = {
        "account": found,
        "form": form,
        "told": told,
        "stands": standing(found, told.whole.after, form.participant_asked),
        "is_running": timezone.localdate() in form.span,
        "rows": _as_told(alliance, found, shown),
        "here": here,
        "csv_url": f"{reverse('ledger:account_csv', args=[alliance.slug, code])}?{query}",
        "xlsx_url": f"{reverse('ledger:account_xlsx', args=[alliance.slug, code])}?{query}"
        if told.whole.entries <= MOST_IN_A_WORKBOOK
        else "",
        "taken_off": filters_on(form),
        "older": f"?{urlencode(form.narrowed | {'after': key_of(shown[-1])})}" if more else "",
        "first": f"?{query}" if place else "",
        "whose": urlencode({name: form.narrowed[name] for name in form.narrowed.keys() & {"participant"}}),
        "places": places(request, alliance),
    }
    return render(request, "ledger/account.html", page, partial="statement")


@require_safe
@in_alliance
def account_file(request: HttpRequest, alliance: Alliance, code: int, file_format: str) -> HttpResponse:
    """The same lines, all of them, as CSV or XLSX."""
    found, form = _opened(request, alliance, code)
    table = Table(
        f"account-{found.code}",
        f"Account {found}",
        ("month", "participant"),
        columns(
            *("Date @", "Month", "Journal #", "Line #", "Participant", "Budget line", "Supplier"),
            *("Description", "Reference", "Debit £", "Credit £"),
        ),
        lambda form: _rows(form, found),
        lambda form: _within(form, Balance.objects, found).sums()["entries"],
    )
    return table_file(alliance, table, form, file_format)


def _opened(request: HttpRequest, alliance: Alliance, code: int) -> tuple[Account, AccountForm]:
    """404 before the book is open, and for a code that no account has."""
    form = AccountForm(request.GET, alliance=alliance)
    found = account_of(alliance, str(code)) if form.budget else None
    if found is None:
        raise Http404("There is no such account.")
    return found, form


def _within(form: AccountForm, rows, account: Account):
    """Entries or balances of the account that were asked for."""
    found = rows.of(form.alliance).filter(account=account).within(form.span)
    return found.filter(participant=form.participant_asked) if form.participant_asked else found


def _entries(form: AccountForm, account: Account):
    return _within(form, Entry.objects, account).newest_first().told()


def _rows(form: AccountForm, account: Account):
    for one in costs_in_pages(_entries(form, account)):
        debit, credit = (one.amount, None) if one.amount > 0 else (None, -one.amount)
        yield (
            one.journal,
            (
                *(one.date, f"{one.month:%Y-%m}", one.journal, one.line, one.participant, one.budget_line),
                *(one.supplier, one.description, one.reference, debit, credit),
            ),
        )


def _as_told(alliance: Alliance, account: Account, entries: list[Told]) -> list[dict]:
    """As ledger/account.html tells them: plain text, with the addresses that each leads to."""
    journal_at, row_at = numbered("journal", alliance), numbered("row", alliance, 2)
    return [
        {
            "day": f"{one.date.day} {one.date:%b %Y}",
            "what": one.what or f"Line {one.line}",
            "of": ", ".join(filter(None, (one.participant_short, one.budget_line))),
            "means": saying.side(account.kind, one.amount),
            "debit": format_pounds(one.amount, sign="") if one.amount > 0 else "",
            "credit": format_pounds(-one.amount, sign="") if one.amount < 0 else "",
            "journal": str(one.journal),
            "journal_url": journal_at(one.journal),
            "source_row": str(one.source_row),
            "row_url": row_at(one.cost_return, one.source_row) if one.source_row and one.cost_return else "",
        }
        for one in entries
    ]
