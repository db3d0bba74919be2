"""Conflicts of interest: declared before taking part, settled by the others, found afterwards (rules 9 to 11)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.invariants import breaks_in_the_telling
from decisions.models import Decision, Position, RollDeparture
from decisions.tally import conflict_comes_to, why_left_without_decision
from participants.models import Participant
from participants.services import note_leaving
from tests.factories.conflicts import declare, make_interest, vote
from tests.factories.decisions import again, answer, make_decision, object_to, reword
from tests.factories.participants import make_participant, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def quay(cast):
    """A fourth participant, there from the start."""
    return make_participant(cast.alliance, "Quay Care", short_name="Quay")


@pytest.fixture
def late(cast):
    """One that joins next week."""
    next_week = timezone.localdate() + timedelta(days=7)
    return make_participant(cast.alliance, "Late Arrivals", short_name="Late", joined_on=next_week)


def roll_of(proposal) -> list[str]:
    return [one.participant.short_name for one in again(proposal).roll.all() if not one.has_left]


def kinds_about(alliance) -> list[str]:
    told = Event.objects.filter(alliance=alliance, kind__startswith="decisions.").order_by("seq")
    return [kind.partition(".")[2] for kind in told.values_list("kind", flat=True)]


@pytest.fixture
def leaving(cast):
    """Haven leaves the alliance in a week; so it was agreed at the start."""
    later = timezone.localdate() + timedelta(days=7)
    note_leaving(participant=cast.haven, left_on=later, decision=None, by=cast.carol)


class TestWhatItComesTo:
    """The rule in a table: how many others, what they said, what follows."""

    @pytest.mark.parametrize(
        ("others", "said", "state"),
        [
            (1, "", "declared"),
            (1, "a", "admitted"),
            (1, "s", "shared"),
            (1, "l", "left"),
            (2, "a", "declared"),
            (2, "aa", "admitted"),
            (2, "as", "admitted"),
            (2, "ss", "shared"),
            (2, "l", "left"),  # one of two is not more than half, and no more than one can still come
            (3, "al", "declared"),
            (3, "ala", "admitted"),
            (3, "ll", "left"),
            (3, "ss", "shared"),
            (3, "als", "admitted"),
            (4, "aa", "declared"),
            (4, "ll", "left"),
            (5, "all", "declared"),
            (5, "ssa", "shared"),
            (5, "lll", "left"),
            (0, "", "left"),
        ],
    )
    def test_more_than_half_of_the_others(self, others, said, state):
        words = {"a": "admit", "s": "shared", "l": "leave"}
        assert conflict_comes_to(others, [words[one] for one in said]) == state

    def test_who_can_still_decide(self):
        council, haven, beacon = (Participant(kind=kind) for kind in ("commissioner", "provider", "provider"))
        assert why_left_without_decision([council, haven]) == ""
        assert why_left_without_decision([haven, beacon]) == "no commissioner is left on the roll"
        assert why_left_without_decision([council]) == "only one participant is left on the roll"
        assert why_left_without_decision([]) == "nobody is left on the roll"


class TestTheRegister:
    def test_one_declares_ones_own_and_ends_it_once(self, cast):
        interest = make_interest(cast.pat, cast.alliance, cast.haven)
        assert make_interest(cast.pat, cast.alliance, cast.haven).pk == interest.pk
        ended = services.end_interest(interest=interest, by=cast.pat)
        assert ended.ended_on == timezone.localdate()
        assert services.end_interest(interest=interest, by=cast.pat).ended_at == ended.ended_at
        assert kinds_about(cast.alliance) == ["interest_declared", "interest_ended"]

    def test_a_representative_declares_for_the_organisations_people(self, cast):
        interest = make_interest(cast.finn, cast.alliance, cast.haven, by=cast.pat)
        assert (interest.person, interest.declared_by) == (cast.finn, cast.pat)
        for by in (cast.dev, cast.carol, cast.rosa):
            with pytest.raises(NotAllowed, match="People declare their own"):
                make_interest(cast.finn, cast.alliance, cast.haven, by=by, what="Another")
            with pytest.raises(NotAllowed, match="People declare their own"):
                services.end_interest(interest=interest, by=by)

    def test_of_people_of_the_alliance_with_their_own_organisation(self, cast):
        make_interest(cast.lee, cast.alliance, None)
        with pytest.raises(NotAllowed, match="does not act for Beacon"):
            make_interest(cast.pat, cast.alliance, cast.beacon)
        with pytest.raises(NotAllowed, match="does not act for the alliance"):
            make_interest(cast.stranger, cast.alliance, None)

    def test_it_needs_words(self, cast):
        with pytest.raises(NotPossible, match="Say what the interest is"):
            make_interest(cast.pat, cast.alliance, cast.haven, what=" ")


class TestDeclaring:
    def test_while_the_others_are_asked_it_cannot_answer(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        assert (declaration.state, declaration.number, declaration.person) == ("declared", 1, cast.pat)
        with pytest.raises(NotAllowed, match="The others say first"):
            answer(proposal, cast.haven, cast.dev)
        assert again(proposal).tally.blocks == [
            "Haven declared a conflict of interest; the others say whether it takes part."
        ]

    def test_an_answer_is_taken_back_in_the_same_step(self, cast, proposal):
        answer(proposal, cast.haven, cast.pat)
        declare(proposal, cast.haven, cast.dev)
        last = Position.objects.current().get(participant=cast.haven)
        assert last.stance == "taken_back"
        assert kinds_about(cast.alliance)[-2:] == ["position_taken_back", "conflict_declared"]

    def test_an_answer_to_an_older_wording_stays_as_it_lapsed(self, cast, proposal):
        answer(proposal, cast.haven, cast.pat)
        reword(proposal, cast.carol)
        declare(proposal, cast.haven, cast.pat)
        assert Position.objects.current().get(participant=cast.haven).stance == "agree"

    def test_one_that_objects_declares_too_and_its_objection_stands_until_it_leaves(self, cast, proposal):
        objection = object_to(proposal, cast.haven, cast.pat)
        declaration = declare(proposal, cast.haven, cast.pat)
        assert Position.objects.current().get(participant=cast.haven).stance == "taken_back"
        assert again(objection).resolved_at is None
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert not Decision.objects.exists()
        services.leave_for_conflict(declaration=declaration, by=cast.pat)
        assert Decision.objects.get().proposal == proposal

    def test_admitted_again_it_still_resolves_its_objection_first(self, cast, proposal):
        object_to(proposal, cast.haven, cast.pat)
        declaration = declare(proposal, cast.haven, cast.pat)
        vote(declaration, cast.council, cast.carol, "admit")
        vote(declaration, cast.beacon, cast.rosa, "admit")
        with pytest.raises(NotPossible, match="Resolve Haven’s objection 1 first"):
            answer(proposal, cast.haven, cast.pat)

    def test_twice_is_once_and_a_second_one_is_refused(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        assert declare(proposal, cast.haven, cast.pat).pk == declaration.pk
        with pytest.raises(NotPossible, match="Haven has declared a conflict"):
            declare(proposal, cast.haven, cast.dev)

    def test_only_who_speaks_for_it_and_is_asked(self, cast, late, proposal, time_machine):
        for by in (cast.finn, cast.carol, cast.bea, cast.stranger):
            with pytest.raises(NotAllowed, match="representative or deputy"):
                declare(proposal, cast.haven, by)
        nell = make_person(cast.alliance, "Nell New", "representative", late)
        time_machine.move_to(timezone.now() + timedelta(days=8))
        with pytest.raises(NotAllowed, match="not on the roll"):
            declare(proposal, late, nell)

    def test_an_interest_of_the_register_names_the_person(self, cast, proposal):
        interest = make_interest(cast.pat, cast.alliance, cast.haven)
        assert declare(proposal, cast.haven, cast.dev, interest=interest).person == cast.pat
        with pytest.raises(NotPossible, match="not one of the people of Beacon"):
            declare(proposal, cast.beacon, cast.rosa, interest=interest)

    def test_it_needs_words_and_time(self, cast, proposal, time_machine):
        with pytest.raises(NotPossible, match="Say what the conflict of interest is"):
            declare(proposal, cast.haven, cast.pat, what="")
        time_machine.move_to(timezone.now() + timedelta(days=40))
        with pytest.raises(NotPossible, match="not agreed"):
            declare(proposal, cast.haven, cast.pat)


class TestTheOthersSay:
    def test_admitted_by_the_majority_it_takes_part(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        vote(declaration, cast.council, cast.carol, "admit")
        assert again(declaration).state == "declared"
        vote(declaration, cast.beacon, cast.rosa, "admit")
        assert again(declaration).state == "admitted"
        assert again(declaration).settled_by == cast.rosa
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by)
        assert Decision.objects.get().proposal == proposal
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_shared_equally_disables_nobody(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        vote(declaration, cast.council, cast.carol, "shared")
        vote(declaration, cast.beacon, cast.rosa, "shared")
        assert again(declaration).state == "shared"
        answer(proposal, cast.haven, cast.pat)
        assert kinds_about(cast.alliance)[-2:] == ["conflict_settled", "position_taken"]

    def test_without_a_majority_it_leaves_and_the_others_decide(self, cast, proposal):
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        declaration = declare(proposal, cast.haven, cast.pat)
        vote(declaration, cast.council, cast.carol, "leave")  # one of two is no majority any more
        decision = Decision.objects.get()
        assert again(declaration).state == "left"
        assert roll_of(proposal) == ["Council", "Beacon"]
        assert decision.proposal.roll.count() == 3  # the frozen roll itself stays
        assert kinds_about(cast.alliance)[-3:] == ["conflict_voted", "roll_left", "sealed"]
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []
        sealed = Event.objects.get(kind="decisions.sealed").facts
        assert [(one["participant"]["name"], one["because"]) for one in sealed["left"]] == [
            ("Haven Homes", "conflict")
        ]

    def test_each_says_it_once(self, cast, quay, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        said = vote(declaration, cast.beacon, cast.rosa, "leave")
        assert vote(declaration, cast.beacon, cast.rosa, "leave").pk == said.pk
        with pytest.raises(NotPossible, match="Beacon has said it already"):
            vote(declaration, cast.beacon, cast.rosa, "admit")

    def test_not_the_one_that_declared_and_not_for_another(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        with pytest.raises(NotAllowed, match="the others say"):
            vote(declaration, cast.haven, cast.dev, "admit")
        with pytest.raises(NotAllowed, match="Beacon’s representative"):
            vote(declaration, cast.beacon, cast.carol, "admit")

    def test_what_is_settled_takes_no_further_word(self, cast, quay, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        services.leave_for_conflict(declaration=declaration, by=cast.pat)
        with pytest.raises(NotPossible):
            vote(declaration, cast.beacon, cast.rosa, "admit")

    def test_leaving_of_its_own_accord_is_once(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        with pytest.raises(NotAllowed):
            services.leave_for_conflict(declaration=declaration, by=cast.rosa)
        services.leave_for_conflict(declaration=declaration, by=cast.dev)
        services.leave_for_conflict(declaration=declaration, by=cast.dev)
        assert RollDeparture.objects.get().because == "conflict"
        assert roll_of(proposal) == ["Council", "Beacon"]
        with pytest.raises(NotAllowed, match="left the roll"):
            answer(proposal, cast.haven, cast.pat)


class TestRuleTen:
    def test_without_a_commissioner_there_is_no_decision(self, cast, proposal):
        declaration = declare(proposal, cast.council, cast.carol)
        services.leave_for_conflict(declaration=declaration, by=cast.carol)
        ended = again(proposal)
        assert (ended.state, ended.ended_by) == ("no_decision", cast.carol)
        assert ended.outcome == "No decision: no commissioner is left on the roll"
        assert kinds_about(cast.alliance)[-1] == "ended_without_decision"
        with pytest.raises(NotPossible):
            answer(proposal, cast.haven, cast.pat)
        with pytest.raises(DatabaseError, match="no_decision"), transaction.atomic():
            type(ended).objects.filter(pk=ended.pk).update(state="open")

    def test_with_fewer_than_two_there_is_no_decision(self, cast, proposal):
        for participant, by in ((cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            declaration = declare(proposal, participant, by)
            services.leave_for_conflict(declaration=declaration, by=by)
        assert again(proposal).outcome == "No decision: only one participant is left on the roll"

    def test_a_departure_settles_what_others_declared(self, cast, quay, proposal):
        """Four on the roll; Beacon's conflict has one voice for it. With Haven gone that one is one of two."""
        quinn = make_person(cast.alliance, "Quinn Quay", "representative", quay)
        beacons = declare(proposal, cast.beacon, cast.rosa)
        vote(beacons, cast.council, cast.carol, "leave")
        vote(beacons, quay, quinn, "admit")
        assert again(beacons).state == "declared"
        havens = declare(proposal, cast.haven, cast.pat)
        services.leave_for_conflict(declaration=havens, by=cast.pat)
        assert again(beacons).state == "left"
        assert roll_of(proposal) == ["Council", "Quay"]
        assert again(proposal).state == "open"


