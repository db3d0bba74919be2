"""A material error in a closed month (rule 33)."""

from decimal import Decimal

from django.db import transaction

from alliance.core.money import format_pounds, pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from ledger import chart, posting, summaries
from ledger.models import BudgetLine, Category, Journal, Restatement
from ledger.recovery import not_a_cost
from participants.models import Participant


@transaction.atomic
def restate(
    *,
    participant: Participant,
    month: Month,
    category: Category,
    budget_line: BudgetLine,
    original: Decimal,
    restated: Decimal,
    decision: Decision,
    by,
) -> Restatement:
    """Post restated minus original in the first open month; the closed month keeps its figure beside it (rule 33).

    The seal's own act. Refused when the book no longer says `original`.
    """
    alliance_id = participant.alliance_id
    here = posting.first_open_month(alliance_id, from_month=month)
    posting.hold_fund(alliance_id)
    if there := Restatement.objects.filter(decision=decision).first():
        return there
    original, restated = pounds(original), pounds(restated)
    found = summaries.cell(alliance_id, month, participant, category, budget_line)
    if found != original:
        raise NotPossible(
            f"The book says {format_pounds(found)} there, not {format_pounds(original)}: word it again (rule 33)."
        )
    if restated and (why_not := not_a_cost(participant, category, month.start)):
        raise NotPossible(why_not)
    accounts = chart.accounts(alliance_id)
    cost = next(one for one in accounts.values() if one.category == category)
    number = Restatement.objects.filter(alliance_id=alliance_id).count() + 1
    said = f"Restatement {number} of {month.label}"
    correction = restated - original
    journal, _ = posting.post(
        alliance_id=alliance_id,
        month=here,
        day=here.start,
        kind=Journal.Kind.RESTATEMENT,
        description=said,
        source="restatement",
        key=str(number),
        lines=[
            posting.Line(cost, participant, correction, budget_line, description=said),
            posting.Line(accounts[chart.OWED], participant, -correction, description=said),
        ],
        by=by,
    )
    made = Restatement.objects.create(
        alliance_id=alliance_id,
        number=number,
        month=month.start,
        participant=participant,
        account=cost,
        budget_line=budget_line,
        original=original,
        restated=restated,
        decision=decision,
        journal=journal,
        made_by=by,
    )
    record(
        "ledger.restated",
        made,
        by=by,
        number=number,
        month=month.slug,
        participant=participant,
        category=cost.name,
        line=budget_line.name,
        original=original,
        correction=correction,
        restated=restated,
        decision=decision.number,
        journal=journal.number,
        digest=posting.digest_of(journal),
    )
    return made
