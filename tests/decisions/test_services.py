"""Deciding together, with the cast: rules 1 to 25 as far as the services keep them."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.record import breaks_in_chain
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.workdays import add_working_days
from decisions import services, tally
from decisions.case import Bearing, Case, Effect, hash_of
from decisions.models import Decision, Position, Proposal
from participants.models import Participant, Principle
from participants.services import end_appointment
from tests.factories.decisions import (
    again,
    answer,
    make_case,
    make_draft,
    make_proposal,
    object_to,
    reword,
)
from tests.factories.effects import carry_out
from tests.factories.participants import give_role, make_participant, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(cast) -> Proposal:
    return make_proposal(cast.council, cast.carol)


@pytest.fixture
def at(monkeypatch):
    """`at(days=3)`: it is three days later."""
    real = timezone.now

    def go(**later):
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**later))

    return go


def kinds(alliance) -> list[str]:
    return list(
        Event.objects.filter(alliance=alliance, kind__startswith="decisions.")
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.with_positions().get(pk=proposal.pk)


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


class TestPositions:
    def test_all_but_one_is_open_and_never_agreed(self, cast, proposal):  # rule 3
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert again(proposal).state_now == "open"
        assert fresh(proposal).tally.words == "2 of 3 have answered. Beacon has not yet."
        assert not Decision.objects.exists()

    def test_after_the_deadline_it_says_who_did_not_answer(self, cast, proposal, at):  # rules 3, 25
        answer(proposal, cast.council, cast.carol)
        at(days=30)
        late = fresh(proposal)
        assert late.state == "open"  # no job has run, and none has to
        assert late.state_now == "not_agreed"
        assert late.outcome == "Not agreed: no response from Haven and Beacon"
        with pytest.raises(NotPossible, match="This proposal is not agreed"):
            answer(proposal, cast.haven, cast.pat)

    def test_the_last_day_still_counts(self, cast, at):
        proposal = make_proposal(cast.council, cast.carol, answer_by=timezone.localdate())
        answer(proposal, cast.haven, cast.pat)
        assert again(proposal).state_now == "open"

    def test_a_second_person_of_the_same_organisation_replaces_the_first(self, cast, proposal):  # rule 4
        first = answer(proposal, cast.haven, cast.pat)
        second = answer(proposal, cast.haven, cast.dev, "abstain", "Our board meets on Monday.")
        assert list(Position.objects.current().filter(proposal=proposal)) == [second]
        assert second.replaces == first
        assert kinds(cast.alliance).count("decisions.position_taken") == 2
        assert fresh(proposal).tally.words == "1 of 3 has answered. Council and Beacon have not yet."

    def test_a_deputy_speaks_in_the_representatives_place(self, cast, proposal):  # rules 4, 8
        position = answer(proposal, cast.haven, cast.dev)
        assert (position.capacity, position.spoken_by) == ("deputy", "Dev Deputy for Pat Provider, Haven")

    @pytest.mark.parametrize(
        "name", ["carol", "rosa", "finn", "hana", "lena", "stan", "lee", "bea", "ari", "stranger"]
    )
    def test_nobody_else_speaks_for_haven(self, cast, proposal, name):  # rules 8, 19
        with pytest.raises(NotAllowed, match="Only Haven’s representative or deputy"):
            answer(proposal, cast.haven, getattr(cast, name))

    def test_a_deputy_whose_time_is_over_does_not_count(self, cast, proposal):  # rule 8
        yesterday = timezone.localdate() - timedelta(days=1)
        former = make_person(cast.alliance, "Fay Former", "deputy", cast.haven, until_on=yesterday)
        future = make_person(
            cast.alliance,
            "Una Upcoming",
            "deputy",
            cast.haven,
            from_on=timezone.localdate() + timedelta(days=1),
        )
        for person in (former, future):
            with pytest.raises(NotAllowed):
                answer(proposal, cast.haven, person)

    def test_one_whose_appointment_ended_does_not_count(self, cast, proposal):
        deputy = cast.dev.appointments.get()
        end_appointment(appointment=deputy, by=cast.pat)
        with pytest.raises(NotAllowed):
            answer(proposal, cast.haven, cast.dev)

    def test_size_is_no_matter(self, cast, proposal):  # rule 4
        for number in range(5):
            give_role(
                cast.alliance,
                make_person(cast.alliance, f"Person {number}", "worker"),
                "deputy",
                cast.council,
            )
        for person in (cast.carol, *(a.person for a in cast.council.people.filter(role="deputy"))):
            answer(proposal, cast.council, person)
        assert fresh(proposal).tally.words == "1 of 3 has answered. Haven and Beacon have not yet."

    @pytest.mark.parametrize("stance", ["abstain"])
    def test_all_but_agreeing_need_a_reason(self, cast, proposal, stance):  # rule 17
        with pytest.raises(NotPossible, match="Say why: only agreeing needs no reason"):
            answer(proposal, cast.haven, cast.pat, stance, "   ")

    def test_an_abstention_blocks(self, cast, proposal):  # rule 6
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        answer(proposal, cast.beacon, cast.rosa, "abstain", "We do not know the neighbours.")
        assert again(proposal).state == "open"
        assert fresh(proposal).tally.blocks == ["Beacon abstains, and unanimity needs everybody."]

    def test_standing_aside_does_not_block_where_it_is_on(self, cast):  # rule 6
        cast.alliance.standing_aside = True
        cast.alliance.save()
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        answer(proposal, cast.beacon, cast.rosa, "stand_aside", "It is not our field.")
        assert fresh(proposal).outcome == "Agreed, Beacon standing aside"

    def test_when_all_stand_aside_nobody_agreed(self, cast):
        cast.alliance.standing_aside = True
        cast.alliance.save()
        proposal = make_proposal(cast.council, cast.carol)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by, "stand_aside", "Not ours.")
        assert again(proposal).state == "open"
        assert fresh(proposal).tally.blocks == [
            "Everybody stands aside: at least one participant has to agree."
        ]

    def test_the_same_click_twice_is_one_act(self, cast, proposal):
        assert answer(proposal, cast.haven, cast.pat) == answer(proposal, cast.haven, cast.pat)
        assert kinds(cast.alliance).count("decisions.position_taken") == 1

    def test_the_last_click_twice_is_one_seal(self, cast, proposal):
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by)
        answer(proposal, cast.beacon, cast.rosa)
        assert Decision.objects.count() == 1

    def test_reasons_are_committed_to_but_not_told_in_the_record(self, cast, proposal):
        answer(proposal, cast.haven, cast.pat, "abstain", "Because of Margaret in room 4.")
        event = Event.objects.get(kind="decisions.position_taken")
        assert b"Margaret" not in bytes(event.body)
        assert event.facts["reason"]["commitment"] == bytes(Position.objects.get().reason.commitment).hex()


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


class TestObjections:
    def test_stop_everything_until_whoever_raised_them_resolves_them(self, cast, proposal):  # rule 17
        objection = object_to(proposal, cast.beacon, cast.rosa)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert fresh(proposal).tally.blocks == ["Beacon’s objection 1 stands unresolved."]
        with pytest.raises(NotPossible, match="Resolve Beacon’s objection 1 first"):
            answer(proposal, cast.beacon, cast.rosa)
        for name in ("carol", "pat", "dev", "lee", "bea", "ari", "stranger"):
            with pytest.raises(NotAllowed, match="Only Beacon’s representative or deputy resolves"):
                services.resolve_objection(
                    objection=objection, resolution="Never mind.", by=getattr(cast, name)
                )
        services.resolve_objection(objection=objection, resolution="The women have a room.", by=cast.rosa)
        assert again(proposal).state == "open"  # resolving is not agreeing
        answer(proposal, cast.beacon, cast.rosa)
        assert again(proposal).state == "agreed"

    def test_outlive_a_new_wording(self, cast, proposal):
        object_to(proposal, cast.beacon, cast.rosa)
        reword(proposal, cast.carol)
        tally = fresh(proposal).tally
        assert tally.blocks == ["Beacon’s objection 1 stands unresolved."]
        assert tally.words == "None of 3 has answered yet."

    def test_name_a_principle_or_a_legal_limit(self, cast, proposal):  # rule 17
        with pytest.raises(NotPossible, match="names at least one principle or a legal limit"):
            object_to(proposal, cast.haven, cast.pat, principles=[])
        assert object_to(
            proposal, cast.haven, cast.pat, principles=[], legal_limit="Care Act 2014, s. 42"
        ).legal_limit

    def test_say_what_would_make_it_acceptable(self, cast, proposal):  # rule 17
        with pytest.raises(NotPossible, match="Say what would make the proposal acceptable"):
            object_to(proposal, cast.haven, cast.pat, remedy=" ")

    def test_say_why(self, cast, proposal):
        with pytest.raises(NotPossible, match="Say why"):
            object_to(proposal, cast.haven, cast.pat, concern=" ")

    def test_are_resolved_in_words_and_once(self, cast, proposal):
        objection = object_to(proposal, cast.haven, cast.pat)
        with pytest.raises(NotPossible, match="Say what resolved the objection"):
            services.resolve_objection(objection=objection, resolution=" ", by=cast.pat)
        services.resolve_objection(objection=objection, resolution="A room was found.", by=cast.dev)
        with pytest.raises(NotPossible, match="This objection is resolved"):
            services.resolve_objection(objection=objection, resolution="Another reason.", by=cast.pat)
        assert again(objection).resolved_by_name == "Dev Deputy for Pat Provider, Haven"

    def test_cannot_slip_in_as_a_bare_position(self, cast, proposal):
        with pytest.raises(NotPossible, match="An objection says which principle"):
            answer(proposal, cast.haven, cast.pat, "object", "Just because.")

    def test_the_same_click_twice_is_one_objection(self, cast, proposal):
        assert object_to(proposal, cast.haven, cast.pat) == object_to(proposal, cast.haven, cast.pat)

    def test_another_person_of_the_organisation_may_raise_another(self, cast, proposal):
        first = object_to(proposal, cast.haven, cast.pat)
        second = object_to(
            proposal,
            cast.haven,
            cast.dev,
            concern="The lease forbids it.",
            principles=[],
            legal_limit="Lease",
        )
        assert (first.number, second.number) == (1, 2)
        services.resolve_objection(objection=second, resolution="The landlord agreed.", by=cast.pat)
        with pytest.raises(NotPossible, match="Resolve Haven’s objection 1 first"):
            answer(proposal, cast.haven, cast.pat)


class TestTheSeal:
    def test_comes_with_the_last_assent_and_says_everything(self, cast, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        services.resolve_objection(objection=objection, resolution="The women have a room.", by=cast.rosa)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.dev)
        answer(proposal, cast.beacon, cast.rosa)
        decision = Decision.objects.get()
        assert (decision.number, decision.sealed_by, decision.decided_on) == (
            1,
            cast.rosa,
            timezone.localdate(),
        )
        assert kinds(cast.alliance)[-2:] == ["decisions.position_taken", "decisions.sealed"]
        facts = Event.objects.get(kind="decisions.sealed").facts
        assert [(one["participant"]["name"], one["stance"], one["spoken_by"]) for one in facts["roll"]] == [
            ("Harbour City Council", "agree", "Carol Commissioner, Council"),
            ("Haven Homes", "agree", "Dev Deputy for Pat Provider, Haven"),
            ("Beacon Recovery", "agree", "Rosa Recovery, Beacon"),
        ]
        assert (
            {one["wording_hash"] for one in facts["roll"]}
            == {decision.wording_hash}
            == {facts["wording_hash"]}
        )
        assert facts["objections"][0]["resolved_by"] == "Rosa Recovery, Beacon"
        assert list(breaks_in_chain(cast.alliance.pk)) == []

    def test_numbers_count_within_the_alliance(self, cast):
        numbers = []
        for _ in range(2):
            proposal = make_proposal(cast.council, cast.carol)
            for participant, by in (
                (cast.council, cast.carol),
                (cast.haven, cast.pat),
                (cast.beacon, cast.rosa),
            ):
                answer(proposal, participant, by)
            numbers.append((proposal.number, Decision.objects.get(proposal=proposal).number))
        withdrawn = make_proposal(cast.council, cast.carol)
        services.withdraw_proposal(proposal=withdrawn, reason="Not now.", by=cast.carol)
        assert numbers == [(1, 1), (2, 2)]

    def test_ends_all_answers(self, cast, proposal):
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by)
        for act in (
            lambda: answer(proposal, cast.haven, cast.pat, "abstain", "Regrets."),
            lambda: object_to(proposal, cast.haven, cast.pat),
            lambda: reword(proposal, cast.carol),
            lambda: services.withdraw_proposal(proposal=proposal, reason="Oh no.", by=cast.carol),
            lambda: services.give_more_time(
                proposal=proposal,
                answer_by=timezone.localdate() + timedelta(days=90),
                reason="More.",
                by=cast.carol,
            ),
        ):
            with pytest.raises(NotPossible, match="This proposal is agreed"):
                act()


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
