"""Forecasts and action plans for tests, through the real services."""

from datetime import date
from decimal import Decimal

from alliance.core.models import Event
from ledger.models import ActionPlan, BudgetLine, PlanStep
from ledger.services import say_forecast, write_plan

LATE = date(2027, 1, 29)


def say(
    line: BudgetLine, participant, by, amount: str | None, method: str = "entered", reason: str = "Two flats."
):
    return say_forecast(
        budget_line=line,
        participant=participant,
        method=method,
        amount=amount and Decimal(amount),
        reason=reason,
        by=by,
    )


def write(
    plan: ActionPlan, by, doing, words: str = "We let two flats later.", until: date = LATE, **facts
) -> PlanStep:
    return write_plan(plan=plan, words=words, doing=doing, until=until, by=by, **facts)


def kinds(prefix: str) -> list[str]:
    told = Event.objects.filter(kind__startswith=prefix).order_by("seq")
    return [kind.removeprefix(prefix) for kind in told.values_list("kind", flat=True)]
