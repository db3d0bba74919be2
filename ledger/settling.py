"""What a year's end means for each participant, to the penny (rules 37, 39). Pure calculation: no database, no clock.

What is left in the pool is one sum, contributions and what was brought forward together: both were planned together
(rule 30).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alliance.core.money import ZERO, split
from ledger.sharing import meet_overspend, return_underspend


@dataclass(frozen=True, slots=True)
class Part:
    """One participant's. `settled` is returned to it when positive and paid by it when negative."""

    who: Hashable
    contribution: Decimal
    carried: Decimal
    settled: Decimal

    @property
    def share(self) -> Decimal:
        """Of the net position."""
        return self.carried + self.settled


@dataclass(frozen=True, slots=True)
class Settlement:
    """`net` is what is left, negative when more was used than there was. The parts' shares sum to it.

    `overspend` is what was used beyond the contributions; `from_brought_forward` of it was met by last year's money.
    `unmet` is what nobody can be asked for, because nobody contributes.
    """

    net: Decimal
    overspend: Decimal
    from_brought_forward: Decimal
    carried_forward: Decimal
    parts: tuple[Part, ...]

    @property
    def settled(self) -> Decimal:
        """What is returned; negative: what is asked for."""
        return sum((part.settled for part in self.parts), ZERO)

    @property
    def unmet(self) -> Decimal:
        return max(-self.net + self.settled, ZERO)


def settle(
    used: Decimal,
    brought_forward: Decimal,
    contributions: Sequence[tuple[Hashable, Decimal]],
    *,
    carry: Decimal | None = ZERO,
) -> Settlement:
    """Share what a year leaves, or lacks, among those who contributed, in the order of the agreement.

    `used` was spent and transferred. `carry` is what a decision carries forward at most, None for all that is left.
    Where nobody contributes nothing can be returned: all of it stays.
    """
    weights = [amount for _, amount in contributions]
    contributed = sum(weights, ZERO)
    net = contributed + brought_forward - used
    overspend = max(used - contributed, ZERO)
    if net >= 0:
        stays = net if carry is None or not contributed else min(net, carry)
        returned = return_underspend(net, contributions, [("carried forward", stays)] if stays else [])
        settled, first = [amount for _, amount in returned.parts], min(overspend, brought_forward)
    elif contributed:
        met = meet_overspend(overspend, brought_forward, contributions)
        stays, settled, first = ZERO, [-amount + ZERO for _, amount in met.parts], met.from_brought_forward
    else:
        stays, settled, first = ZERO, [ZERO for _ in weights], min(overspend, brought_forward)
    carried = split(stays, weights) if contributed else [ZERO for _ in weights]
    return Settlement(
        net=net,
        overspend=overspend,
        from_brought_forward=first,
        carried_forward=stays,
        parts=tuple(
            Part(who, amount, *of)
            for (who, amount), of in zip(contributions, zip(carried, settled, strict=True), strict=True)
        ),
    )