class TestLeavingForOtherReasons:
    def test_a_participant_of_the_alliance_stays_on_the_roll(self, cast, proposal):
        with pytest.raises(DatabaseError, match="stays on the roll"), transaction.atomic():
            services.leave_roll(proposal=proposal, participant=cast.haven, because="suspended", by=cast.carol)

    def test_who_is_not_on_the_roll_does_not_leave_it(self, cast, late, proposal):
        with pytest.raises(NotPossible, match="not on the roll"):
            services.leave_roll(proposal=proposal, participant=late, because="left", by=cast.carol)

    def test_whose_conflict_the_others_were_asked_about(self, cast, leaving, proposal, time_machine):
        """It does not stand in the way of those who are left."""
        declaration = declare(proposal, cast.haven, cast.pat)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        time_machine.move_to(timezone.now() + timedelta(days=7))
        services.leave_roll(proposal=proposal, participant=cast.haven, because="left", by=None)
        services.leave_roll(proposal=proposal, participant=cast.haven, because="left", by=cast.carol)
        assert (again(declaration).state, again(declaration).settled_by) == ("left", None)
        assert Decision.objects.get().proposal == proposal
        assert RollDeparture.objects.get().because == "left"
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_the_clock_ends_what_nobody_can_decide_any_more(self, cast, leaving, proposal, time_machine):
        services.leave_for_conflict(declaration=declare(proposal, cast.beacon, cast.rosa), by=cast.rosa)
        time_machine.move_to(timezone.now() + timedelta(days=7))
        services.leave_roll(proposal=proposal, participant=cast.haven, because="left", by=None)
        ended = again(proposal)
        assert (ended.state, ended.ended_by) == ("no_decision", None)
        assert Event.objects.get(kind="decisions.ended_without_decision").actor_name == "Concordat"


class TestFoundAfterwards:
    def test_it_marks_the_decision_and_changes_nothing_else(self, cast):
        decision = make_decision(
            cast.council, {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        )
        report = {
            "decision": decision,
            "participant": cast.haven,
            "person": cast.pat,
            "what": "His sister let the rooms.",
            "by": cast.rosa,
        }
        found = services.report_conflict(**report)
        assert services.report_conflict(**report).pk == found.pk
        assert found.state == "found"
        assert list(decision.proposal.declarations.found()) == [found]
        assert again(decision.proposal).state == "agreed"
        assert kinds_about(cast.alliance)[-1] == "conflict_found"
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_by_who_speaks_for_a_participant_of_somebody_who_took_part(self, cast, late):
        decision = make_decision(
            cast.council, {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        )
        report = {"decision": decision, "person": cast.pat, "what": "His sister let the rooms."}
        with pytest.raises(NotAllowed, match="Tell yours"):
            services.report_conflict(**report, participant=cast.haven, by=cast.lee)
        with pytest.raises(NotPossible, match="did not take part"):
            services.report_conflict(**report, participant=late, by=cast.rosa)
