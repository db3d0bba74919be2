"""Full cost recovery: what each participant's part costs with its share of what is shared (rules 35, 37).

Pure calculation: no database, no clock. What stands on a shared line, of every category and whoever bore it, is
shared by the driver that was agreed, by largest remainder, ties in the order of the agreement; everything else stays
with whoever bore it. So the full costs sum to the pool, to the penny.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from alliance.core.money import ZERO, split

Who = Hashable


class Cost(NamedTuple):
    """So much of a category on a budget line, borne by somebody."""

    who: Who
    line: Hashable
    category: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A line whose cost is shared. `basis` is (who, how much of the driver) in the order of the agreement; None means
    by spend: what each has on the lines that are not shared, and nothing where that is less than nothing."""

    line: Hashable
    basis: tuple[tuple[Who, Decimal], ...] | None


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody's part of an overhead: its figure of the driver, the exact share, and the share to the penny."""

    who: Who
    figure: Decimal
    proportion: Fraction
    exact: Fraction
    share: Decimal

    @property
    def percent(self) -> Decimal:
        """To two places, to be read."""
        return round(Decimal(100 * self.proportion.numerator) / self.proportion.denominator, 2)


@dataclass(frozen=True, slots=True)
class Overhead:
    """A shared line's cost: who bore it, and how it is shared. The shares sum to it.

    Without steps nobody has any of the driver yet, and it stays with whoever bore it.
    """

    line: Hashable
    cost: Decimal
    borne: tuple[tuple[Who, Decimal], ...]
    steps: tuple[Step, ...]

    @property
    def figures(self) -> Decimal:
        return sum((step.figure for step in self.steps), ZERO)

    def share_of(self, who: Who) -> Decimal:
        return next((step.share for step in self.steps if step.who == who), ZERO)


@dataclass(frozen=True, slots=True)
class FullCost:
    """One participant's: `own` by category, without what is shared; its `shares` in the overheads' order.

    `borne` is what the book has of it, `paid` what it was paid for it.
    """

    who: Who
    own: Mapping[str, Decimal]
    shares: tuple[Decimal, ...]
    borne: Decimal
    paid: Decimal

    @property
    def share(self) -> Decimal:
        return sum(self.shares, ZERO)

    @property
    def full(self) -> Decimal:
        return sum(self.own.values(), self.share)

    @property
    def not_paid(self) -> Decimal:
        """Of what it bore; negative where it was paid more."""
        return self.borne - self.paid


@dataclass(frozen=True, slots=True)
class FullCosts:
    """Of all; in the order of the agreement. `pool` is everything that the book has."""

    overheads: tuple[Overhead, ...]
    by_participant: tuple[FullCost, ...]

    @property
    def pool(self) -> Decimal:
        return sum((one.borne for one in self.by_participant), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((one.paid for one in self.by_participant), ZERO)

    @property
    def not_paid(self) -> Decimal:
        return self.pool - self.paid

    def together(self, category: str) -> Decimal:
        return sum((one.own.get(category, ZERO) for one in self.by_participant), ZERO)


def full_costs(
    costs: Iterable[Cost],
    shared: Sequence[SharedLine],
    order: Sequence[Who],
    paid: Mapping[Who, Decimal] | None = None,
) -> FullCosts:
    """Share out what is shared. `order` is everybody in the order of the agreement; who has nothing is left out."""
    paid = paid or {}
    lines = {one.line for one in shared}
    own: dict[Who, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    borne: dict[Who, Decimal] = defaultdict(lambda: ZERO)
    pots: dict[Hashable, list[Cost]] = {line: [] for line in lines}
    for cost in costs:
        borne[cost.who] += cost.amount
        if cost.line in lines:
            pots[cost.line].append(cost)
        else:
            own[cost.who][cost.category] += cost.amount
    spend = {who: max(sum(own[who].values(), ZERO), ZERO) for who in order}
    overheads = []
    for one in shared:
        basis = tuple(spend.items()) if one.basis is None else one.basis
        made = _share(one.line, pots[one.line], basis, order)
        overheads.append(made)
        if not made.steps:
            for cost in pots[one.line]:
                own[cost.who][cost.category] += cost.amount
    rows = [
        FullCost(
            who,
            dict(own[who]),
            tuple(overhead.share_of(who) for overhead in overheads),
            borne[who],
            paid.get(who, ZERO),
        )
        for who in order
    ]
    return FullCosts(
        tuple(overheads),
        tuple(one for one in rows if one.borne or one.paid or any(one.own.values()) or any(one.shares)),
    )


def _share(
    line: Hashable, pot: Sequence[Cost], basis: Sequence[tuple[Who, Decimal]], order: Sequence[Who]
) -> Overhead:
    cost = sum((one.amount for one in pot), ZERO)
    by_bearer: dict[Who, Decimal] = defaultdict(lambda: ZERO)
    for one in pot:
        by_bearer[one.who] += one.amount
    borne = tuple((who, by_bearer[who]) for who in order if by_bearer[who])
    whole = sum((Fraction(figure) for _, figure in basis), Fraction(0))
    if not whole:
        return Overhead(line, cost, borne, ())
    shares = split(cost, [figure for _, figure in basis])
    steps = []
    for (who, figure), share in zip(basis, shares, strict=True):
        proportion = Fraction(figure) / whole
        if figure:
            steps.append(Step(who, figure, proportion, Fraction(cost) * proportion, share))
    return Overhead(line, cost, borne, tuple(steps))
