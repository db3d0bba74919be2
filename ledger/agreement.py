"""What was agreed about a year's money, each part with the decision that said so (rules 30, 31, 35, 38)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import F, Sum

from alliance.core.money import ZERO, split
from alliance.core.questions import Question
from decisions.models import Decision
from ledger import asking, summaries
from ledger.models import (
    Balance,
    BookTerms,
    Budget,
    BudgetLine,
    ContributionChange,
    Move,
    Overhead,
    ShareTerms,
    SplitShare,
    Transfer,
)
from ledger.recovery import overheads_of
from ledger.sharing import percent_of
from participants.models import Alliance, Participant


@dataclass(frozen=True)
class Change:
    """What a decision added; negative for what it took away."""

    amount: Decimal
    decision: Decision

    @property
    def size(self) -> Decimal:
        return abs(self.amount)


@dataclass(frozen=True)
class Agreed:
    """A contribution or a budget line: what it began with, each change with its decision, and where it stands."""

    name: str
    url: str  # what the participant's page or the line's costs are called; "" for none
    began: Decimal
    changes: tuple[Change, ...]
    now: Decimal
    done: Decimal  # received, or spent
    is_contingency: bool = False

    @property
    def left(self) -> Decimal:
        return self.now - self.done


@dataclass(frozen=True)
class AtMost:
    """What a provider can receive of a gain and pay of a pain under the terms: its part of each cap (rules 37, 38)."""

    name: str
    gain: Decimal
    pain: Decimal


@dataclass(frozen=True)
class Agreement:
    """One year of it. `share` and `terms` stand today; `former_share` are the year's versions before, newest first."""

    budget: Budget
    contributions: tuple[Agreed, ...]
    lines: tuple[Agreed, ...]
    share: ShareTerms | None
    former_share: tuple[ShareTerms, ...]
    terms: BookTerms
    overheads: tuple[Overhead, ...]
    transfers: tuple[Transfer, ...]

    @property
    def contingency(self) -> Agreed | None:
        return next((one for one in self.lines if one.is_contingency), None)

    @cached_property
    def at_most(self) -> tuple[AtMost, ...]:
        """Of each provider in the split; nothing where no terms are agreed."""
        if not self.share:
            return ()
        weights = [one.weight for one in self.share.parts]
        caps = (percent_of(self.share.target, cap) for cap in (self.share.gain_cap, self.share.pain_cap))
        gains, pains = (split(cap, weights) for cap in caps)
        names = [one.participant.name for one in self.share.parts]
        return tuple(AtMost(*one) for one in zip(names, gains, pains, strict=True))

    @property
    def at_risk(self) -> dict[str, Decimal]:
        """What the providers receive and pay at most, together."""
        return {
            "gain": sum((one.gain for one in self.at_most), ZERO),
            "pain": sum((one.pain for one in self.at_most), ZERO),
        }

    @property
    def together(self) -> dict[str, Decimal]:
        """The sums of both sides; what is available equals what is planned (rule 30)."""
        put_in, planned = self.contributions, self.lines
        forward = self.budget.brought_forward
        return {
            "began": sum((one.began for one in put_in), forward),
            "available": sum((one.now for one in put_in), forward),
            "received": sum((one.done for one in put_in), ZERO),
            "planned_first": sum((one.began for one in planned), ZERO),
            "planned": sum((one.now for one in planned), ZERO),
            "spent": sum((one.done for one in planned), ZERO),
            "left": sum((one.left for one in planned), ZERO),
        }


