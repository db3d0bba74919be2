"""The seal: the moment at which a proposal becomes a decision, and what happens with it (rules 3, 20)."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from alliance.core.questions import Question
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import effects, permissions
from decisions.lifecycle import PROPOSAL
from decisions.models import Decision, Position, Proposal, RollEntry
from decisions.querysets import the_whole
from decisions.services.boards import ask_for_ratification
from decisions.services.rolls import depart, why_gone
from decisions.services.shared import locked, next_number
from decisions.services.superseding import may_supersede
from participants.models import Participant, User


def seal_if_unanimous(*, proposal: Proposal, at: datetime, by: User | None) -> Decision | None:
    """The last assent seals, in its own transaction. `proposal` is locked, so there is only one last.

    An answer that was recorded on behalf and can still be contested holds the seal (rule 24). While somebody on the
    roll is silent, that alone is asked.
    """
    if _silent(proposal=proposal.pk, on=timezone.localdate()):
        return None
    whole = the_whole(proposal.pk)
    if not whole.is_unanimous() or whole.held_until:
        return None
    return _seal(proposal, whole, at, by)


@transaction.atomic
def seal(*, proposal: Proposal, by: User) -> Decision:
    """Seal what all have agreed to, where the time to contest an answer given on behalf held the seal (rule 24)."""
    proposal = locked(proposal)
    permissions.seal.check(by, proposal=proposal)
    if proposal.state == "agreed":
        return proposal.decision
    PROPOSAL.require(proposal.state_now, "seal")
    whole = the_whole(proposal.pk)
    if not whole.is_unanimous():
        raise NotPossible("Not everybody on the roll has agreed to this wording.")
    if until := whole.held_until:
        raise NotPossible(
            f"An answer was recorded on behalf. It can be contested until the end of {until:%-d %B %Y}."
        )
    return _seal(proposal, whole, timezone.now(), by)


@transaction.atomic
def seal_after_hold(*, proposal: Proposal, by: User | None = None) -> Decision | None:
    """The clock's own act: the time to contest an answer given on behalf is over, and nothing else is in the way."""
    proposal = locked(proposal)
    if not PROPOSAL.permits(proposal.state_now, "seal"):
        return None
    return seal_if_unanimous(proposal=proposal, at=timezone.now(), by=by)


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _who_is_silent(proposal: int, on: date):
    """One of those who are asked, and in the alliance that day, without an answer to the current wording."""
    answered = Position.objects.on_the_current_wording().filter(proposal_id=proposal)
    asked = RollEntry.objects.filter(proposal_id=proposal, departure__isnull=True)
    asked = asked.filter(participant__in=Participant.objects.active(on))
    return asked.exclude(participant__in=answered.values("participant")).order_by()[:1]


_silent = Question(_who_is_silent)


def _seal(proposal: Proposal, whole: Proposal, at: datetime, by: User | None) -> Decision:
    """`whole` is unanimous. Whoever is gone from the alliance, and counts no more, leaves the roll first."""
    if gone := whole.gone:
        for entry in gone:
            depart(proposal, entry, why_gone(entry.participant), by)
        whole = the_whole(proposal.pk)
    last = max((one.position for one in whole.tally.stands), key=lambda one: (one.taken_at, one.pk))
    state = PROPOSAL.after(proposal.state_now, "seal")
    may_supersede(proposal)
    effects.ready(proposal)
    wording = proposal.current_wording
    decision = Decision.objects.create(
        alliance_id=proposal.alliance_id,
        number=next_number(proposal.alliance_id, "decisions"),
        kind=proposal.kind,
        proposal=proposal,
        wording=wording,
        wording_hash=wording.hash,
        decided_on=timezone.localdate(at),
        sealed_at=at,
        sealed_by=last.taken_by,
    )
    proposal.state = state
    proposal.save(update_fields=["state"])
    left = {one.participant_id for one in whole.roll.all() if one.has_left}
    awaited = ask_for_ratification(decision=decision, positions=[one.position for one in whole.tally.stands])
    record(
        "decisions.sealed",
        decision,
        by=by,
        number=decision.number,
        proposal=proposal.number,
        decision_kind=decision.get_kind_display(),
        title=wording.title,
        decided_on=decision.decided_on,
        version=wording.version,
        wording_hash=wording.hash,
        standing_aside=proposal.standing_aside,
        supersedes=proposal.supersedes.number if proposal.supersedes_id else None,
        roll=[_sealed(stand.position) for stand in whole.tally.stands],
        left=[
            {"participant": one.participant, "because": one.departure.because}
            for one in whole.roll.all()
            if one.has_left
        ],
        objections=[
            {
                "number": one.number,
                "participant": one.participant,
                "raised_by": one.spoken_by,
                "version": one.wording.version,
                "concern": one.concern,
                "remedy": one.remedy,
                "resolved_by": one.resolved_by_name,
                "resolution": one.resolution,
                "left": one.participant_id in left,
            }
            for one in whole.objections.all()
        ],
        awaiting=[one.participant for one in awaited],
    )
    if not awaited:
        effects.carry_out(decision, by=by or last.taken_by)
    return decision


def _sealed(position: Position) -> dict:
    return {
        "participant": position.participant,
        "position": str(position.pk),
        "stance": position.stance,
        "spoken_by": position.spoken_by,
        "capacity": position.capacity,
        "appointment": str(position.appointment_id),
        "on_behalf": position.typed_by_name or None,
        "taken_at": position.taken_at,
        "wording_hash": position.wording.hash,
        "reason": position.reason,
    }
