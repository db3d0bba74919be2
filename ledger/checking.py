"""Reading a return, by a worker: the file to its lines and its problems, in pieces that a page can follow.

Each piece is one transaction. A worker that is lost half-way leaves lines of a reading that nobody looks at; the
next attempt is a new reading. Only `services.finish_check` makes a reading count.
"""

from dataclasses import dataclass, replace
from itertools import islice

from django.db import connection
from django.db.models import Max

from alliance.core.copying import array, copied, is_harmless
from alliance.core.outbox import Run
from alliance.core.periods import FinancialYear
from alliance.core.spreadsheets import SpreadsheetError, Table, read_table_apart
from alliance.core.tenancy import alliance_context
from ledger import importing, services
from ledger.importing import Meaning, Problem
from ledger.lifecycle import ReturnState
from ledger.models import (
    Account,
    BudgetLine,
    Category,
    CostReturn,
    Fund,
    OwnName,
    ReturnLine,
    ReturnProblem,
    RowFix,
)
from ledger.quick_reading import QuickReading
from ledger.reading_in_sets import InSets, NotPlain
from ledger.recovery import courses
from ledger.vat import Course
from participants.models import Participant

AT_ONCE = 10_000  # lines in one transaction
AT_A_TIME = 500  # of them on their way to the database, which takes them in while the next are read
TOLD = 2_000  # problems kept; the rest is counted
STRANGE = 300  # names kept that are not ours; the rest is asked for in the next reading
SHEETS = 20  # of a workbook that are looked into for costs

COPY = """copy ledger_returnline (alliance_id, cost_return_id, reading, "row", cells, date, amount, account_id,
    budget_line_id, supplier, description, reference, evidence, grade, fte) from stdin"""


@dataclass(frozen=True)
class _Known:
    """What the alliance and the participant have said already, read once at the beginning."""

    year: FinancialYear
    categories: dict[str, int]
    budget_lines: list[tuple[int, str]]
    names: dict[str, dict[str, str]]
    fixes: dict[str, dict[int, dict[str, str]]]  # sheet → row → field → text
    others: list[str]
    vat: Course

    @property
    def said(self) -> dict[str, set[str]]:
        """Field → the plain names by which its column is known, ours and the participant's own."""
        ours = {
            "category": Category.labels,
            "budget_line": [name for _, name in self.budget_lines],
        }
        return {of: {*map(importing.plain, names), *self.names.get(of, ())} for of, names in ours.items()}

    @classmethod
    def of(cls, cost_return: CostReturn) -> "_Known":
        alliance_id, participant = cost_return.alliance_id, cost_return.participant
        year = FinancialYear.containing(cost_return.month, participant.alliance.year_starts_in)
        accounts = Account.objects.filter(alliance_id=alliance_id, kind="cost")
        lines = BudgetLine.objects.filter(alliance_id=alliance_id, budget__starts_on=year.start)
        fixes: dict[str, dict[int, dict[str, str]]] = {}
        for one in RowFix.objects.filter(
            alliance_id=alliance_id, cost_return=cost_return, row__gt=0
        ).order_by("pk"):
            fixes.setdefault(one.sheet, {}).setdefault(one.row, {})[one.field] = one.now
        others = []
        if Fund.objects.filter(alliance_id=alliance_id, host=participant).exists():
            of_pool = Participant.objects.filter(alliance_id=alliance_id).exclude(pk=participant.pk)
            others = [name for names in of_pool.values_list("name", "short_name") for name in names]
        return cls(
            year,
            dict(accounts.values_list("category", "pk")),
            list(lines.values_list("pk", "name")),
            OwnName.of(participant),
            fixes,
            others,
            courses(alliance_id, [participant])[participant.pk],
        )


