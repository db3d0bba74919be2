"""The lines into django-hordak, in its own environment and database: `python in_hordak.py '{"database": …}'`.

Its quickest way that keeps its promises: `bulk_create` of transactions and of legs, a file in one database
transaction. Its triggers check each leg at commit by summing its whole transaction, so that small transactions are
quick and large ones are not: `TOGETHER` is how many stand in each; change it to try.
"""

import csv
import json
import sys
from datetime import date
from decimal import Decimal
from itertools import islice

import django
from django.conf import settings
from timing import Stopwatch

TOGETHER = 10  # lines in a transaction, besides the one that balances them
AT_ONCE = 5_000  # lines in a statement
asked = json.loads(sys.argv[1])
settings.configure(
    DATABASES={"default": asked["database"] | {"ENGINE": "django.db.backends.postgresql"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SECRET_KEY="for the bench alone",
    DEFAULT_CURRENCY="GBP",
    HORDAK_INTERNAL_CURRENCY="GBP",
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from hordak.models import Account, AccountType, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    accounts = Accounts()
    together = asked.get("together", TOGETHER)
    with Stopwatch(connection.connection.info.backend_pid) as watch:
        lines = sum(load(file, accounts, together) for file in asked["files"])
    credited, debits = Leg.objects.sum_to_debit_and_credit()
    assert credited == debits
    print(json.dumps({
        "lines": lines,
        "pence": int(debits["GBP"].amount * 100),
        "how": f"bulk_create of transactions of {together} lines and a credit, and of their legs",
        **vars(watch.took),
    }))  # fmt: skip


class Accounts(dict):
    """By category and budget line, or by provider; made when first named."""

    def __missing__(self, key: tuple[str, ...]):
        cost = len(key) == 2
        self[key] = Account.objects.create(
            name=" ".join(key),
            code=str(len(self) + 1),
            type=AccountType.expense if cost else AccountType.liability,
            currencies=["GBP"],
        )
        return self[key]


@transaction.atomic
def load(file: dict, accounts: Accounts, together: int) -> int:
    owed, lines = accounts[(file["provider"],)], 0
    with open(file["path"], encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        while batch := list(islice(rows, AT_ONCE)):
            groups = [batch[first : first + together] for first in range(0, len(batch), together)]
            made = Transaction.objects.bulk_create(
                Transaction(description=file["path"], date=day_of(group[0])) for group in groups
            )
            Leg.objects.bulk_create(
                leg
                for one, group in zip(made, groups, strict=True)
                for leg in legs(one, group, accounts, owed)
            )
            lines += len(batch)
    return lines


def day_of(row: dict) -> date:
    day, month, year = map(int, row["Date"].split("/"))
    return date(year, month, day)


def legs(made: Transaction, group: list[dict], accounts: Accounts, owed: Account):
    total = Decimal(0)
    for row in group:
        amount = Decimal(row["Amount"])
        total += amount
        yield Leg(
            transaction=made,
            account=accounts[row["Category"], row["Budget line"]],
            debit=Money(amount, "GBP"),
            description=f"{row['Supplier']} · {row['Description']} · {row['Reference']}",
        )
    yield Leg(transaction=made, account=owed, credit=Money(total, "GBP"))


if __name__ == "__main__":
    main()
