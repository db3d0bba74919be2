"""The chart of accounts: small, because a pooled fund is. Money comes in, is owed, is spent by category.

A contribution agreed is due from its participant; received, it is in the pool. A cost is owed to the participant that
bore it until the pool pays.
"""

from ledger.models import Account, Category

BANK, DUE, OWED, CONTRIBUTIONS = "1000", "1100", "2000", "3000"
HEADINGS = [
    (BANK, "Money in the pool", Account.Kind.BANK, ""),
    (DUE, "Contributions due", Account.Kind.DUE, ""),
    (OWED, "Owed to participants for their costs", Account.Kind.OWED, ""),
    (CONTRIBUTIONS, "Contributions agreed", Account.Kind.CONTRIBUTIONS, ""),
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
    return accounts(alliance_id)


def accounts(alliance_id: int) -> dict[str, Account]:
    return {account.code: account for account in Account.objects.filter(alliance_id=alliance_id)}
