"""Own books in the browser: what participants' own ledgers say of a month, beside the open book."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.money import ZERO
from alliance.core.paging import first_of, place_of
from alliance.core.refusals import NotPossible
from ledger import asking, services
from ledger.exporting.tables import columns, list_file
from ledger.forms.costing import MonthToConfirmForm, OwnBooksForm
from ledger.models import OwnBooks
from ledger.own_books import in_the_book, last_confirmed, month_to_begin_with, months_to_confirm
from ledger.views.shared import places, whose_returns
from participants.models import Alliance
from participants.web import in_alliance

NOT_YOURS = "A participant’s own books are confirmed by its finance lead. Everybody sees what was confirmed."
NO_MONTH = "No month of the book has ended yet. A month is confirmed when it has ended."


@require_safe
@in_alliance
def own_books(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What each confirmed last, then everything that was confirmed, newest first."""
    everybody = asking.everybody(alliance)
    found = OwnBooks.objects.of(alliance).told().with_the_book_now()
    if before := place_of(request, "before"):
        found = found.filter(pk__lt=before)
    shown, more = first_of(found.order_by("-pk"))
    page = {
        "own_books": last_confirmed(alliance, everybody),
        "confirmed": shown,
        "older": f"?before={shown[-1].pk}" if more else "",
        "first": request.path if before else "",
        "why_not": "" if whose_returns(request, alliance, everybody) else NOT_YOURS,
        "places": places(request, alliance),
    }
    return render(request, "ledger/own_books.html", page)


@require_safe
@in_alliance
def own_books_file(request: HttpRequest, alliance: Alliance, file_format: str) -> HttpResponse:
    """Everything that was confirmed, in its order."""
    headed = columns(
        *("Participant", "Month", "Version #", "Own books £", "Open book then £", "Difference £", "Why"),
        *("Confirmed on @", "Confirmed by", "As"),
    )
    rows = (
        (
            *(one.participant.name, f"{one.month:%Y-%m}", one.version, one.own, one.book, one.difference),
            *(str(one.words or ""), one.confirmed_on, one.confirmed_by_name, one.get_capacity_display()),
        )
        for one in OwnBooks.objects.of(alliance).told().order_by("pk").iterator(chunk_size=1000)
    )
    return list_file(alliance, "own-books", "Own books", headed, rows, file_format)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def confirm_own_books(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The month as the open book has it, and beside it the figure of the participant's own books."""
    participants, months = whose_returns(request, alliance), months_to_confirm(alliance)
    page = {"places": places(request, alliance)}
    if why_not := (NOT_YOURS if not participants else "" if months else NO_MONTH):
        status = 403 if request.method == "POST" else 200
        return render(request, "ledger/confirm_own_books.html", page | {"why_not": why_not}, status=status)
    choice = MonthToConfirmForm(request.GET, participants=participants, months=months)
    participant = choice.participant
    month = choice.month_asked or month_to_begin_with(participant, months)
    choice.show(month)
    form = OwnBooksForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = services.confirm_own_books(
                participant=participant, month=month, by=request.user, **form.cleaned_data
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"{made.period.label} is confirmed in the own books of {participant}.")
            return redirect(request, "ledger:own_books", alliance.slug)
    costs = in_the_book(participant, month)
    page |= {
        "choice": choice,
        "form": form,
        "participant": participant,
        "month": month,
        "costs": [(one.label, amount) for one, amount in costs],
        "together": sum((amount for _, amount in costs), ZERO),
        "before": OwnBooks.objects.filter(participant=participant, month=month.start)
        .select_related("words")
        .first(),
        "here": f"?{urlencode({'of': participant.slug, 'month': month.slug})}",
        "lines_url": f"{reverse('ledger:lines', args=[alliance.slug])}?"
        + urlencode(
            {
                "year": alliance.financial_year(month.start).slug,
                "month": month.slug,
                "participant": participant.slug,
            }
        ),
    }
    return render(request, "ledger/confirm_own_books.html", page, status=422 if form.errors else 200)
