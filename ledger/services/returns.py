"""A participant's return, from its file to the book."""

import hashlib
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from alliance.core.models import Document
from alliance.core.outbox import enqueue
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import chart, permissions, posting, recovery
from ledger.lifecycle import RETURN, ReturnState
from ledger.models import CostReturn, Fund, Journal
from ledger.services.shared import ask_for_a_check, locked, move, posted_under, read_again, same_lines
from participants.models import Participant


@transaction.atomic
def submit_cost_return(
    *,
    participant: Participant,
    month: Month,
    name: str,
    content: bytes | UploadedFile,
    media_type: str = "application/octet-stream",
    reference: str = "",
    declared_total: Decimal | None = None,
    by,
) -> CostReturn:
    """Take a participant's file for a month and ask for it to be checked.

    The same file again while it is in hand is the same return; if something stood in its way, it is read again, for
    that may be gone. Another file under the same reference replaces the one in hand; what is posted is never replaced
    (the check tells, rule 43). `reference` is the month unless given.
    """
    permissions.send_return.check(by, participant=participant)
    reference = reference.strip() or month.slug
    data = content if isinstance(content, bytes) else b"".join(content.chunks())
    posting.hold_open(participant.alliance_id, month)
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    earlier = (
        CostReturn.objects.filter(participant=participant, reference=reference)
        .in_hand()
        .select_for_update(of=("self",))
        .select_related("document")
        .defer("document__content")
        .first()
    )
    if earlier:
        same_facts = (earlier.month, earlier.declared_total) == (month.start, declared_total)
        if same_facts and earlier.document.sha256 == hashlib.sha256(data).hexdigest():
            if earlier.status == ReturnState.ATTENTION:
                read_again(earlier)
            return earlier
        move(earlier, "replace")
    document = Document.keep(
        alliance_id=participant.alliance_id, name=name, content=data, media_type=media_type, by=by
    )
    cost_return = CostReturn.objects.create(
        alliance_id=participant.alliance_id,
        number=_next_return(participant.alliance_id),
        participant=participant,
        month=month.start,
        reference=reference,
        declared_total=declared_total,
        document=document,
        submitted_by=by,
    )
    nothing = CostReturn.objects.filter(participant=participant, month=month.start, status=ReturnState.NIL)
    for stated in nothing.select_for_update(of=("self",)):
        move(stated, "replace", replaced_by=cost_return)
    if earlier:
        earlier.replaced_by = cost_return
        earlier.save(update_fields=["replaced_by"])
    ask_for_a_check(cost_return)
    record(
        "ledger.return_submitted",
        cost_return,
        by=by,
        participant=participant,
        month=month.slug,
        number=cost_return.number,
        reference=reference,
        file=document.name,
        sha256=document.sha256,
        declared_total=declared_total,
        replaces=earlier.number if earlier else None,
    )
    return cost_return


@transaction.atomic
def state_nothing_spent(*, participant: Participant, month: Month, by) -> CostReturn:
    """State that a participant had no costs in a month: a return without rows, that counts as reported.

    Refused while costs of that month are in hand or in the book. Stated twice it is stated once; a return that is
    sent later takes its place.
    """
    permissions.send_return.check(by, participant=participant)
    posting.hold_open(participant.alliance_id, month)
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    of_month = CostReturn.objects.filter(participant=participant, month=month.start).sent()
    if there := of_month.order_by("status").filter(status=ReturnState.NIL).first():
        return there
    if there := of_month.first():
        raise NotPossible(
            f"Costs of {participant.name} for {month.label} were sent: return {there.number}. "
            "Withdraw or reverse it first."
        )
    words = (
        f"Nothing was spent. {participant.name} had no costs in {month.label}.\n"
        f"Stated by {by} on {timezone.localdate():%-d %B %Y}.\n"
    )
    document = Document.keep(
        alliance_id=participant.alliance_id,
        name=f"nothing-spent-{month.slug}.txt",
        content=words.encode(),
        media_type="text/plain",
        by=by,
    )
    cost_return = CostReturn.objects.create(
        alliance_id=participant.alliance_id,
        number=_next_return(participant.alliance_id),
        participant=participant,
        month=month.start,
        reference=month.slug,
        document=document,
        submitted_by=by,
        tells_pay=False,
    )
    move(cost_return, "state_nothing_spent")
    record(
        "ledger.nothing_spent",
        cost_return,
        by=by,
        participant=participant,
        month=month.slug,
        number=cost_return.number,
    )
    return cost_return


