"""What a seal carries out, in its own transaction: who is in the alliance and what all have signed (rules 20, 22)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Errand, Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.schedule import ask_for_what_is_due
from alliance.core.workdays import add_working_days
from decisions import effects, services
from decisions.models import Decision, Position, RollDeparture
from decisions.waiting import alone
from participants.models import Alliance, Participant, Principle, RoleAppointment
from participants.standing import standing
from tests.factories.conflicts import limit
from tests.factories.decisions import again, answer, make_decision, make_proposal, tell_on_behalf
from tests.factories.effects import agree_all, carry_out, propose_effect, voices

pytestmark = pytest.mark.django_db
QUAY = {
    "name": "Quay Trust",
    "short_name": "Quay",
    "role": "provider",
    "form": "charity",
    "signed_by": "Quentin Quill, chief executive",
}


def today() -> date:
    return timezone.localdate()


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


class TestJoining:
    def test_the_seal_lets_it_in_and_it_signs_the_principles(self, cast):
        decision = carry_out(cast.alliance, "accession", joined_on=today(), **QUAY)
        quay = Participant.objects.get(name="Quay Trust")
        assert (quay.kind, quay.place, quay.joined_on, quay.is_active()) == ("provider", 4, today(), True)
        told = Event.objects.about(quay).get().facts
        assert told["signed_by"] == "Quentin Quill, chief executive"
        assert [one["letter"] for one in told["signed"]] == sorted(
            "abcdefg", key=lambda one: (one != "b", one)
        )
        assert told["decision"]["name"] == str(decision)

    def test_nobody_is_in_before_the_last_answer(self, cast):
        proposal = propose_effect(cast.alliance, "accession", joined_on=today(), **QUAY)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert not Participant.objects.filter(name="Quay Trust").exists()
        answer(proposal, cast.beacon, cast.rosa)
        assert Participant.objects.filter(name="Quay Trust").exists()

    def test_it_is_asked_on_what_opens_later_only(self, cast):
        before = make_proposal(cast.council, cast.carol)
        carry_out(cast.alliance, "accession", joined_on=today(), **QUAY)
        after = make_proposal(cast.council, cast.carol)
        assert (before.roll.count(), after.roll.count()) == (3, 4)

    def test_a_later_day_is_kept_and_a_past_one_is_the_day_of_the_seal(self, cast, time_machine):
        proposal = propose_effect(cast.alliance, "accession", joined_on=today() + timedelta(days=2), **QUAY)
        time_machine.move_to(timezone.now() + timedelta(days=4))
        agree_all(proposal)
        assert Participant.objects.get(name="Quay Trust").joined_on == today()

    def test_when_somebody_joined_under_that_name_meanwhile_the_last_answer_is_refused_and_nothing_is_lost(
        self, cast
    ):
        first = propose_effect(cast.alliance, "accession", joined_on=today(), **QUAY)
        second = propose_effect(cast.alliance, "accession", joined_on=today(), **QUAY)
        agree_all(first)
        answer(second, cast.council, cast.carol)
        answer(second, cast.haven, cast.pat)
        with pytest.raises(NotPossible, match=r"nothing was recorded\. Quay Trust is a participant already"):
            answer(second, cast.beacon, cast.rosa)
        assert again(second).state_now == "open"
        assert Position.objects.filter(proposal=second).count() == 2
        assert Participant.objects.filter(name="Quay Trust").count() == 1

    def test_two_organisations_of_much_the_same_name_get_their_own_addresses(self, cast):
        later = today() + timedelta(days=30)
        two = QUAY | {"name": "Quay Two", "short_name": "Quay!"}
        carry_out(cast.alliance, "accession", joined_on=later, **QUAY)
        carry_out(cast.alliance, "accession", joined_on=later, **two)
        joined = Participant.objects.filter(name__startswith="Quay").order_by("place")
        assert list(joined.values_list("slug", flat=True)) == ["quay", "quay-2"]


class TestLeaving:
    def test_it_is_out_from_its_day_and_off_the_rolls_of_what_is_open(self, cast, run_errands):
        other = make_proposal(cast.council, cast.carol)
        answer(other, cast.council, cast.carol)
        answer(other, cast.haven, cast.pat)
        carry_out(
            cast.alliance,
            "exit",
            participant=cast.beacon,
            left_on=today(),
            hand_over="The women’s room to Haven.",
        )
        assert again(cast.beacon).left_on == today()
        assert not standing(cast.rosa, cast.alliance).appointments
        run_errands()
        departure = RollDeparture.objects.get(entry__proposal=other)
        assert (departure.entry.participant, departure.because) == (cast.beacon, "left")
        assert again(other).state_now == "agreed"  # those who are left were unanimous

    def test_a_later_day_is_noted_by_the_clock(self, cast, time_machine, run_errands):
        other = make_proposal(cast.council, cast.carol, answer_by=today() + timedelta(days=30))
        carry_out(
            cast.alliance,
            "exit",
            participant=cast.beacon,
            left_on=today() + timedelta(days=9),
            hand_over="Everything to Haven.",
        )
        assert services.note_departures(alliance=cast.alliance, by=None) == 0
        time_machine.move_to(timezone.now() + timedelta(days=9))
        assert services.note_departures(alliance=cast.alliance, by=None) == 1
        assert services.note_departures(alliance=cast.alliance, by=None) == 0
        assert other.roll.get(participant=cast.beacon).has_left

    def test_the_day_s_work_asks_for_it(self, cast, time_machine, run_errands):
        other = make_proposal(cast.council, cast.carol, answer_by=today() + timedelta(days=30))
        left_on = today() + timedelta(days=9)
        carry_out(cast.alliance, "exit", participant=cast.beacon, left_on=left_on, hand_over="All to Haven.")
        time_machine.move_to(timezone.now() + timedelta(days=9))
        ask_for_what_is_due(today())
        ask_for_what_is_due(today())
        run_errands()
        assert other.roll.get(participant=cast.beacon).has_left

    def test_its_board_says_first_what_it_is_asked(self, cast, time_machine):
        voice = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        limit(cast.pat, 50, cast.bea)
        asked = make_decision(cast.council, voice, amount=Decimal("60.00")).ratifications.get()
        going = {"participant": cast.haven, "left_on": today()}
        for kind, why in (("exit", "hand_over"), ("exclusion", "reasons")):
            with pytest.raises(NotPossible, match="The board of Haven Homes has still to ratify decision 1"):
                propose_effect(cast.alliance, kind, **going, **{why: "All to Beacon."})
        time_machine.move_to(timezone.now() + (asked.due_on - today()) + timedelta(days=1))
        propose_effect(
            cast.alliance, "exclusion", **going | {"left_on": today()}, reasons="Its board is silent."
        )
        services.refuse_to_ratify(ratification=asked, words="Too much.", by=cast.bea)
        carry_out(cast.alliance, "exit", **going | {"left_on": today()}, hand_over="All to Beacon.")
        assert again(cast.haven).left_on == today()

    def test_nobody_leaves_twice(self, cast):
        carry_out(cast.alliance, "exit", participant=cast.beacon, left_on=today(), hand_over="All to Haven.")
        with pytest.raises(NotPossible, match="leaves, or has left"):
            propose_effect(
                cast.alliance, "exit", participant=cast.beacon, left_on=today(), hand_over="All to Haven."
            )


class TestSuspending:
    REASONS = "Its registration is under investigation; it ends with a clear report."

    def suspend(self, cast) -> Decision:
        proposal = propose_effect(
            cast.alliance,
            "suspension",
            participant=cast.beacon,
            suspended_on=today(),
            reasons=self.REASONS,
        )
        services.be_heard(proposal=proposal, words="We have nothing to hide.", by=cast.rosa)
        return agree_all(proposal)

    def test_nobody_speaks_for_it_and_it_is_not_asked(self, cast):
        decision = self.suspend(cast)
        assert not standing(cast.rosa, cast.alliance).speaks_for(cast.beacon)
        assert list(decision.proposal.roll.values_list("participant__short_name", flat=True)) == [
            "Council",
            "Haven",
        ]
        assert make_proposal(cast.council, cast.carol).roll.count() == 2

    def test_it_is_readmitted_by_the_others(self, cast):
        self.suspend(cast)
        carry_out(cast.alliance, "readmission", participant=cast.beacon, reasons="The report is clear.")
        assert again(cast.beacon).suspended_on is None
        assert standing(cast.rosa, cast.alliance).speaks_for(cast.beacon)
        with pytest.raises(NotPossible, match="is not suspended"):
            propose_effect(cast.alliance, "readmission", participant=cast.beacon, reasons="Again.")


class TestExcluding:
    def put(self, cast, **how):
        return propose_effect(
            cast.alliance,
            "exclusion",
            participant=cast.beacon,
            left_on=today(),
            reasons="Wilful default, twice.",
            **how,
        )

    def test_it_is_heard_and_not_asked(self, cast):
        proposal = self.put(cast)
        assert proposal.roll.count() == 2
        answer(proposal, cast.council, cast.carol)
        with pytest.raises(NotPossible, match="Beacon Recovery has not made its statement"):
            answer(proposal, cast.haven, cast.pat)
        statement = services.be_heard(proposal=proposal, words="We paid it back.", by=cast.rosa)
        assert services.be_heard(proposal=proposal, words="We paid it back. ", by=cast.rosa) == statement
        answer(proposal, cast.haven, cast.pat)
        assert again(cast.beacon).left_on == today()
        assert statement.spoken_by == "Rosa Recovery, Beacon"

    def test_silence_does_not_stop_it_after_its_time(self, cast, time_machine):
        proposal = self.put(cast)
        time_machine.move_to(timezone.now() + (add_working_days(today(), 6) - today()))
        agree_all(proposal)
        assert again(cast.beacon).left_on == today()

    def test_what_is_agreed_before_its_time_is_over_is_sealed_by_the_clock_then(
        self, cast, time_machine, run_errands
    ):
        proposal, heard_until = self.put(cast), add_working_days(today(), 5)
        answer(proposal, cast.haven, cast.pat)
        tell_on_behalf(proposal, cast)
        while today() <= heard_until:
            assert not Decision.objects.exists()
            time_machine.move_to(timezone.now() + timedelta(days=1))
            ask_for_what_is_due(today())
            run_errands()
        assert not Errand.objects.parked().exists()
        assert Decision.objects.get().decided_on == heard_until + timedelta(days=1)
        assert again(cast.beacon).left_on == today()

    def test_a_suspended_one_is_heard_too(self, cast, client_of):
        TestSuspending().suspend(cast)
        proposal = self.put(cast)
        waits = [one.url for one in alone.waiting(standing(cast.rosa, cast.alliance))]
        assert waits == [reverse("decisions:be_heard", args=[cast.alliance.slug, proposal.number])]
        assert waits[0] in client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()
        statement = services.be_heard(proposal=proposal, words="The report is clear.", by=cast.rosa)
        assert (statement.spoken_by, statement.capacity) == ("Rosa Recovery, Beacon", "representative")

    def test_only_the_one_that_it_is_about_makes_the_statement(self, cast):
        with pytest.raises(NotAllowed, match="Only Beacon’s representative or deputy makes its statement"):
            services.be_heard(proposal=self.put(cast), words="They are right.", by=cast.pat)
        with pytest.raises(NotPossible, match="Nobody is excluded"):
            services.be_heard(proposal=make_proposal(cast.council, cast.carol), words="Hm.", by=cast.pat)


class TestThePrinciples:
    def test_a_new_wording_supersedes_and_what_is_open_keeps_its_tests(self, cast):
        other = make_proposal(cast.council, cast.carol)
        old = Principle.objects.get(alliance=cast.alliance, letter="d")
        carry_out(
            cast.alliance,
            "principle_change",
            letter="d",
            title="No blame",
            wording="We learn, and blame nobody.",
        )
        now = Principle.objects.current().get(alliance=cast.alliance, letter="d")
        assert (now.version, now.title, again(old).superseded_on) == (2, "No blame", today())
        assert other.current_wording.tests.filter(principle=old).exists()
        for participant, by in voices(cast.alliance).items():
            answer(other, participant, by)
        assert again(other).state_now == "agreed"

    def test_one_is_added_and_given_up(self, cast):
        carry_out(cast.alliance, "principle_new", title="Kindness", wording="We are kind.")
        assert Principle.objects.current().get(title="Kindness").letter == "h"
        carry_out(cast.alliance, "principle_end", letter="h")
        assert not Principle.objects.current().filter(title="Kindness").exists()

    def test_best_for_people_is_never_given_up(self, cast):
        with pytest.raises(NotPossible, match="it can only be reworded"):
            propose_effect(cast.alliance, "principle_end", letter="b")


class TestTheSettings:
    def test_change_at_the_seal_and_what_is_open_keeps_its_own(self, cast):
        other = make_proposal(cast.council, cast.carol)
        carry_out(
            cast.alliance, "settings", standing_aside=True, answer_within=15, senior_days=12, statement_days=4
        )
        alliance = Alliance.objects.get(pk=cast.alliance.pk)
        assert (alliance.standing_aside, alliance.answer_within) == (True, 15)
        assert alliance.ladder[1] == {"stage": "senior", "days": 12, "statements": 4}
        assert not again(other).standing_aside
        changes = {
            one["setting"] for one in Event.objects.get(kind="participants.settings_changed").facts["changes"]
        }
        assert changes == {"standing_aside", "answer_within", "ladder"}

    def test_what_would_change_nothing_is_refused(self, cast):
        with pytest.raises(NotPossible, match="Change at least one"):
            propose_effect(cast.alliance, "settings", answer_within=10)

    def test_the_last_day_moves(self, cast):
        carry_out(cast.alliance, "extension", ends_on=date(2031, 3, 31))
        assert Alliance.objects.get(pk=cast.alliance.pk).ends_on == date(2031, 3, 31)


class TestKeyRoles:
    def test_the_best_person_takes_over(self, cast):
        carry_out(
            cast.alliance,
            "role",
            role="learning_lead",
            person=cast.stan,
            reasons="He listens.",
            considered="Lena, who asked him to.",
            takes_over=True,
        )
        held = RoleAppointment.objects.in_force().filter(alliance=cast.alliance, role="learning_lead")
        assert [one.person for one in held] == [cast.stan]
        assert held.get().reasons.text == "He listens."


class TestTheForms:
    def test_each_kind_has_a_form_that_writes_terms_that_the_kind_accepts(self, cast):
        said = {
            "accession": QUAY | {"joined_on": today().isoformat()},
            "exit": {
                "participant": cast.beacon.pk,
                "left_on": today().isoformat(),
                "hand_over": "All to Haven.",
            },
            "principle_change": {"letter": "d", "title": "No blame", "wording": "We learn."},
            "delegation": {
                "person": cast.pat.pk,
                "participant": cast.haven.pk,
                "scope": "Repairs.",
                "limit": "£5,000",
            },
        }
        for kind, data in said.items():
            form = effects.KINDS[kind].form(data, alliance=cast.alliance)
            assert form.is_valid(), (kind, form.errors)
            effects.check(cast.alliance, form.terms)
            assert effects.sentences(cast.alliance, form.terms)
            again_ = effects.KINDS[kind].form(alliance=cast.alliance, terms=form.terms)
            assert str(again_)
        assert form.terms == {
            "kind": "delegation",
            "person": cast.pat.pk,
            "person_name": "Pat Provider",
            "participant": cast.haven.pk,
            "participant_name": "Haven Homes",
            "scope": "Repairs.",
            "limit": "5000.00",
            "until_on": None,
        }

    def test_what_is_wrong_is_said_beside_its_question(self, cast):
        data = QUAY | {"joined_on": today().isoformat(), "name": "Haven Homes"}
        form = effects.KINDS["accession"].form(data, alliance=cast.alliance)
        assert form.errors == {"name": ["Haven Homes is a participant already."]}

    def test_settings_become_terms_only_where_they_change(self, cast):
        form = effects.KINDS["settings"].form(alliance=cast.alliance)
        data = {name: str(form.initial[name]) for name in form.fields}
        form = effects.KINDS["settings"].form(data | {"answer_within": "15"}, alliance=cast.alliance)
        assert form.is_valid(), form.errors
        assert form.terms == {"kind": "settings", "answer_within": 15}
        unchanged = effects.KINDS["settings"].form(data, alliance=cast.alliance)
        assert "Change at least one" in str(unchanged.errors)

    @pytest.mark.parametrize("kind", sorted(effects.KINDS))
    def test_a_forged_or_empty_effect_is_refused_in_words(self, cast, kind):
        for terms in ({}, {"participant": "x"}, {"participant": 10**12, "letter": "zz", "person": -1}):
            assert effects.KINDS[kind].complaints(cast.alliance, {"kind": kind, **terms})


CHANGES = [
    "update participants_participant set left_on = current_date where slug = 'beacon'",
    "update participants_participant set suspended_on = current_date where slug = 'beacon'",
    "update participants_principle set superseded_on = current_date where letter = 'a'",
    "update participants_alliance set standing_aside = true where slug = 'harbour-alliance'",
    "update participants_alliance set ladder = '[]' where slug = 'harbour-alliance'",
    "update participants_alliance set ends_on = '2040-01-01' where slug = 'harbour-alliance'",
    """insert into participants_participant
           (alliance_id, name, short_name, slug, kind, form, place, is_host, joined_on)
       select alliance_id, 'Sneaky', 'Sneaky', 'sneaky', kind, form, 99, false, joined_on
       from participants_participant where slug = 'beacon'""",
    """insert into participants_principle
           (alliance_id, letter, version, title, wording, is_best_for_people, in_force_from)
       select alliance_id, 'z', 1, 'Profit', 'Money first.', false, in_force_from
       from participants_principle where letter = 'a' limit 1""",
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_all_signed_changes_without_a_seal(cast, change):
    make_proposal(cast.council, cast.carol)
    assert "by a key decision" in refused(change)


def test_before_the_first_proposal_the_founders_are_free(cast):
    Participant.objects.filter(pk=cast.beacon.pk).update(left_on=today())
    Alliance.objects.filter(pk=cast.alliance.pk).update(standing_aside=True)
    assert again(cast.beacon).left_on == today()


def test_a_seal_changes_only_what_it_says(cast):
    """In the very transaction of an exit nothing else may change, nor somebody else leave."""
    carry_out(cast.alliance, "exit", participant=cast.beacon, left_on=today(), hand_over="All to Haven.")
    assert "by a key decision" in refused(
        "update participants_participant set left_on = current_date where slug = 'haven'"
    )
    assert "by a key decision" in refused("update participants_alliance set risk_scores = true")
