"""Answering together, with the cast, up to the seal (rules 3 to 8, 17 and 20)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.record import breaks_in_chain
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.models import Decision, Position
from participants.services import end_appointment
from tests.factories.decisions import again, answer, fresh, kinds, make_proposal, object_to, reword
from tests.factories.participants import give_role, make_person

pytestmark = pytest.mark.django_db


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
