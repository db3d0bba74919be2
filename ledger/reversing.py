"""What a reversal would change, before it is posted: each account that the journal moved, now and then."""

from collections import defaultdict
from decimal import Decimal

from alliance.core.money import ZERO
from alliance.core.paging import LINES_A_PAGE
from alliance.core.periods import Month
from ledger.models import Account, Balance, CostReturn, Entry, Journal
from ledger.statement import STANDS

Kind = Account.Kind
CALLED = {
    Kind.BANK: "Money in the pool",
    Kind.DUE: "Due from {who}",
    Kind.PREPAID: "Paid by {who} for later months",
    Kind.OWED: "Owed to {who}",
    Kind.ACCRUED: "Expected of {who}",
    Kind.CONTRIBUTIONS: "Contributed by {who}",
    Kind.TRANSFERRED: "Transferred to {who}",
    Kind.COST: "Costs of {who} in {month}",
}
Row = tuple[str, Decimal, Decimal]


def now_and_then(journal: Journal, month: Month) -> list[Row]:
    """(what, now, with the reversal posted in `month`), as people say it: what is owed is positive.

    Costs are those of `month`, all categories together; everything else is of all time. Of a long journal the sums
    are those of its return, so that no page sums lines; one that is no return tells nothing here.
    """
    moved = _moved(journal)
    there = defaultdict(lambda: ZERO)
    for kind, whose, when, net in _balances(journal, moved):
        if kind != Kind.COST or when == month.start:
            there[kind, whose] += net
            there[kind, None] += net
    rows = []
    for (kind, whose), (who, amount) in moved.items():
        sign, now = STANDS[Kind(kind)][0], there[kind, whose]
        called = CALLED[Kind(kind)].format(who=who, month=month.label)
        rows.append((called, now * sign + ZERO, (now - amount) * sign + ZERO))
    return rows


def _moved(journal: Journal) -> dict[tuple[str, int | None], tuple[str, Decimal]]:
    """(kind of account, participant) to (its short name, what was moved there); the pool's money is nobody's."""
    if journal.line_count > LINES_A_PAGE:
        returns = CostReturn.objects.filter(journal=journal).select_related("participant")
        return {
            (kind, one.participant_id): (one.participant.short_name, sign * one.lines_total)
            for one in returns
            for kind, sign in ((Kind.COST, 1), (Kind.OWED, -1))
        }
    found: dict[tuple[str, int | None], tuple[str, Decimal]] = {}
    entries = Entry.objects.filter(alliance_id=journal.alliance_id, journal=journal).order_by("line")
    for one in entries.select_related("account", "participant"):
        key = one.account.kind, None if one.account.kind == Kind.BANK else one.participant_id
        found[key] = one.participant.short_name, found.get(key, ("", ZERO))[1] + one.amount
    return {key: moved for key, moved in found.items() if moved[1]}


def _balances(journal: Journal, moved: dict):
    rows = Balance.objects.filter(
        alliance_id=journal.alliance_id, account__kind__in={kind for kind, _ in moved}
    ).net_by("account__kind", "participant", "month")
    return ((row["account__kind"], row["participant"], row["month"], row["net"]) for row in rows)
