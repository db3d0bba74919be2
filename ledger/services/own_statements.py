"""What participants state of themselves: how much VAT they recover (rule 36), and what their own books say."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.money import ZERO, format_pounds, pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import permissions, posting
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn, OwnBooks, VatStatement
from ledger.own_books import in_the_book
from ledger.services.shared import read_again, signed
from ledger.vat import ALL, NONE
from participants.models import Participant, RoleAppointment
from participants.standing import standing

Recovers = VatStatement.Recovers
Role = RoleAppointment.Role


@transaction.atomic
def state_vat(
    *, participant: Participant, recovers: str, percent: Decimal | None = None, since: date, basis: str, by
) -> VatStatement:
    """State how much of its VAT a participant recovers from a day on, and why; `percent` where it is a part.

    It takes the place of earlier statements from that day on, and returns in hand are read again by it. Stated twice
    just so it is stated once.
    """
    permissions.state_vat.check(by, participant=participant)
    if recovers == Recovers.PART:
        if percent is None or not NONE < percent < ALL:
            raise NotPossible("A part is more than 0% and less than 100%.")
    else:
        percent = ALL if recovers == Recovers.ALL else NONE
    last = _locked(participant).vat_statements.select_related("basis").order_by("-version").first()
    if last and (last.percent, last.since, last.basis.text) == (percent, since, basis.strip()):
        return last
    read = CostReturn.objects.filter(
        participant=participant, status__in=[ReturnState.READY, ReturnState.ATTENTION]
    )
    in_hand = list(read.select_for_update(of=("self",)).order_by("pk"))
    appointment = _appointment(by, participant)
    words = Words.need(participant.alliance_id, basis, "Say on what legal basis, or why.")
    made = VatStatement.objects.create(
        alliance_id=participant.alliance_id,
        participant=participant,
        version=last.version + 1 if last else 1,
        recovers=recovers,
        percent=percent,
        since=since,
        basis=words,
        **signed(by, appointment, "stated"),
    )
    record(
        "ledger.vat_stated",
        made,
        by=by,
        participant=participant,
        version=made.version,
        percent=percent,
        since=since,
        basis=words,
    )
    for cost_return in in_hand:
        read_again(cost_return)
    return made


@transaction.atomic
def confirm_own_books(
    *, participant: Participant, month: Month, own: Decimal, words: str = "", seen: Decimal | None = None, by
) -> OwnBooks:
    """Confirm what a participant's own books say that it spent for the alliance in a month that has ended.

    A difference from the open book is explained in `words`. `seen` is what the open book said when the person looked;
    refused when it says something else now. Confirmed twice just so it is confirmed once.
    """
    permissions.confirm_own_books.check(by, participant=participant)
    if month.end >= timezone.localdate():
        raise NotPossible(f"{month.label} has not ended yet. Own books are confirmed when a month has ended.")
    own = pounds(own)
    confirmed = _locked(participant).own_books.filter(month=month.start)
    posting.hold_fund(participant.alliance_id)  # nothing is posted between the look and the word
    book = sum((amount for _, amount in in_the_book(participant, month)), ZERO)
    if seen is not None and seen != book:
        raise NotPossible(
            f"The open book says {format_pounds(book)} for {month.label} now; when you looked it said "
            f"{format_pounds(seen)}. Look again before you confirm."
        )
    last = confirmed.select_related("words").order_by("-version").first()
    said = last and (last.book, last.own, last.words.text if last.words else "")
    if said == (book, own, words.strip()):
        return last
    appointment = _appointment(by, participant)
    kept = Words.write(participant.alliance_id, words)
    if own != book and kept is None:
        raise NotPossible("Say why your own books and the open book differ.")
    made = OwnBooks.objects.create(
        alliance_id=participant.alliance_id,
        participant=participant,
        month=month.start,
        version=last.version + 1 if last else 1,
        book=book,
        own=own,
        words=kept,
        **signed(by, appointment, "confirmed"),
    )
    record(
        "ledger.own_books_confirmed",
        made,
        by=by,
        participant=participant,
        month=month.slug,
        version=made.version,
        book=book,
        own=own,
        difference=made.difference,
        words=kept,
    )
    return made


def _locked(participant: Participant) -> Participant:
    """Two who state at once take turns here."""
    return Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)


def _appointment(by, participant: Participant) -> RoleAppointment:
    """The role in which somebody states it: the participant's own people first, else the pool manager."""
    stands = standing(by, participant.alliance_id)
    ours = [one for one in stands.appointments if one.participant_id == participant.pk]
    for role in (Role.FINANCE_LEAD, Role.POOL_MANAGER, Role.REPRESENTATIVE):
        if found := next((one for one in ours if one.role == role), None):
            return found
    return next(one for one in stands.appointments if one.role == Role.POOL_MANAGER)
