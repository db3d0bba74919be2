"""The ladder out of a deadlock (rule 18): declared, climbed by the clock, left by agreeing, or to the status quo."""

from datetime import date

import pytest

from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.invariants import breaks_in_the_telling
from decisions.lifecycle import DeadlockStage
from decisions.models import Deadlock, Decision, Objection, Proposal, Statement
from decisions.services.deadlocks import ladder_from
from participants.models import Alliance
from tests.factories import deadlocks
from tests.factories.cases import words
from tests.factories.deadlocks import DECLARED, INDEPENDENT, LEADERSHIP, SENIOR, STATEMENTS, after
from tests.factories.decisions import again, answer, declare, make_proposal, object_to, offer, reword

pytestmark = pytest.mark.django_db
day, proposal, objection = deadlocks.day, deadlocks.proposal, deadlocks.objection
deadlock, sena = deadlocks.deadlock, deadlocks.sena


class TestTheDates:
    def test_are_working_days_from_the_day_it_is_declared(self, deadlock):
        assert deadlock.stages == [
            {"stage": "leadership", "from": "2026-06-01", "until": "2026-06-15", "statements_until": None},
            {
                "stage": "senior",
                "from": "2026-06-16",
                "until": "2026-07-13",
                "statements_until": "2026-06-22",
            },
            {"stage": "independent", "from": "2026-07-14", "until": "2026-08-10", "statements_until": None},
        ]
        assert again(deadlock.proposal).answer_by == INDEPENDENT

    def test_jump_over_weekends_and_bank_holidays(self):
        alliance = Alliance(ladder=[{"stage": "leadership", "days": 3}, {"stage": "senior", "days": 1}])
        # Thursday 24 December 2026: Friday 25 and Monday 28 are bank holidays.
        assert [(one["from"], one["until"]) for one in ladder_from(alliance, date(2026, 12, 24))] == [
            ("2026-12-24", "2026-12-31"),
            ("2027-01-01", "2027-01-04"),
        ]

    def test_leave_the_time_to_answer_that_was_promised(self, cast, day):
        proposal = make_proposal(cast.council, cast.carol, answer_by=date(2026, 6, 30))
        object_to(proposal, cast.beacon, cast.rosa)
        assert declare(proposal, cast.haven, cast.pat).rungs[0].until == date(2026, 6, 30)

    def test_tell_where_it_is_by_the_clock_alone(self, deadlock):
        stages = {
            DECLARED: "leadership",
            LEADERSHIP: "leadership",
            after(LEADERSHIP): "senior",
            SENIOR: "senior",
            after(SENIOR): "independent",
            INDEPENDENT: "independent",
            after(INDEPENDENT): "status_quo",
        }
        assert {one: deadlock.stage_on(one).value for one in stages} == stages

    def test_an_alliance_without_a_ladder_says_so(self):
        with pytest.raises(NotPossible, match="has no ladder"):
            ladder_from(Alliance(ladder=[]), DECLARED)


class TestDeclaring:
    def test_any_participant_that_is_asked_may(self, cast, objection):
        for by in (cast.finn, cast.bea, cast.stranger, cast.rosa):
            with pytest.raises(NotAllowed, match="Haven’s representative or deputy"):
                declare(objection.proposal, cast.haven, by)
        assert (
            declare(objection.proposal, cast.haven, cast.dev).spoken_by
            == "Dev Deputy for Pat Provider, Haven"
        )

    def test_twice_is_once_whoever_does_it(self, cast, deadlock):
        assert declare(deadlock.proposal, cast.haven, cast.pat) == deadlock
        assert declare(deadlock.proposal, cast.beacon, cast.rosa) == deadlock

    def test_something_stands_in_the_way(self, cast, day, proposal):
        with pytest.raises(NotPossible, match="Nothing stands in its way yet"):
            declare(proposal, cast.haven, cast.pat)
        answer(proposal, cast.beacon, cast.rosa, "abstain")
        assert declare(proposal, cast.haven, cast.pat)

    def test_or_the_time_to_answer_is_over_and_then_it_is_open_again(self, cast, day, proposal):
        day(after(LEADERSHIP))
        assert again(proposal).state_now == "not_agreed"
        declare(proposal, cast.haven, cast.pat)
        assert again(proposal).state_now == "open"
        answer(proposal, cast.haven, cast.pat)

    def test_it_needs_words(self, cast, objection):
        with pytest.raises(NotPossible, match="Say why the alliance goes no further"):
            services.declare_deadlock(
                proposal=objection.proposal, participant=cast.haven, reason=" ", by=cast.pat
            )


