"""The memorandum account of a year (rule 42), as facts: gathered from the book, frozen when the year is closed.

It is not the alliance's accounts: the host's ledger stays statutory. Amounts are pounds; costs are positive. A cost
belongs to the year of the month that it is posted in: what puts an earlier year right is told in a row of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from alliance.core.frozen import thaw
from alliance.core.money import ZERO
from alliance.core.questions import Question
from ledger import asking, summaries
from ledger.asking import knowing
from ledger.gain_and_pain import GainAndPain, worked_out
from ledger.models import Budget, Fund, Restatement, Transfer, Underspend, YearEnd
from ledger.settling import settle
from participants.models import Alliance, Participant

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Funding:
    """What a participant agreed to contribute, how that was varied since, and what has arrived of it."""

    name: str
    slug: str
    began: Decimal
    agreed: Decimal
    received: Decimal
    last: Decimal | None

    @property
    def varied(self) -> Decimal:
        return self.agreed - self.began

    @property
    def due(self) -> Decimal:
        return self.agreed - self.received


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent on a budget line. `budget` None: a line of another year, put right in this one, or last year's."""

    name: str
    budget: Decimal | None
    spent: Decimal
    last: Decimal | None

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.spent


@dataclass(frozen=True, slots=True)
class Sent:
    """Money that left the pool for a partner's own funds (rule 32)."""

    to: str
    purpose: str
    on: date
    amount: Decimal
    decision: int


@dataclass(frozen=True, slots=True)
class Share:
    """A participant's share of the net position: what of it is carried forward, returned (+) or asked for (−)."""

    name: str
    slug: str
    contribution: Decimal
    carried: Decimal
    settled: Decimal
    last: Decimal | None

    @property
    def amount(self) -> Decimal:
        return self.carried + self.settled


@dataclass(frozen=True, slots=True)
class LastYear:
    """The comparatives' totals: as the year before was closed, or as its book stands where it is not."""

    label: str
    is_closed: bool
    contributed: Decimal
    received: Decimal
    brought_forward: Decimal
    spent: Decimal
    transferred: Decimal
    net: Decimal
    carried_forward: Decimal
    settled: Decimal

    @property
    def available(self) -> Decimal:
        return self.contributed + self.brought_forward


@dataclass(frozen=True, slots=True)
class Memorandum:
    """`difference` is what the close of the year before added to the `planned_forward` that the budget was opened with.

    `carry` tells what was decided about an underspend: "all", an amount, or "" where nothing was. `missing` are
    sentences: what was not there when this was gathered. `shared` is there once the year is over, where terms were
    agreed.
    """

    format: int
    alliance: str
    fund: str
    host: str
    year: str
    label: str
    starts_on: date
    ends_on: date
    gathered_at: datetime
    closed_by: str
    funding: tuple[Funding, ...]
    planned_forward: Decimal
    difference: Decimal
    spending: tuple[Spent, ...]
    transfers: tuple[Sent, ...]
    shares: tuple[Share, ...]
    net: Decimal
    overspend: Decimal
    from_brought_forward: Decimal
    carried_forward: Decimal
    carry: str
    decision: int | None
    missing: tuple[str, ...]
    last: LastYear | None
    shared: GainAndPain | None = None  # accounts that were kept before this was in them have none

    @property
    def is_closed(self) -> bool:
        return bool(self.closed_by)

    @property
    def contributed(self) -> Decimal:
        return _sum(one.agreed for one in self.funding)

    @property
    def began(self) -> Decimal:
        return _sum(one.began for one in self.funding)

    @property
    def received(self) -> Decimal:
        return _sum(one.received for one in self.funding)

    @property
    def due(self) -> Decimal:
        return self.contributed - self.received

    @property
    def brought_forward(self) -> Decimal:
        return self.planned_forward + self.difference

    @property
    def less_forward(self) -> Decimal:
        return -self.difference + ZERO

    @property
    def available(self) -> Decimal:
        return self.contributed + self.brought_forward

    @property
    def available_first(self) -> Decimal:
        return self.began + self.planned_forward

    @property
    def available_varied(self) -> Decimal:
        return self.available - self.available_first

    @property
    def available_received(self) -> Decimal:
        return self.received + self.brought_forward

    @property
    def planned(self) -> Decimal:
        return _sum(one.budget or ZERO for one in self.spending)

    @property
    def spent(self) -> Decimal:
        return _sum(one.spent for one in self.spending)

    @property
    def unspent(self) -> Decimal:
        """Of the budget's lines; what was put right of other years is not theirs."""
        return _sum(one.left for one in self.spending if one.left is not None)

    @property
    def transferred(self) -> Decimal:
        return _sum(one.amount for one in self.transfers)

    @property
    def settled(self) -> Decimal:
        """Returned to participants; negative: asked of them."""
        return _sum(one.settled for one in self.shares)

    @property
    def asked(self) -> Decimal:
        return -self.settled + ZERO

    @property
    def totals(self) -> LastYear:
        """As the next year shows them."""
        return LastYear(
            label=self.label,
            is_closed=self.is_closed,
            contributed=self.contributed,
            received=self.received,
            brought_forward=self.brought_forward,
            spent=self.spent,
            transferred=self.transferred,
            net=self.net,
            carried_forward=self.carried_forward,
            settled=self.settled,
        )


