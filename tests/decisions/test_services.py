"""Putting, rewording, giving time and withdrawing, with the cast: rules 1 to 25 as far as the services keep them."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.workdays import add_working_days
from decisions import services, tally
from decisions.case import Bearing, Case, Effect, hash_of
from decisions.models import Decision, Position, Proposal
from participants.models import Participant, Principle
from tests.factories.decisions import (
    again,
    answer,
    fresh,
    kinds,
    make_case,
    make_draft,
    make_proposal,
    reword,
)
from tests.factories.effects import carry_out
from tests.factories.participants import make_participant, make_person

pytestmark = pytest.mark.django_db


class TestOpening:
    def test_asks_everybody_who_is_active_that_day(self, cast):  # rule 2
        gone = make_participant(cast.alliance, "Left Long Ago", left_on=date(2026, 1, 1))
        late = make_participant(
            cast.alliance, "Joins Next Year", joined_on=timezone.localdate() + timedelta(days=1)
        )
        proposal = make_proposal(cast.council, cast.carol)
        assert [entry.participant for entry in proposal.roll.all()] == [cast.council, cast.haven, cast.beacon]
        assert {gone, late}.isdisjoint(entry.participant for entry in proposal.roll.all())

    def test_a_later_joiner_is_not_on_the_roll(self, cast, proposal):  # rule 2
        joins = {"name": "Newcomer", "short_name": "Newcomer", "role": "provider", "form": "charity"}
        carry_out(cast.alliance, "accession", joined_on=timezone.localdate(), signed_by="Nora New", **joins)
        newcomer = Participant.objects.get(name="Newcomer")
        nora = make_person(cast.alliance, "Nora New", "representative", newcomer)
        with pytest.raises(NotAllowed, match="Newcomer is not on the roll"):
            answer(proposal, newcomer, nora)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by)
        assert again(proposal).state == "agreed"

    def test_gives_the_alliances_working_days_to_answer(self, cast, proposal):
        assert proposal.answer_by == add_working_days(timezone.localdate(), 10)

    def test_takes_a_deadline_of_its_own(self, cast):
        day = timezone.localdate() + timedelta(days=40)
        assert make_proposal(cast.council, cast.carol, answer_by=day).answer_by == day

    def test_freezes_the_setting_of_standing_aside(self, cast, proposal):  # rule 6
        carry_out(cast.alliance, "settings", standing_aside=True)
        with pytest.raises(NotPossible, match="the alliance had it off when it opened"):
            answer(proposal, cast.haven, cast.pat, "stand_aside")

    def test_needs_the_test_against_every_current_principle(self, cast):  # rule 15
        draft = make_draft(cast.council, cast.carol, tests={})
        with pytest.raises(NotPossible) as refusal:
            services.open_proposal(proposal=draft, by=cast.carol)
        for principle in Principle.objects.current().filter(alliance=cast.alliance):
            assert f"principle ({principle.letter})" in refusal.value.reason

    def test_not_engaged_needs_its_reason(self, cast):  # rule 15
        case = make_case(cast.alliance)
        principle = Principle.objects.get(alliance=cast.alliance, letter="f")
        tests = case.tests | {principle.pk: Bearing(Effect.NOT_ENGAGED, "  ")}
        draft = make_draft(cast.council, cast.carol, tests=tests)
        with pytest.raises(NotPossible, match=r"Say why it is not engaged by principle \(f\)"):
            services.open_proposal(proposal=draft, by=cast.carol)

    @pytest.mark.parametrize("field", ["title", "text", "why", "alternatives", "affected", "heard"])
    def test_needs_its_minimum_record(self, cast, field):  # rule 16
        draft = make_draft(cast.council, cast.carol, **{field: " \n"})
        with pytest.raises(NotPossible, match="The proposal is not complete"):
            services.open_proposal(proposal=draft, by=cast.carol)
        assert again(draft).state == "draft"

    def test_needs_two_participants_and_a_commissioner(self, cast):  # rule 10
        with_none = tally.why_no_roll([cast.haven, cast.beacon])
        assert with_none == "A key decision needs a commissioner among the active participants."
        assert tally.why_no_roll([cast.council]) == "A key decision needs at least two active participants."
        assert tally.why_no_roll([cast.council, cast.haven]) == ""

    def test_twice_is_once(self, cast):
        draft = make_draft(cast.council, cast.carol)
        for _ in range(2):
            services.open_proposal(proposal=draft, by=cast.carol)
        assert kinds(cast.alliance) == ["decisions.proposal_opened"]

    def test_leaves_the_whole_wording_in_the_record(self, cast, proposal):
        event = Event.objects.get(kind="decisions.proposal_opened")
        assert (
            hash_of(event.facts["wording"].encode())
            == event.facts["wording_hash"]
            == proposal.current_wording.hash
        )
        assert [one["name"] for one in event.facts["roll"]] == [
            str(cast.council),
            str(cast.haven),
            str(cast.beacon),
        ]

    @pytest.mark.parametrize("name", ["finn", "hana", "lena", "lee", "bea", "ari", "stranger", "pat"])
    def test_is_for_those_who_speak_for_the_proposer(self, cast, name):
        draft = make_draft(cast.council, cast.carol)
        with pytest.raises(NotAllowed):
            services.open_proposal(proposal=draft, by=getattr(cast, name))


class TestDrafts:
    def test_may_be_incomplete_and_are_kept_as_they_are(self, cast):
        draft = services.draft_proposal(
            alliance=cast.alliance, participant=cast.haven, case=Case(title="A van?"), by=cast.pat
        )
        assert again(draft).case == Case(title="A van?")
        assert again(draft).title == "A van?"

    def test_are_seen_by_those_who_speak_for_the_proposer_alone(self, cast):
        draft = make_draft(cast.haven, cast.pat)
        see = {name for name in ("pat", "dev", "carol", "rosa", "finn", "bea", "ari", "stranger")
               if Proposal.objects.visible_to(getattr(cast, name)).filter(pk=draft.pk).exists()}  # fmt: skip
        assert see == {"pat", "dev"}

    def test_are_not_in_the_record_until_they_open(self, cast):
        draft = make_draft(cast.haven, cast.pat)
        services.save_draft(proposal=draft, case=Case(title="Another"), by=cast.dev)
        services.discard_draft(proposal=draft, by=cast.dev)
        assert kinds(cast.alliance) == []
        assert again(draft).state == "discarded"

    def test_once_opened_are_drafts_no_more(self, cast, proposal):
        with pytest.raises(NotPossible, match="This proposal is open"):
            services.save_draft(proposal=proposal, case=Case(title="Sneaked in"), by=cast.carol)


class TestWordings:
    def test_a_new_wording_makes_every_assent_lapse(self, cast, proposal):  # rule 20
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        reword(proposal, cast.carol)
        tally = fresh(proposal).tally
        assert tally.words == "None of 3 has answered yet."
        assert [bool(stand.lapsed) for stand in tally.stands] == [True, True, False]
        event = Event.objects.get(kind="decisions.wording_changed")
        assert [one["name"] for one in event.facts["lapsed"]] == [str(cast.council), str(cast.haven)]

    def test_old_assents_never_seal_a_new_wording(self, cast, proposal):  # rule 3
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        reword(proposal, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert again(proposal).state == "open"
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.dev)
        decision = Decision.objects.get()
        assert decision.wording.version == 2

    def test_going_back_to_the_old_words_does_not_bring_old_assents_back(self, cast, proposal):
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat)):
            answer(proposal, participant, by)
        first = proposal.current_wording
        reword(proposal, cast.carol)
        third = reword(proposal, cast.carol, text=first.text)
        assert third.text == first.text
        assert third.hash != first.hash
        answer(proposal, cast.beacon, cast.rosa)
        assert again(proposal).state == "open"

    def test_an_answer_to_another_wording_is_refused_with_both(self, cast, proposal):
        shown = proposal.current_wording
        current = reword(proposal, cast.carol)
        with pytest.raises(services.WordingChanged) as refusal:
            services.take_position(
                proposal=proposal, participant=cast.haven, stance="agree", shown=shown.hash, by=cast.pat
            )
        assert (refusal.value.shown, refusal.value.current) == (shown, current)
        assert not Position.objects.filter(proposal=proposal).exists()

    def test_two_editors_do_not_overwrite_each_other(self, cast, proposal):
        shown = proposal.current_wording.hash
        reword(proposal, cast.carol)
        with pytest.raises(services.WordingChanged):
            services.change_wording(
                proposal=proposal, case=make_case(cast.alliance, title="Mine"), shown=shown, by=cast.carol
            )

    def test_the_same_words_again_change_nothing(self, cast, proposal):
        answer(proposal, cast.haven, cast.pat)
        assert reword(proposal, cast.carol, text=proposal.case.text) == proposal.current_wording
        assert fresh(proposal).tally.words == "1 of 3 has answered. Council and Beacon have not yet."

    def test_the_time_to_answer_begins_anew(self, cast, proposal, at):
        at(days=7)
        reword(proposal, cast.carol)
        assert again(proposal).answer_by == add_working_days(timezone.localdate(), 10)

    def test_a_changed_amount_or_principle_test_is_another_wording_too(self, cast, proposal):
        from decimal import Decimal

        answer(proposal, cast.haven, cast.pat)
        assert reword(proposal, cast.carol, text=proposal.case.text, amount=Decimal("1000")).version == 2
        tests = proposal.case.tests
        first = next(iter(tests))
        changed = tests | {first: Bearing(Effect.TENSION, "On second thoughts.")}
        assert reword(proposal, cast.carol, text=proposal.case.text, tests=changed).version == 3

    def test_is_for_those_who_speak_for_the_proposer(self, cast, proposal):
        with pytest.raises(NotAllowed, match="Only Council’s representative or deputy changes the wording"):
            reword(proposal, cast.pat)


class TestTimeAndWithdrawal:
    def test_a_lapsed_proposal_is_reopened_with_a_new_deadline_and_its_answers(self, cast, proposal, at):
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        at(days=30)
        services.give_more_time(
            proposal=proposal,
            answer_by=timezone.localdate() + timedelta(days=5),
            reason="Rosa was ill.",
            by=cast.carol,
        )
        assert again(proposal).state_now == "open"
        answer(proposal, cast.beacon, cast.rosa)
        assert again(proposal).state == "agreed"
        assert "decisions.proposal_reopened" in kinds(cast.alliance)

    def test_a_new_wording_reopens_too(self, cast, proposal, at):
        at(days=30)
        reword(proposal, cast.carol)
        assert again(proposal).state_now == "open"

    def test_a_deadline_never_comes_nearer(self, cast, proposal):
        with pytest.raises(NotPossible, match="only to a later day"):
            services.give_more_time(
                proposal=proposal,
                answer_by=proposal.answer_by - timedelta(days=1),
                reason="Quick!",
                by=cast.carol,
            )

    def test_more_time_has_its_reason_in_the_record(self, cast, proposal):
        later = proposal.answer_by + timedelta(days=1)
        with pytest.raises(NotPossible, match="Say why more time is needed"):
            services.give_more_time(proposal=proposal, answer_by=later, reason="", by=cast.carol)
        services.give_more_time(proposal=proposal, answer_by=later, reason="Half-term.", by=cast.carol)
        assert kinds(cast.alliance)[-1] == "decisions.more_time_given"

    def test_withdrawing_has_its_reason_and_is_the_proposers(self, cast, proposal):
        with pytest.raises(NotAllowed):
            services.withdraw_proposal(proposal=proposal, reason="We do not like it.", by=cast.pat)
        with pytest.raises(NotPossible, match="Say why the proposal is withdrawn"):
            services.withdraw_proposal(proposal=proposal, reason="", by=cast.carol)
        services.withdraw_proposal(proposal=proposal, reason="Another house was found.", by=cast.carol)
        assert again(proposal).state_now == "withdrawn"
        with pytest.raises(NotPossible, match="This proposal is withdrawn"):
            answer(proposal, cast.haven, cast.pat)
