"""Totals of the open book, from the balances alone: as quick at ten million lines as at ten.

Costs are positive. A total is of the months that its span names; `reported` is the denominator that belongs beside it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import CharField, F, Func, Sum, Value

from alliance.core.money import ZERO, round_to_penny
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from alliance.core.questions import Question
from decisions.models import Decision
from ledger import asking
from ledger.models import Balance, Budget, BudgetLine, Category, CostReturn, Journal, Restatement, SplitShare
from ledger.sharing import ShareTerms
from participants.models import Alliance, Participant


@dataclass(frozen=True)
class Total:
    """What was spent on, by or in something. `value` is what names it in an address; `budget` only lines have."""

    name: str
    value: str
    spent: Decimal
    entries: int
    budget: Decimal | None = None

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.spent


@dataclass(frozen=True)
class Reported:
    """ "5 of 7 participants reported": the providers that were active on the month's last day, and who is missing."""

    month: Month
    done: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def expected(self) -> int:
        return len(self.done) + len(self.missing)

    @property
    def sentence(self) -> str:
        if not self.expected:
            return "Nobody was expected to report."
        return f"{len(self.done)} of {self.expected} providers reported {self.month.label}."


@dataclass(frozen=True)
class Spending:
    """The costs of a span in every way that the book shows them, each list in its own order, nothing ranked."""

    spent: Decimal
    entries: int
    by_line: tuple[Total, ...]
    by_participant: tuple[Total, ...]
    by_category: tuple[Total, ...]
    by_month: tuple[Total, ...]


def spending(
    alliance: Alliance,
    span: Span,
    budget: Budget | None,
    *,
    participant: Participant | None = None,
    line: BudgetLine | None = None,
    category: str = "",
    everybody: Iterable[Participant] | None = None,
) -> Spending:
    """One query over the balances, and one for lines of other years. Lines of the budget and months of the span are
    there even with nothing spent. `everybody`: the alliance's participants in their order, where they are at hand.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            SPENT,
            {
                "alliance": alliance.pk,
                "first": span.start,
                "last": span.end,
                "participant": participant and participant.pk,
                "line": line and line.pk,
                "category": category or None,
            },
        )
        sums = {tuple(key): (spent or ZERO, entries or 0) for *key, spent, entries in cursor}
    nothing, ways = (ZERO, 0), defaultdict(dict)
    for key, summed in sums.items():
        ways[key[0]][next(filter(None, key[1:]), None)] = summed
    lines, parties, categories, months = (ways[way] for way in (0b0111, 0b1011, 0b1101, 0b1110))
    ours = [one for one in (budget.lines_now if budget else []) if not line or one == line]
    others = set(lines) - {one.pk for one in ours}
    others = BudgetLine.objects.filter(pk__in=others).select_related("budget") if others else ()
    spent, entries = ways[0b1111].get(None, nothing)
    return Spending(
        spent=spent,
        entries=entries,
        by_line=tuple(
            [Total(one.name, one.slug, *lines.get(one.pk, nothing), budget=one.now) for one in ours]
            + [Total(f"{one.name} ({one.budget.year.label})", one.slug, *lines[one.pk]) for one in others]
        ),
        by_participant=tuple(
            Total(one.name, one.slug, *parties[one.pk])
            for one in everybody or asking.everybody(alliance)
            if one.pk in parties
        ),
        by_category=tuple(
            Total(one.label, one.value, *categories[one.value]) for one in Category if one in categories
        ),
        by_month=tuple(
            Total(month.label, month.slug, *months.get(month.start, nothing)) for month in months_of(span)
        ),
    )


# The sums in each way and over all, told apart by which of the keys they are not by.
SPENT = """
select grouping(b.budget_line_id, b.participant_id, a.category, b.month),
       b.budget_line_id, b.participant_id, a.category, b.month, sum(b.debit - b.credit), sum(b.count)::bigint
from ledger_balance b
join ledger_account a on a.id = b.account_id and a.kind = 'cost'
where b.alliance_id = %(alliance)s and b.month between %(first)s and %(last)s
  and (%(participant)s::bigint is null or b.participant_id = %(participant)s::bigint)
  and (%(line)s::bigint is null or b.budget_line_id = %(line)s::bigint)
  and (%(category)s::text is null or a.category = %(category)s::text)
group by grouping sets ((b.budget_line_id), (b.participant_id), (a.category), (b.month), ())
"""


def cell(
    alliance_id: int, month: Month, participant: Participant, category: Category, line: BudgetLine
) -> Decimal:
    """What the book says of one participant's costs of a category and line in a month, with what was restated of it."""
    where = {
        "alliance_id": alliance_id,
        "month": month.start,
        "participant": participant,
        "account__category": category,
        "budget_line": line,
    }
    restated = Restatement.objects.filter(**where).aggregate(
        by=Sum(F("restated") - F("original"), default=ZERO)
    )["by"]
    return Balance.objects.filter(**where).net() + restated


def costs_of(
    alliance_id: int, months: Iterable[Month], participant: Participant, category: Category, line: BudgetLine
) -> dict[Month, Decimal]:
    """What each of the months says today of a participant's costs of a category and line. One query."""
    months = list(months)
    rows = Balance.objects.filter(
        alliance_id=alliance_id,
        month__in=[one.start for one in months],
        participant=participant,
        account__category=category,
        budget_line=line,
    ).net_by("month")
    said = {row["month"]: row["net"] for row in rows}
    return {one: said.get(one.start, ZERO) for one in months}


def owed(alliance_id: int) -> dict[int, Decimal]:
    """What the pool owes each participant for its costs today, by the participant's id."""
    return {whose: -net for whose, net in _owed(alliance=alliance_id)}


