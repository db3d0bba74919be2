"""The lines into Concordat, as in service: `python -m tests.bench.contest.ours '{"files": …}'`, a worker's process.

Each file is submitted as a return, read and checked row by row, staged, confirmed and posted, by the services and
errands that people's returns go through, with every guard of the database. What it prints is JSON.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
django.setup()

from django.db import connection  # noqa: E402

from alliance.core.outbox import do_all_due  # noqa: E402
from alliance.core.periods import Month  # noqa: E402
from ledger import bulk, services  # noqa: E402
from ledger.models import Account, BudgetLine, CostReturn  # noqa: E402
from participants.models import Participant, User  # noqa: E402
from tests.bench.contest import lines  # noqa: E402
from tests.bench.contest.timing import Stopwatch  # noqa: E402


def main() -> None:
    asked = json.loads(sys.argv[1])
    senders = [
        (Participant.objects.get(pk=party), User.objects.get(pk=who)) for party, who in asked["senders"]
    ]
    connection.ensure_connection()
    with Stopwatch(connection.connection.info.backend_pid) as watch:
        if asked["how"] == "returns":
            for file in asked["files"]:
                post(file, *senders[int(file["provider"])])
        else:
            in_bulk(asked, [party for party, _ in senders])
    print(json.dumps(vars(watch.took)))


def post(file: dict, participant: Participant, by: User) -> None:
    """One file, from its bytes to the book."""
    with open(file["path"], "rb") as content:
        sent = services.submit_cost_return(
            participant=participant,
            month=Month(file["year"], file["month"]),
            name="costs.csv",
            content=content.read(),
            reference=f"{file['year']}-{file['month']:02}/{file['begins']}",
            declared_total=Decimal(file["pence"]) / 100,
            by=by,
        )
    do_all_due()
    services.accept_cost_return(cost_return=sent, by=by)
    do_all_due()
    done = CostReturn.objects.get(pk=sent.pk)
    assert (done.status, done.line_count) == ("posted", file["rows"]), (
        done.status,
        list(done.problems.all()[:5]),
    )


def in_bulk(asked: dict, parties: list[Participant]) -> None:
    """Lines `first` to `last` through ledger/bulk.py in one transaction: no file, no return."""
    host = User.objects.get(pk=asked["host"])
    alliance = parties[0].alliance
    bulk.load_costs(
        alliance=alliance, costs=costs(asked, alliance.pk, parties), source=asked["source"], by=host
    )


def costs(asked: dict, alliance_id: int, parties: list[Participant]) -> Iterator[bulk.Cost]:
    """Line n goes to a provider and a month by its number: the first thousands reach every balance already."""
    accounts = dict(Account.objects.filter(alliance_id=alliance_id).values_list("name", "pk"))
    budget_lines = dict(BudgetLine.objects.filter(alliance_id=alliance_id).values_list("name", "pk"))
    months = [date(year, month, 1) for year, month in asked["months"]]
    cells = len(lines.CATEGORIES) * len(lines.BUDGET_LINES)

    def cost(n: int) -> bulk.Cost:
        party = parties[n // cells % len(parties)]
        month = months[n // cells // len(parties) % len(months)]
        day, supplier, what, amount, category, line, reference, _ = lines.row(n, month.year, month.month)
        return bulk.Cost(
            key=f"{party.slug}/{month:%Y-%m}",
            month=month,
            date=month.replace(day=int(day[:2])),
            participant=party.pk,
            account=accounts[category],
            budget_line=budget_lines[line],
            amount=Decimal(amount),
            supplier=supplier,
            description=what,
            reference=reference,
        )

    return map(cost, range(asked["first"], asked["last"]))


if __name__ == "__main__":
    main()
