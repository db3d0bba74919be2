"""Reservations, answers taken back, answers recorded on behalf, and the seal that waits for them (rules 4, 19, 24)."""

import hashlib
from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.core.invariants import REGISTER
from alliance.core.models import Errand, Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.uploads import Upload
from decisions import services
from decisions.models import Decision, Position, Proposal
from tests.factories.decisions import again, answer, make_decision, make_proposal, object_to, reword

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 4))


@pytest.fixture
def on(monkeypatch):
    """`on(TUESDAY)`: from now on it is that day, at noon."""

    def move(day: date, hour: int = 12) -> None:
        moment = timezone.make_aware(datetime.combine(day, time(hour)))
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    move(MONDAY)
    return move


@pytest.fixture
def proposal(cast, on) -> Proposal:
    return make_proposal(cast.council, cast.carol, answer_by=FRIDAY)


def tell(proposal: Proposal, cast, **changes) -> Position:
    """Carol writes down what Pat told her on the telephone for Haven."""
    facts = {
        "proposal": proposal,
        "participant": cast.haven,
        "said_by": cast.pat,
        "stance": "agree",
        "heard": "telephone",
        "evidence": "Pat rang at half past ten; Hana listened in.",
        "shown": again(proposal).current_wording.hash,
        "by": cast.carol,
    }
    return services.record_on_behalf(**facts | changes)


def events(*kinds) -> list[dict]:
    found = Event.objects.filter(kind__in=[f"decisions.{kind}" for kind in kinds]).order_by("seq")
    return [event.facts for event in found]


def nothing_is_broken(alliance) -> None:
    assert [said for one in REGISTER for said in one.breaks(alliance.pk)] == []


class TestReservations:
    def test_is_told_beside_the_yes_and_does_not_weaken_it(self, cast, proposal):
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        answer(proposal, cast.haven, cast.pat, "reservation", "Only while the nurses come.")
        decision = Decision.objects.get()
        told = {one["participant"]["name"]: one for one in events("sealed")[0]["roll"]}
        assert told["Haven Homes"]["stance"] == "reservation"
        assert "commitment" in told["Haven Homes"]["reason"]
        assert Position.objects.get(participant=cast.haven).reason.text == "Only while the nurses come."
        assert decision.sealed_by == cast.pat
        nothing_is_broken(cast.alliance)

    def test_says_what_it_is(self, cast, proposal):
        with pytest.raises(NotPossible, match="only agreeing needs no reason"):
            services.take_position(
                proposal=proposal,
                participant=cast.haven,
                stance="reservation",
                shown=proposal.current_wording.hash,
                by=cast.pat,
            )


