"""Full cost and irrecoverable VAT of the book, from the balances alone (rules 35, 36)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from ledger import full_cost
from ledger.full_cost import Cost, FullCosts, SharedLine
from ledger.models import (
    Account,
    Balance,
    Budget,
    Category,
    CostReturn,
    Overhead,
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


def overheads_of(budget: Budget) -> list[Overhead]:
    """The year's shared overheads with all that a page says of them. Two queries."""
    return list(
        Overhead.objects.filter(budget=budget)
        .select_related("budget_line", "decision__alliance", "agreed_by")
        .prefetch_related("basis")
    )


def full_costs(
    alliance: Alliance, span: Span, overheads: Iterable[Overhead], participants: Sequence[Participant]
) -> FullCosts:
    """What each of the participants (in the order of the agreement) costs in full in a span. One query."""
    by_pk = {one.pk: one for one in participants}
    rows = Balance.objects.of(alliance).within(span)
    costs, paid = [], defaultdict(lambda: ZERO)
    for row in rows.net_by("participant", "account__kind", "account__category", "budget_line"):
        who = by_pk[row["participant"]]
        if row["account__kind"] == Account.Kind.COST:
            costs.append(Cost(who, row["budget_line"], row["account__category"], row["net"]))
        elif row["account__kind"] in ABOUT_PAYMENTS:
            paid[who] -= row["net"]
    shared = [SharedLine(one.budget_line_id, _basis(one, by_pk)) for one in overheads]
    return full_cost.full_costs(costs, shared, participants, paid)


def _basis(overhead: Overhead, by_pk: dict[int, Participant]) -> tuple | None:
    if overhead.driver == Overhead.Driver.SPEND:
        return None
    return tuple((by_pk[one.participant_id], one.quantity) for one in overhead.basis.all())


# ── Who recovers how much VAT ──


def statements_of(alliance: Alliance | int) -> list[VatStatement]:
    """Every statement with its words, the newest version first. One query."""
    return list(VatStatement.objects.of(alliance).select_related("basis").order_by("-version"))


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
    costs = Balance.objects.of(alliance).costs().within(span)
    lost, own = [], defaultdict(lambda: ZERO)
    for row in costs.filter(account__category=Category.IRRECOVERABLE_VAT).net_by("participant", "month"):
        percent = known[row["participant"]].on(Month.containing(row["month"]).end).percent
        lost.append((row["net"], percent))
        own[row["participant"]] += row["net"]
    now = sum(own.values(), ZERO)
    found = []
    for one in by_pk.values():
        standing = known[one.pk].on(today)
        if own[one.pk] or one.is_active(today):
            found.append(Hands(one, standing, own[one.pk], in_other_hands(lost, standing.percent), now))
    return found
