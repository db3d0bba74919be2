"""The lines into django-ledger, in its own environment and database: `python in_django_ledger.py '{"database": …}'`.

Its own bulk path: `LedgerModel.commit_txs` makes a journal entry, checks that it balances, writes its transactions with
`bulk_create`, verifies and posts it. `TOGETHER` is how many stand in each; change it to try.
"""

import csv
import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

import django
from django.conf import settings
from timing import Stopwatch

TOGETHER = 10_000  # lines in a journal entry, besides the one that balances them
asked = json.loads(sys.argv[1])
settings.configure(
    DATABASES={"default": asked["database"] | {"ENGINE": "django.db.backends.postgresql"}},
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django_ledger",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ROOT_URLCONF="django_ledger.urls",
    SECRET_KEY="for the bench alone",
    LOGIN_URL="/",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django_ledger.io import roles  # noqa: E402
from django_ledger.models import EntityModel, JournalEntryModel, TransactionModel  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    admin = get_user_model().objects.create_user("bench")
    entity = EntityModel.create_entity(name="Bench", use_accrual_method=True, admin=admin, fy_start_month=4)
    entity.create_chart_of_accounts(assign_as_default=True, coa_name="Costs", commit=True)
    entity.save()
    ledger = entity.create_ledger(name="The open book", posted=True)
    accounts, together = Accounts(entity), asked.get("together", TOGETHER)
    with Stopwatch(connection.connection.info.backend_pid) as watch:
        lines = sum(load(file, ledger, accounts, together) for file in asked["files"])
    assert not JournalEntryModel.objects.filter(posted=False).exists()
    debits = TransactionModel.objects.filter(tx_type="debit").aggregate(all=Sum("amount"))["all"]
    print(json.dumps({
        "lines": lines,
        "pence": int(debits * 100),
        "how": f"commit_txs, posted, {together:,} lines in a journal entry",
        **vars(watch.took),
    }))  # fmt: skip


class Accounts(dict):
    """By category and budget line, or by provider; made when first named."""

    def __init__(self, entity: EntityModel):
        self.entity = entity

    def __missing__(self, key: tuple[str, ...]):
        cost = len(key) == 2
        self[key] = self.entity.create_account(
            code=str((6000 if cost else 2000) + len(self)),
            role=roles.EXPENSE_OPERATIONAL if cost else roles.LIABILITY_CL_ACC_PAYABLE,
            name=" ".join(key),
            balance_type="debit" if cost else "credit",
            active=True,
        )
        return self[key]


def load(file: dict, ledger, accounts: Accounts, together: int) -> int:
    owed, lines = accounts[(file["provider"],)], 0
    with open(file["path"], encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        while batch := list(islice(rows, together)):
            day = datetime.strptime(batch[0]["Date"], "%d/%m/%Y").replace(tzinfo=UTC)
            ledger.commit_txs(
                je_timestamp=day, je_txs=[*debits(batch, accounts), credit(batch, owed)], je_posted=True
            )
            lines += len(batch)
    return lines


def debits(batch: list[dict], accounts: Accounts):
    for row in batch:
        yield {
            "account": accounts[row["Category"], row["Budget line"]],
            "amount": Decimal(row["Amount"]),
            "tx_type": "debit",
            "description": f"{row['Supplier']} · {row['Description']} · {row['Reference']}"[:100],
        }


def credit(batch: list[dict], owed) -> dict:
    total = sum(Decimal(row["Amount"]) for row in batch)
    return {"account": owed, "amount": total, "tx_type": "credit", "description": "Owed for these costs"}


if __name__ == "__main__":
    main()