class TestTakingBack:
    def take_back(self, proposal, cast, by="pat", **facts):
        return services.take_back(proposal=proposal, participant=cast.haven, by=getattr(cast, by), **facts)

    def test_both_acts_stay_and_nobody_has_answered(self, cast, proposal):
        given = answer(proposal, cast.haven, cast.pat)
        taken = self.take_back(proposal, cast, by="dev", reason="We were too quick.")
        assert [one.pk for one in Position.objects.order_by("pk")] == [given.pk, taken.pk]
        tally = Proposal.objects.with_positions().get().tally
        assert [one.participant for one in tally.waiting] == [cast.council, cast.haven, cast.beacon]
        assert tally.words == "None of 3 has answered yet."
        told = events("position_taken_back")
        assert [(one["stance"], one["spoken_by"], one["contested"]) for one in told] == [
            ("taken_back", "Dev Deputy for Pat Provider, Haven", False)
        ]

    def test_twice_is_once_and_nothing_is_nothing(self, cast, proposal):
        assert self.take_back(proposal, cast) is None
        answer(proposal, cast.haven, cast.pat)
        assert self.take_back(proposal, cast) == self.take_back(proposal, cast)
        assert Position.objects.count() == 2

    def test_never_seals_and_can_be_answered_again(self, cast, proposal):
        answer(proposal, cast.haven, cast.pat)
        self.take_back(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert not Decision.objects.exists()
        answer(proposal, cast.haven, cast.dev)
        assert Decision.objects.exists()
        nothing_is_broken(cast.alliance)

    def test_not_after_the_seal_nor_after_the_deadline(self, cast, proposal, on):
        answer(proposal, cast.haven, cast.pat)
        on(FRIDAY + timedelta(days=3))
        with pytest.raises(NotPossible):
            self.take_back(proposal, cast)
        on(MONDAY)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        with pytest.raises(NotPossible):
            self.take_back(proposal, cast)

    @pytest.mark.parametrize("who", ["carol", "rosa", "finn", "bea", "lee", "stranger"])
    def test_nobody_else_does(self, cast, proposal, who):
        answer(proposal, cast.haven, cast.pat)
        with pytest.raises(NotAllowed):
            self.take_back(proposal, cast, by=who)
        assert Position.objects.count() == 1

    def test_an_objection_is_resolved_and_not_taken_back(self, cast, proposal):
        object_to(proposal, cast.haven, cast.pat)
        with pytest.raises(NotPossible, match="Resolve Haven’s objection 1 first"):
            self.take_back(proposal, cast)


class TestOnBehalf:
    def test_says_who_said_it_who_typed_it_and_what_shows_it(self, cast, proposal):
        minute = Upload("minute.txt", b"Haven: yes", "text/plain")
        said = tell(proposal, cast, evidence_file=minute)
        assert (said.taken_by, said.typed_by, said.capacity) == (cast.pat, cast.carol, "representative")
        assert said.contestable_until == TUESDAY
        [told] = events("position_recorded")
        assert told["spoken_by"] == "Pat Provider, Haven"
        assert told["heard"] == "By telephone"
        assert told["evidence_file"] == hashlib.sha256(b"Haven: yes").hexdigest() == said.evidence_file.sha256
        assert told["contestable_until"] == "2026-11-24"
        assert Event.objects.get(kind="decisions.position_recorded").actor == cast.carol

    def test_the_same_twice_is_once(self, cast, proposal):
        assert tell(proposal, cast) == tell(proposal, cast)
        assert (
            Position.objects.count() == Errand.objects.filter(kind="decisions.seal_after_hold").count() == 1
        )

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"by": "pat", "participant": "haven"}, "You speak for Haven: give its answer yourself"),
            ({"by": "finn"}, "Only representatives and deputies of participants on the roll"),
            ({"by": "stranger"}, "Only representatives and deputies of participants on the roll"),
            ({"said_by": "rosa"}, "Only Haven’s representative or deputy"),
            ({"said_by": "finn"}, "Only Haven’s representative or deputy"),
        ],
    )
    def test_only_one_who_speaks_writes_down_what_another_said(self, cast, proposal, changes, why):
        with pytest.raises(NotAllowed, match=why):
            tell(proposal, cast, **{name: getattr(cast, who) for name, who in changes.items()})

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"stance": "object"}, "an objection is raised by whoever has it"),
            ({"stance": "taken_back"}, "Only an answer"),
            ({"stance": "stand_aside", "reason": "x"}, "Standing aside is not possible"),
            ({"heard": "hearsay"}, "Say how the answer was given"),
            ({"evidence": "  "}, "Say what shows that the answer was given"),
            ({"stance": "abstain"}, "only agreeing needs no reason"),
            ({"shown": "0" * 64}, "wording changed"),
        ],
    )
    def test_what_is_refused(self, cast, proposal, changes, why):
        with pytest.raises(NotPossible, match=why):
            tell(proposal, cast, **changes)
        assert not Position.objects.exists()

    def test_never_over_the_participants_own_word_on_this_wording(self, cast, proposal):
        answer(proposal, cast.haven, cast.dev, "abstain")
        with pytest.raises(NotPossible, match="spoken for itself"):
            tell(proposal, cast)
        reword(proposal, cast.carol)
        assert tell(proposal, cast).stance == "agree"

    def test_not_when_nobody_could_contest_it_in_time(self, cast, proposal, on):
        on(FRIDAY - timedelta(days=1))
        with pytest.raises(NotPossible, match="Give more time first"):
            tell(proposal, cast)
        services.give_more_time(
            proposal=proposal, answer_by=FRIDAY + timedelta(days=4), reason="To be sure.", by=cast.carol
        )
        assert tell(proposal, cast).contestable_until == FRIDAY

    def test_over_a_weekend_the_next_working_day_is_monday(self, cast, on):
        on(FRIDAY)
        proposal = make_proposal(cast.council, cast.carol)
        assert tell(proposal, cast).contestable_until == MONDAY + timedelta(days=7)

    def test_it_holds_the_seal_to_the_end_of_that_day_and_the_clock_seals_then(
        self, cast, proposal, on, run_errands
    ):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        on(TUESDAY)
        answer(proposal, cast.beacon, cast.rosa)
        held = Proposal.objects.with_positions().get()
        assert (held.is_unanimous(), held.held_until, held.state) == (True, TUESDAY, "open")
        run_errands()
        with pytest.raises(NotPossible, match="contested until the end of 24 November 2026"):
            services.seal(proposal=proposal, by=cast.carol)
        on(WEDNESDAY, hour=1)
        run_errands()
        decision = Decision.objects.get()
        assert (decision.decided_on, decision.sealed_by) == (WEDNESDAY, cast.rosa)
        assert Event.objects.get(kind="decisions.sealed").actor is None
        assert [one["on_behalf"] for one in events("sealed")[0]["roll"]] == [None, "Carol Commissioner", None]
        nothing_is_broken(cast.alliance)

    def test_or_somebody_seals_it_by_hand(self, cast, proposal, on):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        on(WEDNESDAY)
        for who in ("finn", "bea", "stranger"):
            with pytest.raises(NotAllowed):
                services.seal(proposal=proposal, by=getattr(cast, who))
        decision = services.seal(proposal=proposal, by=cast.dev)
        assert services.seal(proposal=proposal, by=cast.pat) == decision
        assert Event.objects.get(kind="decisions.sealed").actor == cast.dev
        nothing_is_broken(cast.alliance)

    def test_a_later_answer_of_another_seals_when_the_hold_is_over(self, cast, proposal, on):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        on(WEDNESDAY)
        answer(proposal, cast.beacon, cast.rosa)
        assert Decision.objects.get().decided_on == WEDNESDAY

    def test_confirmed_it_is_the_participants_own_and_seals_at_once(self, cast, proposal):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert not Decision.objects.exists()
        answer(proposal, cast.haven, cast.pat)
        assert Decision.objects.get().decided_on == MONDAY
        assert not Position.objects.current().get(participant=cast.haven).is_on_behalf
        nothing_is_broken(cast.alliance)

    def test_contested_it_is_none_and_nobody_records_it_again(self, cast, proposal, on, run_errands):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        services.take_back(proposal=proposal, participant=cast.haven, by=cast.dev, reason="Pat said maybe.")
        assert events("position_taken_back")[0]["contested"] is True
        with pytest.raises(NotPossible, match="spoken for itself"):
            tell(proposal, cast)
        on(WEDNESDAY)
        run_errands()
        assert not Decision.objects.exists()

    def test_a_new_wording_lets_the_held_answer_lapse(self, cast, proposal, on, run_errands):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        reword(proposal, cast.carol)
        on(WEDNESDAY)
        run_errands()
        assert not Decision.objects.exists()

    def test_what_nobody_sealed_in_time_says_so_and_seals_when_it_is_reopened(self, cast, proposal, on):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        on(FRIDAY + timedelta(days=3))
        late = Proposal.objects.with_positions().get()
        assert late.outcome == "Not agreed: all agreed, and it was not sealed in time"
        services.give_more_time(
            proposal=proposal, answer_by=FRIDAY + timedelta(days=5), reason="The clock stood.", by=cast.carol
        )
        assert Decision.objects.get().decided_on == FRIDAY + timedelta(days=3)
        nothing_is_broken(cast.alliance)


