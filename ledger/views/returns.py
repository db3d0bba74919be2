"""Cost returns in the browser: every return, and sending one."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.htmx import redirect, render
from alliance.core.money import format_pounds
from alliance.core.paging import LINES_A_PAGE, first_of, place_of
from alliance.core.periods import Month
from alliance.core.questions import Question
from ledger import asking, services
from ledger.asking import open_months
from ledger.forms.lists import ReturnsForm
from ledger.forms.returns import ReturnForm
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn
from ledger.own_books import last_confirmed
from ledger.summaries import reported
from ledger.views.shared import LAST, filters_on, numbered, places, tag, whose_returns
from participants.models import Alliance, Participant
from participants.web import in_alliance

TONES = {
    ReturnState.CHECKING: ("slate", "waiting"),
    ReturnState.MAPPING: ("plum", "question"),
    ReturnState.ATTENTION: ("plum", "notice"),
    ReturnState.READY: ("petrol", "tick"),
    ReturnState.POSTING: ("slate", "waiting"),
    ReturnState.POSTED: ("strong", "book"),
    ReturnState.REVERSED: ("outline", "reverse"),
    ReturnState.KNOWN: ("outline", "link"),
    ReturnState.REPLACED: ("outline", "history"),
    ReturnState.WITHDRAWN: ("outline", "minus"),
    ReturnState.NIL: ("strong", "book"),
}


@require_safe
@in_alliance
def returns(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every return, newest first, or those that were asked for, and who has not reported the last month."""
    before, everybody = place_of(request, "before") or LAST, asking.everybody(alliance)
    form = ReturnsForm(request.GET, alliance=alliance, participants=everybody)
    if form.narrowed:
        found = _told(form.within(CostReturn.objects.of(alliance).filter(number__lt=before)))
    else:
        found = _returns(alliance=alliance.pk, before=before)
    shown, more = first_of(found)
    months = open_months(alliance)
    page = {
        "returns": _listed(alliance, shown),
        "form": form,
        "taken_off": filters_on(form),
        "older": f"?{urlencode(form.narrowed | {'before': shown[-1][0]})}" if more else "",
        "first": f"{request.path}?{urlencode(form.narrowed)}" if before != LAST else "",
        "reported": reported(alliance, months[1:2] or months[:1], everybody),
        "why_not_send": why_not_send(whose_returns(request, alliance, everybody), months),
        "has_book": bool(months) or bool(shown) or bool(form.narrowed),
        "own_books": last_confirmed(alliance, everybody),
        "places": places(request, alliance),
    }
    return render(request, "ledger/returns.html", page, partial="returns")


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def send_return(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    participants, months = whose_returns(request, alliance), open_months(alliance)
    if why_not := why_not_send(participants, months):
        return closed(request, alliance, "ledger/send_return.html", why_not)
    form = ReturnForm(
        request.POST or None,
        request.FILES or None,
        participants=participants,
        months=months,
        month=request.GET.get("month", ""),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = services.submit_cost_return(
            participant=given["participant"],
            month=given["month"],
            name=given["file"].name,
            content=given["file"],
            media_type=given["file"].content_type or "application/octet-stream",
            reference=given["reference"],
            declared_total=given["declared_total"],
            by=request.user,
        )
        return redirect(request, made.get_absolute_url())
    page = {
        "form": form,
        "participants": participants,
        "template_query": f"?participant={participants[0].slug}&month={form['month'].value()}",
        "places": places(request, alliance),
    }
    return render(request, "ledger/send_return.html", page, status=422 if form.errors else 200)


@Question
def _returns(alliance: int, before: int):
    return _told(CostReturn.objects.filter(alliance_id=alliance, number__lt=before))


def _told(found):
    """A page and one more, the newest first, with what the list says of each."""
    return found.order_by("-number").values_list(
        *("number", "participant__short_name", "month", "reference", "status", "lines_total", "line_count"),
        *("submitted_at", "submitted_by__name"),
    )[: LINES_A_PAGE + 1]


def _listed(alliance: Alliance, returns: list[tuple]) -> list[dict]:
    """As ledger/returns.html lists them: plain values, which a template reads quickest."""
    return_at, listed = numbered("return", alliance), []
    for number, whose, start, reference, status, total, lines, sent_at, sent_by in returns:
        month = Month.containing(start)
        listed.append(
            {
                "number": str(number),
                "url": return_at(number),
                "whose": whose,
                "month": month.label,
                "reference": "" if reference == month.slug else reference,
                "state": tag(ReturnState(status).label, *TONES[status]),
                "total": format_pounds(total, sign="") if lines else "–",
                "sent_at": sent_at,
                "sent_by": sent_by,
            }
        )
    return listed


def closed(request: HttpRequest, alliance: Alliance, template: str, why_not: str) -> HttpResponse:
    """In the place of a form: why nothing can be sent with it (house 16)."""
    page = {"why_not": why_not, "places": places(request, alliance)}
    return render(request, template, page, status=403 if request.method == "POST" else 200)


def why_not_send(participants: list[Participant], months: list[Month]) -> str:
    if not months:
        return "There is no open month yet. The pool manager opens a financial year first."
    return "" if participants else "Only an organisation's finance lead sends its costs."
