"""Is it agreed? For rolls of one to six, whatever each participant did: as the rules say it, word by word.

The specification below is written from rules.md alone: it knows no code of the application. It is held against the
tally that decides when to seal, for every combination, and against the guard in the database, on a sample.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations_with_replacement, product

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from decisions import services
from decisions.models import Decision, Declaration, Objection, Position, Proposal, RollEntry
from participants.models import Alliance, Participant, RoleAppointment
from tests.factories.decisions import again, answer, make_proposal, object_to, reword
from tests.factories.participants import make_alliance, make_participant, make_person

# ── The specification ────────────────────────────────────────────────────────────────────────────────────────

DID = {
    "said nothing": "silence",
    "agrees": "assent",
    "agrees with a reservation": "assent",
    "stands aside": "aside",
    "abstains": "block",
    "objects": "block",
    "agreed to an older wording": "silence",
    "took its answer back": "silence",
    "was answered for by a deputy whose time was over": "silence",
    "agrees through its deputy": "assent",
    "left the roll": "gone",
    "declared a conflict that is not settled": "undecided",
}


@dataclass(frozen=True)
class Situation:
    """What each participant did, the first of them being the only commissioner; whose objection nobody resolved."""

    did: tuple[str, ...]
    standing_aside: bool = False
    objector: int | None = None

    def why_not(self) -> list[str]:
        """The rules that it breaks, as somebody would read them aloud; none of them means agreed."""
        means = [DID[one] for one in self.did]
        asked = [place for place, meaning in enumerate(means) if meaning != "gone"]
        said = [means[place] for place in asked]
        broken = []
        if len(asked) < 2:
            broken.append("rule 10: fewer than two are left")
        if 0 not in asked:
            broken.append("rule 10: no commissioner is left")
        if "undecided" in said:
            broken.append("rule 9: first the others say whether it takes part")
        if "silence" in said:
            broken.append("rules 3, 5, 8: silence, and what is no answer, is never consent")
        if "block" in said:
            broken.append("rules 6, 17: an abstention blocks, an objection blocks")
        if "aside" in said and not self.standing_aside:
            broken.append("rule 6: standing aside is off")
        if "assent" not in said:
            broken.append("rule 3: somebody has to agree")
        if self.objector in asked:
            broken.append("rule 17: an objection of somebody who is asked stands")
        return broken

    @property
    def is_agreed(self) -> bool:
        return not self.why_not()


def test_the_specification_reads_rule_3_and_6_as_they_are_written():
    """Seven of eight agree and one has not answered: open."""
    assert not Situation(("agrees",) * 7 + ("said nothing",)).is_agreed
    assert Situation(("agrees",) * 8).is_agreed
    assert not Situation(("agrees", "stands aside")).is_agreed
    assert Situation(("agrees", "stands aside"), standing_aside=True).is_agreed
    assert not Situation(("stands aside", "stands aside"), standing_aside=True).is_agreed


# ── Against the tally ────────────────────────────────────────────────────────────────────────────────────────

NOW, BEFORE = 2, 1  # the wordings' ids
STANCES = {
    "agrees": "agree",
    "agrees with a reservation": "reservation",
    "stands aside": "stand_aside",
    "abstains": "abstain",
    "objects": "object",
    "agreed to an older wording": "agree",
    "took its answer back": "taken_back",
    "left the roll": "agree",  # its answer stays in the record, and does not count
    "declared a conflict that is not settled": "agree",
}


class Chamber:
    """Proposals that no database knows, put together from the application's own rows."""

    def __init__(self, size: int):
        self.parties = [
            Participant(
                pk=place + 1,
                kind="provider" if place else "commissioner",
                short_name=str(place),
                joined_on=date.min,
            )
            for place in range(size)
        ]
        kinds = [*STANCES, "said nothing"]
        self.rows = {(place, did): self._rows(place, did) for place in range(size) for did in kinds}
        self.proposals = {
            aside: Proposal(
                pk=1, state="open", current_wording_id=NOW, standing_aside=aside, answer_by=date.max
            )
            for aside in (False, True)
        }
        self.objections = [Objection(pk=1, number=1, participant=one) for one in self.parties]

    def _rows(self, place: int, did: str) -> tuple:
        party = self.parties[place]
        entry = RollEntry(pk=place + 1, participant=party, place=place)
        entry._state.fields_cache["departure"] = object() if did == "left the roll" else None
        position = None
        if did in STANCES:
            wording = BEFORE if did == "agreed to an older wording" else NOW
            position = Position(pk=place + 1, participant=party, stance=STANCES[did], wording_id=wording)
            position._state.fields_cache["replaced_by"] = None
        declared = did == "declared a conflict that is not settled"
        return entry, position, Declaration(participant=party, state="declared") if declared else None

    def says(self, situation: Situation) -> bool:
        proposal = self.proposals[situation.standing_aside]
        proposal.__dict__.pop("tally", None)
        rows = [self.rows[place, did] for place, did in enumerate(situation.did)]
        proposal._prefetched_objects_cache = {
            "roll": [entry for entry, _, _ in rows],
            "positions": [position for _, position, _ in rows if position],
            "declarations": [declared for _, _, declared in rows if declared],
            "objections": [] if situation.objector is None else [self.objections[situation.objector]],
        }
        return proposal.tally.is_agreed


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_the_tally_says_what_the_rules_say(size):
    """Every order of answers up to four; with five and six every set of the providers' answers once."""
    chamber, kinds = Chamber(size), [*STANCES, "said nothing"]
    if size <= 4:
        answers, objectors = product(kinds, repeat=size), [None, 0, size - 1]
    else:
        others = combinations_with_replacement(kinds, size - 1)
        answers = ((first, *rest) for rest in others for first in kinds)
        objectors = [None, size - 1]
    agreed = 0
    for did, aside, objector in product(answers, (False, True), objectors):
        situation = Situation(did, aside, objector)
        assert chamber.says(situation) is situation.is_agreed, (situation, situation.why_not())
        agreed += situation.is_agreed
    assert bool(agreed) is (size >= 2)


