"""The lines into Concordat, as in service: `python -m tests.bench.contest.ours '{"files": …}'`, a worker's process.

Each file is submitted as a return, read and checked row by row, staged, confirmed and posted, by the services and
errands that people's returns go through, with every guard of the database; or all of them in bulk, as a host's old
ledger comes. What it prints is JSON.
"""

import csv
import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain
from time import monotonic, sleep

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

PATIENCE = 120  # seconds


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
    wait_for(sent, "ready")
    services.accept_cost_return(cost_return=sent, by=by)
    wait_for(sent, "posted")
    assert sent.line_count == file["rows"]


def wait_for(sent: CostReturn, status: str) -> None:
    """Done here, or by the other worker."""
    last = monotonic() + PATIENCE
    while True:
        did = do_all_due()
        sent.refresh_from_db(fields=["status", "line_count"])
        if sent.status == status:
            return
        assert monotonic() < last, (sent.status, list(sent.problems.all()[:5]))
        if not did:
            sleep(0.002)


def in_bulk(asked: dict, parties: list[Participant]) -> None:
    """All files through ledger/bulk.py in one transaction, each of them one journal."""
    host = User.objects.get(pk=asked["host"])
    alliance = parties[0].alliance
    accounts = dict(Account.objects.filter(alliance_id=alliance.pk).values_list("name", "pk"))
    budget_lines = dict(BudgetLine.objects.filter(alliance_id=alliance.pk).values_list("name", "pk"))
    costs = chain.from_iterable(
        costs_of(file, parties[int(file["provider"])].pk, accounts, budget_lines) for file in asked["files"]
    )
    bulk.load_costs(alliance=alliance, costs=costs, source=asked["source"], by=host)


def costs_of(file: dict, party: int, accounts: dict, budget_lines: dict) -> Iterator[bulk.Cost]:
    """A file's rows, read as the other ledgers' scripts read them."""
    key, month = str(file["begins"]), date(file["year"], file["month"], 1)
    with open(file["path"], encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        assert tuple(next(rows)) == lines.HEADINGS
        for day, supplier, what, amount, category, line, reference, _ in rows:
            yield bulk.Cost(
                key=key,
                month=month,
                date=date(int(day[6:]), int(day[3:5]), int(day[:2])),
                participant=party,
                account=accounts[category],
                budget_line=budget_lines[line],
                amount=Decimal(amount),
                supplier=supplier,
                description=what,
                reference=reference,
            )


if __name__ == "__main__":
    main()
