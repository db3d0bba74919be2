"""Where each participant stands, and the objections that only whoever raised them can resolve."""

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Document, Words
from alliance.core.outbox import enqueue
from alliance.core.questions import Question
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.uploads import Upload
from alliance.core.workdays import ONE_DAY, add_working_days
from decisions import permissions, veil
from decisions.lifecycle import OBJECTION, PROPOSAL
from decisions.models import Meeting, Objection, Position, Proposal
from decisions.services.sealing import seal_if_unanimous, start_of
from decisions.services.shared import (
    SPOKEN,
    appointment_of,
    last_position,
    locked,
    open_to,
    speaks_as,
    voice,
)
from participants.models import Participant, Principle, User
from participants.standing import standing

ANSWERS = frozenset(
    {
        Position.Stance.AGREE,
        Position.Stance.RESERVATION,
        Position.Stance.STAND_ASIDE,
        Position.Stance.ABSTAIN,
    }
)
NO_STANDING_ASIDE = "Standing aside is not possible on this proposal: the alliance had it off when it opened."


@transaction.atomic
def take_position(
    *,
    proposal: Proposal,
    participant: Participant,
    stance: str,
    shown: str,
    by: User,
    reason: str = "",
    meeting: Meeting | None = None,
) -> Position:
    """Say where `participant` stands on the wording whose hash is `shown`; seals when that makes it unanimous.

    Agreeing needs no reason, the other stances do (rule 17). The same answer twice by the same person is once; the
    same answer as was recorded on behalf confirms it, and is the participant's own from then on (rule 24).
    An objection has its own door: `raise_objection`.
    """
    proposal = locked(proposal)
    permissions.take_position.check(by, proposal=proposal, participant=participant)
    if stance == Position.Stance.OBJECT or stance not in ANSWERS:
        raise NotPossible(
            "An objection says which principle or legal limit it is about, and what would resolve it."
        )
    last = last_position(proposal, participant)
    if _says_the_same(last, proposal, stance, reason, shown, by) and not last.is_on_behalf:
        return last
    open_to(proposal, shown)
    if stance == Position.Stance.STAND_ASIDE and not proposal.standing_aside:
        raise NotPossible(NO_STANDING_ASIDE)
    _own_objection_first(proposal, participant)
    position = _position(proposal, participant, stance, reason, last, by, meeting=meeting)
    record("decisions.position_taken", proposal, by=by, **_told(position), replaces=bool(last))
    seal_if_unanimous(proposal=proposal, at=position.taken_at, by=by)
    return position


@transaction.atomic
def take_back(*, proposal: Proposal, participant: Participant, by: User, reason: str = "") -> Position | None:
    """Undo the participant's answer until the seal: it has not answered again; both acts stay (rule 4).

    Taking back what somebody else recorded on its behalf contests it (rule 24). None when there is no answer.
    """
    proposal = locked(proposal)
    permissions.take_position.check(by, proposal=proposal, participant=participant)
    last = last_position(proposal, participant)
    if last is None or last.stance == Position.Stance.TAKEN_BACK:
        return last
    PROPOSAL.require(proposal.state_now, "take_position")
    _own_objection_first(proposal, participant)
    return undo(proposal=proposal, last=last, reason=reason, by=by)


def undo(*, proposal: Proposal, last: Position, by: User, reason: str = "") -> Position:
    """Take the `last` answer of its participant back. A service for other services: an objection stays as it is."""
    position = _position(proposal, last.participant, Position.Stance.TAKEN_BACK, reason, last, by)
    record("decisions.position_taken_back", proposal, by=by, **_told(position), contested=last.is_on_behalf)
    return position


