"""Invariant 6 holds, and would say so if it did not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core import invariants
from alliance.core.invariants import moment
from alliance.core.models import Event
from alliance.core.record import record
from decisions import invariants as ours
from decisions import services
from decisions.invariants import breaks_in_the_telling
from decisions.models import Decision, Position, Proposal, RollEntry
from decisions.services import departing
from decisions.services.positions import _told
from decisions.services.shared import complete, write_wording
from participants.models import RoleAppointment
from tests.factories.decisions import (
    again,
    answer,
    make_decision,
    make_draft,
    make_proposal,
    object_to,
    reword,
    tell_on_behalf,
)
from tests.factories.effects import agree_all, carry_out, propose_effect


@pytest.fixture
def decision(cast):
    return make_decision(
        cast.council, {cast.council: cast.carol, cast.haven: cast.dev, cast.beacon: cast.rosa}
    )


@pytest.mark.django_db
def test_holds_for_what_was_sealed(cast, decision):
    reword(object_to(make_proposal(cast.council, cast.carol), cast.haven, cast.pat).proposal, cast.carol)
    assert list(ours._sealed(cast.alliance.pk)) == []
    assert list(ours._told(cast.alliance.pk)) == []
    assert ours._sealed in [one.breaks for one in invariants.REGISTER]


def as_owner(owner_connection, *statements: str) -> None:
    """What only somebody with the keys of the database can do: switch the guards off and tamper."""
    tables = (
        "decisions_position",
        "decisions_wording",
        "decisions_decision",
        "decisions_rollentry",
        "participants_roleappointment",
        "core_event",
    )
    for table in tables:
        owner_connection.execute(f"alter table {table} disable trigger user")
    for statement in statements:
        owner_connection.execute(statement)
    owner_connection.commit()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("delete from decisions_position where participant_id = (select max(participant_id) from decisions_position)",
         "Decision 1: Beacon Recovery has no position on its wording."),
        ("update decisions_position set taken_by_id = sealed_by_id from decisions_decision where capacity = 'deputy'",
         "Decision 1: Haven Homes was spoken for by somebody who was not authorised that day."),
        ("update participants_roleappointment set from_on = '2030-01-01' where role = 'deputy'",
         "Decision 1: Haven Homes was spoken for by somebody who was not authorised that day."),
        ("update decisions_wording set body = body || ' '::bytea",
         "Decision 1: Harbour City Council assented to other words."),
    ],
)  # fmt: skip
def test_names_whoever_did_not_agree_when_a_table_was_tampered_with(
    cast, decision, owner_connection, tampering, said
):
    as_owner(owner_connection, tampering)
    assert said in list(ours._sealed(cast.alliance.pk))


@pytest.mark.django_db(transaction=True)
def test_the_record_alone_tells_of_a_decision_that_was_slipped_away(cast, decision, owner_connection):
    as_owner(owner_connection, "delete from decisions_decision")
    assert list(breaks_in_the_telling(cast.alliance.pk)) == ["Decision 1 is told but not kept."]


@pytest.mark.django_db(transaction=True)
def test_the_record_alone_tells_of_an_assent_that_was_never_given(cast, decision, owner_connection):
    event = Event.objects.filter(kind="decisions.position_taken").last()
    said = json.loads(bytes(event.body))
    said["facts"]["stance"] = "abstain"
    owner_connection.execute("alter table core_event disable trigger user")
    owner_connection.execute(
        "update core_event set body = %s where id = %s", [json.dumps(said).encode(), event.pk]
    )
    owner_connection.commit()
    broken = list(breaks_in_the_telling(cast.alliance.pk))
    assert len(broken) == 1
    assert "Beacon Recovery did not assent to these words." in broken[0]


@pytest.mark.django_db
def test_whoever_leaves_on_the_day_of_the_seal_has_spoken_that_day(cast):
    carry_out(
        cast.alliance, "exit", participant=cast.haven, left_on=timezone.localdate(), hand_over="The keys."
    )
    assert list(ours._sealed(cast.alliance.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_names_whoever_had_left_before_it_spoke(cast, decision, owner_connection):
    owner_connection.execute("alter table participants_participant disable trigger user")
    as_owner(
        owner_connection, "update participants_participant set left_on = '2025-05-01' where slug = 'beacon'"
    )
    assert list(ours._sealed(cast.alliance.pk)) == [
        "Decision 1: Beacon Recovery was spoken for by somebody who was not authorised that day."
    ]


@pytest.mark.django_db(transaction=True)
def test_the_record_alone_tells_of_a_proposal_that_it_never_told_as_opened(cast, decision, owner_connection):
    as_owner(owner_connection, "delete from core_event where kind = 'decisions.proposal_opened'")
    broken = list(breaks_in_the_telling(cast.alliance.pk))
    assert sum("proposal 1, which the record never told as opened" in one for one in broken) == 1
    assert any("was sealed with another roll than the one that was frozen" in one for one in broken)


@pytest.mark.django_db(transaction=True)
def test_the_record_alone_tells_of_one_that_left_a_roll_twice(cast, owner_connection):
    draft = make_proposal(cast.council, cast.carol)
    carry_out(
        cast.alliance, "exit", participant=cast.haven, left_on=timezone.localdate(), hand_over="The keys."
    )
    departing.note_departures(alliance=cast.alliance, by=cast.carol)
    left = Event.objects.get(kind="decisions.roll_left")
    said = json.loads(bytes(left.body))
    assert said["facts"]["number"] == draft.number
    said["facts"]["participant"]["id"] = 0
    owner_connection.execute("alter table core_event disable trigger user")
    owner_connection.execute(
        "update core_event set body = %s where id = %s", [json.dumps(said).encode(), left.pk]
    )
    owner_connection.commit()
    assert list(breaks_in_the_telling(cast.alliance.pk)) == [
        f"Event {left.seq}: Haven Homes left the roll of proposal {draft.number} without being on it.",
        f"Event {left.seq}: Haven Homes left the roll of proposal {draft.number} without cause.",
        f"The roll of proposal {draft.number} is another in its table than in the record.",
    ]


@pytest.mark.django_db
class TestWhen:
    """What somebody with the application's own database role dates otherwise is refused, or noticed."""

    @pytest.fixture
    def put(self, cast, monkeypatch) -> Proposal:
        """A proposal that was put three days ago; Haven has answered."""
        then = timezone.now() - timedelta(days=3)
        with monkeypatch.context() as patch:
            patch.setattr("django.utils.timezone.now", lambda: then)
            proposal = make_proposal(cast.council, cast.carol)
            patch.setattr("django.utils.timezone.now", lambda: then + timedelta(hours=1))
            answer(proposal, cast.haven, cast.pat)
        return again(proposal)

    def slip_in(self, proposal, cast, at) -> Position:
        """Beacon's answer by SQL, past every service."""
        rosas = RoleAppointment.objects.get(person=cast.rosa)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into decisions_position (alliance_id, proposal_id, wording_id, participant_id, stance,"
                " taken_at, taken_by_id, taken_by_name, appointment_id, capacity, in_place_of, typed_by_name, heard)"
                " values (%s, %s, %s, %s, 'agree', %s, %s, 'Rosa', %s, 'representative', '', '', '') returning id",
                [proposal.alliance_id, proposal.pk, proposal.current_wording_id, cast.beacon.pk, at, cast.rosa.pk,
                 rosas.pk],
            )  # fmt: skip
            return Position.objects.get(pk=cursor.fetchone()[0])

    def test_everything_is_told_when_it_is_done(self, cast, put):
        reword(object_to(put, cast.beacon, cast.rosa).proposal, cast.carol)
        tell_on_behalf(again(put), cast)
        make_decision(cast.council, {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa})
        assert list(ours._dated(cast.alliance.pk)) == []

    def test_an_answer_is_not_given_before_one_that_is_there(self, cast, put):
        first = Position.objects.get()
        with pytest.raises(DatabaseError, match=r"not taken before the one that came before it \(rule 4\)"):
            self.slip_in(put, cast, first.taken_at - timedelta(microseconds=1))

    def test_other_words_are_not_written_before_an_answer_to_those_before(self, cast, put):
        early = Position.objects.get().taken_at - timedelta(microseconds=1)
        case = replace(put.current_wording.case, text="Other words.", tests={})
        with pytest.raises(DatabaseError, match=r"not written before what was said .*\(rule 20\)"):
            write_wording(put, 2, case, (), note=None, at=early, by=cast.carol)

    def test_a_proposal_does_not_open_before_its_words(self, cast):
        draft = make_draft(cast.council, cast.carol)
        now = timezone.now()
        case, principles = complete(draft.case, draft.alliance_id)
        wording = write_wording(draft, 1, case, principles, note=None, at=now, by=cast.carol)
        for place, one in enumerate((cast.council, cast.haven, cast.beacon), 1):
            RollEntry.objects.create(alliance=cast.alliance, proposal=draft, participant=one, place=place)
        opened = {"state": "open", "current_wording": wording, "draft": {}, "opened_by": cast.carol}
        opened["answer_by"] = timezone.localdate() + timedelta(days=9)
        for at in (now - timedelta(days=3), now + timedelta(days=3)):
            with pytest.raises(DatabaseError, match="opens after it was drafted"), transaction.atomic():
                Proposal.objects.filter(pk=draft.pk).update(**opened, opened_at=at)
        Proposal.objects.filter(pk=draft.pk).update(**opened, opened_at=now)

    def test_an_answer_that_nobody_told_of_is_noticed(self, cast, put):
        self.slip_in(put, cast, timezone.now())
        (said,) = ours._dated(cast.alliance.pk)
        assert said.startswith("The answer of Beacon Recovery to proposal 1 is of ")
        assert said.endswith(", and the record does not tell of it.")

    def test_an_answer_of_another_day_than_that_on_which_it_was_told_is_noticed(self, cast, put):
        late = self.slip_in(put, cast, timezone.now() - timedelta(days=2))
        with transaction.atomic():
            event = record("decisions.position_taken", put, by=cast.rosa, **_told(late), replaces=False)
        told = again(event)
        (said,) = ours._dated(cast.alliance.pk)
        assert said == (
            f"The answer of Beacon Recovery to proposal 1 is of {moment(late.taken_at)}, "
            f"and event {told.seq}, which tells of it, of {moment(told.at)}."
        )

    def test_a_seal_of_another_day_than_that_on_which_it_was_told_is_noticed(self, cast, put, monkeypatch):
        answer(put, cast.council, cast.carol)
        later = timezone.now() + timedelta(days=1)
        create = Decision.objects.create
        monkeypatch.setattr(
            Decision.objects,
            "create",
            lambda **facts: create(**facts | {"sealed_at": later, "decided_on": timezone.localdate(later)}),
        )
        answer(put, cast.beacon, cast.rosa)
        (said,) = ours._dated(cast.alliance.pk)
        assert said.startswith(f"Decision 1 is of {moment(later)}, and event ")

    def test_a_record_that_runs_back_is_noticed(self, cast, put, monkeypatch):
        long_ago = timezone.now() - timedelta(days=9)
        monkeypatch.setattr("django.utils.timezone.now", lambda: long_ago)
        with transaction.atomic():
            event = record("decisions.position_taken", put, by=cast.rosa, position="0", replaces=False)
        told = again(event)
        before = Event.objects.get(alliance=cast.alliance, seq=told.seq - 1)
        said = f"Event {told.seq} says {moment(long_ago)}, and the one before it {moment(before.at)}."
        assert said in list(invariants._clock(cast.alliance.pk))


