"""When something can be done with the book, and if it cannot, why: asked by services and shown by pages."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.core.money import format_pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.questions import Question
from decisions.models import Proposal
from ledger.models import Budget, Correction, CostReturn, Entry, Journal, Period, YearEnd
from participants.models import Alliance

BY_DECISION = (
    Journal.Kind.CONTRIBUTIONS_AGREED,
    Journal.Kind.CONTRIBUTIONS_VARIED,
    Journal.Kind.TRANSFER_OUT,
    Journal.Kind.RESTATEMENT,
)


def unbalanced_budget(planned: Decimal, funded: Decimal) -> str:
    """Rule 30, told when it is not kept."""
    apart = planned - funded
    return (
        f"The budget lines and the contingency sum to {format_pounds(planned)}, the contributions and what was brought "
        f"forward to {format_pounds(funded)}: {format_pounds(abs(apart))} too {'much' if apart > 0 else 'little'} is "
        "planned. They must be equal (rule 30)."
    )


def carried_into(alliance: Alliance, year: FinancialYear) -> Decimal | None:
    """What the year before carried forward into this one; None while that is not closed."""
    found = _carried(alliance=alliance.pk, starts_on=year.previous.start)
    return found[0][0] if found else None


@Question
def _carried(alliance: int, starts_on: date):
    ended = YearEnd.objects.filter(alliance_id=alliance, budget__starts_on=starts_on)
    return ended.values_list("carried_forward")


def wrong_brought_forward(alliance: Alliance, year: FinancialYear, brought_forward: Decimal) -> str:
    """Why a year cannot begin, or not with this sum brought forward, or ""."""
    if YearEnd.objects.of(alliance).filter(budget__starts_on__gt=year.start).exists():
        return f"A year after {year.label} is closed: no year is opened before it (rule 42)."
    carried = carried_into(alliance, year)
    if carried is None or carried == brought_forward:
        return ""
    return (
        f"{year.previous.label} was closed with {format_pounds(carried)} carried forward: {year.label} brings forward "
        "exactly that (rule 42)."
    )


def not_forecast(budget: Budget) -> str:
    """Why nothing is expected of a year's lines any more, or ""."""
    ended = budget.year.end < timezone.localdate()  # what has not ended is not closed
    if ended and YearEnd.objects.filter(budget=budget).exists():
        return f"{budget.year.label} is closed: what it cost is known (rule 42)."
    return ""


def decides_already(alliance: Alliance) -> bool:
    """From the first proposal on the agreed money changes by a decision (rules 30, 31); before, founders enter it."""
    return bool(_opened(alliance=alliance.pk))


@Question
def _opened(alliance: int):
    return (
        Proposal.objects.filter(alliance_id=alliance, opened_at__isnull=False)
        .order_by()
        .values_list("pk")[:1]
    )


def not_reversible(journal: Journal) -> str:
    """Why a journal cannot be reversed, or ""."""
    if journal.kind == Journal.Kind.REVERSAL:
        return "A reversal is not reversed. Post the right figures instead."
    if reversal := _reversals.first(of=journal.pk):
        return (
            f"Journal {journal.number} is reversed already, by journal {reversal.number}; that happens once."
        )
    if journal.kind in BY_DECISION:
        return (
            f"{journal.get_kind_display()}: what a decision posted takes another decision (rules 30, 32, 33)."
        )
    if journal.kind == Journal.Kind.YEAR_END:
        return "What the close of a year posted stands, as the year does (rule 42)."
    if journal.kind in (Journal.Kind.PREPAYMENT, Journal.Kind.PREPAYMENT_USED):
        return "A prepayment is put right by an accrual or a prepayment of what is missing (rule 34)."
    if correction := standing_correction(journal):
        return f"Line {correction.line} was corrected by journal {correction.journal.number}. Reverse that one first."
    return ""


@Question
def _reversals(of: int):
    return Journal.objects.filter(reverses_id=of)


def not_correctable(entry: Entry) -> str:
    """Why a line cannot be corrected, or ""."""
    if entry.budget_line_id is None:
        return "Only a cost is corrected line by line; any other posting is reversed whole."
    if entry.journal.kind == Journal.Kind.REVERSAL or Journal.objects.filter(reverses=entry.journal).exists():
        return f"Journal {entry.journal.number} is reversed: there is nothing left to correct."
    if entry.journal.kind in BY_DECISION:
        return f"{entry.journal.get_kind_display()}: what a decision posted takes another decision."
    if correction := standing_correction(entry.journal, entry.line):
        return f"It was corrected by journal {correction.journal.number}. Correct the line there."
    return ""


def standing_correction(journal: Journal, line: int | None = None) -> Correction | None:
    if line is None:
        return _corrections.first(of=journal.pk)
    return _corrections_of_line.first(of=journal.pk, line=line)


@Question
def _corrections(of: int):
    return Correction.objects.standing().filter(corrects_id=of).select_related("journal").order_by("pk")


@Question
def _corrections_of_line(of: int, line: int):
    found = Correction.objects.standing().filter(corrects_id=of, line=line)
    return found.select_related("journal").order_by("pk")


def first_open_month(alliance_id: int, from_month: Month) -> Month | None:
    """Where a correction of `from_month` goes (rule 27); None when every month from it on is closed."""
    open_months = Period.objects.filter(alliance_id=alliance_id, month__gte=from_month.start).open()
    found = open_months.order_by("month").first()
    return found and found.value


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
