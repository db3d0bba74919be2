"""Nothing is edited: it is reversed, once, or a line of it corrected, with the reason (rule 27)."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.money import pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import chart, permissions, possible, posting
from ledger.lifecycle import ReturnState
from ledger.models import BudgetLine, Category, Correction, CostReturn, Entry, Journal
from ledger.pay import TOO_FEW
from ledger.recovery import not_a_cost
from ledger.services.shared import locked, move, read_again
from participants.models import Participant


@transaction.atomic
def reverse_journal(*, journal: Journal, reason: str, by) -> Journal:
    """Undo a journal by its exact opposite, in the first open month from its own on; once, with a reason (rule 27)."""
    permissions.reverse.check(by, journal=journal)
    cost_return, waiting = _hold_returns(journal)
    journal = Journal.objects.select_related("alliance").get(pk=journal.pk)
    if why_not := possible.not_reversible(journal):
        raise NotPossible(why_not)
    words = Words.need(journal.alliance_id, reason, "Say why the journal is reversed.")
    posting.take_your_time()
    month = posting.first_open_month(journal.alliance_id, from_month=journal.period)
    # Two who reverse at once take turns here.
    posting.hold_fund(journal.alliance_id)
    if why_not := possible.not_reversible(journal):
        raise NotPossible(why_not)
    reversal = posting.post_reversal(journal, month=month, day=_day_in(month), reason=words, by=by)
    if cost_return:
        move(cost_return, "reverse")
    for one in waiting:
        read_again(one)
    record(
        "ledger.journal_reversed",
        reversal,
        by=by,
        journal=reversal.number,
        reverses=journal.number,
        was=journal.description,
        month=month.slug,
        lines=reversal.line_count,
        debit=reversal.debit,
        digest=posting.digest_of(reversal),
        reason=words,
    )
    return reversal


@transaction.atomic
def correct_line(
    *, entry: Entry, amount: Decimal, category: Category, budget_line: BudgetLine, reason: str, by
) -> Correction:
    """Put one line of cost right: its exact opposite and what is right, in the first open month from its own on (27).

    An amount of 0.00 takes the line out. Refused when it says what the line says already, when the line was corrected
    before (that journal's line is the one to correct then), or when its journal is reversed.
    """
    permissions.correct.check(by, participant=entry.participant)
    month = posting.first_open_month(entry.alliance_id, from_month=Month.containing(entry.month))
    posting.hold_fund(entry.alliance_id)
    if why_not := possible.not_correctable(entry):
        raise NotPossible(why_not)
    words = Words.need(entry.alliance_id, reason, "Say why the line is corrected.")
    accounts = chart.accounts(entry.alliance_id)
    cost = next(one for one in accounts.values() if one.category == category)
    amount = pounds(amount)
    if (cost.pk, budget_line.pk, amount) == (entry.account_id, entry.budget_line_id, entry.amount):
        raise NotPossible("This is what the line says already. Enter what is right.")
    if amount and (why_not := not_a_cost(entry.participant, category, entry.date)):
        raise NotPossible(why_not)
    said = f"Correction of journal {entry.journal.number}, line {entry.line}"
    of_line = {"supplier": entry.supplier, "description": entry.description, "reference": entry.reference}
    lines = [posting.Line(entry.account, entry.participant, -entry.amount, entry.budget_line, **of_line)]
    if amount:
        if category == Category.DIRECT_STAFF != entry.account.category:
            # Pay is never by name, nor by a number that could be one person's (rule 29).
            of_line = {"description": TOO_FEW}
        lines.append(posting.Line(cost, entry.participant, amount, budget_line, **of_line))
    if amount != entry.amount:
        owed = entry.amount - amount
        lines.append(posting.Line(accounts[chart.OWED], entry.participant, owed, description=said))
    before = Correction.objects.filter(corrects=entry.journal, line=entry.line).count()
    journal, _ = posting.post(
        alliance_id=entry.alliance_id,
        month=month,
        day=_day_in(month),
        kind=Journal.Kind.CORRECTION,
        description=said,
        source="correction",
        key=f"{entry.journal.number}/{entry.line}/{before + 1}",
        lines=lines,
        by=by,
    )
    correction = Correction.objects.create(
        alliance_id=entry.alliance_id,
        corrects=entry.journal,
        line=entry.line,
        journal=journal,
        reason=words,
        made_by=by,
    )
    record(
        "ledger.line_corrected",
        correction,
        by=by,
        participant=entry.participant,
        corrects=entry.journal.number,
        line=entry.line,
        was={"amount": entry.amount, "category": entry.account.name, "line": entry.budget_line.name},
        now={"amount": amount, "category": cost.name, "line": budget_line.name},
        month=month.slug,
        journal=journal.number,
        digest=posting.digest_of(journal),
        reason=words,
    )
    return correction


def _day_in(month: Month) -> date:
    return min(max(timezone.localdate(), month.start), month.end)


def _hold_returns(journal: Journal) -> tuple[CostReturn | None, list[CostReturn]]:
    """The return that the journal posted, and the file that waits under its reference: it may be right from now on."""
    posted = CostReturn.objects.filter(journal=journal).first()
    if posted is None:
        return None, []
    Participant.objects.select_for_update(no_key=True).get(pk=posted.participant_id)
    waiting = CostReturn.objects.filter(
        participant_id=posted.participant_id, reference=posted.reference, status=ReturnState.ATTENTION
    )
    return locked(posted), list(waiting.select_for_update(of=("self",)).defer("document__content"))
