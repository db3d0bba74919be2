"""Money that leaves the pool: what is owed to a participant, and what all agreed to transfer (rule 32)."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.money import format_pounds, pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from ledger import chart, permissions, posting
from ledger.lifecycle import TRANSFER
from ledger.models import Balance, Journal, Transfer
from participants.models import Participant


@transaction.atomic
def pay_participant(*, participant: Participant, amount: Decimal, on: date, reference: str, by) -> Journal:
    """Pay a participant what is owed to it, for costs in the book or as its share of a closed year (rule 39).

    `reference` (the bank's) makes telling it twice telling it once. Refused above what is owed; the database insists
    (sql/paid.sql). What was reversed can be told again.
    """
    permissions.keep_the_pool.check(by, alliance=participant.alliance_id)
    amount, reference = pounds(amount), reference.strip()
    _happened(amount, on)
    accounts = chart.accounts(participant.alliance_id)
    said = f"Payment to {participant.name}"
    journal, is_new = posting.post(
        alliance_id=participant.alliance_id,
        month=Month.containing(on),
        day=on,
        kind=Journal.Kind.PAYMENT,
        description=said,
        source="payment",
        key=posting.free_key(participant.alliance_id, "payment", f"{participant.pk}/{reference}"),
        lines=[
            posting.Line(accounts[chart.OWED], participant, amount, description=said, reference=reference),
            posting.Line(accounts[chart.BANK], participant, -amount, description=said, reference=reference),
        ],
        by=by,
    )
    if is_new:
        owed = (
            -Balance.objects.of(participant.alliance_id)
            .filter(participant=participant, account__kind="owed")
            .net()
        )
        if owed < 0:  # with what was just posted; the fund's lock makes this the only payment of now
            raise NotPossible(
                f"{format_pounds(owed + amount)} is owed to {participant}. More than is owed leaves the pool only by a "
                "transfer to which all agreed (rule 32)."
            )
        record(
            "ledger.participant_paid",
            journal,
            by=by,
            participant=participant,
            amount=amount,
            on=on,
            reference=reference,
            journal=journal.number,
            digest=posting.digest_of(journal),
        )
    return journal


@transaction.atomic
def agree_transfer(
    *, participant: Participant, amount: Decimal, purpose: str, decision: Decision, by
) -> Transfer:
    """All have agreed: this much may go to a partner's own funds (rule 32). The seal's own act."""
    posting.hold_fund(participant.alliance_id)
    if there := Transfer.objects.filter(decision=decision).first():
        return there
    transfer = Transfer.objects.create(
        alliance_id=participant.alliance_id,
        number=Transfer.objects.filter(alliance_id=participant.alliance_id).count() + 1,
        participant=participant,
        amount=pounds(amount),
        purpose=purpose,
        decision=decision,
        agreed_by=by,
    )
    record(
        "ledger.transfer_agreed",
        transfer,
        by=by,
        number=transfer.number,
        participant=participant,
        amount=transfer.amount,
        purpose=purpose,
        decision=decision.number,
    )
    return transfer


@transaction.atomic
def pay_transfer(*, transfer: Transfer, on: date, reference: str, by) -> Transfer:
    """Pay what all agreed to, once. Refused when the decision has been superseded, or is no longer in effect."""
    permissions.keep_the_pool.check(by, alliance=transfer.alliance_id)
    is_in_effect = transfer.decision.held_in_effect()
    transfer = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("participant", "decision")
        .get(pk=transfer.pk)
    )
    if transfer.state == Transfer.State.PAID:
        return transfer
    _happened(transfer.amount, on)
    if not is_in_effect:
        raise NotPossible(f"{transfer.decision} is not in effect: nothing is paid on it (rule 32).")
    accounts = chart.accounts(transfer.alliance_id)
    said = f"{transfer}: {transfer.purpose}"[:300]
    journal, _ = posting.post(
        alliance_id=transfer.alliance_id,
        month=Month.containing(on),
        day=on,
        kind=Journal.Kind.TRANSFER_OUT,
        description=said,
        source="transfer",
        key=str(transfer.number),
        lines=[
            posting.Line(
                accounts[chart.TRANSFERRED],
                transfer.participant,
                transfer.amount,
                description=said,
                reference=reference,
            ),
            posting.Line(
                accounts[chart.BANK],
                transfer.participant,
                -transfer.amount,
                description=said,
                reference=reference,
            ),
        ],
        by=by,
    )
    transfer.state = TRANSFER.after(transfer.state, "pay")
    transfer.paid_at, transfer.paid_by, transfer.journal = timezone.now(), by, journal
    transfer.save(update_fields=["state", "paid_at", "paid_by", "journal"])
    record(
        "ledger.transfer_paid",
        transfer,
        by=by,
        number=transfer.number,
        participant=transfer.participant,
        amount=transfer.amount,
        on=on,
        reference=reference,
        decision=transfer.decision.number,
        journal=journal.number,
        digest=posting.digest_of(journal),
    )
    return transfer


def _happened(amount: Decimal, on: date) -> None:
    if amount <= 0:
        raise NotPossible("A payment is more than nothing.")
    if on > timezone.localdate():
        raise NotPossible("A payment cannot have left tomorrow. Enter the day on which it left.")
