"""What a posting is, in plain words, beside its debits and credits."""

from dataclasses import dataclass
from decimal import Decimal

from ledger.models import Account, Entry, Journal

Kind, Of = Journal.Kind, Account.Kind

WHAT = {
    Kind.CONTRIBUTIONS_AGREED: "What each participant agreed to put into the pool this year. No money has moved: it is "
    "due until it arrives.",
    Kind.CONTRIBUTIONS_VARIED: "Contributions changed by a decision of all, and with them what is due. No money has "
    "moved yet.",
    Kind.CONTRIBUTION_RECEIVED: "Money arrived in the pool. It is no longer due.",
    Kind.COST_RETURN: "A participant’s costs of the month. The pool owes them to it until it pays.",
    Kind.COSTS_LOADED: "Costs loaded from another system. The pool owes them until it pays.",
    Kind.PAYMENT: "Money left the pool for costs that are in the book. That much less is owed.",
    Kind.TRANSFER_OUT: "Money left the pool for a partner’s own funds, as all had agreed. It is no cost.",
    Kind.ACCRUAL: "A cost of this month whose paper has not come yet. It takes itself back on day 1 of the next "
    "month, so that the paper counts once.",
    Kind.PREPAYMENT: "Paid in this month, used in later ones: it is taken out here and each later month gets its part.",
    Kind.PREPAYMENT_USED: "This month’s part of what was paid before.",
    Kind.CORRECTION: "One line put right: what it said is taken back, and what is right is posted beside it.",
    Kind.RESTATEMENT: "A closed month was restated by a decision of all. The difference is posted here; the closed "
    "month keeps its figure.",
    Kind.YEAR_END: "A year was closed. What it left and does not carry forward is owed to those who contributed; "
    "what it lacked is due from them. No money has moved yet.",
    Kind.REVERSAL: "It takes another journal back, line by line.",
}

# (what it says of a debit, of a credit)
MEANS = {
    Of.BANK: ("Money in: it arrived in the pool", "Money out: it left the pool"),
    Of.DUE: ("Due to the pool from now on", "No longer due to the pool"),
    Of.PREPAID: ("Kept for later months", "Used by this month"),
    Of.OWED: ("No longer owed", "Owed until the pool pays"),
    Of.ACCRUED: ("No longer expected", "Expected: its paper has not come"),
    Of.CONTRIBUTIONS: ("Less is contributed", "Money in: contributed by agreement"),
    Of.TRANSFERRED: ("Money out: to a partner’s own funds", "Money in: back from a partner’s own funds"),
    Of.COST: ("Money out: spent", "Money in: a cost taken back"),
}


@dataclass(frozen=True)
class Direction:
    """Of an entry: `way` is "in", "out" or "" where no money comes or goes; `words` say the rest."""

    way: str
    words: str


IN_SHORT = {
    Kind.CONTRIBUTIONS_AGREED: "Money in: agreed",
    Kind.CONTRIBUTIONS_VARIED: "Agreed money changed",
    Kind.CONTRIBUTION_RECEIVED: "Money in: it arrived",
    Kind.COST_RETURN: "Money out: spent",
    Kind.COSTS_LOADED: "Money out: spent",
    Kind.PAYMENT: "Money out: paid",
    Kind.TRANSFER_OUT: "Money out: to a partner",
    Kind.ACCRUAL: "Money out: expected",
    Kind.PREPAYMENT: "Kept for later months",
    Kind.PREPAYMENT_USED: "Money out: used this month",
    Kind.CORRECTION: "One line put right",
    Kind.RESTATEMENT: "Restated by decision",
    Kind.YEAR_END: "Shares of a closed year",
    Kind.REVERSAL: "Taken back",
}


def in_short(journal: Journal) -> Direction:
    """What a journal is in a list of them."""
    return _directed(IN_SHORT[Kind(journal.kind)])


def what_it_is(journal: Journal) -> str:
    return WHAT[Kind(journal.kind)]


def meaning(entry: Entry) -> Direction:
    """What this side of the posting means for the pool; the entry's account is at hand."""
    return side(entry.account.kind, entry.amount)


def side(kind: str, amount: Decimal) -> Direction:
    """What a debit (positive) or a credit on an account of that kind means for the pool."""
    return _directed(MEANS[Of(kind)][0 if amount > 0 else 1])


def _directed(said: str) -> Direction:
    way, colon, words = said.partition(": ")
    return (
        Direction(way.removeprefix("Money "), words[:1].upper() + words[1:]) if colon else Direction("", said)
    )