class TestTheDatabaseOnAnswersOnBehalf:
    def slip_in(self, proposal, cast, **changes) -> str:
        said = tell(proposal, cast)
        row = {
            one.attname: getattr(said, one.attname)
            for one in Position._meta.concrete_fields
            if one.attname != "id"
        }
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            Position.objects.create(**row | {"replaces_id": said.pk} | changes)
        return str(trouble.value)

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"stance": "object"}, "rule 24"),
            ({"contestable_until": MONDAY}, "has the next working day to contest it"),
            ({"contestable_until": FRIDAY}, "has the next working day to contest it"),
            ({"contestable_until": None}, "answer_on_behalf_says_what_shows_it"),
            ({"evidence_id": None}, "answer_on_behalf_says_what_shows_it"),
            ({"heard": ""}, "answer_on_behalf_says_what_shows_it"),
        ],
    )
    def test_refuses_one_that_is_not_labelled(self, cast, proposal, changes, why):
        assert why in self.slip_in(proposal, cast, **changes)

    def test_refuses_one_typed_by_somebody_who_speaks_for_nobody_else(self, cast, proposal):
        for who in (cast.pat, cast.dev, cast.finn, cast.stranger):
            assert "rule 24" in self.slip_in(proposal, cast, typed_by_id=who.pk)

    def test_refuses_one_over_the_participants_own_word(self, cast, proposal):
        said = tell(proposal, cast)
        own = answer(proposal, cast.haven, cast.pat)
        row = {
            one.attname: getattr(said, one.attname)
            for one in Position._meta.concrete_fields
            if one.attname != "id"
        }
        with pytest.raises(DatabaseError, match="rule 19"), transaction.atomic():
            Position.objects.create(**row | {"replaces_id": own.pk})

    def test_refuses_the_seal_until_nobody_can_contest_it(self, cast, proposal, on):
        tell(proposal, cast)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        put = again(proposal)
        on(TUESDAY)
        facts = {
            "alliance_id": put.alliance_id,
            "number": 1,
            "proposal": put,
            "wording": put.current_wording,
            "wording_hash": put.current_wording.hash,
            "decided_on": TUESDAY,
            "sealed_at": timezone.now(),
            "sealed_by": cast.carol,
        }
        with pytest.raises(DatabaseError, match="every participant on its roll"), transaction.atomic():
            Decision.objects.create(**facts)
        on(WEDNESDAY)
        Decision.objects.create(**facts | {"decided_on": WEDNESDAY, "sealed_at": timezone.now()})
        Proposal.objects.update(state="agreed")