def memorandum(budget: Budget) -> Memorandum:
    """As the year was closed; or so far."""
    closed = YearEnd.objects.filter(budget=budget).first()
    return kept(closed) if closed else gather(budget)


def kept(year_end: YearEnd) -> Memorandum:
    return thaw(Memorandum, bytes(year_end.body))


def years(alliance: Alliance) -> list[Budget]:
    """All years of the book, newest first, each with its `year_end` without the account's bytes. One query."""
    found = knowing(alliance, _years(alliance=alliance.pk))
    knowing(alliance, (one.year_end.journal for one in found if ended(one) and one.year_end.journal))
    return found


def ended(budget: Budget | None) -> YearEnd | None:
    """How the year was closed, if it is."""
    return getattr(budget, "year_end", None)


def carried_into(budget: Budget, before: Budget | None) -> Decimal:
    """What the year begins with: what the year before carried forward, once it is closed."""
    closed = ended(before)
    return closed.carried_forward if closed else budget.brought_forward


def gather(
    budget: Budget,
    *,
    closed_by: str = "",
    compare: bool = True,
    spending: summaries.Spending | None = None,
    everybody: Sequence[Participant] | None = None,
    among: Sequence[Budget] | None = None,
) -> Memorandum:
    """The book as it stands. A constant number of queries; `compare` False leaves the year before out.

    `spending` is the year's, `everybody` the alliance's participants and `among` its years, where they are at hand.
    """
    alliance, year = budget.alliance, budget.year
    everybody, among = everybody or asking.everybody(alliance), among or years(alliance)
    before = next((one for one in among if one.starts_on == year.previous.start), None)
    last = None
    if before and compare:
        closed = ended(before)
        last = kept(closed) if closed else gather(before, compare=False, everybody=everybody, among=among)
    who = {one.pk: one for one in everybody}
    contributions = asking.contributions(budget, everybody)
    arrived = summaries.receipts(alliance.pk)
    forward = carried_into(budget, before)
    transfers = _transfers(budget, who)
    spending = spending or summaries.spending(alliance, year, budget, everybody=everybody)
    decided = _underspends.first(budget=budget.pk)
    settlement = settle(
        spending.spent + _sum(one.amount for one in transfers),
        forward,
        [(one.participant, one.now) for one in contributions],
        carry=decided.most if decided else ZERO,
    )
    (fund,) = _funds(alliance=alliance.pk)
    return Memorandum(
        format=FORMAT,
        alliance=alliance.name,
        fund=fund.name,
        host=who[fund.host_id].name,
        year=year.slug,
        label=year.label,
        starts_on=year.start,
        ends_on=year.end,
        gathered_at=timezone.now(),
        closed_by=closed_by,
        funding=_beside(
            [
                Funding(
                    name=one.participant.name,
                    slug=one.participant.slug,
                    began=one.amount,
                    agreed=one.now,
                    received=arrived.get(one.pk, ZERO),
                    last=None,
                )
                for one in contributions
            ],
            last and {one.slug: (one.name, one.agreed) for one in last.funding},
            key=lambda one: one.slug,
            gone=lambda slug, name, was: Funding(name, slug, ZERO, ZERO, ZERO, was),
        ),
        planned_forward=budget.brought_forward,
        difference=forward - budget.brought_forward,
        spending=_beside(
            [Spent(one.name, one.budget, one.spent, None) for one in spending.by_line],
            last and {one.name: (one.name, one.spent) for one in last.spending if one.spent or one.budget},
            key=lambda one: one.name,
            gone=lambda _, name, was: Spent(name, None, ZERO, was),
        ),
        transfers=transfers,
        shares=_beside(
            [
                Share(part.who.name, part.who.slug, part.contribution, part.carried, part.settled, None)
                for part in settlement.parts
            ],
            last and {one.slug: (one.name, one.amount) for one in last.shares},
            key=lambda one: one.slug,
            gone=lambda slug, name, was: Share(name, slug, ZERO, ZERO, ZERO, was),
        ),
        net=settlement.net,
        overspend=settlement.overspend,
        from_brought_forward=settlement.from_brought_forward,
        carried_forward=settlement.carried_forward,
        carry="" if decided is None else "all" if decided.most is None else format(decided.most, "f"),
        decision=decided and decided.decision.number,
        missing=(),
        last=last and last.totals,
        shared=worked_out(budget, spending) if compare and year.end < timezone.localdate() else None,
    )


