"""One account of the book: where it stood, what moved it and where it stands, from the balances alone.

A debit is positive, a credit negative, as everywhere in the book; `before` and `after` are debits less credits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db.models import F, QuerySet, Sum
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from alliance.core.questions import Question
from ledger.models import Account, Balance, Entry
from ledger.telling import from_place
from participants.models import Alliance, Participant


@dataclass(frozen=True)
class Part:
    """A month or a year of an account; `value` names it in an address."""

    name: str
    value: str
    before: Decimal
    debit: Decimal
    credit: Decimal
    entries: int

    @property
    def after(self) -> Decimal:
        return self.before + self.debit - self.credit


@dataclass(frozen=True)
class Statement:
    """`whole` is the span that was asked for; `months` are those of it that moved, `years` all that ever did."""

    whole: Part
    months: tuple[Part, ...]
    years: tuple[Part, ...]


def statement(
    alliance: Alliance, account: Account, span: Span, *, participant: Participant | None = None
) -> Statement:
    """One query, whatever the account holds."""
    moved = [
        (Month.containing(month), debit, credit, entries)
        for whose, month, debit, credit, entries in _moves(alliance=alliance.pk, account=account.pk)
        if participant is None or whose == participant.pk
    ]
    before = sum((debit - credit for month, debit, credit, _ in moved if month.start < span.start), ZERO)
    inside = [one for one in moved if span.start <= one[0].start <= span.end]
    months = _parts(inside, before, lambda month: month)
    years = _parts(moved, ZERO, lambda month: alliance.financial_year(month.start))
    return Statement(_together(span.label, span.slug, before, inside), months, years)


def _parts(moved: Iterable[tuple], before: Decimal, of) -> tuple[Part, ...]:
    """In their order, each beginning with what the one before it left; `of` names the part that a month is in."""
    found = []
    for part, rows in groupby(moved, key=lambda one: of(one[0])):
        found.append(_together(part.label, part.slug, before, list(rows)))
        before = found[-1].after
    return tuple(found)


def _together(name: str, value: str, before: Decimal, moved: list[tuple]) -> Part:
    debit, credit, entries = (sum((one[place] for one in moved), ZERO) for place in (1, 2, 3))
    return Part(name, value, before, debit, credit, int(entries))


class Moved(NamedTuple):
    """A line of an account that is no cost, as its statement tells it."""

    month: date
    journal_id: int
    line: int
    date: date
    participant: str
    participant_short: str
    description: str
    reference: str
    amount: Decimal
    journal: int

    @property
    def place(self) -> tuple[date, int, int]:
        return self[:3]


def moved(
    alliance: Alliance,
    account: Account,
    span: Span,
    *,
    participant: Participant | None = None,
    after: tuple[date, int, int] | None = None,
) -> QuerySet:
    """The lines of an account that is no cost, newest first, as rows for `Moved`; `after` a place (month, journal's id,
    line). The lines of costs are told by `telling.Costs`.
    """
    found = Entry.objects.of(alliance).filter(account=account, budget_line__isnull=True).within(span)
    if participant:
        found = found.filter(participant=participant)
    if after:
        order = Tuple(F("month"), F("journal_id"), F("line"))
        found = from_place(found, TupleLessThan(order, after))
    return found.order_by("-month", "-journal_id", "-line").values_list(
        *("month", "journal_id", "line", "date", "participant__name", "participant__short_name"),
        *("description", "reference", "amount", "journal__number"),
    )


@Question
def _moves(alliance: int, account: int):
    """By participant and month, in the order of the months."""
    rows = Balance.objects.filter(alliance_id=alliance, account_id=account).values("participant", "month")
    summed = rows.annotate(debits=Sum("debit"), credits=Sum("credit"), entries=Sum("count")).order_by("month")
    return summed.values_list("participant", "month", "debits", "credits", "entries")


def account_of(alliance: Alliance, code: str) -> Account | None:
    found = _accounts.first(alliance=alliance.pk, code=code)
    if found:
        found.alliance = alliance
    return found


@Question
def _accounts(alliance: int, code: str):
    return Account.objects.filter(alliance_id=alliance, code=code)


@dataclass(frozen=True)
class Standing:
    """Where an account stands, in plain words: "£130,000.00 is in the pool"."""

    amount: Decimal
    words: str


STANDS = {
    Account.Kind.BANK: (1, "is in the pool"),
    Account.Kind.DUE: (1, "is due to the pool"),
    Account.Kind.PREPAID: (1, "is paid and kept for later months"),
    Account.Kind.OWED: (-1, "is owed to {whom}"),
    Account.Kind.ACCRUED: (-1, "is expected, its paper still to come"),
    Account.Kind.CONTRIBUTIONS: (-1, "was contributed by agreement since the book began"),
    Account.Kind.TRANSFERRED: (1, "left the pool for partners’ own funds since the book began"),
    Account.Kind.COST: (1, "was spent since the book began"),
}


def standing(account: Account, after: Decimal, participant: Participant | None = None) -> Standing:
    """`participant` is the one whose part of the account it is."""
    sign, words = STANDS[Account.Kind(account.kind)]
    whom = participant.short_name if participant else "participants"
    return Standing(after * sign + ZERO, words.format(whom=whom))
