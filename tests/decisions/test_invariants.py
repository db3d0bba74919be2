"""Invariant 6 holds, and would say so if it did not."""

import json

import pytest
from django.utils import timezone

from alliance.core import invariants
from alliance.core.models import Event
from decisions import invariants as ours
from decisions.invariants import breaks_in_the_telling
from decisions.services import departing
from tests.factories.decisions import make_decision, make_proposal, object_to, reword
from tests.factories.effects import carry_out


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
        f"Event {left.seq}: Haven Homes left the roll of proposal {draft.number} without being on it."
    ]
