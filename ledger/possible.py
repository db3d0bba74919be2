"""When something can be done with the book, and if it cannot, why: asked by services and shown by pages."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.core.money import format_pounds
from alliance.core.periods import Month
from ledger.models import CostReturn, Journal, Period


def unbalanced_budget(planned: Decimal, funded: Decimal) -> str:
    """Rule 30, told when it is not kept."""
    apart = planned - funded
    return (
        f"The budget lines and the contingency sum to {format_pounds(planned)}, the contributions and what was brought "
        f"forward to {format_pounds(funded)}: {format_pounds(abs(apart))} too {'much' if apart > 0 else 'little'} is "
        "planned. They must be equal (rule 30)."
    )


def not_reversible(journal: Journal) -> str:
    """Why a journal cannot be reversed, or ""."""
    if journal.kind == Journal.Kind.REVERSAL:
        return "A reversal is not reversed. Post the right figures instead."
    if reversal := Journal.objects.filter(reverses=journal).first():
        return (
            f"Journal {journal.number} is reversed already, by journal {reversal.number}; that happens once."
        )
    return ""


def first_open_month(journal: Journal) -> Month | None:
    period = (
        Period.objects.filter(alliance_id=journal.alliance_id, month__gte=journal.month)
        .open()
        .order_by("month")
        .first()
    )
    return period and period.value


def not_closable(period: Period, today: date | None = None) -> str:
    """Why a month cannot be closed yet, or ""."""
    if period.closed_at:
        return f"{period} is closed."
    if period.value.end >= (today or timezone.localdate()):
        return f"{period} has not ended yet."
    earlier = (
        Period.objects.filter(alliance_id=period.alliance_id, month__lt=period.month)
        .open()
        .order_by("month")
        .first()
    )
    if earlier:
        return f"{earlier} is still open. Months are closed in their order."
    moving = (
        CostReturn.objects.filter(alliance_id=period.alliance_id, month=period.month).being_posted().first()
    )
    if moving:
        return f"Return {moving.number} is being posted. Wait until it is in the book."
    return ""
