"""Years of decisions at once, for measuring: in sets, through the same tables, guards and record as one by one.

No guard is gone round: every row passes the triggers that a representative's click passes. Only the Python of the
services is spared, and the same facts are told to the record, so that the night's check finds nothing in what is loaded
at its own moment (invariant 6; alliance/demo/large.py sets the clock).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.core.record import record
from decisions.case import Case
from decisions.lifecycle import State
from decisions.models import Decision, Numbering, Position, PrincipleTest, Proposal, RollEntry, Wording
from decisions.services.positions import _told
from decisions.services.sealing import _sealed
from decisions.services.shared import wording_of
from participants.models import Alliance, Principle, RoleAppointment

BATCH = 500


@dataclass(frozen=True)
class Put:
    """A proposal put at `at` by an appointment, and who agrees to it then; it is sealed when all on the roll do."""

    case: Case
    by: RoleAppointment
    at: datetime
    agreeing: tuple[RoleAppointment, ...]


def load_decisions(alliance: Alliance, puts: Iterable[Put], roll: list) -> int:
    """Load them in the order given; returns how many were sealed. `roll` are the participants that are asked."""
    principles = list(Principle.objects.current().filter(alliance=alliance))
    return sum(_load(alliance, batch, roll, principles) for batch in _batches(puts))


def _batches(puts: Iterable[Put]) -> Iterator[list[Put]]:
    batch = []
    for put in puts:
        batch.append(put)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@transaction.atomic
def _load(alliance: Alliance, batch: list[Put], roll: list, principles: list[Principle]) -> int:
    Numbering.objects.get_or_create(alliance=alliance)
    numbering = Numbering.objects.select_for_update().get(alliance=alliance)
    proposals = Proposal.objects.bulk_create(
        Proposal(
            alliance=alliance,
            number=numbering.proposals + place,
            participant=put.by.participant,
            drafted_at=put.at,
            drafted_by=put.by.person,
        )
        for place, put in enumerate(batch, 1)
    )
    RollEntry.objects.bulk_create(
        RollEntry(alliance=alliance, proposal=one, participant=party, place=party.place)
        for one in proposals
        for party in roll
    )
    wordings = Wording.objects.bulk_create(
        _wording(one, put, principles) for one, put in zip(proposals, batch, strict=True)
    )
    PrincipleTest.objects.bulk_create(
        PrincipleTest(
            alliance=alliance, wording=wording, principle_id=pk, effect=test.effect, words=test.words
        )
        for wording, put in zip(wordings, batch, strict=True)
        for pk, test in put.case.tests.items()
    )
    for one, wording, put in zip(proposals, wordings, batch, strict=True):
        one.state, one.current_wording = State.OPEN, wording
        one.answer_by = alliance.usual_deadline(timezone.localdate(put.at))
        one.standing_aside, one.independent = alliance.standing_aside, alliance.independent
        one.opened_at, one.opened_by = put.at, put.by.person
    opened = [
        "state", "current_wording", "answer_by", "standing_aside", "independent", "opened_at", "opened_by",
    ]  # fmt: skip
    Proposal.objects.bulk_update(proposals, opened)
    positions = Position.objects.bulk_create(
        Position(
            alliance=alliance,
            proposal=one,
            wording=wording,
            participant=voice.participant,
            stance=Position.Stance.AGREE,
            taken_at=put.at,
            taken_by=voice.person,
            taken_by_name=voice.person.name,
            appointment=voice,
            capacity=voice.role,
        )
        for one, wording, put in zip(proposals, wordings, batch, strict=True)
        for voice in put.agreeing
    )
    said: dict[int, list[Position]] = {}
    for position in positions:
        said.setdefault(position.proposal_id, []).append(position)
    unanimous = [one for one in proposals if len(said.get(one.pk, ())) == len(roll)]
    decisions = Decision.objects.bulk_create(
        _decision(one, said[one.pk][-1], numbering.decisions + place)
        for place, one in enumerate(unanimous, 1)
    )
    for one in unanimous:
        one.state = State.AGREED
    Proposal.objects.bulk_update(unanimous, ["state"])
    numbering.proposals += len(proposals)
    numbering.decisions += len(decisions)
    numbering.save(update_fields=["proposals", "decisions"])
    sealed = {one.proposal_id: one for one in decisions}
    for one in proposals:
        _tell(one, roll, said.get(one.pk, []), sealed.get(one.pk))
    return len(decisions)


def _wording(proposal: Proposal, put: Put, principles: list[Principle]) -> Wording:
    return wording_of(proposal, 1, put.case.tidy(), principles, at=put.at, by=put.by.person)


def _decision(proposal: Proposal, last: Position, number: int) -> Decision:
    return Decision(
        alliance_id=proposal.alliance_id,
        number=number,
        kind=proposal.kind,
        proposal=proposal,
        wording=proposal.current_wording,
        wording_hash=proposal.current_wording.hash,
        decided_on=timezone.localdate(last.taken_at),
        sealed_at=last.taken_at,
        sealed_by=last.taken_by,
    )


def _tell(proposal: Proposal, roll: list, said: list[Position], decision: Decision | None) -> None:
    wording = proposal.current_wording
    told = {"number": proposal.number, "title": wording.title}
    record(
        "decisions.proposal_opened",
        proposal,
        by=proposal.opened_by,
        **told,
        decision_kind=proposal.get_kind_display(),
        participant=proposal.participant,
        roll=roll,
        standing_aside=proposal.standing_aside,
        independent=proposal.independent,
        supersedes=None,
        follows=None,
        follows_as="",
        answer_by=proposal.answer_by,
        version=1,
        wording_hash=wording.hash,
        wording=wording.body.decode(),
    )
    for position in said:
        record("decisions.position_taken", proposal, by=position.taken_by, **_told(position), replaces=False)
    if decision:
        record(
            "decisions.sealed",
            decision,
            by=decision.sealed_by,
            **(told | {"number": decision.number}),
            proposal=proposal.number,
            decision_kind=decision.get_kind_display(),
            decided_on=decision.decided_on,
            version=1,
            wording_hash=wording.hash,
            standing_aside=proposal.standing_aside,
            supersedes=None,
            roll=[_sealed(position) for position in said],
            left=[],
            objections=[],
            awaiting=[],
        )
