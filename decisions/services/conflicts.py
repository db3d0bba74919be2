"""Conflicts of interest: the register, the declaration before taking part, and who leaves the roll (rules 9 to 11)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import DECLARATION, PROPOSAL, DeclarationState, State
from decisions.models import (
    Decision,
    Declaration,
    DeclarationVote,
    Interest,
    Position,
    Proposal,
    RollDeparture,
    RollEntry,
)
from decisions.services.positions import undo
from decisions.services.rolls import Because, depart, settle
from decisions.services.sealing import seal_if_unanimous
from decisions.services.shared import appointment_of, last_position, locked, speaks_as, voice
from decisions.tally import conflict_comes_to, why_left_without_decision
from participants.models import Alliance, Participant, User

# ── The register of interests ────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def declare_interest(
    *,
    alliance: Alliance,
    person: User,
    participant: Participant | None,
    kind: str,
    what: str,
    by: User,
    from_on: date | None = None,
) -> Interest:
    """Enter in the register what `person`, or somebody close to them, has at stake elsewhere.

    `participant` is the organisation that the person acts for here, None for one who serves the whole alliance.
    """
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    permissions.declare_interest.check(by, alliance=alliance, person=person, participant=participant)
    from_on = from_on or timezone.localdate()
    words = Words.need(alliance.pk, what, "Say what the interest is.")
    for same in Interest.objects.of(alliance).current().filter(person=person, kind=kind, from_on=from_on):
        if same.what.text == words.text:
            return same
    interest = Interest.objects.create(
        alliance=alliance,
        person=person,
        participant=participant,
        kind=kind,
        what=words,
        from_on=from_on,
        declared_at=timezone.now(),
        declared_by=by,
    )
    record(
        "decisions.interest_declared",
        interest,
        by=by,
        person=person,
        participant=participant,
        interest_kind=interest.get_kind_display(),
        from_on=from_on,
        what=words,
    )
    return interest


@transaction.atomic
def end_interest(*, interest: Interest, by: User) -> Interest:
    """Say that it is over, from today. What it was stays in the register."""
    interest = Interest.objects.select_for_update(of=("self",)).select_related("person").get(pk=interest.pk)
    permissions.end_interest.check(by, interest=interest)
    if interest.ended_at:
        return interest
    interest.ended_on = max(timezone.localdate(), interest.from_on)
    interest.ended_at, interest.ended_by = timezone.now(), by
    interest.save(update_fields=["ended_on", "ended_at", "ended_by"])
    record(
        "decisions.interest_ended",
        interest,
        by=by,
        person=interest.person,
        interest_kind=interest.get_kind_display(),
        ended_on=interest.ended_on,
    )
    return interest


# ── Before taking part ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def declare_conflict(
    *,
    proposal: Proposal,
    participant: Participant,
    what: str,
    by: User,
    interest: Interest | None = None,
) -> Declaration:
    """Declare a conflict of interest of whoever would answer for `participant`; the others say whether it takes part.

    An answer to the current wording is taken back in the same step, for it comes before taking part (rule 9); an
    objection stays until it is resolved, or its participant leaves the roll. The person is the one of `interest`,
    from the register, or else `by`. The same declaration twice is one.
    """
    proposal = locked(proposal)
    permissions.declare_conflict.check(by, proposal=proposal, participant=participant)
    at_work = (
        proposal.declarations.at_work().filter(participant=participant).select_related("participant").first()
    )
    if at_work and at_work.declared_by_id == by.pk and at_work.state == DeclarationState.DECLARED:
        return at_work
    if at_work:
        raise NotPossible(f"{participant.short_name} has declared a conflict of interest on this proposal.")
    PROPOSAL.require(proposal.state_now, "declare")
    person = interest.person if interest else by
    if interest and (interest.alliance_id, interest.participant_id) != (
        proposal.alliance_id,
        participant.pk,
    ):
        raise NotPossible(f"This interest is not one of the people of {participant.short_name}.")
    words = Words.need(proposal.alliance_id, what, "Say what the conflict of interest is.")
    last = last_position(proposal, participant)
    answered = last and last.stance != Position.Stance.TAKEN_BACK
    if answered and last.wording_id == proposal.current_wording_id:
        undo(proposal=proposal, last=last, by=by)
    declaration = _declare(
        proposal, participant, person, words, interest, DECLARATION.start, by, at=timezone.now()
    )
    record(
        "decisions.conflict_declared",
        proposal,
        by=by,
        **_about(declaration),
        spoken_by=voice(appointment_of(proposal, participant, by), by),
        interest=str(interest.pk) if interest else None,
        what=words,
    )
    return declaration


@transaction.atomic
def vote_on_conflict(
    *, declaration: Declaration, participant: Participant, stance: str, by: User
) -> DeclarationVote:
    """Say for `participant` whether the one with a conflict takes part (`DeclarationVote.Stance`).

    More than half of the others settle it: it takes part, or all share the interest (rule 11), or it leaves the roll
    as soon as no majority for it can be reached any more. Each participant says it once.
    """
    proposal, declaration = _locked(declaration)
    permissions.vote_on_conflict.check(by, declaration=declaration, participant=participant)
    said = declaration.votes.filter(participant=participant).first()
    if said and said.stance == stance:
        return said
    if said:
        raise NotPossible(f"{participant.short_name} has said it already, and what was said stays.")
    not_settled(declaration, "vote")
    PROPOSAL.require(proposal.state_now, "declare")
    if stance not in DeclarationVote.Stance.values:
        raise NotPossible("Say whether it may take part, should leave, or whether all share the interest.")
    vote = DeclarationVote.objects.create(
        alliance_id=proposal.alliance_id,
        declaration=declaration,
        stance=stance,
        **speaks_as(appointment_of(proposal, participant, by), by),
    )
    record(
        "decisions.conflict_voted",
        proposal,
        by=by,
        **_about(declaration),
        voter=participant,
        stance=stance,
        spoken_by=vote.spoken_by,
    )
    if _settle(proposal, declaration, by):
        _go_on(proposal, by)
    return vote


@transaction.atomic
def leave_for_conflict(*, declaration: Declaration, by: User) -> Declaration:
    """Whoever declared the conflict leaves the roll without waiting for what the others say."""
    proposal, declaration = _locked(declaration)
    permissions.leave_for_conflict.check(by, declaration=declaration)
    if declaration.state == DeclarationState.LEFT:
        return declaration
    not_settled(declaration, "leave")
    PROPOSAL.require(proposal.state_now, "declare")
    _depart_for(proposal, declaration, by)
    _go_on(proposal, by)
    return declaration


@transaction.atomic
def leave_roll(
    *,
    proposal: Proposal,
    participant: Participant,
    because: str,
    by: User | None,
) -> RollDeparture:
    """Ask `participant` no longer on this proposal; its row on the frozen roll stays (rules 2, 9).

    `because` is a `RollDeparture.Because`, and no conflict: that is left by its own verb. When nobody could decide any
    more the proposal ends without a decision (rule 10); else those who are left may be unanimous now, and the seal
    follows. `by` None is the clock. A service for other services: who may cause it is their question. Twice
    is once.
    """
    proposal = locked(proposal)
    entry = (
        RollEntry.objects.select_related("departure", "participant")
        .filter(proposal=proposal, participant=participant)
        .first()
    )
    if entry is None:
        raise NotPossible(f"{participant.short_name} is not on the roll of this proposal.")
    if entry.has_left:
        return entry.departure
    PROPOSAL.require(proposal.state_now, "leave_roll")
    depart(proposal, entry, because, by)
    _go_on(proposal, by)
    return RollDeparture.objects.get(entry=entry)


# ── Afterwards ───────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def report_conflict(
    *,
    decision: Decision,
    participant: Participant,
    person: User,
    what: str,
    by: User,
    interest: Interest | None = None,
) -> Declaration:
    """Report a conflict of `person`, who acted for `participant`, that nobody declared: the decision is to be reviewed.

    What was sealed stays as it is (rules 9, 20). The same report twice is one.
    """
    proposal = locked(decision.proposal)
    permissions.report_conflict.check(by, decision=decision)
    on_the_roll = proposal.roll.filter(participant=participant).exists()
    if not on_the_roll and proposal.participant_id != participant.pk:
        raise NotPossible(f"{participant.short_name} did not take part in this decision.")
    words = Words.need(proposal.alliance_id, what, "Say what the conflict of interest was.")
    found = DECLARATION.after(DECLARATION.start, "find")
    for same in proposal.declarations.filter(participant=participant, person=person, state=found):
        if same.what.text == words.text:
            return same
    declaration = _declare(proposal, participant, person, words, interest, found, by, at=timezone.now())
    record(
        "decisions.conflict_found",
        decision,
        by=by,
        **_about(declaration) | {"number": decision.number, "proposal": proposal.number},
        interest=str(interest.pk) if interest else None,
        what=words,
    )
    return declaration


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────────


def not_settled(declaration: Declaration, verb: str) -> None:
    """NotPossible once the others have settled it."""
    if not DECLARATION.permits(declaration.state, verb):
        state = declaration.get_state_display().lower()
        raise NotPossible(
            f"This conflict of interest is settled: {declaration.participant.short_name} {state}."
        )


def _locked(declaration: Declaration) -> tuple[Proposal, Declaration]:
    proposal = locked(declaration.proposal)
    declaration = Declaration.objects.select_related("participant", "person").get(pk=declaration.pk)
    declaration.proposal = proposal
    return proposal, declaration


def _declare(proposal, participant, person, words, interest, state, by, *, at) -> Declaration:
    return Declaration.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        number=proposal.declarations.count() + 1,
        participant=participant,
        person=person,
        person_name=person.name,
        interest=interest,
        what=words,
        state=state,
        declared_at=at,
        declared_by=by,
    )


def _about(declaration: Declaration) -> dict:
    proposal = declaration.proposal
    return {
        "number": proposal.number,
        "title": proposal.title,
        "declaration": declaration.number,
        "participant": declaration.participant,
        "person": declaration.person,
    }


def _asked(proposal: Proposal) -> list[Participant]:
    entries = RollEntry.objects.filter(proposal=proposal, departure__isnull=True)
    return [one.participant for one in entries.select_related("participant").order_by("place")]


def _settle(proposal: Proposal, declaration: Declaration, by: User | None) -> bool:
    """Settle it if what the others said does; they are those who are on the roll now."""
    others = {one.pk for one in _asked(proposal)} - {declaration.participant_id}
    stances = [
        stance
        for participant_id, stance in declaration.votes.values_list("participant_id", "stance")
        if participant_id in others
    ]
    state = conflict_comes_to(len(others), stances)
    if state == DeclarationState.DECLARED:
        return False
    if state == DeclarationState.LEFT:
        _depart_for(proposal, declaration, by)
    else:
        settle(declaration, "share" if state == DeclarationState.SHARED else "admit", by)
        record("decisions.conflict_settled", proposal, by=by, **_about(declaration), state=declaration.state)
    return True


def _depart_for(proposal: Proposal, declaration: Declaration, by: User | None) -> None:
    settle(declaration, "leave", by)
    entry = RollEntry.objects.select_related("participant").get(
        proposal=proposal, participant=declaration.participant_id
    )
    depart(proposal, entry, Because.CONFLICT, by, declaration)


def _go_on(proposal: Proposal, by: User | None) -> None:
    """What follows when the roll became smaller: no decision (rule 10), other declarations, or the seal."""
    if because := why_left_without_decision(_asked(proposal)):
        _end(proposal, because, by)
    elif any(_settle(proposal, one, by) for one in _unsettled(proposal)):
        _go_on(proposal, by)
    elif proposal.state_now == State.OPEN:
        try:
            with transaction.atomic():
                seal_if_unanimous(proposal=proposal, at=timezone.now(), by=by)
        except NotPossible:
            pass  # what it would carry out is refused today; whoever seals it by hand is told why


def _unsettled(proposal: Proposal) -> list[Declaration]:
    found = proposal.declarations.filter(state=DeclarationState.DECLARED)
    return list(found.select_related("participant", "person", "proposal"))


def _end(proposal: Proposal, because: str, by: User | None) -> None:
    proposal.state = PROPOSAL.after(proposal.state_now, "end")
    proposal.ended_at, proposal.ended_by, proposal.ended_because = timezone.now(), by, because
    proposal.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
    record(
        "decisions.ended_without_decision",
        proposal,
        by=by,
        number=proposal.number,
        participant=proposal.participant,
        title=proposal.title,
        because=because,
    )