@transaction.atomic
def match_columns(*, cost_return: CostReturn, mapping: dict, by) -> CostReturn:
    """Say what the file's columns mean (importing.Mapping, as JSON) and have it read again."""
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    RETURN.require(cost_return.status, "match_columns")
    if (
        mapping.get("sheet", cost_return.sheet) != cost_return.sheet
        and cost_return.evidence.exclude(row=None).exists()
    ):
        raise NotPossible(
            f"Files show rows of the sheet “{cost_return.sheet}”, and rows of another sheet are other costs. Send that "
            "sheet as a return of its own, or withdraw this one."
        )
    move(cost_return, "match_columns", mapping=mapping)
    ask_for_a_check(cost_return)
    return cost_return


@transaction.atomic
def accept_cost_return(*, cost_return: CostReturn, seen: int | None = None, by) -> CostReturn:
    """Confirm a return on the participant's behalf; a worker posts it. Confirming twice is confirming once.

    `seen` is the reading that the person looked at; refused when its file was read again since. Refused when another
    return came first, under the same reference or with these very lines (rule 43). Read again when VAT in it turned
    out to be recovered since it was read (rule 36).
    """
    Participant.objects.select_for_update(no_key=True).get(pk=cost_return.participant_id)
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    if cost_return.status in (ReturnState.POSTING, ReturnState.POSTED):
        return cost_return
    RETURN.require(cost_return.status, "accept")
    if seen is not None and seen != cost_return.reading:
        raise NotPossible(
            f"Return {cost_return.number} was read again since you looked at it, and may say something else now. Look "
            "at it again before you confirm."
        )
    posting.hold_open(cost_return.alliance_id, cost_return.period)
    if first := posted_under(cost_return):
        raise NotPossible(
            f"“{cost_return.reference}” is in the book already: it came with return {first.number}."
        )
    of_return = cost_return.reading, cost_return.line_count, cost_return.lines_total, cost_return.lines_hash
    if first := same_lines(cost_return, posting.Said(*of_return)):
        raise NotPossible(
            f"These very lines are in the book already: they came with return {first.number}. Withdraw this one."
        )
    if recovery.holds_recovered_vat(cost_return):
        read_again(cost_return)
        return cost_return
    move(cost_return, "accept", accepted_at=timezone.now(), accepted_by=by)
    enqueue(
        "ledger.post_return",
        key=str(cost_return.pk),
        alliance_id=cost_return.alliance_id,
        return_id=cost_return.pk,
    )
    record(
        "ledger.return_accepted",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        lines=cost_return.line_count,
        total=cost_return.lines_total,
        lines_hash=cost_return.lines_hash,
    )
    return cost_return


@transaction.atomic
def post_cost_return(*, cost_return: CostReturn, by=None) -> Journal:
    """Put an accepted return into the book. Done by a worker for whoever accepted it; done twice it is done once."""
    cost_return = locked(cost_return)
    if cost_return.status == ReturnState.POSTED:
        return cost_return.journal
    RETURN.require(cost_return.status, "post")
    posting.take_your_time()
    before = CostReturn.objects.filter(
        participant=cost_return.participant, reference=cost_return.reference, status=ReturnState.REVERSED
    ).count()
    journal = posting.post_return(
        cost_return,
        owed=chart.accounts(cost_return.alliance_id)[chart.OWED],
        key=f"{cost_return.participant.slug}/{cost_return.reference}" + (f"/{before + 1}" if before else ""),
        by=cost_return.accepted_by,
    )
    move(cost_return, "post", journal=journal, posted_at=journal.posted_at)
    record(
        "ledger.return_posted",
        cost_return,
        by=cost_return.accepted_by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        journal=journal.number,
        lines=cost_return.line_count,
        total=cost_return.lines_total,
        digest=posting.digest_of(journal),
        lines_hash=cost_return.lines_hash,
        sha256=cost_return.document.sha256,
    )
    return journal


@transaction.atomic
def withdraw_cost_return(*, cost_return: CostReturn, by) -> CostReturn:
    """Take a return back before it is posted. The file stays, so that everybody can see what was sent."""
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    if cost_return.status == ReturnState.WITHDRAWN:
        return cost_return
    move(cost_return, "withdraw")
    record(
        "ledger.return_withdrawn",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
    )
    return cost_return


def _next_return(alliance_id: int) -> int:
    Fund.objects.filter(alliance_id=alliance_id).update(last_return=F("last_return") + 1)
    return Fund.objects.values_list("last_return", flat=True).get(alliance_id=alliance_id)