class TestWhoLeftTheRoll:
    def leave(self, proposal, participant, cast):
        """It declares a conflict, and no majority of the others can admit it any more (rule 9)."""
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        declared = services.declare_conflict(
            proposal=proposal, participant=participant, what="We own the hall.", by=voices.pop(participant)
        )
        other, by = next(iter(voices.items()))
        services.vote_on_conflict(declaration=declared, participant=other, stance="leave", by=by)

    def test_neither_assents_nor_blocks(self, cast, proposal):
        object_to(proposal, cast.beacon, cast.rosa)
        answer(proposal, cast.council, cast.carol)
        make_decision(
            cast.council,
            {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa},
            effect={
                "kind": "exit",
                "participant": cast.beacon.pk,
                "participant_name": cast.beacon.name,
                "left_on": MONDAY.isoformat(),
                "hand_over": "All to Haven.",
            },
        )
        tally = Proposal.objects.with_positions().get(pk=proposal.pk).tally
        assert [one.participant for one in tally.stands] == [cast.council, cast.haven]
        assert (tally.objections, tally.blocks) == ((), [])
        answer(proposal, cast.haven, cast.pat)
        assert again(proposal).state == "agreed"
        told = events("sealed")[-1]
        assert [one["participant"]["name"] for one in told["roll"]] == ["Harbour City Council", "Haven Homes"]
        assert told["left"][0]["because"] == "left"
        assert told["objections"][0]["left"] is True
        nothing_is_broken(cast.alliance)

    def test_takes_no_further_part(self, cast, proposal):
        self.leave(proposal, cast.beacon, cast)
        with pytest.raises(NotAllowed, match="left the roll of this proposal: a conflict of interest"):
            answer(proposal, cast.beacon, cast.rosa)
        with pytest.raises(NotAllowed):
            tell(proposal, cast, by=cast.rosa)
        with pytest.raises(NotAllowed):
            tell(proposal, cast, participant=cast.beacon, said_by=cast.rosa)
        with pytest.raises(NotAllowed):
            services.seal(proposal=proposal, by=cast.rosa)

    def test_without_a_commissioner_nothing_is_agreed(self, cast, proposal):
        """Rule 10, whatever the two others say."""
        answer(proposal, cast.haven, cast.pat)
        self.leave(proposal, cast.council, cast)
        assert again(proposal).state == "no_decision"
        tally = Proposal.objects.with_positions().get().tally
        assert not tally.is_agreed
        assert tally.blocks == ["A key decision needs a commissioner among the active participants."]
