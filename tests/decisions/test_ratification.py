"""Delegated limits and the home boards that ratify what was agreed above them (rule 14)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.models import Document, Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.workdays import add_working_days
from decisions import services
from decisions.exporting import facts_of, whole
from decisions.invariants import breaks_in_the_telling
from decisions.models import Decision, Position, Proposal, Ratification
from decisions.showing.register import lines_of
from participants import services as people
from participants.limits import limit_of
from participants.models import DelegatedLimit, RoleAppointment
from participants.standing import standing
from tests.factories.conflicts import MINUTE, limit, ratify
from tests.factories.decisions import again, answer, make_case, make_decision, make_proposal, reword
from tests.factories.participants import give_role, make_person

pytestmark = pytest.mark.django_db
VAN = Decimal("60000.00")


@pytest.fixture
def limited(cast):
    """Pat binds Haven up to £50,000; Bea of its board set it."""
    return limit(cast.pat, 50_000, cast.bea)


@pytest.fixture
def decision(cast, limited) -> Decision:
    return decide(cast, amount=VAN)


def decide(cast, **changes) -> Decision:
    voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
    return make_decision(cast.council, voices, **changes)


def havens(decision) -> Ratification:
    return Ratification.objects.get(decision=decision, participant__slug="haven")


def appointment_of(person) -> RoleAppointment:
    return RoleAppointment.objects.get(person=person)


class TestALimit:
    def test_the_latest_by_day_holds(self, cast):
        today = timezone.localdate()
        assert limit_of(appointment_of(cast.pat)) is None
        limit(cast.pat, 50_000, cast.bea)
        limit(cast.pat, 20_000, cast.bea, from_on=today + timedelta(days=5))
        limit(cast.pat, None, cast.bea, from_on=today + timedelta(days=9))
        on = [today - timedelta(days=1), today, today + timedelta(days=5), today + timedelta(days=9)]
        assert [limit_of(appointment_of(cast.pat), day) for day in on] == [
            None,
            Decimal("50000.00"),
            Decimal("20000.00"),
            None,
        ]

    def test_the_same_again_is_once(self, cast):
        assert limit(cast.pat, 50_000, cast.bea).pk == limit(cast.pat, 50_000, cast.bea).pk
        told = Event.objects.get(kind="participants.limit_set").facts
        assert (told["person"]["name"], told["amount"]) == ("Pat Provider", "50000")

    def test_nobody_sets_their_own(self, cast):
        with pytest.raises(NotAllowed, match="A board member or another representative of Haven sets yours"):
            limit(cast.pat, 1, cast.pat)

    def test_only_a_representative_or_a_board_member_of_the_same_organisation(self, cast):
        limit(cast.dev, 10_000, cast.pat)
        for by in (cast.dev, cast.finn, cast.carol, cast.ari, cast.stranger):
            with pytest.raises(NotAllowed, match="of Haven sets"):
                limit(cast.pat, 10_000, by)

    def test_of_those_who_speak_alone(self, cast):
        with pytest.raises(NotAllowed, match="Only those who speak"):
            limit(cast.finn, 10_000, cast.pat)

    def test_never_for_the_past_or_after_the_end(self, cast):
        with pytest.raises(NotPossible, match="today or a later day"):
            limit(cast.pat, 1, cast.bea, from_on=timezone.localdate() - timedelta(days=1))
        people.end_appointment(appointment=appointment_of(cast.dev), by=cast.pat)
        with pytest.raises(NotPossible, match="no longer speaks for Haven"):
            limit(cast.dev, 1, cast.bea)

    @pytest.mark.parametrize(
        ("who", "setter", "back", "why"),
        [
            ("pat", "pat", 0, "never by oneself"),
            ("pat", "carol", 0, "same organisation"),
            ("pat", "bea", 1, "or later"),
        ],
    )
    def test_by_hand(self, cast, who, setter, back, why):
        row = {
            "alliance": cast.alliance,
            "appointment": appointment_of(getattr(cast, who)),
            "amount": 1,
            "from_on": timezone.localdate() - timedelta(days=back),
            "set_at": timezone.now(),
            "set_by": getattr(cast, setter),
        }
        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            DelegatedLimit.objects.create(**row)


class TestWhatTheSealAsks:
    @pytest.mark.parametrize(
        ("amount", "asked"), [("50000.00", []), ("50000.01", ["Haven"]), (None, []), ("0.00", [])]
    )
    def test_above_the_limit_and_not_at_it(self, cast, limited, amount, asked):
        decision = decide(cast, amount=Decimal(amount) if amount else None)
        assert [one.short_name for one in decision.awaiting] == asked
        assert decision.is_in_effect() is not bool(asked)

    def test_what_it_asks(self, cast, decision):
        one = havens(decision)
        assert (one.limit, one.amount, one.position.participant) == (Decimal(50_000), VAN, cast.haven)
        assert one.due_on == add_working_days(decision.decided_on, cast.alliance.ratify_within)
        assert again(decision.proposal).outcome == "Agreed, awaiting ratification by Haven"
        assert [one["name"] for one in Event.objects.get(kind="decisions.sealed").facts["awaiting"]] == [
            "Haven Homes"
        ]

    def test_only_of_the_one_who_spoke(self, cast):
        """Dev, the deputy, has a limit; Pat, who answered, has none."""
        limit(cast.dev, 10, cast.pat)
        assert decide(cast, amount=VAN).awaiting == []

    def test_the_limit_of_the_day_of_the_answer(self, cast, limited, time_machine):
        proposal = make_proposal(cast.council, cast.carol, amount=VAN)
        limit(cast.pat, None, cast.bea, from_on=timezone.localdate() + timedelta(days=1))
        answer(proposal, cast.haven, cast.pat)
        time_machine.move_to(timezone.now() + timedelta(days=2))
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert [one.short_name for one in Decision.objects.get().awaiting] == ["Haven"]

    def test_with_a_reservation_and_standing_aside_as_well(self, cast, limited):
        cast.alliance.standing_aside = True
        cast.alliance.save()
        limit(cast.carol, 10, give(cast, "Bo Board", cast.council))
        proposal = make_proposal(cast.council, cast.carol, amount=VAN)
        answer(proposal, cast.council, cast.carol, "stand_aside")
        answer(proposal, cast.haven, cast.pat, "reservation")
        answer(proposal, cast.beacon, cast.rosa)
        assert [one.short_name for one in Decision.objects.get().awaiting] == ["Council", "Haven"]


def give(cast, name, participant):
    return make_person(cast.alliance, name, "board_member", participant)


class TestRatifying:
    def test_the_last_one_puts_it_into_effect(self, cast, limited):
        bo = give(cast, "Bo Board", cast.council)
        limit(cast.carol, 100, bo)
        decision = decide(cast, amount=VAN)
        ratify(havens(decision), cast.pat)
        assert [one.short_name for one in again(decision).awaiting] == ["Council"]
        assert not again(decision).is_in_effect()
        ratify(Ratification.objects.get(participant=cast.council), bo)
        assert again(decision).awaiting == []
        assert again(decision).is_in_effect()
        assert list(Decision.objects.in_effect()) == [decision]
        told = Event.objects.filter(kind="decisions.ratified").order_by("seq")
        assert [one.facts["in_effect"] for one in told] == [False, True]
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_with_the_minute(self, cast, decision):
        done = ratify(havens(decision), cast.bea)
        assert (done.state, done.settled_by_name) == ("ratified", "Bea Board, board member, Haven")
        assert (done.minute.name, done.minute.media_type) == ("minute.pdf", "application/pdf")
        assert bytes(done.minute.content) == MINUTE.content
        assert Event.objects.get(kind="decisions.ratified").facts["sha256"] == done.minute.sha256

    def test_twice_is_once(self, cast, decision):
        first = ratify(havens(decision), cast.pat)
        assert ratify(havens(decision), cast.pat).settled_at == first.settled_at
        assert Document.objects.count() == 1
        with pytest.raises(NotPossible, match="ratified"):
            ratify(havens(decision), cast.dev)
        with pytest.raises(NotPossible, match="ratified"):
            services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.pat)

    def test_it_was_in_effect_from_that_day(self, cast, decision, time_machine):
        today = timezone.localdate()
        time_machine.move_to(timezone.now() + timedelta(days=3))
        ratify(havens(decision), cast.pat)
        assert not Decision.objects.in_effect(today + timedelta(days=2)).exists()
        assert Decision.objects.in_effect(today + timedelta(days=3)).exists()

    def test_only_its_own_organisation(self, cast, decision):
        for by in (cast.carol, cast.rosa, cast.finn, cast.ari, cast.stranger):
            with pytest.raises(NotAllowed, match="says what its board decided"):
                ratify(havens(decision), by)

    def test_a_meeting_that_can_have_been(self, cast, decision):
        for days, why in ((1, "today or earlier"), (-400, "cannot have met about it before")):
            with pytest.raises(NotPossible, match=why):
                ratify(havens(decision), cast.pat, board_met_on=timezone.localdate() + timedelta(days=days))
        assert not Document.objects.exists()


class TestRefusing:
    def test_it_stays_as_sealed_without_effect_and_the_question_is_open_again(self, cast, decision):
        again_put = services.refuse_to_ratify(
            ratification=havens(decision), words="Too much for this year.", by=cast.pat
        )
        assert again(decision.proposal).outcome == "Agreed, not ratified by Haven: without effect"
        assert not Decision.objects.in_effect().exists()
        assert (again_put.state, again_put.follows, again_put.follows_as) == ("open", decision, "refusal")
        assert again_put.participant == cast.council
        assert again_put.current_wording.text == decision.wording.text
        assert [one.participant.short_name for one in again_put.roll.all()] == ["Council", "Haven", "Beacon"]
        assert list(again_put.positions.all()) == []
        told = Event.objects.get(kind="decisions.ratification_refused").facts
        assert (told["again"], told["opened"]) == (again_put.number, True)
        assert list(breaks_in_the_telling(cast.alliance.pk)) == []

    def test_and_can_be_agreed_with_less(self, cast, decision):
        put = services.refuse_to_ratify(ratification=havens(decision), words="Too much.", by=cast.bea)
        reword(put, cast.carol, amount=Decimal("45000.00"))
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(put, participant, by)
        sealed = Decision.objects.exclude(pk=decision.pk).get()
        assert sealed.is_in_effect()

    def test_twice_is_once_and_it_needs_words(self, cast, decision):
        with pytest.raises(NotPossible, match="Say why the board refused"):
            services.refuse_to_ratify(ratification=havens(decision), words=" ", by=cast.pat)
        first = services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.pat)
        assert services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.pat) == first
        assert Proposal.objects.filter(follows=decision).count() == 1

    def test_the_other_boards_are_asked_no_more(self, cast, limited):
        bo = give(cast, "Bo Board", cast.council)
        limit(cast.carol, 100, bo)
        decision = decide(cast, amount=VAN)
        services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.pat)
        assert again(decision).awaiting == []
        councils = Ratification.objects.get(participant=cast.council)
        assert list(Ratification.objects.awaited()) == []
        with pytest.raises(NotPossible, match="Haven’s board refused"):
            ratify(councils, bo)

    def test_what_cannot_open_as_it_is_waits_as_a_draft(self, cast, decision, monkeypatch):
        def refuse(*args):
            raise NotPossible("A principle changed since.")

        monkeypatch.setattr("decisions.services.ratifying.ask_everybody", refuse)
        put = services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.pat)
        assert (put.state, put.participant, put.case.title) == ("draft", cast.council, decision.title)
        assert Event.objects.get(kind="decisions.ratification_refused").facts["opened"] is False

    def test_nobody_but_its_organisation(self, cast, decision):
        with pytest.raises(NotAllowed):
            services.refuse_to_ratify(ratification=havens(decision), words="No.", by=cast.carol)


class TestByHand:
    def refused(self, act) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            act()
        return str(trouble.value)

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"state": "ratified"}, "decided"),
            ({"due_on": "2030-01-01"}, "nothing else changes"),
            ({"amount": 1}, "keeps what it is about"),
            ({"limit": 1}, "keeps what it is about"),
        ],
    )
    def test_a_settlement_that_nobody_made(self, cast, decision, changes, why):
        said = self.refused(lambda: Ratification.objects.update(**changes))
        assert why in said or "ratifies or refuses" in said

    def test_by_another_organisation_or_without_a_meeting(self, cast, decision):
        minute = Document.keep(
            alliance_id=cast.alliance.pk,
            name="m.pdf",
            content=b"x",
            media_type="application/pdf",
            by=cast.pat,
        )
        done = {"state": "ratified", "settled_at": timezone.now(), "minute": minute}
        today = timezone.localdate()
        for changes, why in (
            ({"settled_by": cast.carol, "board_met_on": today}, "own organisation"),
            ({"settled_by": cast.finn, "board_met_on": today}, "own organisation"),
            ({"settled_by": cast.pat}, "day of the meeting"),
            ({"settled_by": cast.pat, "board_met_on": today + timedelta(days=1)}, "day of the meeting"),
        ):
            assert why in self.refused(lambda changes=changes: Ratification.objects.update(**done | changes))

    def test_what_a_board_said_stays(self, cast, decision):
        ratify(havens(decision), cast.pat)
        for act in (
            lambda: Ratification.objects.update(state="awaited", settled_at=None, settled_by=None),
            lambda: Ratification.objects.update(board_met_on="2020-01-01"),
            lambda: _sql("delete from decisions_ratification"),
        ):
            self.refused(act)

    def test_a_ratification_after_the_seal(self, cast, limited):
        decision = decide(cast, amount=Decimal(100))
        row = {
            "alliance": cast.alliance,
            "decision": decision,
            "participant": cast.haven,
            "position": Position.objects.get(participant=cast.haven),
            "limit": 50_000,
            "amount": VAN,
            "due_on": timezone.localdate() + timedelta(days=30),
        }
        assert "The seal itself" in self.refused(lambda: Ratification.objects.create(**row))


@pytest.mark.django_db(transaction=True)
def test_a_seal_that_does_not_ask_the_board_does_not_commit(cast, monkeypatch):
    limit(cast.pat, 50_000, cast.bea)
    monkeypatch.setattr("decisions.services.sealing.ask_for_ratification", lambda **asked: [])
    proposal = make_proposal(cast.council, cast.carol, amount=VAN)
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)
    with pytest.raises(DatabaseError, match="needs its board"), transaction.atomic():
        answer(proposal, cast.beacon, cast.rosa)
    assert not Decision.objects.exists()


def test_a_superseded_decision_is_in_effect_until_its_successor_is(cast, limited):
    first = decide(cast, amount=Decimal(100))
    draft = services.draft_proposal(
        alliance=cast.alliance,
        participant=cast.council,
        case=first.wording.case,
        by=cast.carol,
        supersedes=first,
    )
    services.open_proposal(proposal=draft, by=cast.carol)
    reword(draft, cast.carol, amount=VAN)
    for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
        answer(draft, participant, by)
    second = Decision.objects.exclude(pk=first.pk).get()
    assert list(Decision.objects.in_effect()) == [first]
    ratify(havens(second), cast.pat)
    assert list(Decision.objects.in_effect()) == [second]
    assert not first.is_in_effect()


def test_a_second_representative_sets_the_first_ones_limit(cast):
    second = make_person(cast.alliance, "Rae Second", "worker")
    give_role(cast.alliance, second, "representative", cast.haven)
    assert limit(cast.pat, 10, second).amount == 10


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_successor_that_a_board_refused_supersedes_nothing(cast):
    old = decide(cast)
    limit(cast.pat, 50_000, cast.bea)
    draft = services.draft_successor(decision=old, participant=cast.council, by=cast.carol)
    services.save_draft(proposal=draft, case=make_case(cast.alliance, amount=VAN), by=cast.carol)
    services.open_proposal(proposal=again(draft), by=cast.carol)
    for who, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
        answer(draft, who, by)
    new = Decision.objects.get(proposal=draft)
    assert told_of(cast, old) == ("Superseded", 1, [new.number])
    services.refuse_to_ratify(ratification=havens(new), words="Too dear.", by=cast.bea)
    assert old.is_in_effect()
    assert told_of(cast, old) == ("Agreed and sealed", 0, [])


def told_of(cast, decision) -> tuple[str, int, list[int]]:
    """Its tag in the register, how many the register finds as superseded, and who supersedes it in its file."""
    line = lines_of([Proposal.objects.get(decision=decision)], standing(cast.pat, cast.alliance))[0]
    facts = facts_of(whole(Proposal.objects.all()).get(decision=decision))
    return line.tag[0], Proposal.objects.in_state("superseded").count(), facts["decision"]["superseded_by"]
