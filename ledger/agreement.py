"""What was agreed about a year's money, each part with the decision that said so (rules 30, 31, 35, 38)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from alliance.core.money import ZERO
from decisions.models import Decision
from ledger import summaries
from ledger.models import (
    Balance,
    BookTerms,
    Budget,
    BudgetLine,
    Contribution,
    ContributionChange,
    Move,
    Overhead,
    ShareTerms,
    Transfer,
)

DECIDED = ("decision__alliance", "agreed_by")


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


def agreement(budget: Budget) -> Agreement:
    """A constant number of queries, however many changes there were."""
    alliance = budget.alliance_id
    balances = Balance.objects.of(alliance).within(budget.year)
    spent = {row["budget_line"]: row["net"] for row in balances.costs().net_by("budget_line")}
    received = {who.pk: arrived for who, _, arrived in summaries.pool(budget).by_participant}
    share = list(
        ShareTerms.objects.filter(budget=budget)
        .select_related(*DECIDED)
        .prefetch_related("split__participant")
    )
    return Agreement(
        budget=budget,
        contributions=tuple(
            Agreed(
                name=one.participant.name,
                url=one.participant.get_absolute_url(),
                began=one.amount,
                changes=_told(one.changes.all()),
                now=one.now,
                done=received.get(one.participant_id, ZERO),
            )
            for one in _with_changes(
                Contribution.objects.filter(budget=budget), "changes", ContributionChange
            ).select_related("participant__alliance")
        ),
        lines=tuple(
            Agreed(
                name=one.name,
                url=one.slug,
                began=one.amount,
                changes=_told(one.moves.all()),
                now=one.now,
                done=spent.get(one.pk, ZERO),
                is_contingency=one.is_contingency,
            )
            for one in _with_changes(BudgetLine.objects.filter(budget=budget), "moves", Move)
        ),
        share=share[0] if share else None,
        former_share=tuple(share[1:]),
        terms=BookTerms.objects.of(alliance).select_related(*DECIDED).first() or BookTerms(),
        overheads=tuple(
            Overhead.objects.filter(budget=budget)
            .select_related("budget_line", *DECIDED)
            .prefetch_related("basis__participant")
        ),
        transfers=tuple(
            Transfer.objects.of(alliance)
            .select_related("participant", "decision__alliance")
            .filter(state=Transfer.State.AGREED)
        ),
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


def allowed(line: BudgetLine) -> Allowed:
    """A query, and one for the decision that opened the year."""
    opened_by = None
    if line.budget.decision_id:
        opened_by = Decision.objects.select_related("alliance").get(pk=line.budget.decision_id)
    moves = Move.objects.filter(budget_line=line).select_related("change__decision__alliance")
    return Allowed(line, opened_by, _told(moves.order_by("change__number")))


def _told(changes) -> tuple[Change, ...]:
    return tuple(Change(one.amount, one.change.decision) for one in changes)


def _with_changes(rows, name: str, model):
    changes = model.objects.select_related("change__decision__alliance").order_by("change__number")
    return rows.as_now().prefetch_related(Prefetch(name, changes))