@transaction.atomic
def record_on_behalf(
    *,
    proposal: Proposal,
    participant: Participant,
    said_by: User,
    stance: str,
    heard: str,
    evidence: str,
    shown: str,
    by: User,
    reason: str = "",
    evidence_file: Upload | None = None,
    meeting: Meeting | None = None,
) -> Position:
    """Write down an answer that `said_by` gave for `participant` outside the application (rule 24).

    `heard` is how (`Position.Heard`), `evidence` what shows it. It never replaces what the participant said itself
    about this wording (rule 19), and it does not seal by itself: the participant has until the end of the next
    working day to contest it.
    """
    proposal = locked(proposal)
    permissions.record_on_behalf.check(by, proposal=proposal, participant=participant)
    permissions.take_position.check(said_by, proposal=proposal, participant=participant)
    if stance not in ANSWERS:
        raise NotPossible("Only an answer is recorded on behalf; an objection is raised by whoever has it.")
    if heard not in Position.Heard.values:
        raise NotPossible("Say how the answer was given: in a meeting, by telephone, by letter or by e-mail.")
    last = last_position(proposal, participant)
    if last and last.typed_by_id == by.pk and _says_the_same(last, proposal, stance, reason, shown, said_by):
        return last
    open_to(proposal, shown)
    if stance == Position.Stance.STAND_ASIDE and not proposal.standing_aside:
        raise NotPossible(NO_STANDING_ASIDE)
    _not_its_own_word(proposal, participant, last, by)
    until = add_working_days(timezone.localdate(), 1)
    if until >= proposal.answer_by:
        raise NotPossible(
            f"{participant.short_name} has until the end of the next working day to contest what is recorded on its "
            "behalf, and the time to answer is over by then. Give more time first."
        )
    shows = Words.need(proposal.alliance_id, evidence, "Say what shows that the answer was given.")
    kept = evidence_file and Document.keep(
        alliance_id=proposal.alliance_id,
        name=evidence_file.name,
        content=evidence_file.content,
        media_type=evidence_file.media_type,
        by=by,
    )
    position = _position(
        proposal,
        participant,
        stance,
        reason,
        last,
        said_by,
        typed_by=by,
        typed_by_name=by.name,
        heard=heard,
        evidence=shows,
        evidence_file=kept,
        contestable_until=until,
        meeting=meeting,
    )
    enqueue(
        "decisions.seal_after_hold",
        key=str(position.pk),
        alliance_id=proposal.alliance_id,
        due_at=start_of(until + ONE_DAY),
        proposal_id=proposal.pk,
    )
    record(
        "decisions.position_recorded",
        proposal,
        by=by,
        **_told(position),
        replaces=bool(last),
        heard=position.get_heard_display(),
        evidence=shows,
        evidence_file=kept.sha256 if kept else None,
        contestable_until=position.contestable_until,
    )
    return position


@transaction.atomic
def raise_objection(
    *,
    proposal: Proposal,
    participant: Participant,
    concern: str,
    remedy: str,
    shown: str,
    by: User,
    principles: list[Principle] | tuple = (),
    legal_limit: str = "",
    meeting: Meeting | None = None,
) -> Objection:
    """Object: name a principle or a legal limit, the concern, and what would make the proposal acceptable (rule 17)."""
    proposal = locked(proposal)
    permissions.take_position.check(by, proposal=proposal, participant=participant)
    stance = Position.Stance.OBJECT
    last = last_position(proposal, participant)
    if _says_the_same(last, proposal, stance, concern, shown, by) and hasattr(last, "objection"):
        return last.objection
    open_to(proposal, shown)
    legal_limit = " ".join(legal_limit.split())
    if not principles and not legal_limit:
        raise NotPossible("An objection names at least one principle or a legal limit.")
    wanted = Words.need(proposal.alliance_id, remedy, "Say what would make the proposal acceptable.")
    position = _position(proposal, participant, stance, concern, last, by, meeting=meeting)
    objection = Objection.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        number=proposal.objections.count() + 1,
        wording=position.wording,
        position=position,
        principles=sorted(one.pk for one in principles),
        legal_limit=legal_limit,
        concern=position.reason,
        remedy=wanted,
        **{name: getattr(position, name) for name in SPOKEN},
    )
    record(
        "decisions.objection_raised",
        proposal,
        by=by,
        **_told(position),
        objection=objection.number,
        principles=list(principles),
        legal_limit=legal_limit,
        remedy=objection.remedy,
        replaces=bool(last),
    )
    return objection


