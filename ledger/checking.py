"""Reading a return, by a worker: the file to its lines and its problems, in pieces that a page can follow.

Each piece is one transaction. A worker that is lost half-way leaves lines of a reading that nobody looks at; the
next attempt is a new reading. Only `services.finish_check` makes a reading count.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection
from django.db.models import Max

from alliance.core.outbox import Run
from alliance.core.periods import FinancialYear
from alliance.core.spreadsheets import SpreadsheetError, read_table
from ledger import importing, services
from ledger.importing import Meaning, Problem
from ledger.lifecycle import ReturnState
from ledger.models import Account, BudgetLine, CostReturn, ReturnLine, ReturnProblem

AT_ONCE = 10_000  # lines in one transaction
TOLD = 2_000  # problems kept; the rest is counted

MEANT = ("date", "amount", "account", "budget_line", "supplier", "description", "reference", "evidence")
COPY = """copy ledger_returnline (alliance_id, cost_return_id, reading, "row", cells, date, amount, account_id,
    budget_line_id, supplier, description, reference, evidence) from stdin"""


def check(run: Run, return_id: int) -> None:
    """Read the return's file and say what it is: ready, known already, in need of attention or of its columns."""
    with run.step("Opening the file", 0):
        cost_return = CostReturn.objects.select_related("participant__alliance", "document").get(pk=return_id)
        if cost_return.status != ReturnState.CHECKING:
            return
        reading = 1 + max(cost_return.reading, _last_reading(cost_return))
        year = FinancialYear.containing(cost_return.month, cost_return.participant.alliance.year_starts_in)
        categories = dict(
            Account.objects.filter(alliance_id=cost_return.alliance_id, kind="cost").values_list(
                "category", "pk"
            )
        )
        budget_lines = list(
            BudgetLine.objects.filter(
                alliance_id=cost_return.alliance_id, budget__starts_on=year.start
            ).values_list("pk", "name")
        )
        remembered = _remembered(cost_return)
    found = services.Found(reading=reading)
    try:
        document = cost_return.document
        table = read_table(bytes(document.content), document.name, blanks=True)
        seen = importing.look(table)
        meaning = Meaning.from_json(cost_return.mapping) if cost_return.mapping else None
        meaning = meaning or _meaning(seen, remembered)
        found.headings, found.heading_row, found.sheet = seen.headings, seen.row, table.sheet
        found.mapping = meaning.as_json()
        found.missing = meaning.missing
        if not meaning.missing:
            lines = importing.Reading(
                table,
                seen,
                meaning,
                month=cost_return.period,
                year=year,
                categories=categories,
                budget_lines=budget_lines,
            )
            _stage(run, cost_return, found, lines)
            found.notes = lines.notes
    except SpreadsheetError as trouble:
        found.problems = [Problem(str(trouble).removesuffix("."))]
    with run.step("Adding up", 90):
        services.finish_check(cost_return=cost_return, found=found)


def _stage(run: Run, cost_return: CostReturn, found: "services.Found", lines: importing.Reading) -> None:
    staged = 0
    for batch in _batches(lines, AT_ONCE):
        key = (cost_return.alliance_id, cost_return.pk, found.reading)
        with (
            run.step(f"Checking row {batch[-1].row:,}", min(85, 5 + staged // 1_000)),
            connection.cursor() as cursor,
            cursor.copy(COPY) as copy,
        ):
            for line in batch:
                copy.write_row((*key, line.row, list(line.cells), *(getattr(line, name) for name in MEANT)))
        staged += len(batch)
        for line in batch:
            found.problem_count += len(line.problems)
            found.problems += line.problems[: max(0, TOLD - len(found.problems))]
    if not staged:
        found.add(Problem(_nothing_there(lines)))


def _nothing_there(lines: importing.Reading) -> str:
    if not lines.meaning.only:
        return "The file has no costs in it"
    place, value = lines.meaning.only
    return f"No row has “{value}” as {lines.name(place)}"


def _batches(lines: Iterable[importing.Line], size: int) -> Iterator[list[importing.Line]]:
    lines = iter(lines)
    while batch := list(islice(lines, size)):
        yield batch


def _last_reading(cost_return: CostReturn) -> int:
    kept = ReturnLine.objects.filter(alliance_id=cost_return.alliance_id, cost_return=cost_return)
    told = ReturnProblem.objects.filter(alliance_id=cost_return.alliance_id, cost_return=cost_return)
    return max(one.aggregate(last=Max("reading"))["last"] or 0 for one in (kept, told))


def _remembered(cost_return: CostReturn) -> CostReturn | None:
    """The participant's last return that was understood, whose columns may be this one's."""
    return (
        CostReturn.objects.filter(participant_id=cost_return.participant_id, line_count__gt=0)
        .exclude(pk=cost_return.pk)
        .order_by("-number")
        .first()
    )


def _meaning(seen: importing.Look, remembered: CostReturn | None) -> Meaning:
    """The same headings mean what they meant the last time; else what they say."""
    if remembered and remembered.headings == seen.headings:
        return Meaning.from_json(remembered.mapping)
    return importing.guess(seen.headings)
