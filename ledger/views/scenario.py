"""The scenario calculator: what a year's cost would mean under share terms, before anybody signs them (rule 38)."""

from dataclasses import replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from alliance.core.charts import Chart, Series, Upright, lines_chart
from alliance.core.htmx import is_htmx, render
from alliance.core.money import PENNY, ZERO
from ledger import asking, summaries
from ledger.forms.scenario import PROVIDERS, ScenarioForm, answers, plain
from ledger.sharing import Outcome, ShareTerms, outcomes, percent_of, share
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance

# The worked example of rule 38, which nobody is asked to agree to.
EXAMPLE = ShareTerms(
    target=Decimal("2400000.00"),
    neutral_band_percent=2,
    gain_share_percent=40,
    pain_share_percent=60,
    gain_cap_percent=5,
    pain_cap_percent=Decimal("1.5"),
    split=(
        ("First provider", Decimal("45.5")),
        ("Second provider", Decimal("30.25")),
        ("Third provider", Decimal("24.25")),
    ),
)
EXAMPLE_COST = Decimal("2287912.37")
SPREAD = 15  # percent of the target on each side of it, in the table and the chart


@require_safe
def scenario_for_all(request: HttpRequest) -> HttpResponse:
    """For whoever thinks of an alliance: no account, and nothing of any alliance."""
    return _show(request, answers(EXAMPLE, EXAMPLE_COST), {"layout": "base.html", "begins": "example"})


@require_safe
@in_alliance
def scenario(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The same for a member: it begins with the alliance's own budget and providers."""
    page = {"layout": "ledger/layout.html", "places": places(request, alliance)}
    if ScenarioForm.says_all(request.GET):
        return _show(request, {}, page)
    begins, terms, cost, year = _beginning(alliance)
    return _show(request, answers(terms, cost), page | {"begins": begins, "year": year})


def _show(request: HttpRequest, begin: dict[str, str], page: dict) -> HttpResponse:
    form = ScenarioForm(request.GET, begin=begin)
    page |= {"form": form, "asked": bool(request.GET), "most": PROVIDERS, "is_part": is_htmx(request)}
    if form.is_valid():
        outcome = form.outcome
        total = sum(outcome.terms.weights)
        page |= {
            "outcome": outcome,
            "parts": [
                (name, abs(amount), f"{plain(round(Decimal(100 * weight / total), 2))}%")
                for (name, amount), weight in zip(outcome.parts, outcome.terms.weights, strict=True)
            ],
            "together": abs(outcome.providers),
            "range": _around(outcome),
            "chart": _chart(outcome),
        }
    return render(request, "ledger/scenario.html", page, partial="outcome")


def _beginning(alliance: Alliance) -> tuple[str, ShareTerms, Decimal, str]:
    """With what it begins, and that: terms, a cost, and the year's label.

    "agreed": the terms as they stand; "budget": the example's percentages with the alliance's budget and providers;
    "example": all of it.

    The cost is what the year comes to at the rate so far, or the target where no rate can be told yet.
    """
    everybody, today = asking.everybody(alliance), timezone.localdate()
    providers = [one for one in everybody if one.kind == Participant.Kind.PROVIDER and one.is_active(today)]
    split = tuple((one.name, Decimal(1)) for one in providers[:PROVIDERS])
    begins, terms, cost, label = "example", replace(EXAMPLE, split=split or EXAMPLE.split), EXAMPLE_COST, ""
    budget = next((one for one in asking.budgets(alliance) if today in one.year), None)
    agreed = summaries.agreed_terms(budget) if budget else None
    planned = (
        agreed.target if agreed else sum((one.now for one in budget.lines_now), ZERO) if budget else None
    )
    if planned:
        spent = summaries.spending(alliance, budget.year, budget, everybody=everybody)
        told = summaries.reported(alliance, budget.year.months, everybody)
        rate = summaries.rate(spent.by_month, told)
        begins, terms = ("agreed", agreed) if agreed else ("budget", replace(terms, target=planned))
        label = budget.year.label
        cost = max(rate.by_year_end, ZERO) if rate else planned
    return begins, terms, cost, label


def _around(outcome: Outcome) -> list[dict]:
    """Outcomes from below the target to above it, this scenario's own among them, by what the year costs."""
    terms = outcome.terms
    own = share(terms, outcome.allowed)
    away = round(100 * (outcome.allowed - terms.target) / terms.target, 2)
    rows = {one.actual: (percent, one) for percent, one in outcomes(terms, spread=Decimal(SPREAD))}
    rows.setdefault(own.actual, (away, own))
    return [
        {"percent": _signed(percent), "outcome": one, "own": cost == own.actual}
        for cost, (percent, one) in sorted(rows.items())
    ]


def _chart(outcome: Outcome) -> Chart:
    """Each side's share against the cost, with every bend of the terms at its exact place."""
    terms, allowed = outcome.terms, outcome.allowed
    span = percent_of(terms.target, SPREAD) + PENNY
    low, high = min(terms.target - span, allowed), max(terms.target + span, allowed)
    low = max(low, ZERO)
    at = sorted({low, high, allowed, *terms.bends(low, high)})
    shown = [share(terms, cost) for cost in at]
    return lines_chart(
        "What each side receives or pays, by what the year costs",
        at,
        [
            Series("Providers together", [one.providers for one in shown]),
            Series("Commissioners", [one.commissioners for one in shown]),
        ],
        uprights=[Upright(terms.target, "target cost"), Upright(allowed, "this scenario", dots=True)],
        axis="The year costs",
    )


def _signed(percent: Decimal) -> str:
    """ "−2.5%", "+15%", "0%"."""
    return f"{'−' if percent < 0 else '+' if percent else ''}{plain(abs(percent))}%"