def restated_since(budget: Budget) -> list[Restatement]:
    """What was restated of the year's months by journals of later years: the account keeps its figures beside them."""
    year = budget.year
    found = _restated(alliance=budget.alliance_id, first=year.start, last=year.end)
    return asking.restatements(budget.alliance, found)


def _transfers(budget: Budget, who: dict[int, Participant]) -> tuple[Sent, ...]:
    paid = _paid(alliance=budget.alliance_id, first=budget.year.start, last=budget.year.end)
    return tuple(Sent(who[to].name, *rest) for to, *rest in paid)


@Question
def _years(alliance: int):
    found = Budget.objects.filter(alliance_id=alliance).select_related(
        "year_end__closed_by", "year_end__journal"
    )
    return found.defer("year_end__body").order_by("-starts_on")


@Question
def _underspends(budget: int):
    return Underspend.objects.filter(budget_id=budget).select_related("decision")[:1]


@Question
def _funds(alliance: int):
    return Fund.objects.filter(alliance_id=alliance)


@Question
def _paid(alliance: int, first: date, last: date):
    paid = Transfer.objects.filter(alliance_id=alliance, journal__month__range=(first, last))
    return paid.order_by("number").values_list(
        "participant", "purpose", "journal__date", "amount", "decision__number"
    )


@Question
def _restated(alliance: int, first: date, last: date):
    found = Restatement.objects.filter(
        alliance_id=alliance, month__range=(first, last), journal__month__gt=last
    )
    return found.with_what_it_names().order_by("number")


def _beside(rows: list, last: dict | None, *, key, gone) -> tuple:
    """The rows, each with last year's figure; whom or what only last year had comes after them."""
    if last is None:
        return tuple(rows)
    here = {key(one) for one in rows}
    return (
        *(replace(one, last=last[key(one)][1] if key(one) in last else ZERO) for one in rows),
        *(gone(name, *was) for name, was in last.items() if name not in here and was[1]),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