def check(run: Run, return_id: int) -> None:
    """Read the return's file and say what it is: ready, known already, in need of attention or of its columns."""
    with run.step("Opening the file", 0):
        returns = CostReturn.objects.select_related("participant__alliance", "document")
        cost_return = returns.defer("document__content").get(pk=return_id)
        if cost_return.status != ReturnState.CHECKING:
            return
        reading = 1 + max(cost_return.reading, _last_reading(cost_return))
        known = _Known.of(cost_return)
        content = cost_return.document.read()
    found = services.Found(reading=reading)
    try:
        meaning = Meaning.from_json(cost_return.mapping)
        table, sheets = _open(cost_return, content, meaning.sheet)
        found.sheets = list(table.sheets) if len(table.sheets) > 1 else []
        if sheets:
            found.missing = ["Which sheet holds the costs"]
        else:
            _understand(run, cost_return, content, found, table, meaning, known)
    except SpreadsheetError as trouble:
        found.problems = [Problem(str(trouble).removesuffix("."))]
    with run.step("Adding up", 90):
        services.finish_check(cost_return=cost_return, found=found)


def _open(cost_return: CostReturn, content: bytes, chosen: str) -> tuple[Table, list[str]]:
    """The table to read; or, when several sheets could be it and none was chosen, their names too."""
    name_of_file = cost_return.document.name
    table = read_table_apart(content, name_of_file, sheet=chosen or None, blanks=True)
    if chosen or len(table.sheets) < 2:
        return table, []
    likely = []
    for name in table.sheets[:SHEETS]:
        one = (
            table if name == table.sheet else read_table_apart(content, name_of_file, sheet=name, blanks=True)
        )
        try:
            meant = importing.guess(importing.look(one).headings).columns
        except SpreadsheetError:
            continue
        if "amount" in meant and len(meant) > 1:
            likely.append(one)
    if len(likely) > 1:
        return table, [one.sheet for one in likely]
    return (likely[0] if likely else table), []


def _understand(
    run: Run,
    cost_return: CostReturn,
    content: bytes,
    found: "services.Found",
    table: Table,
    meaning: Meaning,
    known: _Known,
) -> None:
    seen = importing.look(table)
    if not meaning.columns:
        with alliance_context(cost_return.alliance_id):
            meaning = replace(_meaning(cost_return, seen, known), sheet=meaning.sheet)
    found.headings, found.heading_row, found.samples, found.sheet = (
        seen.headings,
        seen.row,
        seen.samples,
        table.sheet,
    )
    found.mapping = meaning.as_json()
    found.missing = meaning.missing
    if meaning.missing:
        return
    lines = QuickReading(
        table,
        seen,
        meaning,
        month=cost_return.period,
        year=known.year,
        categories=known.categories,
        budget_lines=known.budget_lines,
        names=known.names,
        fixes=known.fixes.get(table.sheet[:120], {}),
        others=known.others,
        vat=known.vat,
    )
    _stage(run, cost_return, found, lines, content)
    found.notes = [*_about(table), *lines.notes]
    # Nobody knows what a sheet that was not read says.
    found.tells_pay = lines.tells_pay or bool(table.beside)
    found.strange = [
        {"field": field, "said": said, "rows": rows} for (field, _), (said, rows) in lines.strange.items()
    ][:STRANGE]


def _about(table: Table) -> list[str]:
    """What the file holds beside the sheet that was read."""
    said = []
    if len(table.sheets) > 1:
        others = [f"“{name}”" for name in table.sheets if name != table.sheet]
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        said.append(f"The sheet “{table.sheet}” was read. Not read: {', '.join(others[:5])}{more}.")
    if table.hidden_sheets:
        one = table.hidden_sheets == 1
        said.append(f"{table.hidden_sheets} hidden {'sheet was' if one else 'sheets were'} not read.")
    if table.macros:
        said.append("The file brings macros. They were not run.")
    return said


def _stage(
    run: Run, cost_return: CostReturn, found: "services.Found", lines: QuickReading, content: bytes
) -> None:
    key = (cost_return.alliance_id, cost_return.pk, found.reading)
    sets = InSets(lines, content, key)
    staged = _stage_in_sets(run, found, key, sets)
    copying, coming = copied(key).removesuffix("\n"), iter(lines.paid() if sets.is_whole else lines)
    few = min(AT_A_TIME, AT_ONCE)
    while batch := list(islice(coming, few)):
        full = staged + AT_ONCE
        with (
            run.step(f"Checking from row {batch[0].row:,}", _done(staged)),
            connection.cursor() as cursor,
            cursor.copy(COPY) as copy,
        ):
            while batch:
                _copy(copy, copying, batch, found)
                staged += len(batch)
                batch = list(islice(coming, few)) if staged < full else []
    if not staged:
        found.add(Problem(_nothing_there(lines)))