class TestTheLadderKeepsTheTime:
    def test_nobody_gives_more_of_it(self, cast, deadlock):
        with pytest.raises(NotPossible, match="the ladder sets the time"):
            services.give_more_time(
                proposal=deadlock.proposal, answer_by=date(2026, 12, 1), reason="More.", by=cast.carol
            )

    def test_another_wording_asks_again_until_the_same_day(self, cast, day, deadlock):
        day(SENIOR)
        reword(deadlock.proposal, cast.carol)
        assert again(deadlock.proposal).answer_by == INDEPENDENT
        assert offer(deadlock.proposal, cast.haven, cast.pat).number == 1


class TestEveryStageCanAgree:
    def agree(self, cast, objection: Objection, rosa) -> Decision:
        services.resolve_objection(objection=objection, resolution="A room was found.", by=rosa)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, rosa)):
            answer(objection.proposal, participant, by)
        return Decision.objects.get()

    @pytest.mark.parametrize("when", [DECLARED, SENIOR, INDEPENDENT])
    def test_and_the_seal_ends_it(self, cast, day, deadlock, objection, when):
        if when != DECLARED:  # that morning's clock is not turned back
            day(when)
        decision = self.agree(cast, objection, cast.rosa)
        assert decision.decided_on == when
        assert Deadlock.objects.get().stage_on(when) == DeadlockStage.OVER
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_a_senior_representative_answers_once_it_has_gone_up(self, cast, day, deadlock, objection, sena):
        day(LEADERSHIP)
        with pytest.raises(NotAllowed, match="Beacon’s representative or deputy"):
            services.resolve_objection(objection=objection, resolution="Found.", by=sena)
        with pytest.raises(NotAllowed, match="Beacon’s representative or deputy"):
            answer(objection.proposal, cast.beacon, sena, "abstain")
        day(after(LEADERSHIP))
        decision = self.agree(cast, objection, sena)
        said = decision.proposal.positions.get(participant=cast.beacon, stance="agree")
        assert (said.capacity, said.spoken_by) == ("senior", "Sena Senior, Beacon")

    def test_she_speaks_on_no_other_proposal(self, cast, day, deadlock, sena):
        other = make_proposal(cast.council, cast.carol, answer_by=INDEPENDENT)
        day(SENIOR)
        with pytest.raises(NotAllowed, match="Beacon’s representative or deputy"):
            answer(other, cast.beacon, sena)


class TestStatements:
    def test_are_made_in_the_first_days_of_the_senior_stage(self, cast, day, deadlock):
        def state(text="We can live with ten beds.", by=cast.rosa):
            return services.make_statement(
                proposal=deadlock.proposal, participant=cast.beacon, words=text, by=by
            )

        for when in (LEADERSHIP, after(STATEMENTS)):
            day(when)
            with pytest.raises(NotPossible, match="Statements are made from 16 June to 22 June 2026"):
                state()
        day(after(LEADERSHIP))
        first = state()
        assert state() == first
        day(STATEMENTS)
        second = state("Eleven beds.")
        assert second.replaces == first
        assert Statement.objects.filter(replaced_by=None).get() == second
        with pytest.raises(NotAllowed, match="works on a deadlock for Beacon"):
            state(by=cast.pat)

    def test_a_senior_representative_makes_one(self, cast, day, deadlock, sena):
        day(STATEMENTS)
        made = services.make_statement(
            proposal=deadlock.proposal, participant=cast.beacon, words="We seek an answer.", by=sena
        )
        assert made.capacity == "senior"

    def test_without_a_deadlock_there_are_none(self, cast, proposal):
        with pytest.raises(NotPossible, match="No deadlock was declared"):
            services.make_statement(proposal=proposal, participant=cast.beacon, words="x", by=cast.rosa)


