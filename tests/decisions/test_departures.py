"""Whoever left the alliance, or is suspended, counts no more: at once on the page and in a seal, then on the roll."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.core.models import Errand, Event, Words
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.schedule import ask_for_what_is_due
from decisions import services
from decisions.models import Decision, Proposal, RollDeparture
from decisions.services import sealing
from decisions.waiting import waiting_on
from participants.standing import standing
from tests.factories.conflicts import limit
from tests.factories.decisions import again, answer, make_decision, make_proposal, object_to
from tests.factories.effects import agree_all, carry_out, propose_effect

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def beacon_leaves(cast):
    return carry_out(
        cast.alliance, "exit", participant=cast.beacon, left_on=today(), hand_over="All to Haven."
    )


def shown(proposal):
    return type(proposal).objects.with_positions().get(pk=proposal.pk)


class TestBeforeItIsNoted:
    def test_the_seal_asks_for_it_once_and_touches_no_other_proposal(self, cast):
        other = make_proposal(cast.council, cast.carol)
        decision = beacon_leaves(cast)
        errand = Errand.objects.get(kind="decisions.note_departures")
        assert errand.key == f"{cast.alliance.pk}/decision-{decision.number}"
        assert not RollDeparture.objects.filter(entry__proposal=other).exists()

    def test_the_page_waits_for_it_no_more_and_says_so(self, cast, client_of):
        other = make_proposal(cast.council, cast.carol)
        answer(other, cast.council, cast.carol)
        beacon_leaves(cast)
        tally = shown(other).tally
        assert [one.participant.short_name for one in tally.stands] == ["Council", "Haven"]
        page = client_of(cast.pat).get(other.get_absolute_url()).content.decode()
        assert "1 of 2 has answered. Haven has not yet." in page
        with pytest.raises(NotAllowed):
            answer(other, cast.beacon, cast.rosa)

    def test_its_objection_stands_in_nobody_s_way(self, cast, run_errands):
        other = make_proposal(cast.council, cast.carol)
        object_to(other, cast.beacon, cast.rosa)
        answer(other, cast.council, cast.carol)
        beacon_leaves(cast)
        assert shown(other).tally.objections == ()
        answer(other, cast.haven, cast.pat)
        assert again(other).state == "agreed"

    def test_the_last_answer_takes_it_off_the_roll_and_seals_without_it(self, cast, run_errands):
        other = make_proposal(cast.council, cast.carol)
        answer(other, cast.beacon, cast.rosa)
        answer(other, cast.council, cast.carol)
        beacon_leaves(cast)
        answer(other, cast.haven, cast.pat)
        decision = Decision.objects.get(proposal=other)
        told = Event.objects.get(kind="decisions.sealed", subject_id=decision.pk).facts
        assert [one["participant"]["name"] for one in told["roll"]] == ["Harbour City Council", "Haven Homes"]
        assert [(one["participant"]["name"], one["because"]) for one in told["left"]] == [
            ("Beacon Recovery", "left")
        ]
        run_errands()
        assert RollDeparture.objects.filter(entry__proposal=other).count() == 1

    def test_a_sealed_decision_keeps_whoever_left_later(self, cast):
        other = make_proposal(cast.council, cast.carol)
        agree_all(other)
        beacon_leaves(cast)
        assert len(shown(other).tally.stands) == 3
        assert shown(other).gone == []

    def test_a_suspended_one_counts_no_more_either(self, cast, run_errands):
        other = make_proposal(cast.council, cast.carol)
        answer(other, cast.beacon, cast.rosa)
        about = propose_effect(
            cast.alliance, "suspension", participant=cast.beacon, suspended_on=today(), reasons="An inquiry."
        )
        services.be_heard(proposal=about, words="We wait for it.", by=cast.rosa)
        agree_all(about)
        assert [one.participant.short_name for one in shown(other).tally.answered] == []
        run_errands()
        assert RollDeparture.objects.get(entry__proposal=other).because == "suspended"


class TestNoting:
    def test_the_errand_notes_it_and_seals_what_the_others_had_agreed_to(self, cast, run_errands):
        other = make_proposal(cast.council, cast.carol)
        answer(other, cast.council, cast.carol)
        answer(other, cast.haven, cast.pat)
        beacon_leaves(cast)
        assert again(other).state == "open"
        run_errands()
        assert again(other).state == "agreed"
        assert Event.objects.get(kind="decisions.roll_left").actor_id is None

    def test_one_that_cannot_follow_keeps_no_other_waiting(self, cast, run_errands, monkeypatch):
        first, second = make_proposal(cast.council, cast.carol), make_proposal(cast.council, cast.carol)
        beacon_leaves(cast)
        real = services.departing.leave_roll

        def not_the_first(*, proposal, **facts):
            if proposal.pk == first.pk:
                raise services.conflicts.NotPossible("Not today.")
            return real(proposal=proposal, **facts)

        monkeypatch.setattr(services.departing, "leave_roll", not_the_first)
        run_errands()
        assert [again(one).roll.get(participant=cast.beacon).has_left for one in (first, second)] == [
            False,
            True,
        ]
        monkeypatch.undo()
        assert services.note_departures(alliance=cast.alliance, by=None) == 1

    def test_without_a_commissioner_it_ends_without_a_decision(self, cast, run_errands):
        other = make_proposal(cast.haven, cast.pat)
        carry_out(
            cast.alliance, "exit", participant=cast.council, left_on=today(), hand_over="All to the book."
        )
        assert "needs a commissioner" in " ".join(shown(other).tally.blocks)
        run_errands()
        assert again(other).state == "no_decision"


class TestTheirBoards:
    """A board that is asked to ratify, and whose organisation is excluded before it has said a word (rule 14)."""

    @pytest.fixture
    def excluded(self, cast, time_machine, run_errands):
        limit(cast.pat, 50, cast.bea)
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        asked = make_decision(cast.haven, voices, amount=Decimal("60.00")).ratifications.get()
        time_machine.move_to(timezone.now() + (asked.due_on - today()) + timedelta(days=1))
        about = propose_effect(
            cast.alliance,
            "exclusion",
            participant=cast.haven,
            left_on=today(),
            reasons="Its board is silent.",
        )
        services.be_heard(proposal=about, words="It meets in spring.", by=cast.pat)
        agree_all(about)
        return asked

    def test_it_is_settled_as_refused_and_the_question_waits_with_who_is_there(
        self, cast, excluded, run_errands, client_of
    ):
        decision = excluded.decision
        assert not decision.is_in_effect()
        run_errands()
        settled = again(excluded)
        assert (settled.state, settled.settled_by_id) == ("refused", None)
        assert f"Haven Homes left the alliance on {today():%-d %B %Y}" in settled.words.text
        put = Proposal.objects.get(follows=decision)
        assert (put.state, put.participant, put.drafted_by) == ("draft", cast.council, cast.carol)
        assert put.case.text == decision.wording.text
        assert "Your draft is not open yet." in {
            one.why for one in waiting_on(standing(cast.carol, cast.alliance))
        }
        told = Event.objects.get(kind="decisions.ratification_refused")
        assert (told.actor_id, told.facts["opened"]) == (None, False)
        page = client_of(cast.carol).get(decision.get_absolute_url()).content.decode()
        assert "Not ratified by Haven: without effect" in page
        assert services.refuse_for_the_gone(ratification=excluded) == put
        run_errands()
        assert Proposal.objects.filter(follows=decision).count() == 1

    def test_the_clock_asks_for_it_too(self, cast, excluded, run_errands):
        Errand.objects.filter(kind="decisions.note_departures").update(finished_at=timezone.now())
        ask_for_what_is_due(today())
        run_errands()
        assert again(excluded).state == "refused"

    def test_the_board_of_one_that_is_there_is_answered_for_by_nobody(self, cast):
        limit(cast.pat, 50, cast.bea)
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        asked = make_decision(cast.haven, voices, amount=Decimal("60.00")).ratifications.get()
        with pytest.raises(NotPossible, match="its own board ratifies or refuses"):
            services.refuse_for_the_gone(ratification=asked)
        words = Words.write(cast.alliance.pk, "No.")
        with pytest.raises(DatabaseError, match="Its own organisation says"), transaction.atomic():
            type(asked).objects.filter(pk=asked.pk).update(
                state="refused", settled_at=timezone.now(), words=words
            )


def test_sql_seals_nothing_with_whoever_is_gone(cast, monkeypatch):
    """Were a service to forget it, the database would not."""
    other = make_proposal(cast.council, cast.carol)
    answer(other, cast.beacon, cast.rosa)
    answer(other, cast.council, cast.carol)
    beacon_leaves(cast)
    monkeypatch.setattr(sealing, "depart", lambda *_: None)
    with pytest.raises(DatabaseError, match="leaves the roll before the seal"), transaction.atomic():
        answer(other, cast.haven, cast.pat)
    assert again(other).state == "open"