def _stage_in_sets(run: Run, found: "services.Found", key: tuple[int, int, int], sets: InSets) -> int:
    """The file as far as it is plain; how many lines that gave."""
    staged, copying = 0, copied(key).removesuffix("\n")
    for piece in sets.pieces(AT_ONCE):
        with run.step(f"Checking from row {piece.first:,}", _done(staged)), connection.cursor() as cursor:
            try:
                taken = sets.take(cursor, piece)
            except NotPlain:
                break
            if taken.odd:
                with cursor.copy(COPY) as copy:
                    _copy(copy, copying, taken.odd, found)
            staged += taken.lines + len(taken.odd)
    if not sets.is_whole:
        with alliance_context(key[0]), connection.cursor() as cursor:
            sets.sum_up(cursor)
    return staged


def _done(staged: int) -> int:
    """Progress of 100: nobody knows how many rows will come."""
    return min(85, 5 + staged // 1_000)


def _copy(copy, key: str, lines: list[importing.Line], found: "services.Found") -> None:
    copy.write("".join([_staged(key, line) for line in lines]))
    for line in lines:
        if line.problems:
            found.problem_count += len(line.problems)
            found.problems += line.problems[: max(0, TOLD - len(found.problems))]


def _staged(key: str, line: importing.Line) -> str:
    """The line as COPY takes it: its cells as they came, and what they were taken to mean."""
    row, cells, day, amount, account, budget_line, *said, problems = line
    if problems or not is_harmless("".join(cells) + "".join(said)):
        return f"{key}\t{copied((row, cells, day, amount, account, budget_line, *said))}"
    words = "\t".join(said)
    return f"{key}\t{row}\t{array(cells)}\t{day}\t{amount}\t{account}\t{budget_line}\t{words}\n"


def _nothing_there(lines: importing.Reading) -> str:
    if not lines.meaning.only:
        return "The file has no costs in it; if nothing was spent, say so instead of sending a file"
    place, value = lines.meaning.only
    return f"No row has “{value}” as {lines.name(place)}"


def _last_reading(cost_return: CostReturn) -> int:
    kept = ReturnLine.objects.filter(alliance_id=cost_return.alliance_id, cost_return=cost_return)
    told = ReturnProblem.objects.filter(alliance_id=cost_return.alliance_id, cost_return=cost_return)
    return max(one.aggregate(last=Max("reading"))["last"] or 0 for one in (kept, told))


def _meaning(cost_return: CostReturn, seen: importing.Look, known: _Known) -> Meaning:
    """The same headings mean what the participant last said that they mean; else what they say."""
    remembered = (
        CostReturn.objects.filter(
            participant_id=cost_return.participant_id, headings=seen.headings, line_count__gt=0
        )
        .exclude(pk=cost_return.pk)
        .order_by("-number")
        .first()
    )
    if remembered is None:
        return importing.guess(seen.headings, seen.samples, known.said)
    meaning = Meaning.from_json(remembered.mapping)
    if line := meaning.fixed.get("budget_line"):
        meaning = replace(meaning, fixed=_of_this_year(meaning.fixed, line, known))
    return meaning


def _of_this_year(fixed: dict[str, str], line: str, known: _Known) -> dict[str, str]:
    """A budget line that stood for every row is, in another year, the line of the same name."""
    if any(str(pk) == line for pk, _ in known.budget_lines):
        return fixed
    name = BudgetLine.objects.filter(pk=line).values_list("name", flat=True).first()
    same = next((pk for pk, one in known.budget_lines if one == name), None)
    others = {key: value for key, value in fixed.items() if key != "budget_line"}
    return others | ({"budget_line": str(same)} if same else {})