# ── Against the database ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Party:
    participant: Participant
    speaker: object
    deputy: object
    late_deputy: object


def convene(size: int) -> list[Party]:
    """An alliance of so many, a council first, each with a representative, a deputy and one whose time was over."""
    alliance = make_alliance(f"Alliance of {size}")
    yesterday = timezone.localdate() - timedelta(days=1)
    found = []
    for place in range(size):
        kind = {} if place else {"kind": "commissioner", "form": "council"}
        one = make_participant(alliance, f"Party {place}", short_name=f"P{place}", **kind)
        speaker, deputy, late = (
            make_person(alliance, f"{who} {place} of {size}", role, one, until_on=until)
            for who, role, until in (
                ("Speaker", "representative", None),
                ("Deputy", "deputy", None),
                ("Late", "deputy", yesterday),
            )
        )
        found.append(Party(one, speaker, deputy, late))
    return found


def by_hand(proposal: Proposal, party: Party, by, stance: str, **changes) -> Position:
    """A row past every service; only the database is left to refuse it."""
    appointment = RoleAppointment.objects.get(person=by, participant=party.participant)
    last = Position.objects.current().filter(proposal=proposal, participant=party.participant).first()
    reason = proposal.objections.first()
    return Position.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        wording=proposal.current_wording,
        participant=party.participant,
        stance=stance,
        reason_id=changes.pop("reason_id", reason.concern_id if reason else None),
        taken_at=timezone.now(),
        taken_by=by,
        taken_by_name=by.name,
        appointment=appointment,
        capacity=appointment.role,
        replaces=last,
    )


def enact(situation: Situation, parties: list[Party]) -> Proposal:
    """Let everybody do it on a real proposal, by hand, so that nothing is sealed on the way."""
    here, council = parties, parties[0].participant
    proposal = make_proposal(council, here[0].speaker)
    if situation.objector is not None:
        who = here[situation.objector]
        object_to(proposal, who.participant, who.speaker)
    else:  # there are words to cite as a reason
        services.resolve_objection(
            objection=object_to(proposal, council, here[0].speaker), resolution="Met.", by=here[0].speaker
        )
    for did, party in zip(situation.did, here, strict=True):
        if did == "agreed to an older wording":
            answer_or_hand(proposal, party)
    reword(proposal, here[0].speaker)
    proposal = again(proposal)
    for did, party in zip(situation.did, here, strict=True):
        match did:
            case "said nothing" | "agreed to an older wording":
                pass
            case "was answered for by a deputy whose time was over":
                with pytest.raises(DatabaseError, match="rule 8"), transaction.atomic():
                    by_hand(proposal, party, party.late_deputy, "agree")
            case "stands aside" if not situation.standing_aside:
                with pytest.raises(DatabaseError, match="rule 6"), transaction.atomic():
                    by_hand(proposal, party, party.speaker, "stand_aside")
            case "agrees through its deputy":
                by_hand(proposal, party, party.deputy, "agree")
            case "took its answer back":
                by_hand(proposal, party, party.speaker, "agree")
                by_hand(proposal, party, party.speaker, "taken_back")
            case "left the roll" | "declared a conflict that is not settled":
                pass  # last of all: it may end the proposal
            case _:
                by_hand(proposal, party, party.speaker, STANCES[did])
    for wanted in ("declared a conflict that is not settled", "left the roll"):
        for did, party in zip(situation.did, here, strict=True):
            if did == wanted and again(proposal).state == "open":
                declare(proposal, party, here, leaves=wanted == "left the roll")
    return again(proposal)