@transaction.atomic
def resolve_objection(*, objection: Objection, resolution: str, by: User) -> Objection:
    """Only the organisation that raised it says that it is resolved, and what resolved it (rule 17)."""
    proposal = locked(objection.proposal)
    objection = Objection.objects.with_words().get(pk=objection.pk)
    permissions.resolve_objection.check(by, objection=objection)
    if objection.resolved_at and objection.resolved_by_id == by.pk:
        return objection
    OBJECTION.require(objection.state, "resolve")
    PROPOSAL.require(proposal.state_now, "resolve_objection")
    appointment = appointment_of(proposal, objection.participant, by)
    objection.resolution = Words.need(proposal.alliance_id, resolution, "Say what resolved the objection.")
    objection.resolved_at, objection.resolved_by, objection.resolved_as = timezone.now(), by, appointment
    objection.resolved_by_name = voice(appointment, by)
    objection.save(
        update_fields=["resolution", "resolved_at", "resolved_by", "resolved_as", "resolved_by_name"]
    )
    record(
        "decisions.objection_resolved",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        objection=objection.number,
        participant=objection.participant,
        spoken_by=objection.resolved_by_name,
        resolution=objection.resolution,
    )
    return objection


def _own_objection_first(proposal: Proposal, participant: Participant) -> None:
    if own := _unresolved.first(proposal=proposal.pk, participant=participant.pk):
        raise NotPossible(
            f"Resolve {participant.short_name}’s objection {own.number} first, and say what resolved it."
        )


_unresolved = Question(
    lambda proposal, participant: (
        Objection.objects.unresolved()
        .filter(proposal_id=proposal, participant_id=participant)
        .order_by("number")
    )
)


def _not_its_own_word(proposal: Proposal, participant: Participant, last: Position | None, by: User) -> None:
    """Nobody else changes what it said itself (rule 19); whoever is kept from seeing that is not told it here."""
    try:
        if last and last.wording_id == proposal.current_wording_id and not last.is_on_behalf:
            raise NotPossible(
                f"{participant.short_name} has spoken for itself on this wording. Nobody else changes that (rule 19)."
            )
        _own_objection_first(proposal, participant)
    except NotPossible:
        if not veil.veiled(proposal, standing(by, proposal.alliance_id)):
            raise
        raise NotPossible(
            f"An answer of {participant.short_name} cannot be recorded on its behalf now. Ask it to look for itself."
        ) from None


def _says_the_same(
    last: Position | None, proposal: Proposal, stance: str, reason: str, shown: str, by: User
) -> bool:
    """A doubled click: the same person gave this very answer to this very wording."""
    return (
        last is not None
        and last.wording_id == proposal.current_wording_id
        and last.wording.hash == shown
        and last.stance == stance
        and last.taken_by_id == by.pk
        and (last.reason.text if last.reason else "") == reason.strip()
    )


def _position(
    proposal: Proposal,
    participant: Participant,
    stance: str,
    reason: str,
    last: Position | None,
    by: User,
    **facts,
) -> Position:
    words = Words.write(proposal.alliance_id, reason)
    if words is None and stance not in (Position.Stance.AGREE, Position.Stance.TAKEN_BACK):
        raise NotPossible("Say why: only agreeing needs no reason.")
    return Position.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        wording=proposal.current_wording,
        stance=stance,
        reason=words,
        replaces=last,
        **speaks_as(appointment_of(proposal, participant, by), by),
        **facts,
    )


def _told(position: Position) -> dict:
    """A position as the record tells it: who clicked, whom it binds, which wording's hash."""
    return {
        "number": position.proposal.number,
        "title": position.proposal.title,
        "position": str(position.pk),
        "participant": position.participant,
        "stance": position.stance,
        "spoken_by": position.spoken_by,
        "capacity": position.capacity,
        "appointment": str(position.appointment_id),
        "version": position.wording.version,
        "wording_hash": position.wording.hash,
        "reason": position.reason,
        "meeting": position.meeting.number if position.meeting_id else None,
    }
