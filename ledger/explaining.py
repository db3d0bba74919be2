"""Does the book add up? The day's self-check by promise, and today's totals from the balances, for its page."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from alliance.core.invariants import REGISTER, last_self_check
from alliance.core.money import ZERO
from ledger import invariants as of_the_book
from ledger.models import Balance, Fund
from participants.models import Alliance


@dataclass(frozen=True)
class Promise:
    """One of the book's, with what was found against it."""

    words: str
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """The last self-check: the book's own promises one by one, and those of the other rooms together."""

    at: datetime
    head_seq: int
    promises: tuple[Promise, ...]
    others: int
    other_breaks: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.other_breaks and not any(one.breaks for one in self.promises)


def checked(alliance: Alliance) -> Checked | None:
    """None before the first self-check."""
    last = last_self_check(alliance.pk)
    if last is None:
        return None
    ours = [one.promise for one in REGISTER if one.breaks.__module__.startswith(of_the_book.__name__)]
    promises = tuple(
        Promise(
            promise, tuple(said[len(promise) :].strip() for said in last.breaks if said.startswith(promise))
        )
        for promise in ours
    )
    others = tuple(said for said in last.breaks if not said.startswith(tuple(ours)))
    return Checked(last.at, last.head_seq, promises, last.promises - len(ours), others)


@dataclass(frozen=True)
class AccountTotal:
    code: str
    name: str
    debit: Decimal
    credit: Decimal

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True)
class TrialBalance:
    """Every account with what was ever debited and credited to it. `lines` and `journals` are how many there are."""

    accounts: tuple[AccountTotal, ...]
    debit: Decimal
    credit: Decimal
    lines: int
    journals: int

    @property
    def difference(self) -> Decimal:
        return self.debit - self.credit


def trial_balance(alliance: Alliance) -> TrialBalance:
    """Of the whole book as it is now; from the balances, in one query and one for the fund."""
    rows = (
        Balance.objects.of(alliance)
        .values("account__code", "account__name")
        .annotate(debits=Sum("debit"), credits=Sum("credit"), lines=Sum("count"))
        .order_by("account__code")
    )
    accounts = tuple(
        AccountTotal(row["account__code"], row["account__name"], row["debits"], row["credits"])
        for row in rows
    )
    journals = Fund.objects.filter(alliance=alliance).values_list("last_journal", flat=True).first()
    return TrialBalance(
        accounts,
        sum((one.debit for one in accounts), ZERO),
        sum((one.credit for one in accounts), ZERO),
        sum(row["lines"] for row in rows),
        journals or 0,
    )
