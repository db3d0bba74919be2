"""Whoever left the alliance or is suspended is no longer asked; whoever is to be excluded is heard (rules 2, 22)."""

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.tenancy import within_alliance
from decisions import effects, permissions
from decisions.lifecycle import State
from decisions.models import Proposal, Ratification, RollEntry, Statement
from decisions.services.conflicts import leave_roll
from decisions.services.ratifying import refuse_for_the_gone
from decisions.services.rolls import why_gone
from decisions.services.shared import locked, speaks_as
from participants.models import Alliance, Participant, RoleAppointment, User

log = logging.getLogger(__name__)


def to_depart(alliance_id: int | None = None, on=None):
    """Roll entries of open proposals whose participant has left, or is suspended, by that day."""
    on = on or timezone.localdate()
    entries = RollEntry.objects.filter(
        Q(participant__left_on__lte=on) | Q(participant__suspended_on__lte=on),
        proposal__state=State.OPEN,
        proposal__answer_by__gte=on - timedelta(days=1),
        departure__isnull=True,
    )
    return entries if alliance_id is None else entries.filter(alliance_id=alliance_id)


def unheard_boards(alliance_id: int | None = None, on=None):
    """Ratifications that are awaited of a participant that has left by that day."""
    asked = Ratification.objects.awaited().filter(participant__left_on__lte=on or timezone.localdate())
    asked = asked.select_related("decision__proposal").order_by("pk")
    return asked if alliance_id is None else asked.filter(alliance_id=alliance_id)


def note_departures(*, alliance: Alliance, by: User | None) -> int:
    """Take whoever has left or is suspended by today off the rolls of open proposals; returns how many entries.

    `by` None is the clock. Each entry is a transaction of its own, so that no proposal waits for another one. What
    cannot follow now (a seal whose effect would be refused) is tried again the next day. What the board of one that
    left was asked, and can say no more, is settled too.
    """
    noted = 0
    for one in unheard_boards(alliance.pk):
        within_alliance(alliance.pk, partial(refuse_for_the_gone, ratification=one, by=by))
    entries = to_depart(alliance.pk).select_related("proposal__alliance", "participant")
    for entry in entries.order_by("proposal_id", "place"):
        leave = partial(
            leave_roll,
            proposal=entry.proposal,
            participant=entry.participant,
            because=why_gone(entry.participant),
            by=by,
        )
        try:
            within_alliance(alliance.pk, leave)
            noted += 1
        except NotPossible as refusal:
            log.warning("%s stays on the roll of proposal %s: %s", entry, entry.proposal_id, refusal)
    return noted


@transaction.atomic
def be_heard(*, proposal: Proposal, words: str, by: User) -> Statement:
    """What a participant says to its own exclusion or suspension, kept with the decision (rule 22).

    A later statement replaces the one before, which stays. The same words twice are once.
    """
    proposal = locked(proposal)
    participant = concerned(proposal)
    permissions.be_heard.check(by, proposal=proposal, participant=participant)
    if proposal.state_now != State.OPEN:
        raise NotPossible("The statement belongs to the time before it is decided, and that is over.")
    last = proposal.statements.filter(
        occasion=Statement.Occasion.EXCLUSION, participant=participant, replaced_by__isnull=True
    )
    last = last.select_related("words").first()
    if last and last.words.text == words.strip() and last.taken_by_id == by.pk:
        return last
    statement = Statement.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        occasion=Statement.Occasion.EXCLUSION,
        words=Words.need(proposal.alliance_id, words, "Say what you want the others to know."),
        replaces=last,
        **speaks_as(_appointment(participant, by), by),
    )
    record(
        "decisions.statement_on_exclusion",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        participant=participant,
        spoken_by=statement.spoken_by,
        statement=str(statement.pk),
        words=statement.words,
        replaces=bool(last),
    )
    return statement


def _appointment(participant: Participant, by: User) -> RoleAppointment:
    """A representative's before a deputy's. Suspension silences nobody here."""
    held = RoleAppointment.objects.in_force().filter(
        person=by, participant=participant, role__in=("representative", "deputy")
    )
    return held.select_related("participant").order_by("-role", "pk").first()


def concerned(proposal: Proposal) -> Participant:
    """The participant that the proposal would exclude or suspend."""
    ids = (
        effects.off_the_roll(proposal.alliance, proposal.current_wording.effect)
        if proposal.current_wording
        else ()
    )
    found = Participant.objects.filter(alliance_id=proposal.alliance_id, pk__in=ids).first()
    if found is None:
        raise NotPossible("Nobody is excluded or suspended by this proposal.")
    return found
