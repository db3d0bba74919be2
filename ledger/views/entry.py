"""Returns without a spreadsheet: a few costs typed in, or the statement that nothing was spent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from alliance.core.htmx import redirect, render
from ledger import services
from ledger.asking import open_months
from ledger.forms.entry import MOST_TYPED, EntryForm, NothingForm
from ledger.models import BudgetLine
from ledger.recovery import courses
from ledger.views.returns import closed, why_not_send
from ledger.views.shared import places, whose_returns
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def type_return(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Type a few costs; "Add more" keeps what is there. They become a file, and a return like any other."""
    participants, months = whose_returns(request, alliance), open_months(alliance)
    if why_not := why_not_send(participants, months):
        return closed(request, alliance, "ledger/type_return.html", why_not)
    year = alliance.financial_year(months[0].start)
    lines = BudgetLine.objects.filter(alliance=alliance, budget__starts_on=year.start)
    facts = {
        "participants": participants,
        "months": months,
        "month": request.GET.get("month", ""),
        "lines": list(lines.order_by("place").values_list("name", flat=True)),
        "vat": courses(alliance.pk, participants) if request.method == "POST" else {},
    }
    form = EntryForm(request.POST or None, **facts)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        made = services.submit_cost_return(
            participant=given["participant"],
            month=given["month"],
            name=f"typed-{given['month'].slug}.csv",
            content=form.as_csv(),
            media_type="text/csv",
            reference=given["reference"],
            by=request.user,
        )
        return redirect(request, made.get_absolute_url())
    page = {
        "form": form,
        "participants": participants,
        "most": MOST_TYPED,
        "places": places(request, alliance),
    }
    return render(request, "ledger/type_return.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def state_nothing(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    participants, months = whose_returns(request, alliance), open_months(alliance)
    if why_not := why_not_send(participants, months):
        return closed(request, alliance, "ledger/nothing.html", why_not)
    form = NothingForm(
        request.POST or None, participants=participants, months=months, month=request.GET.get("month", "")
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        made = services.state_nothing_spent(
            participant=given["participant"], month=given["month"], by=request.user
        )
        messages.success(
            request, f"It is stated: {made.participant.name} spent nothing in {made.period.label}."
        )
        return redirect(request, made.get_absolute_url())
    page = {"form": form, "participants": participants, "places": places(request, alliance)}
    return render(request, "ledger/nothing.html", page, status=422 if form.errors else 200)