class TestTheIndependent:
    def name(self, deadlock, by, kind="mediator", name="Ms Ada Calm, of the Mediation Trust"):
        return services.name_independent(proposal=deadlock.proposal, kind=kind, name=name, by=by)

    def test_is_named_and_heard_and_then_stays(self, cast, day, deadlock):
        named = self.name(deadlock, cast.rosa)
        assert named.named_at == self.name(deadlock, cast.pat).named_at
        self.name(deadlock, cast.pat, "chair", "Sir Even Hand")
        heard = {
            "proposal": deadlock.proposal,
            "participant": cast.haven,
            "words": "Try ten.",
            "by": cast.pat,
        }
        with pytest.raises(NotPossible, match="independent stage, from 14 July 2026"):
            services.record_independent(**heard)
        day(after(SENIOR))
        services.record_independent(**heard)
        with pytest.raises(NotPossible, match="Sir Even Hand has been heard already"):
            self.name(deadlock, cast.rosa)

    def test_must_be_named_before_being_heard(self, cast, day, deadlock):
        day(INDEPENDENT)
        with pytest.raises(NotPossible, match="Name the independent person first"):
            services.record_independent(
                proposal=deadlock.proposal, participant=cast.haven, words="Try ten.", by=cast.pat
            )

    def test_has_a_role_and_a_name(self, cast, deadlock):
        with pytest.raises(NotPossible, match="chair, a mediator or an expert"):
            self.name(deadlock, cast.rosa, kind="judge")
        with pytest.raises(NotPossible, match="Enter the name"):
            self.name(deadlock, cast.rosa, name=" ")
        for by in (cast.finn, cast.lee, cast.ari):
            with pytest.raises(NotAllowed, match="speak for a participant on the roll"):
                self.name(deadlock, by)


class TestTheStatusQuo:
    def test_stands_from_the_day_after_and_nothing_moves_any_more(self, cast, day, deadlock, objection):
        amendment = offer(deadlock.proposal, cast.haven, cast.pat)
        day(after(INDEPENDENT))
        proposal = again(deadlock.proposal)
        assert proposal.state_now == "status_quo"
        assert proposal.outcome == (
            "The status quo stands: no response from Council and Haven; objection by Beacon"
        )
        assert Proposal.objects.in_state("status_quo").get() == proposal
        assert not Proposal.objects.not_agreed().exists()
        acts = [
            lambda: answer(proposal, cast.haven, cast.pat),
            lambda: reword(proposal, cast.carol),
            lambda: services.withdraw_proposal(proposal=proposal, reason="x", by=cast.carol),
            lambda: services.resolve_objection(objection=objection, resolution="x", by=cast.rosa),
            lambda: services.comment(proposal=proposal, words="x", by=cast.lee),
            lambda: offer(proposal, cast.beacon, cast.rosa, text="x"),
            lambda: services.decline_amendment(amendment=amendment, answer="x", by=cast.carol),
            lambda: services.take_back_amendment(amendment=amendment, by=cast.pat),
            lambda: services.name_steward(objection=objection, person=cast.lee, by=cast.rosa),
            lambda: services.name_independent(proposal=proposal, kind="chair", name="Late", by=cast.pat),
            lambda: services.give_more_time(
                proposal=proposal, answer_by=date(2027, 1, 4), reason="x", by=cast.carol
            ),
        ]
        for act in acts:
            with pytest.raises(NotPossible):
                act()
        assert make_proposal(cast.council, cast.carol).state == "open"  # another one can be put

    def test_is_what_the_page_says(self, cast, client_of, day, deadlock):
        day(after(INDEPENDENT))
        page = words(client_of(cast.carol).get(deadlock.proposal.get_absolute_url()))
        assert "The status quo stands: no response from Council and Haven; objection by Beacon." in page
        assert "The ladder has run out" in page
        assert "Put another proposal" in page
        for closed in ("Record our answer", "Change the wording</a>", "Say something", "Offer other words"):
            assert closed not in page
