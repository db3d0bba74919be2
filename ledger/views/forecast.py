"""The forecast in the browser: what the year will have cost, how one knows, and what participants say of it."""

from decimal import Decimal
from itertools import accumulate
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.charts import Chart, Series, lines_chart
from alliance.core.htmx import redirect, render
from alliance.core.periods import FinancialYear, PeriodError
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from ledger import forecasting, permissions, possible, services
from ledger.asking import knowing
from ledger.exporting.tables import columns, list_file
from ledger.forecasting import Figure, Line, Outlook
from ledger.forms.forecast import ForecastForm, OutlookForm
from ledger.models import ActionPlan, BudgetLine, Forecast
from ledger.models.forecast import Method
from ledger.projection import Projection
from ledger.views.plans import TONES
from ledger.views.shared import places, whose_returns
from participants.models import Alliance, Participant
from participants.web import in_alliance

UNFOLDED = 30  # figures that a page shows without being asked


@require_safe
@in_alliance
def forecast(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What each line will have cost at the year's end, and of each figure who says so and why."""
    form = OutlookForm(request.GET, alliance=alliance)
    page = {"form": form, "places": places(request, alliance)}
    if not form.budget:
        return render(request, "ledger/forecast_nothing.html", page)
    found = _outlook(form)
    plans = knowing(alliance, _plans(budget=form.budget.pk))
    if form.line_asked:
        plans = [one for one in plans if one.budget_line_id == form.line_asked.pk]
    for one in plans:
        one.tone, one.icon = TONES[one.state]
    closed = possible.not_forecast(form.budget)
    ours = [] if closed else whose_returns(request, alliance, form.participants)
    page |= {
        "budget": form.budget,
        "outlook": found,
        "closed": closed,
        "rows": [_row(one, plans, ours, form) for one in found.lines],
        "is_long": sum(len(one.figures) for one in found.lines) > UNFOLDED,
        "chart": _chart(form, found.projection, None if found.participant else found.variance.agreed),
        "plans": plans,
        "said_before": _said_before(form) if form.line_asked else [],
        "query": urlencode(form.narrowed),
        "lines_url": f"{reverse('ledger:lines', args=[alliance.slug])}?year={form.budget.year.slug}",
    }
    return render(request, "ledger/forecast.html", page, partial="forecast")


@require_safe
@in_alliance
def forecast_file(request: HttpRequest, alliance: Alliance, file_format: str) -> HttpResponse:
    """The figures that the page shows, one row for each."""
    form = OutlookForm(request.GET, alliance=alliance)
    if not form.budget:
        raise Http404("There is no book yet.")
    rows = (
        (
            *(form.budget.year.slug, one.line.name, figure.participant.name if figure.participant else ""),
            *(figure.projection.so_far, figure.projection.to_come, figure.projection.year_end),
            *(_method(figure), figure.months),
            figure.said.said_by_name if figure.said else "",
            figure.said.said_on if figure.said else None,
            str(figure.said.reason) if figure.said else "",
        )
        for one in _outlook(form).lines
        for figure in one.figures
    )
    headed = columns(
        *("Year", "Budget line", "Participant", "Spent so far £", "To come £", "By the year's end £", "How"),
        *("Complete months #", "Said by", "Said on @", "Reason"),
    )
    return list_file(alliance, "forecast", f"Forecast {form.budget.year.label}", headed, rows, file_format)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def say_forecast(
    request: HttpRequest, alliance: Alliance, year: str, line: str, participant: str
) -> HttpResponse:
    """A participant says what a line will have cost it, how it knows and why."""
    try:
        starts_on = FinancialYear.parse(year, alliance.year_starts_in).start
    except PeriodError as problem:
        raise Http404("No such year.") from problem
    budgets = BudgetLine.objects.of(alliance).select_related("budget", "alliance")
    on = get_object_or_404(budgets, budget__starts_on=starts_on, slug=line)
    whose = get_object_or_404(
        Participant.objects.select_related("alliance"), alliance=alliance, slug=participant
    )
    permissions.say_forecast.check(request.user, participant=whose)
    figure = forecasting.figure_of(on, whose)
    last_year = forecasting.last_years_months(on, whose)
    by_rate = figure.by_rate
    said = figure.said
    initial = {"method": said.method, "amount": said.amount} if said else {}
    form = ForecastForm(request.POST or None, by_rate=by_rate, last_year=last_year, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.say_forecast(budget_line=on, participant=whose, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"What {whose.short_name} expects of {on.name} is there for everybody.")
            return redirect(request, f"{_address(alliance)}?{urlencode({'year': year, 'line': line})}")
    page = {
        "form": form,
        "line": on,
        "whose": whose,
        "year": on.budget.year,
        "figure": figure,
        "by_rate": by_rate,
        "back": f"{_address(alliance)}?{urlencode({'year': year, 'line': line})}",
        "places": places(request, alliance),
    }
    return render(request, "ledger/forecast_say.html", page, status=422 if form.errors else 200)


# ── What the page shows ──────────────────────────────────────────────────────


def _address(alliance: Alliance) -> str:
    return reverse("ledger:forecast", args=[alliance.slug])


def _outlook(form: OutlookForm) -> Outlook:
    return forecasting.outlook(
        form.budget,
        participant=form.participant_asked,
        line=form.line_asked,
        everybody=form.participants,
    )


@Question
def _plans(budget: int):
    return ActionPlan.objects.filter(budget_line__budget_id=budget).select_related("budget_line")


def _method(figure: Figure) -> str:
    """In a word or two."""
    return Method(figure.method).label if figure.method else "Nothing to go by"


def _row(one: Line, plans: list[ActionPlan], ours: list[Participant], form: OutlookForm) -> dict:
    """A line with its unfinished plan, and each figure with the address where it is said by whoever may."""
    where = (form.budget.alliance.slug, form.budget.year.slug, one.line.slug)
    says = {who: reverse("ledger:say_forecast", args=[*where, who.slug]) for who in ours}
    have = {figure.participant for figure in one.figures}
    return {
        "line": one,
        "url": f"?{urlencode(form.narrowed | {'line': one.line.slug})}",
        "plan": next(
            (plan for plan in plans if plan.budget_line_id == one.line.pk and plan.is_unfinished), None
        ),
        "figures": [(figure, says.get(figure.participant, "")) for figure in one.figures],
        "others": [(who, url) for who, url in says.items() if who not in have],
    }


def _said_before(form: OutlookForm) -> list[Forecast]:
    """Everything that was said of a line, newest first."""
    said = Forecast.objects.filter(budget_line=form.line_asked).select_related("participant", "reason")
    if form.participant_asked:
        said = said.filter(participant=form.participant_asked)
    return list(said.order_by("-said_at", "-pk"))


def _chart(form: OutlookForm, found: Projection, agreed: Decimal | None) -> Chart:
    """Cumulative: what the book has of the months that have begun, what is expected in the end, what is agreed.

    The two part where the first month is not told in full.
    """
    months = form.budget.year.months
    today = timezone.localdate()
    spent = [
        amount if month.start <= today else None
        for month, amount in zip(months, accumulate(found.spent), strict=True)
    ]
    coming = [
        amount if place >= found.told_until - 1 else None
        for place, amount in enumerate(accumulate(found.expected))
    ]
    series = [Series("Spent", spent), Series("Forecast", coming)]
    if agreed is not None:
        series.append(Series("Agreed for the year", [agreed] * len(months)))
    return lines_chart(
        f"Spent and to come, {form.budget.year.label}",
        range(len(months)),
        series,
        axis="At the end of",
        labels=[month.short_label for month in months],
    )