@pytest.mark.django_db(transaction=True)
class TestTheRoll:
    """Rule 2: it was everybody who was active that day, but for whoever it was about, and it is still that."""

    TABLES = ("decisions_rollentry", "decisions_position", "core_event")

    def tamper(self, owner_connection, statement: str, *values) -> None:
        for table in self.TABLES:
            owner_connection.execute(f"alter table {table} disable trigger user")
        owner_connection.execute(statement, values)
        owner_connection.commit()

    def test_is_noticed_when_somebody_is_taken_off_it(self, cast, decision, owner_connection):
        gone = [cast.beacon.pk]
        self.tamper(owner_connection, "delete from decisions_position where participant_id = %s", *gone)
        self.tamper(owner_connection, "delete from decisions_rollentry where participant_id = %s", *gone)
        assert list(ours._sealed(cast.alliance.pk)) == []
        assert list(breaks_in_the_telling(cast.alliance.pk)) == [
            "The roll of proposal 1 is another in its table than in the record."
        ]

    def retell(self, owner_connection, event: Event, change) -> None:
        said = json.loads(bytes(event.body))
        change(said["facts"])
        statement = "update core_event set body = %s where id = %s"
        self.tamper(owner_connection, statement, json.dumps(said).encode(), event.pk)

    def test_is_noticed_when_it_left_somebody_out(self, cast, decision, owner_connection):
        def short(told):
            told["roll"] = [one for one in told["roll"] if one["id"] != str(cast.beacon.pk)]

        event = Event.objects.get(kind="decisions.proposal_opened")
        self.retell(owner_connection, event, short)
        broken = list(breaks_in_the_telling(cast.alliance.pk))
        assert broken[0] == (
            f"Event {event.seq}: Beacon Recovery was active that day, and left off the roll of proposal 1."
        )
        assert any("was sealed with another roll than the one that was frozen" in one for one in broken)

    def test_is_noticed_when_it_asked_somebody_who_had_not_joined(self, cast, decision, owner_connection):
        joined = Event.objects.get(kind="participants.participant_admitted", subject_id=cast.beacon.pk)
        self.retell(owner_connection, joined, lambda told: told.update(joined_on="2099-01-01"))
        opened = Event.objects.get(kind="decisions.proposal_opened")
        assert list(breaks_in_the_telling(cast.alliance.pk)) == [
            f"Event {opened.seq}: Beacon Recovery was not to be asked, and is on the roll of proposal 1."
        ]

    def test_is_noticed_when_somebody_left_it_without_a_cause(self, cast, owner_connection):
        proposal = make_proposal(cast.council, cast.carol)
        with transaction.atomic():
            event = record(
                "decisions.roll_left", proposal, by=None, number=1, title="x", participant=cast.beacon,
                because="left", reason="It left the alliance", declaration=None,
            )  # fmt: skip
        assert list(breaks_in_the_telling(cast.alliance.pk)) == [
            f"Event {again(event).seq}: Beacon Recovery left the roll of proposal 1 without cause.",
            "The roll of proposal 1 is another in its table than in the record.",
        ]


@pytest.mark.django_db
def test_follows_who_was_active_through_a_suspension_and_back(cast):
    proposal = propose_effect(
        cast.alliance, "suspension", participant=cast.beacon, suspended_on=timezone.localdate(), reasons="x"
    )
    services.be_heard(proposal=proposal, words="We could not answer.", by=cast.rosa)
    before = make_proposal(cast.council, cast.carol)
    agree_all(proposal)
    without = make_proposal(cast.council, cast.carol)
    carry_out(cast.alliance, "readmission", participant=cast.beacon, reasons="They answer again.")
    after = make_proposal(cast.council, cast.carol)
    assert [again(one).roll.count() for one in (before, without, after)] == [3, 2, 3]
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []
    assert list(ours._dated(cast.alliance.pk)) == []
    assert list(invariants._apart(cast.alliance.pk)) == []


def test_a_wording_of_the_first_version_carries_nothing_out():
    """Its canonical bytes name no effect, and they stay as they were hashed."""
    assert ours._whom_it_is_about('{"v": 1, "title": "Shall we?"}') is None
