"""Many at once, with real threads and real connections: one seal or none, and never a wrong one."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connections

from alliance.core.record import breaks_in_chain
from alliance.core.refusals import NotPossible
from alliance.core.tenancy import within_alliance
from decisions import services
from decisions.invariants import _sealed as sealed_wrongly
from decisions.invariants import breaks_in_the_telling
from decisions.models import Decision, Position, Proposal
from participants.models import Principle
from tests.factories.decisions import again, answer, make_draft, make_proposal

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RACES", "12"))


def at_once(alliance, *acts) -> list:
    """Run the acts at the same moment, each on its own connection; their results, or the refusals they met."""
    together = Barrier(len(acts))

    def run(act):
        try:
            together.wait()
            return within_alliance(alliance.pk, act)
        except NotPossible as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def change(proposal, by):
    case, shown = replace(proposal.case, why="On second thoughts."), again(proposal).current_wording.hash
    return lambda: services.change_wording(proposal=proposal, case=case, shown=shown, by=by)


def agree(proposal, participant, by):
    shown = again(proposal).current_wording.hash
    return lambda: services.take_position(
        proposal=proposal, participant=participant, stance="agree", shown=shown, by=by
    )


def test_two_last_assents_make_one_seal(cast):
    for round_ in range(1, 7):
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.council, cast.carol)
        at_once(
            cast.alliance,
            agree(proposal, cast.haven, cast.pat),
            agree(proposal, cast.beacon, cast.rosa),
            agree(proposal, cast.haven, cast.dev),
            agree(proposal, cast.beacon, cast.rosa),
        )
        assert Decision.objects.get(proposal=proposal).number == round_
        assert again(proposal).state == "agreed"
    assert list(breaks_in_chain(cast.alliance.pk)) == []
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []


def test_a_changed_wording_racing_the_last_assent_never_seals_other_words(cast):
    for round_ in range(ROUNDS):
        proposal = make_proposal(cast.council, cast.carol)
        shown = proposal.current_wording
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        acts = [agree(proposal, cast.beacon, cast.rosa), change(proposal, cast.carol)]
        random.Random(round_).shuffle(acts)
        at_once(cast.alliance, *acts)
        if decision := Decision.objects.filter(proposal=proposal).first():
            assert decision.wording == shown
            assert proposal.wordings.count() == 1
        else:
            assert again(proposal).current_wording.version == 2
            assert not Position.objects.on_the_current_wording().filter(proposal=proposal).exists()
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []


def anything(proposal, shown, case, voices, lots) -> list:
    """Sixteen acts that different people might do in the same moment, in any order: mostly agreeing."""
    best = Principle.objects.current().get(alliance=proposal.alliance, is_best_for_people=True)
    facts = {"proposal": proposal, "shown": shown}

    def one():
        party, by = lots.choice(voices)
        said = facts | {"participant": party, "by": by}
        match lots.choices(
            ["agree", "reserve", "abstain", "object", "take back", "on behalf", "word", "seal"],
            [9, 2, 1, 1, 1, 1, 1, 1],
        )[0]:
            case "agree":
                return lambda: services.take_position(**said, stance="agree")
            case "reserve":
                return lambda: services.take_position(**said, stance="reservation", reason="Mind the cost.")
            case "abstain":
                return lambda: services.take_position(**said, stance="abstain", reason="We cannot say.")
            case "object":
                return lambda: services.raise_objection(
                    **said, concern="Nobody asked.", remedy="Ask.", principles=[best]
                )
            case "take back":
                return lambda: services.take_back(proposal=proposal, participant=party, by=by)
            case "on behalf":
                typist = lots.choice([voice for voice in voices if voice[0] != party])[1]
                said |= {"participant": party, "said_by": by, "by": typist}
                return lambda: services.record_on_behalf(
                    **said, stance="agree", heard="telephone", evidence="A call."
                )
            case "word":
                changed = replace(case, why=f"On second thoughts, {lots.random()}.")
                return lambda: services.change_wording(
                    proposal=proposal, case=changed, shown=shown, by=voices[0][1]
                )
            case "seal":
                return lambda: services.seal(proposal=proposal, by=by)

    return [one() for _ in range(16)]


@pytest.mark.slow
def test_sixteen_at_once_on_one_proposal_make_one_seal_or_none_and_never_a_wrong_one(cast):
    """`make soak` runs 500 rounds."""
    voices = [
        (cast.council, cast.carol),
        (cast.haven, cast.pat),
        (cast.haven, cast.dev),
        (cast.beacon, cast.rosa),
    ]
    sealed = 0
    for round_ in range(ROUNDS):
        lots = random.Random(round_)
        proposal = make_proposal(cast.council, cast.carol)
        shown, case = proposal.current_wording.hash, proposal.case
        if lots.random() < 0.5:
            answer(proposal, cast.council, cast.carol)
        at_once(cast.alliance, *anything(proposal, shown, case, voices, lots))
        decision = Decision.objects.filter(proposal=proposal).first()
        put = Proposal.objects.with_positions().get(pk=proposal.pk)
        assert (put.state == "agreed") is bool(decision)
        if decision:
            sealed += 1
            assert decision.wording == put.current_wording
            assert {one.position.stance for one in put.tally.stands} <= {"agree", "reservation"}
            assert put.tally.is_agreed
        else:
            assert not put.tally.is_agreed or put.held_until
        assert Position.objects.filter(proposal=proposal, replaces=None).count() <= 3
        if round_ % 50 == 0:
            assert list(sealed_wrongly(cast.alliance.pk)) == []
    assert list(sealed_wrongly(cast.alliance.pk)) == []
    assert list(breaks_in_chain(cast.alliance.pk)) == []
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []
    assert sorted(Decision.objects.values_list("number", flat=True)) == list(range(1, sealed + 1))
    if ROUNDS >= 12:
        assert 0 < sealed < ROUNDS


def test_drafts_begun_together_have_numbers_of_their_own(cast):
    drafts = at_once(cast.alliance, *[lambda: make_draft(cast.haven, cast.pat)] * 6)
    assert sorted(one.number for one in drafts) == [1, 2, 3, 4, 5, 6]


def test_opened_twice_at_once_asks_once(cast):
    draft = make_draft(cast.haven, cast.pat)
    at_once(cast.alliance, *[lambda: services.open_proposal(proposal=draft, by=cast.pat)] * 4)
    assert draft.roll.count() == 3
    assert draft.wordings.count() == 1
