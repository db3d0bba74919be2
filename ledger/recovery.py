"""Full cost and irrecoverable VAT of the book, from the balances alone (rules 35, 36)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from alliance.core.questions import Question
from ledger import full_cost
from ledger.full_cost import Cost, FullCosts, SharedLine
from ledger.models import (
    Account,
    Balance,
    Budget,
    Category,
    CostReturn,
    Overhead,
    OverheadBasis,
    ReturnLine,
    VatStatement,
)
from ledger.vat import ALL, USUAL, Course, Standing, in_other_hands
from participants.models import Alliance, Participant

# Paid for costs is what left the bank otherwise than as a transfer: contributions due, agreed and received cancel out.
ABOUT_PAYMENTS = (
    Account.Kind.BANK,
    Account.Kind.DUE,
    Account.Kind.CONTRIBUTIONS,
    Account.Kind.TRANSFERRED,
)


# ── Full cost ──


def overheads_of(budget: Budget, everybody: Iterable[Participant]) -> list[Overhead]:
    """The year's shared overheads, each with its line and its `parts` with their participants. Two queries."""
    who = {one.pk: one for one in everybody}
    overheads = _overheads(budget=budget.pk)
    parts = {one.pk: [] for one in overheads}
    for one in _bases(overheads=list(parts)):
        one.participant = who[one.participant_id]
        parts[one.overhead_id].append(one)
    for one in overheads:
        one.parts = parts[one.pk]
    return overheads


@Question
def _overheads(budget: int):
    found = Overhead.objects.filter(budget_id=budget).select_related("budget_line", "agreed_by")
    return found.order_by("budget_line__place")


@Question
def _bases(overheads: list[int]):
    return OverheadBasis.objects.filter(overhead_id__in=overheads).order_by("overhead", "place")


def full_costs(
    alliance: Alliance, span: Span, overheads: Iterable[Overhead], participants: Sequence[Participant]
) -> FullCosts:
    """What each of the participants (in the order of the agreement) costs in full in a span. One query."""
    by_pk = {one.pk: one for one in participants}
    costs, paid = [], defaultdict(lambda: ZERO)
    for whose, kind, category, line, net in _nets(alliance=alliance.pk, first=span.start, last=span.end):
        if kind == Account.Kind.COST:
            costs.append(Cost(by_pk[whose], line, category, net))
        elif kind in ABOUT_PAYMENTS:
            paid[by_pk[whose]] -= net
    shared = [SharedLine(one.budget_line_id, _basis(one, by_pk)) for one in overheads]
    return full_cost.full_costs(costs, shared, participants, paid)


@Question
def _nets(alliance: int, first: date, last: date):
    keys = ("participant", "account__kind", "account__category", "budget_line")
    rows = Balance.objects.filter(alliance_id=alliance, month__range=(first, last))
    return rows.net_by(*keys).values_list(*keys, "net")


def _basis(overhead: Overhead, by_pk: dict[int, Participant]) -> tuple | None:
    if overhead.driver == Overhead.Driver.SPEND:
        return None
    return tuple((by_pk[one.participant_id], one.quantity) for one in overhead.parts)


# ── Who recovers how much VAT ──


def statements_of(alliance: Alliance) -> list[VatStatement]:
    """Every statement with its words, the newest version first. One query."""
    return _statements(alliance=alliance.pk)


@Question
def _statements(alliance: int):
    return VatStatement.objects.filter(alliance_id=alliance).select_related("basis").order_by("-version")


def courses(
    alliance_id: int,
    participants: Iterable[Participant],
    statements: Iterable[VatStatement] | None = None,
) -> dict[int, Course]:
    """By the participant's id, what it stated of its VAT. One query, or none with `statements_of` the alliance."""
    participants = list(participants)
    if statements is None:
        statements = VatStatement.objects.filter(alliance_id=alliance_id, participant__in=participants)
        statements = statements.order_by("-version")
    stated = defaultdict(list)
    for one in statements:
        stated[one.participant_id].append(Standing(one.percent, one.since))
    return {
        one.pk: Course(
            one.name, one.get_form_display(), Standing(USUAL[one.form]), tuple(stated.get(one.pk, ()))
        )
        for one in participants
    }


def not_a_cost(participant: Participant, category: str, day: date) -> str:
    """Why a cost of that category and day is none, where it is VAT that is recovered (rule 36); or ""."""
    if category != Category.IRRECOVERABLE_VAT:
        return ""
    why = courses(participant.alliance_id, [participant])[participant.pk].not_a_cost(day)
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def holds_recovered_vat(cost_return: CostReturn) -> bool:
    """Is there VAT among the lines that were read of a return that its participant, as stated now, recovers?"""
    course = courses(cost_return.alliance_id, [cost_return.participant])[cost_return.participant_id]
    if not any(one.percent == ALL for one in course.stated):
        return False
    lines = ReturnLine.objects.filter(
        alliance_id=cost_return.alliance_id, cost_return=cost_return, reading=cost_return.reading
    )
    days = lines.filter(account__category=Category.IRRECOVERABLE_VAT).values_list("date", flat=True)
    return any(course.not_a_cost(day) for day in days.order_by().distinct())


# ── Irrecoverable VAT in the book ──


@dataclass(frozen=True)
class Hands:
    """The same purchases in one participant's hands: what of their VAT would be a cost, and how much that differs."""

    participant: Participant
    standing: Standing
    lost: Decimal  # irrecoverable VAT of its own in the book
    if_it_bought: Decimal
    now: Decimal  # irrecoverable VAT of all in the book

    @property
    def difference(self) -> Decimal:
        return self.if_it_bought - self.now

    @property
    def size(self) -> Decimal:
        return abs(self.difference)


def who_buys(
    alliance: Alliance,
    span: Span,
    participants: Sequence[Participant],
    known: dict[int, Course],
    today: date,
) -> list[Hands]:
    """Irrecoverable VAT of a span by participant, and what it would be if another had bought. One query.

    Each month counts with what its participant recovered on its last day; what another would recover is as of `today`.
    """
    by_pk = {one.pk: one for one in participants}
    lost, own = [], defaultdict(lambda: ZERO)
    for whose, month, net in _lost(alliance=alliance.pk, first=span.start, last=span.end):
        lost.append((net, known[whose].on(Month.containing(month).end).percent))
        own[whose] += net
    now = sum(own.values(), ZERO)
    found = []
    for one in by_pk.values():
        standing = known[one.pk].on(today)
        if own[one.pk] or one.is_active(today):
            found.append(Hands(one, standing, own[one.pk], in_other_hands(lost, standing.percent), now))
    return found


@Question
def _lost(alliance: int, first: date, last: date):
    costs = Balance.objects.filter(alliance_id=alliance, month__range=(first, last)).costs()
    costs = costs.filter(account__category=Category.IRRECOVERABLE_VAT.value)
    return costs.net_by("participant", "month").values_list("participant", "month", "net")
