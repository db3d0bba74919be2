"""What is different between a file and what is in the book under its reference (rule 43)."""

from django.db import connection

from alliance.core.money import format_pounds
from ledger.importing import Problem
from ledger.models import CostReturn


def differing_row(cost_return: CostReturn, reading: int, posted: CostReturn) -> Problem | None:
    """Where a file differs from what is in the book under its reference (rule 43); None when it says the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            """with was as (select row_number() over (order by "row") as n, * from ledger_returnline
                    where alliance_id = %(alliance)s and cost_return_id = %(posted)s and reading = %(posted_reading)s),
                now as (select row_number() over (order by "row") as n, * from ledger_returnline
                    where alliance_id = %(alliance)s and cost_return_id = %(return)s and reading = %(reading)s)
               select now."row", now.amount, now.date, now.supplier, now.description,
                      was."row", was.amount, was.date, was.supplier, was.description
               from was full join now using (n)
               where (was.account_id, was.budget_line_id, was.amount, was.date, was.supplier, was.description,
                      was.reference, was.evidence)
                   is distinct from (now.account_id, now.budget_line_id, now.amount, now.date, now.supplier,
                      now.description, now.reference, now.evidence)
               order by n limit 1""",
            {
                "alliance": cost_return.alliance_id,
                "posted": posted.pk,
                "posted_reading": posted.reading,
                "return": cost_return.pk,
                "reading": reading,
            },
        )
        found = cursor.fetchone()
    if found is None:
        return None
    now, was = found[:5], found[5:]
    if now[0] is None:
        said = f"this file ends, and the posted one goes on with {_told(was)}"
    elif was[0] is None:
        said = f"it is {_told(now)}, and the posted file ends before it"
    else:
        said = f"it is {_told(now)}, and in the book it is {_told(was)}"
        if _told(now) == _told(was):
            said = f"it is {_told(now)} as in the book, but with another category, budget line, reference or evidence"
    cure = (
        f"“{posted.reference}” is in the book as journal {posted.journal.number}, and what is posted never changes: "
        "reverse that journal first, or send these costs under another reference"
        if posted.journal_id
        else f"“{posted.reference}” is being posted"
    )
    return Problem(f"{said}. {cure}", now[0] or was[0])


def _told(line: tuple) -> str:
    _, amount, day, supplier, description = line
    return f"{format_pounds(amount)} on {day.day} {day:%B %Y}, {supplier or description}"
