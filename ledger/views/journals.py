"""Every posting in the browser, with its entries, where it came from, and its reversal."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.htmx import redirect, render
from alliance.core.money import format_pounds
from alliance.core.paging import LINES_A_PAGE, first_of, place_of
from alliance.core.questions import Question
from ledger import permissions, possible, saying, services
from ledger.asking import knowing, restatements
from ledger.forms.lists import JournalsForm
from ledger.forms.postings import ReversalForm
from ledger.models import Accrual, BudgetChange, Correction, CostReturn, Entry, Journal, Restatement, Transfer
from ledger.querying import asks_for, on_entries
from ledger.reversing import now_and_then
from ledger.views.shared import LARGEST, LAST, filters_on, find_numbered, numbered, places, query_links, tag
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def journals(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every posting, newest first, or those of a month or kind."""
    before, form = place_of(request, "before") or LAST, JournalsForm(request.GET, alliance=alliance)
    if form.narrowed:
        found = _told(form.within(Journal.objects.of(alliance).filter(number__lt=before)))
    else:
        found = _journals(alliance=alliance.pk, before=before)
    shown, more = first_of(found)
    journal_at = numbered("journal", alliance)
    for one in shown:
        one.means, one.url = saying.in_short(one), journal_at(one.number)
    page = {
        "journals": shown,
        "form": form,
        "taken_off": filters_on(form),
        "older": f"?{urlencode(form.narrowed | {'before': shown[-1].number})}" if more else "",
        "reversed": tag("Reversed", "outline", "reverse"),
        "first": f"{request.path}?{urlencode(form.narrowed)}" if before != LAST else "",
        "places": places(request, alliance),
    }
    return render(request, "ledger/journals.html", page, partial="journals")


@Question
def _journals(alliance: int, before: int):
    return _told(Journal.objects.filter(alliance_id=alliance, number__lt=before))


def _told(found):
    """A page and one more, the newest first, with what a list says of each."""
    found = found.order_by("-number")
    taken_back = Exists(Journal.objects.filter(reverses=OuterRef("pk")))
    return found.select_related("posted_by").annotate(is_reversed=taken_back)[: LINES_A_PAGE + 1]