def agreement(budget: Budget, everybody: Sequence[Participant]) -> Agreement:
    """A constant number of queries, however many changes there were. `everybody` is the alliance's participants.

    Share terms and overheads have their `parts`, each with its participant.
    """
    alliance, year = budget.alliance, budget.year
    who = {one.pk: one for one in everybody}
    spent = dict(_spent(alliance=alliance.pk, first=year.start, last=year.end))
    received = summaries.receipts(alliance.pk)
    varied, moved = _varied(budget=budget.pk), _moves(budget=budget.pk)
    share, terms = _share_terms(budget, who), _book_terms(alliance=alliance.pk) or [BookTerms()]
    overheads, transfers = overheads_of(budget, everybody), _transfers(alliance=alliance.pk)
    for one in transfers:
        one.participant = who[one.participant_id]
    decided = [budget, *share, *terms, *overheads, *transfers]
    pks = {one.decision_id for one in decided} | {pk for *_, pk in (*varied, *moved)}
    named = asking.decisions(alliance, pks)
    for one in decided:
        one.decision = named.get(one.decision_id)
    varied, moved = _changes(varied, named), _changes(moved, named)
    return Agreement(
        budget=budget,
        contributions=tuple(
            Agreed(
                name=one.participant.name,
                url=one.participant.get_absolute_url(),
                began=one.amount,
                changes=tuple(varied[one.pk]),
                now=one.now,
                done=received.get(one.pk, ZERO),
            )
            for one in asking.contributions(budget, everybody)
        ),
        lines=tuple(
            Agreed(
                name=one.name,
                url=one.slug,
                began=one.amount,
                changes=tuple(moved[one.pk]),
                now=one.now,
                done=spent.get(one.pk, ZERO),
                is_contingency=one.is_contingency,
            )
            for one in budget.lines_now
        ),
        share=share[0] if share else None,
        former_share=tuple(share[1:]),
        terms=terms[0],
        overheads=tuple(overheads),
        transfers=tuple(transfers),
    )


@dataclass(frozen=True)
class Allowed:
    """What allows the costs of a budget line: what its year was opened with, and each decision that changed it."""

    line: BudgetLine
    opened_by: Decision | None  # None where the founders opened the year
    changes: tuple[Change, ...]

    @property
    def now(self) -> Decimal:
        return sum((one.amount for one in self.changes), self.line.amount)


def allowed(line: BudgetLine, alliance: Alliance) -> Allowed:
    """Two queries; the line's budget is at hand."""
    moves, year = _moves_of(line=line.pk), line.budget
    named = asking.decisions(alliance, {year.decision_id, *(pk for *_, pk in moves)})
    return Allowed(line, named.get(year.decision_id), tuple(_changes(moves, named)[line.pk]))


# ── What is asked ────────────────────────────────────────────────────────────


def _changes(rows: Iterable[tuple], named: dict[int, Decision]) -> dict[int, list[Change]]:
    """By the id of what was changed, in their order, from (that id, amount, decision's id)."""
    found = defaultdict(list)
    for of, amount, decision in rows:
        found[of].append(Change(amount, named[decision]))
    return found


def _share_terms(budget: Budget, who: dict[int, Participant]) -> list[ShareTerms]:
    """The newest first, each with its `parts`."""
    found = {}
    for one in _splits(budget=budget.pk):
        one.participant = who[one.participant_id]
        found.setdefault(one.terms_id, one.terms).__dict__.setdefault("parts", []).append(one)
    return list(found.values())


@Question
def _varied(budget: int):
    changes = ContributionChange.objects.filter(change__budget_id=budget).order_by("change__number")
    return changes.values_list("contribution", "amount", "change__decision")


@Question
def _moves(budget: int):
    moves = Move.objects.filter(change__budget_id=budget).order_by("change__number")
    return moves.values_list("budget_line", "amount", "change__decision")


@Question
def _moves_of(line: int):
    moves = Move.objects.filter(budget_line_id=line).order_by("change__number")
    return moves.values_list("budget_line", "amount", "change__decision")


@Question
def _spent(alliance: int, first: date, last: date):
    costs = Balance.objects.filter(alliance_id=alliance, month__range=(first, last)).costs()
    return costs.values_list("budget_line").annotate(net=Sum(F("debit") - F("credit")))


@Question
def _splits(budget: int):
    splits = SplitShare.objects.filter(terms__budget_id=budget).select_related("terms__agreed_by")
    return splits.order_by("-terms__version", "place")


@Question
def _book_terms(alliance: int):
    return BookTerms.objects.filter(alliance_id=alliance).select_related("agreed_by")[:1]


@Question
def _transfers(alliance: int):
    return Transfer.objects.filter(alliance_id=alliance, state=Transfer.State.AGREED)
