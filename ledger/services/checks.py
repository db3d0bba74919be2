"""What a worker found in a return's file, made to count."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from alliance.core.money import MOST, format_pounds
from ledger import posting
from ledger.comparing import differing_row
from ledger.importing import Problem
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn, ReturnProblem, RowFix
from ledger.services.shared import locked, move, posted_under, same_lines
from participants.models import Participant


@dataclass
class Found:
    """What a worker found in a return's file (checking.py)."""

    reading: int
    headings: list[str] = field(default_factory=list)
    heading_row: int | None = None
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    strange: list[dict] = field(default_factory=list)  # names that are not ours: field, said, rows
    mapping: dict = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    tells_pay: bool = True  # until all of it is understood

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.problem_count += 1


@transaction.atomic
def finish_check(*, cost_return: CostReturn, found: Found, by=None) -> CostReturn:
    """Make a reading count: the return is ready, known, or says everything that stands in its way.

    The worker's own act. A return that was withdrawn or replaced meanwhile stays so.
    """
    said = posting.said_by(cost_return, found.reading)
    # Whoever reverses what holds its reference takes turns with this: one of the two sees the other.
    Participant.objects.select_for_update(no_key=True).get(pk=cost_return.participant_id)
    cost_return = locked(cost_return)
    if cost_return.status != ReturnState.CHECKING:
        return cost_return
    told = {
        "reading": found.reading,
        "headings": found.headings,
        "heading_row": found.heading_row,
        "sheet": found.sheet[:120],
        "sheets": found.sheets,
        "samples": [[cell[:100] for cell in row] for row in found.samples],
        "strange": found.strange,
        "mapping": found.mapping,
        "notes": found.notes,
        "line_count": said.lines,
        "lines_total": said.total,
        "tells_pay": found.tells_pay,
    }
    verb = "find_it_ready"
    if found.missing and not found.problems:
        verb = "ask_for_columns"
    elif not found.problems:
        told["lines_hash"] = said.digest
        if abs(said.total) > MOST:
            found.add(Problem(f"The lines sum to {format_pounds(said.total)}, more than the book can hold"))
        declared = cost_return.declared_now
        if declared is not None and declared != said.total:
            found.add(_not_as_declared(declared, said.total))
        if same := same_lines(cost_return, said):
            verb, told["same_as"] = "recognise", same
        elif standing := posted_under(cost_return):
            found.add(
                differing_row(cost_return, found.reading, standing) or Problem("These lines are being posted")
            )
    if found.problems and verb != "recognise":
        verb = "find_problems"
        told["problem_count"] = max(found.problem_count, len(found.problems))
        ReturnProblem.objects.bulk_create(
            [
                ReturnProblem(
                    alliance_id=cost_return.alliance_id,
                    cost_return=cost_return,
                    reading=found.reading,
                    place=place,
                    row=problem.row,
                    column=problem.column[:120],
                    value=problem.value[:200],
                    field=problem.field,
                    sentence=problem.sentence,
                )
                for place, problem in enumerate(found.problems, 1)
            ],
            batch_size=1000,
        )
    else:
        told["problem_count"] = 0
    move(cost_return, verb, **told)
    return cost_return


def _not_as_declared(declared: Decimal, total: Decimal) -> Problem:
    apart = format_pounds(abs(declared - total))
    return Problem(
        f"The lines sum to {format_pounds(total)} and the declared total is {format_pounds(declared)}: "
        f"{apart} {'is missing from' if declared > total else 'too much is in'} the lines",
        field=RowFix.DECLARED,
    )