def answer_or_hand(proposal: Proposal, party: Party) -> None:
    own = proposal.objections.unresolved().filter(participant=party.participant).exists()
    by_hand(proposal, party, party.speaker, "agree") if own else answer(
        proposal, party.participant, party.speaker
    )


def declare(proposal: Proposal, party: Party, here: list[Party], *, leaves: bool) -> None:
    declared = Declaration.objects.filter(pk=_declared(proposal, party)).get()
    if not leaves:
        return
    gone = {one.participant_id for one in proposal.roll.all() if one.has_left}
    for other in here:
        declared.refresh_from_db()
        if declared.state != "declared" or again(proposal).state != "open":
            return
        if other != party and other.participant.pk not in gone:
            services.vote_on_conflict(
                declaration=declared, participant=other.participant, stance="leave", by=other.speaker
            )


def _declared(proposal: Proposal, party: Party) -> int:
    return services.declare_conflict(
        proposal=proposal, participant=party.participant, what="We own the hall.", by=party.speaker
    ).pk


def sealed_by_hand(proposal: Proposal) -> bool:
    now = timezone.now()
    try:
        with transaction.atomic():
            Decision.objects.create(
                alliance_id=proposal.alliance_id,
                number=1 + Decision.objects.count(),
                proposal=proposal,
                wording=proposal.current_wording,
                wording_hash=proposal.current_wording.hash,
                decided_on=timezone.localdate(now),
                sealed_at=now,
                sealed_by=proposal.opened_by,
            )
    except DatabaseError:
        return False
    return True


def sample(size: int) -> list[Situation]:
    """Seeded: half of them near agreement, where a mistake would matter; the other half anything at all."""
    lots, found = random.Random(20261123 + size), []
    yes = ["agrees", "agrees with a reservation", "agrees through its deputy"]
    for number in range(10):
        did = [lots.choice(list(DID) if number % 2 else yes) for _ in range(size)]
        if number % 4 == 0 and size > 2:
            did[lots.randrange(1, size)] = lots.choice(list(DID))
        objector = lots.choice([None, None, None, lots.randrange(size)])
        if objector is not None and DID[did[objector]] in ("gone", "undecided"):
            objector = None  # whoever objects resolves that before it declares a conflict
        found.append(Situation(tuple(did), lots.random() < 0.5, objector))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_the_database_seals_what_the_rules_agree_to_and_nothing_else(size):
    parties = convene(size)
    alliance, agreed = parties[0].participant.alliance, 0
    for situation in sample(size):
        with transaction.atomic():
            Alliance.objects.filter(pk=alliance.pk).update(standing_aside=situation.standing_aside)
            proposal = enact(situation, parties)
            whole = Proposal.objects.with_positions().get(pk=proposal.pk)
            assert whole.is_unanimous() is situation.is_agreed, situation
            sealed = proposal.state == "agreed" or sealed_by_hand(proposal)  # a departure may have sealed it
            assert sealed is situation.is_agreed, (situation, situation.why_not())
            agreed += situation.is_agreed
            transaction.set_rollback(True)
    assert 1 <= agreed <= 8


@pytest.mark.django_db
def test_querysets_and_tallies_name_the_same_ones(cast):
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    tally = Proposal.objects.with_positions().get().tally
    blocking = Position.objects.blocking().filter(proposal=proposal)
    assert (
        [one.participant for one in blocking]
        == [stand.participant for stand in tally.blocking]
        == [cast.beacon]
    )
