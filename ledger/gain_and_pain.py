"""What a year cost under the terms that were agreed for it (rule 38), as facts that are kept with its account."""

from dataclasses import dataclass
from decimal import Decimal

from alliance.core.money import ZERO, format_pounds
from ledger import summaries
from ledger.models import Budget, Category
from ledger.sharing import Step, share


@dataclass(frozen=True, slots=True)
class Part:
    """What a provider receives of the year's gain; negative: what it pays of its pain."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GainAndPain:
    """What the year's cost means under the terms that were agreed last (rule 38), with every step as it was worked out.

    `disallowed` is what the book has in that category. `providers`, `commissioners` and `parts` are as in
    `sharing.Outcome`; no money moves by it.
    """

    target: Decimal
    actual: Decimal
    disallowed: Decimal
    variance: Decimal
    providers: Decimal
    commissioners: Decimal
    words: str
    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    decision: int | None

    @property
    def is_gain(self) -> bool:
        return self.variance >= 0


def worked_out(budget: Budget, spending: summaries.Spending) -> GainAndPain | None:
    """Rule 38, of what the book has. A credit among the disallowed costs beyond them all disallows nothing."""
    terms, decision = summaries.agreed_and_decided(budget)
    if terms is None:
        return None
    disallowed = sum((one.spent for one in spending.by_category if one.value == Category.DISALLOWED), ZERO)
    found = share(terms, spending.spent, min(max(disallowed, ZERO), max(spending.spent, ZERO)))
    not_allowed = f", of which {format_pounds(found.disallowed)} was disallowed" if found.disallowed else ""
    return GainAndPain(
        target=terms.target,
        actual=found.actual,
        disallowed=found.disallowed,
        variance=found.variance,
        providers=found.providers,
        commissioners=found.commissioners,
        words=f"{budget.year.label} cost {format_pounds(found.actual)}{not_allowed}: {found.consequence}",
        steps=found.steps,
        parts=tuple(Part(name, amount) for name, amount in found.parts),
        decision=decision and decision.number,
    )