@require_safe
@in_alliance
def journal(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One posting with its entries, where it came from, and its reversal."""
    found = _journal(alliance, number)
    after = place_of(request, "after")
    shown, more = first_of(_entries(alliance=alliance.pk, journal=found.pk, after=min(after or 0, LARGEST)))
    source = _sources.first(alliance=alliance.pk, journal=found.reverses_id or found.pk)
    related = _related(alliance=alliance.pk, journal=found.pk, reverses=found.reverses_id or 0)
    knowing(alliance, filter(None, (source, *related)))
    related = {one.reverses_id == found.pk: one for one in related}
    page = {
        "journal": found,
        "what_it_is": saying.what_it_is(found),
        "entries": _as_told(request, found, shown, source, related.get(True)),
        "older": f"?after={shown[-1].line}" if more else "",
        "first": found.get_absolute_url() if after else "",
        "source": source,
        "reverses": related.get(False),
        "reversed_by": related.get(True),
        "behind": _behind(found),
        "why_not_reverse": possible.not_reversible(found)
        or permissions.reverse.reason(request.user, journal=found),
        "places": places(request, alliance),
    }
    return render(request, "ledger/journal.html", page)


@Question
def _entries(alliance: int, journal: int, after: int):
    found = Entry.objects.filter(alliance_id=alliance, journal_id=journal, line__gt=after).order_by("line")
    return found.select_related("account", "participant", "budget_line")[: LINES_A_PAGE + 1]


@Question
def _sources(alliance: int, journal: int):
    return CostReturn.objects.filter(alliance_id=alliance, journal_id=journal).only("alliance", "number")


@Question
def _related(alliance: int, journal: int, reverses: int):
    """What it reverses, and what reverses it."""
    found = Journal.objects.filter(Q(pk=reverses) | Q(reverses_id=journal), alliance_id=alliance)
    return found.select_related("reason")


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
    month, why_not = possible.first_open_month(alliance.pk, found.period), possible.not_reversible(found)
    page = {
        "journal": found,
        "form": form,
        "month": month,
        "why_not": why_not,
        "rows": now_and_then(found, month) if month and not why_not else [],
        "places": places(request, alliance),
    }
    return render(request, "ledger/reversal.html", page, status=422 if form.errors else 200)


# ── What the pages show ──────────────────────────────────────────────────────


def _as_told(
    request: HttpRequest,
    found: Journal,
    entries: list[Entry],
    source: CostReturn | None,
    reversed_by: Journal | None,
) -> list[dict]:
    """The journal's entries as ledger/journal.html tells them: in plain words and as debit or credit, each with its
    queries, the correction of it that stands, and the way to correct it now where this person may.
    """
    alliance = found.alliance
    standing = {
        one.line: one.journal for one in _corrected(journal=found.pk, lines=[entry.line for entry in entries])
    }
    knowing(alliance, standing.values())
    settled = reversed_by or found.kind in (Journal.Kind.REVERSAL, *possible.BY_DECISION)
    allowed = {
        who: permissions.correct.allows(request.user, participant=who)
        for who in {entry.participant for entry in entries if entry.budget_line_id and not settled}
    }
    asked, for_whom = on_entries(alliance, entries), asks_for(request.standing).keys()
    ask_at, correction_at = numbered("ask", alliance, 2), numbered("correction", alliance, 2)
    row_at, account_at = numbered("row", alliance, 2), numbered("account", alliance)
    year, told = alliance.financial_year(found.month).slug, []
    for entry in entries:
        is_cost, means = entry.budget_line_id is not None, saying.meaning(entry)
        correctable = is_cost and entry.line not in standing and allowed.get(entry.participant)
        of = [entry.participant.short_name] if entry.what else []
        told.append(
            {
                "line": str(entry.line),
                "source_row": str(entry.source_row),
                "row_url": row_at(source.number, entry.source_row) if source and entry.source_row else "",
                "what": entry.what,
                "whose": entry.what or entry.participant.name,
                "of": ", ".join([*of, *([entry.budget_line.name] if is_cost else [])]),
                "way": means.way,
                "words": means.words,
                "account": str(entry.account),
                "account_url": f"{account_at(entry.account.code)}?year={year}",
                "debit": format_pounds(entry.amount, sign="") if entry.amount > 0 else "",
                "credit": format_pounds(-entry.amount, sign="") if entry.amount < 0 else "",
                "corrected_by": standing.get(entry.line),
                "correction_url": correction_at(found.number, entry.line) if correctable else "",
                "queries": query_links(alliance, found.number, entry.line, asked.get((found.pk, entry.line))),
                "ask_url": ask_at(found.number, entry.line)
                if is_cost and for_whom - {entry.participant_id}
                else "",
            }
        )
    return told


@Question
def _corrected(journal: int, lines: list[int]):
    found = Correction.objects.standing().filter(corrects_id=journal, line__in=lines)
    return found.select_related("journal")


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
            rows = Restatement.objects.with_what_it_names().filter(journal=found)
            return {"restated": restatements(found.alliance, rows)}
        case Journal.Kind.TRANSFER_OUT:
            rows = Transfer.objects.select_related("decision__alliance")
            return {"transfer": rows.filter(journal=found).first()}
        case Journal.Kind.CONTRIBUTIONS_VARIED:
            rows = BudgetChange.objects.of(found.alliance_id).select_related("decision__alliance")
            return {"change": rows.filter(number=int(found.key)).first()}
        case Journal.Kind.YEAR_END:
            return {"year": found.key}
    return {}


def _journal(alliance: Alliance, number: int) -> Journal:
    """With its author and reason. Few joins: over ten tables PostgreSQL takes longer to plan than to answer."""
    found = find_numbered(_numbered, alliance=alliance.pk, number=number)
    found.alliance = alliance
    return found


@Question
def _numbered(alliance: int, number: int):
    found = Journal.objects.filter(alliance_id=alliance, number=number)
    return found.select_related("posted_by", "reason")