@Question
def _owed(alliance: int):
    balances = Balance.objects.filter(alliance_id=alliance, account__kind="owed")
    return balances.values_list("participant").annotate(net=Sum(F("debit") - F("credit")))


def in_the_pool(alliance_id: int) -> Decimal:
    """The money in the pool today, as the book has it."""
    return cash(alliance_id).in_the_pool


def agreed_terms(budget: Budget) -> ShareTerms | None:
    """How the year's gain or pain is shared as it was agreed last, for `sharing.share`; None before anything was."""
    return agreed_and_decided(budget)[0]


def agreed_and_decided(budget: Budget) -> tuple[ShareTerms | None, Decision | None]:
    """The same with the decision that agreed to it; None for what the founders signed."""
    parts = _split(budget=budget.pk)
    if not parts:
        return None, None
    agreed = parts[0].terms
    terms = ShareTerms(
        target=agreed.target,
        neutral_band_percent=agreed.neutral_band,
        gain_share_percent=agreed.gain_share,
        pain_share_percent=agreed.pain_share,
        gain_cap_percent=agreed.gain_cap,
        pain_cap_percent=agreed.pain_cap,
        split=tuple((one.participant.name, one.weight) for one in parts if one.terms_id == agreed.pk),
    )
    return terms, agreed.decision


@Question
def _split(budget: int):
    """Of every version, the newest first."""
    parts = SplitShare.objects.filter(terms__budget_id=budget)
    parts = parts.select_related("terms__decision", "participant")
    return parts.order_by("-terms__version", "place")


def months_of(span: Span) -> tuple[Month, ...]:
    return (span,) if isinstance(span, Month) else span.months


def reported(
    alliance: Alliance, months: Iterable[Month], everybody: Iterable[Participant] | None = None
) -> list[Reported]:
    """For each month, who of the expected providers has a return in the book; `everybody` as in `spending`."""
    months = list(months)
    given = defaultdict(set)
    if months:
        starts = [month.start for month in months]
        for start, participant in _given(alliance=alliance.pk, first=min(starts), last=max(starts)):
            given[start].add(participant)
    everybody = everybody or asking.everybody(alliance)
    providers = [one for one in everybody if one.kind == Participant.Kind.PROVIDER]
    told = []
    for month in months:
        expected = [one for one in providers if one.is_active(month.end)]
        told.append(
            Reported(
                month,
                tuple(one.short_name for one in expected if one.pk in given[month.start]),
                tuple(one.short_name for one in expected if one.pk not in given[month.start]),
            )
        )
    return told


@Question
def _given(alliance: int, first: date, last: date):
    """Month and participant of every return in the book."""
    found = CostReturn.objects.filter(alliance_id=alliance, month__range=(first, last)).in_the_book()
    return found.values_list("month", "participant").distinct()


@dataclass(frozen=True)
class Pool:
    """What each participant agreed to put in and what has arrived, for one budget."""

    agreed: Decimal
    received: Decimal
    brought_forward: Decimal
    by_participant: tuple[tuple[Participant, Decimal, Decimal], ...]  # participant, agreed, received

    @property
    def available(self) -> Decimal:
        return self.agreed + self.brought_forward


def pool(budget: Budget) -> Pool:
    """In the order of the agreement, contributions as they are agreed now."""
    arrived = receipts(budget.alliance_id)
    rows = tuple(
        (one.participant, one.now, arrived.get(one.pk, ZERO))
        for one in asking.contributions(budget, asking.everybody(budget.alliance))
    )
    return Pool(
        agreed=sum((agreed for _, agreed, _ in rows), ZERO),
        received=sum((received for *_, received in rows), ZERO),
        brought_forward=budget.brought_forward,
        by_participant=rows,
    )


def receipts(alliance_id: int) -> dict[int, Decimal]:
    """What has arrived of each contribution, by its id, in whatever month; what was reversed is not there."""
    return {int(contribution): arrived for contribution, arrived in _receipts(alliance=alliance_id)}


@Question
def _receipts(alliance: int):
    contribution = Func(F("key"), Value("/"), Value(1), function="split_part", output_field=CharField())
    received = Journal.objects.filter(
        alliance_id=alliance, source="contribution received", reversed_by__isnull=True
    )
    return (
        received.values(contribution=contribution)
        .annotate(arrived=Sum("debit"))
        .values_list("contribution", "arrived")
    )


@dataclass(frozen=True)
class Cash:
    """The pool's money today, of all years: what is there, what is still due to it, what it owes for costs."""

    in_the_pool: Decimal
    due: Decimal
    owed: Decimal


def cash(alliance_id: int) -> Cash:
    """One query."""
    nets = dict(_cash(alliance=alliance_id))
    return Cash(nets.get("bank", ZERO), nets.get("due", ZERO), -nets.get("owed", ZERO))


@Question
def _cash(alliance: int):
    there = Balance.objects.filter(alliance_id=alliance, account__kind__in=("bank", "due", "owed"))
    return there.values_list("account__kind").annotate(net=Sum(F("debit") - F("credit")))


@dataclass(frozen=True)
class Rate:
    """At this rate: what the year comes to if every month costs what these did on average, to the penny."""

    months: int
    spent: Decimal
    by_year_end: Decimal


def rate(by_month: Iterable[Total], told: Iterable[Reported]) -> Rate | None:
    """None before every expected provider has reported a month: a month half told would look like a saving."""
    totals = {total.value: total for total in by_month if total.entries}
    complete = [one.month.slug for one in told if not one.missing and one.month.slug in totals]
    if not complete:
        return None
    spent = sum((totals[slug].spent for slug in complete), ZERO)
    return Rate(len(complete), spent, round_to_penny(spent * 12 / len(complete)))
