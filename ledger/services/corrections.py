"""Nothing is edited: it is reversed, once, with the reason (rule 27)."""

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import permissions, possible, posting
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn, Fund, Journal
from ledger.services.shared import move, read_again


@transaction.atomic
def reverse_journal(*, journal: Journal, reason: str, by) -> Journal:
    """Undo a journal by its exact opposite, in the first open month from its own on; once, with a reason (rule 27)."""
    permissions.reverse.check(by, journal=journal)
    cost_return = CostReturn.objects.filter(journal=journal).select_for_update(of=("self",)).first()
    journal = Journal.objects.select_related("alliance").get(pk=journal.pk)
    if why_not := possible.not_reversible(journal):
        raise NotPossible(why_not)
    words = Words.need(journal.alliance_id, reason, "Say why the journal is reversed.")
    posting.take_your_time()
    month = possible.first_open_month(journal)
    if month is None:
        raise NotPossible("Every month from this journal's on is closed. Open the next year first.")
    posting.hold_open(journal.alliance_id, month)
    # Two who reverse at once take turns here.
    Fund.objects.select_for_update().get(alliance_id=journal.alliance_id)
    if Journal.objects.filter(reverses=journal).exists():
        raise NotPossible(possible.not_reversible(journal))
    today = timezone.localdate()
    reversal = posting.post_reversal(
        journal, month=month, day=min(max(today, month.start), month.end), reason=words, by=by
    )
    if cost_return:
        move(cost_return, "reverse")
        _clear_the_way(cost_return)
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


def _clear_the_way(reversed_return: CostReturn) -> None:
    """A file that waits under the reference of what was reversed is read again: it may be right now."""
    waiting = CostReturn.objects.filter(
        participant_id=reversed_return.participant_id,
        reference=reversed_return.reference,
        status=ReturnState.ATTENTION,
    )
    for one in waiting.select_for_update(of=("self",)).defer("document__content"):
        read_again(one)
