"""The chart of accounts: small, because a pooled fund is. Money comes in, is owed, is spent by category.

A contribution agreed is due from its participant; received, it is in the pool. A cost is owed to the participant that
bore it until the pool pays.
"""

from ledger.models import Account, Category

BANK, DUE, PREPAID, OWED, ACCRUED = "1000", "1100", "1200", "2000", "2100"
CONTRIBUTIONS, TRANSFERRED = "3000", "3100"
HEADINGS = [
    (BANK, "Money in the pool", Account.Kind.BANK, ""),
    (DUE, "Contributions due", Account.Kind.DUE, ""),
    (PREPAID, "Prepaid costs", Account.Kind.PREPAID, ""),
    (OWED, "Owed to participants for their costs", Account.Kind.OWED, ""),
    (ACCRUED, "Accrued costs", Account.Kind.ACCRUED, ""),
    (CONTRIBUTIONS, "Contributions agreed", Account.Kind.CONTRIBUTIONS, ""),
    (TRANSFERRED, "Transferred out of the pool", Account.Kind.TRANSFERRED, ""),
] + [
    (str(5000 + 10 * place), category.label, Account.Kind.COST, category.value)
    for place, category in enumerate(Category, 1)
]


def open_accounts(alliance_id: int) -> dict[str, Account]:
    """The accounts by code; those that are not there yet are made."""
    Account.objects.bulk_create(
        [
            Account(alliance_id=alliance_id, code=code, name=name, kind=kind, category=category)
            for code, name, kind, category in HEADINGS
        ],
        ignore_conflicts=True,
    )
    return {account.code: account for account in Account.objects.filter(alliance_id=alliance_id)}


def accounts(alliance_id: int) -> dict[str, Account]:
    """By code; a book that is older than a heading gets it."""
    there = {account.code: account for account in Account.objects.filter(alliance_id=alliance_id)}
    return there if len(there) >= len(HEADINGS) else open_accounts(alliance_id)
