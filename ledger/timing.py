"""Which months an accrual or a prepayment touches, and by how much (rules 34, 37)."""

from decimal import Decimal

from alliance.core.money import split
from alliance.core.periods import Month
from ledger.models import Accrual


def spread(kind: Accrual.Kind, month: Month, months: int, amount: Decimal) -> list[tuple[Month, Decimal]]:
    """What it adds to the costs of each month, its own first; together 0.00, each part exact to the penny."""
    if kind == Accrual.Kind.ACCRUAL:
        return [(month, amount), (month.next, -amount)]
    later = [month.shifted(by) for by in range(1, months + 1)]
    return [(month, -amount), *zip(later, split(amount, [1] * months), strict=True)]
