"""The book taken along: for accounting programs, as tables, for publishing; and how to check that it adds up."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from alliance.core.addresses import reverse
from alliance.core.downloads import download_csv, download_text
from alliance.core.htmx import redirect, render
from alliance.core.paging import first_of
from alliance.core.questions import Question
from alliance.core.record import head
from ledger import explaining, permissions, services
from ledger.exporting import spend as spending
from ledger.exporting.plain_text import DIALECTS, accounting_journal
from ledger.exporting.tables import TABLES, named, table_file
from ledger.forms.costs import CostsForm
from ledger.forms.exports import AccountsForm, SpendFileForm, SpendForm, SupplierForm, TableForm
from ledger.models import BookExport, Fund, Journal
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance

A_LIST = 20


@require_safe
@in_alliance
def exports(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What can be taken along, and what came since this person last did."""
    return _page(request, alliance, CostsForm(request.GET, alliance=alliance))


@require_POST
@in_alliance
def accounts_file(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The accounting journal."""
    costs = _opened(request, alliance)
    form = AccountsForm(request.POST, alliance=alliance, budgets=costs.budgets)
    if not form.is_valid():
        return _page(request, alliance, costs, accounts=form)
    dialect, span = DIALECTS[form.cleaned_data["program"]], form.cleaned_data["span"]
    kind = BookExport.Kind.ACCOUNTS
    new_after = _new_after(request, alliance, kind)
    services.export_book(alliance=alliance, kind=kind, as_what=dialect.key, span=span, by=request.user)
    name = f"{alliance.slug}-{span.slug if span else 'book'}.{dialect.extension}"
    text = accounting_journal(alliance, dialect.key, span, new_after=new_after)
    return download_text(text, name=name, media_type="text/plain", alliance_id=alliance.pk)


@require_POST
@in_alliance
def table(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """One of the book's lists."""
    costs = CostsForm(request.POST, alliance=alliance)
    if not costs.budget:
        raise Http404("There is no book yet.")
    form = TableForm(request.POST, costs=costs)
    if not form.is_valid():
        return _page(request, alliance, costs, tables=form)
    wanted, file_format = TABLES[form.cleaned_data["table"]], form.cleaned_data["format"]
    new_after = _new_after(request, alliance, wanted.key)
    services.export_book(
        alliance=alliance, kind=wanted.key, as_what=file_format, span=costs.span, by=request.user
    )
    return table_file(alliance, wanted, costs, file_format, new_after=new_after)


@require_safe
@in_alliance
def lines_xlsx(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The lines under a total, as the page shows them, as a workbook."""
    return table_file(alliance, TABLES["lines"], _opened(request, alliance), "xlsx")


@require_safe
@in_alliance
def spend(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What a quarter's spend file will hold, and whose names it holds back (rule 41)."""
    costs = _opened(request, alliance)
    form = SpendForm(request.GET, budgets=costs.budgets)
    return _spend_page(request, costs, form)


@require_POST
@in_alliance
def spend_file(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    costs = _opened(request, alliance)
    form = SpendFileForm(request.POST, budgets=costs.budgets)
    if not form.is_valid():
        return _spend_page(request, costs, form, file=form)
    quarter, fund = form.asked, Fund.objects.select_related("host").get(alliance=alliance)
    services.export_book(
        alliance=alliance,
        kind=BookExport.Kind.SPEND,
        as_what=BookExport.Format.CSV,
        span=quarter,
        by=request.user,
    )
    rows = spending.rows(
        alliance,
        quarter,
        body=fund.host.name,
        body_uri=form.cleaned_data["body_uri"],
        fund=fund.name,
    )
    name = f"{alliance.slug}-spend-over-500-{quarter.slug}"
    return download_csv(name, spending.HEADINGS, rows, alliance_id=alliance.pk)


@require_POST
@in_alliance
def mark_supplier(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Say that a supplier is, or is not, a private person."""
    costs = _opened(request, alliance)
    if not _whose_suppliers(request, costs):
        permissions.keep_the_pool.check(request.user, alliance=alliance)
    shown = SpendForm(request.POST, budgets=costs.budgets)
    preview = spending.preview(alliance, shown.asked)
    form = SupplierForm(request.POST, suppliers=_may_mark(request, costs, preview))
    if not form.is_valid():
        return _spend_page(request, costs, shown, supplier=form)
    participant, name = form.chosen
    is_person = form.cleaned_data["is_person"] == "yes"
    services.mark_supplier(participant=participant, supplier=name, is_person=is_person, by=request.user)
    messages.success(
        request,
        f"{name} is {'held back' if is_person else 'published'} in {participant.short_name}’s spending.",
    )
    query = urlencode({"quarter": shown.asked.slug})
    return redirect(request, f"{reverse('ledger:spend', args=[alliance.slug])}?{query}")


@require_safe
@in_alliance
def explain(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """How do I check that this adds up?"""
    end = head(alliance.pk)
    page = {
        "places": places(request, alliance),
        "checked": explaining.checked(alliance),
        "totals": explaining.trial_balance(alliance),
        "head": end,
        "head_hash": bytes(end.hash).hex() if end else "",
        "book_file": f"{alliance.slug}-book.journal",
        "record_file": f"{alliance.slug}-record.jsonl",
    }
    return render(request, "ledger/explain.html", page)


# ── What the pages show ──────────────────────────────────────────────────────


def _opened(request: HttpRequest, alliance: Alliance) -> CostsForm:
    """The book's filters as the address says them; 404 before the book is open."""
    costs = CostsForm(request.GET, alliance=alliance)
    if not costs.budget:
        raise Http404("There is no book yet.")
    return costs


def _page(request: HttpRequest, alliance: Alliance, costs: CostsForm, **given) -> HttpResponse:
    """With this person's last exports, and how many journals came since each."""
    page = {"costs": costs, "places": places(request, alliance)}
    if costs.budget:
        mine = BookExport.objects.of(alliance).by(request.user).newest_first()[:A_LIST]
        last, now = next(iter(mine), None), _last_journal(alliance)
        since, more = first_of(_since(alliance, last.last_journal)) if last else ([], False)
        page |= {
            "accounts": given.get("accounts") or AccountsForm(alliance=alliance, budgets=costs.budgets),
            "tables": given.get("tables") or TableForm(costs=costs),
            "narrowed_by": [(one.label, named(one.narrowed_by)) for one in TABLES.values()],
            "last": last,
            "since": since[:A_LIST],
            "more": more or len(since) > A_LIST,
            "count": now - last.last_journal if last else 0,
            "taken": [{"export": one, "since": now - one.last_journal} for one in mine],
        }
    status = 422 if given else 200
    return render(request, "ledger/exports.html", page, status=status)


def _last_journal(alliance: Alliance) -> int:
    return _fund.first(alliance=alliance.pk).last_journal


def _since(alliance: Alliance, number: int):
    found = Journal.objects.of(alliance).filter(number__gt=number).order_by("number")
    return found.select_related("alliance", "posted_by")


def _new_after(request: HttpRequest, alliance: Alliance, kind: str) -> int | None:
    """Up to which journal this person has what is exported now; None for the first time."""
    mine = BookExport.objects.of(alliance).by(request.user).filter(kind=kind).newest_first()
    return mine.values_list("last_journal", flat=True).first()


def _may_mark(
    request: HttpRequest, costs: CostsForm, preview: spending.Preview
) -> list[tuple[Participant, str]]:
    ours = _whose_suppliers(request, costs)
    return [(ours[who], name) for who, _, name, _ in preview.suppliers if who in ours]


def _whose_suppliers(request: HttpRequest, costs: CostsForm) -> dict[int, Participant]:
    """The participants of whose suppliers this person may say what they are."""
    return {
        one.pk: one
        for one in costs.participants
        if permissions.mark_supplier.allows(request.user, participant=one)
    }


def _spend_page(request: HttpRequest, costs: CostsForm, form: SpendForm, **given) -> HttpResponse:
    alliance, quarter = costs.alliance, form.asked
    preview = spending.preview(alliance, quarter)
    may_mark, initial = _may_mark(request, costs, preview), {"quarter": quarter.slug}
    page = {
        "form": form,
        "places": places(request, alliance),
        "quarter": quarter,
        "preview": preview,
        "file": given.get("file") or SpendFileForm(budgets=costs.budgets, initial=initial),
        "supplier": given.get("supplier") or (may_mark and SupplierForm(suppliers=may_mark, initial=initial)),
        "rule": spending.persons.RULE,
        "fund": _fund.first(alliance=alliance.pk),
    }
    return render(request, "ledger/spend.html", page, status=422 if given else 200)


@Question
def _fund(alliance: int):
    return Fund.objects.filter(alliance_id=alliance).select_related("host")
