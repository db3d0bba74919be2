"""What PostgreSQL refuses, tried as the role that the application logs in as, and as the owner of the tables."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from decisions import services
from decisions import urls as decision_urls
from decisions.models import Decision, Objection, Position, Proposal, RollEntry, Wording
from participants.models import RoleAppointment
from tests.factories.decisions import (
    again,
    answer,
    make_draft,
    make_proposal,
    object_to,
    reword,
)

pytestmark = pytest.mark.django_db
TABLES = [
    "decisions_proposal",
    "decisions_wording",
    "decisions_principletest",
    "decisions_rollentry",
    "decisions_position",
    "decisions_objection",
    "decisions_decision",
]


@pytest.fixture
def decision(cast) -> Decision:
    proposal = make_proposal(cast.council, cast.carol)
    objection = object_to(proposal, cast.beacon, cast.rosa)
    services.resolve_objection(objection=objection, resolution="A room was found.", by=cast.rosa)
    for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
        answer(proposal, participant, by)
    return Decision.objects.get()


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


def everything() -> dict[str, list]:
    with connection.cursor() as cursor:
        kept = {}
        for table in TABLES:
            cursor.execute(f"select t::text from {table} t order by id")
            kept[table] = cursor.fetchall()
    return kept


@pytest.mark.parametrize("table", TABLES)
def test_the_application_cannot_delete_or_empty_what_was_decided(decision, table):
    before = everything()
    refused(f"delete from {table}")
    refused(f"truncate {table} cascade")
    refused(f"alter table {table} disable trigger all")
    refused(f"drop table {table} cascade")
    assert everything() == before


CHANGES = [
    "update decisions_decision set wording_hash = repeat('0', 64)",
    "update decisions_decision set number = 99",
    "update decisions_decision set decided_on = '2020-01-01'",
    "update decisions_position set stance = 'abstain'",
    "update decisions_position set taken_by_name = 'Somebody Else'",
    "update decisions_position set reason_id = null",
    "update decisions_position set typed_by_id = null, typed_by_name = 'Nobody'",
    "update decisions_position set contestable_until = '2020-01-01'",
    "update decisions_position set taken_at = now(), replaces_id = id",
    "update decisions_decision set sealed_by_id = (select min(id) from participants_user)",
    "update decisions_decision set txid = pg_current_xact_id()",
    "update decisions_decision set kind = 'operational'",
    "update decisions_objection set concern_id = remedy_id",
    "update decisions_objection set number = 9",
    "update decisions_proposal set independent = true",
    "update decisions_wording set text = 'Other words'",
    "update decisions_wording set body = 'x', hash = repeat('0', 64)",
    "update decisions_rollentry set participant_id = (select max(participant_id) from decisions_rollentry)",
    "update decisions_principletest set effect = 'tension'",
    "update decisions_objection set resolved_at = null, resolved_by_id = null, resolved_as_id = null",
    "update decisions_objection set legal_limit = 'Something else'",
    "update decisions_proposal set state = 'open'",
    "update decisions_proposal set answer_by = '2030-01-01'",
    "update decisions_proposal set current_wording_id = null",
    "update decisions_proposal set standing_aside = true",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_cannot_change_what_was_decided(decision, change):
    before = everything()
    refused(change)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused_too(decision, owner_connection):
    before = everything()
    for change in [*CHANGES, *(f"delete from {table}" for table in TABLES)]:
        with (
            pytest.raises(Exception, match=r"rule|stays|violates foreign key"),
            owner_connection.transaction(),
        ):
            owner_connection.execute(change)
    owner_connection.commit()
    assert everything() == before


def test_triggers_do_not_sleep_for_a_session_that_asks_them_to(decision):
    refused("set session_replication_role = replica")
    refused("set local session_replication_role = replica; update decisions_position set stance = 'abstain'")
    refused("alter role current_user superuser")
    refused("drop trigger decisions_position_is_never_changed on decisions_position")
    refused("create or replace function decisions_refuse(said text) returns void language sql as 'select'")


def test_an_administrator_of_the_server_changes_nothing_by_any_address(
    decision, client_of, django_user_model
):
    """Every address of decisions that takes a POST, as a superuser without a role in the alliance (rule 19)."""
    root = client_of(django_user_model.objects.create_superuser("root@example.org", "Root", None))
    before, tried = everything(), 0
    for one in decision_urls.urlpatterns:
        known = {"number": 1, "version": 1, "objection": 1, "position": Position.objects.first().pk}
        if set(one.pattern.converters) <= set(known):
            at = {name: known[name] for name in one.pattern.converters}
            address = reverse(f"decisions:{one.name}", kwargs={"alliance": "harbour-alliance"} | at)
            said = {
                "stance": "agree",
                "reason": "x",
                "resolution": "x",
                "text": "x",
                "answer_by": "2030-01-01",
            }
            assert root.post(address, said).status_code in (404, 405), one.name
            tried += 1
    assert tried > 20
    assert everything() == before


def test_the_orm_cannot_either(decision):
    for act in (
        lambda: Decision.objects.update(number=7),
        lambda: Position.objects.update(stance="abstain"),
        lambda: Wording.objects.update(title="Another"),
        lambda: Objection.objects.update(legal_limit="x"),
        lambda: Proposal.objects.update(state="open"),
        lambda: decision.delete(),
        lambda: Position.objects.all().delete(),
        lambda: decision.save(),
    ):
        with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
            act()


class TestASealThatWasNotEarned:
    """Rule 3 in the database itself: a Decision row by hand, past every service."""

    def seal(self, proposal: Proposal, **changes) -> str:
        proposal = again(proposal)
        now = timezone.now()
        facts = {
            "alliance_id": proposal.alliance_id,
            "number": 1,
            "proposal": proposal,
            "wording": proposal.current_wording,
            "wording_hash": proposal.current_wording.hash,
            "decided_on": timezone.localdate(now),
            "sealed_at": now,
            "sealed_by": proposal.opened_by,
        } | changes
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            Decision.objects.create(**facts)
        assert not Decision.objects.exists()
        return str(trouble.value)

    def test_with_one_who_has_not_answered(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert "every participant on its roll (rule 3)" in self.seal(proposal)

    @pytest.mark.parametrize("stance", ["abstain", "stand_aside"])
    def test_with_one_who_does_not_assent(self, cast, stance):
        cast.alliance.standing_aside = stance == "stand_aside"
        cast.alliance.save()
        proposal = make_proposal(cast.council, cast.carol)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, participant, by, stance)
        assert "every participant on its roll (rule 3)" in self.seal(proposal)

    def test_with_assents_to_an_older_wording(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        old = proposal.current_wording
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        reword(proposal, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
        assert "every participant on its roll (rule 3)" in self.seal(proposal)
        assert "on the current wording (rule 3)" in self.seal(proposal, wording=old, wording_hash=old.hash)

    def test_with_an_unresolved_objection(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        object_to(proposal, cast.beacon, cast.rosa)
        reword(proposal, cast.carol)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        proposal = again(proposal)
        last = Position.objects.get(participant=cast.beacon)
        Position.objects.create(**by_hand(proposal, cast.beacon, cast.rosa, replaces=last))
        assert "objection stands unresolved (rule 17)" in self.seal(proposal)

    def test_after_the_deadline(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        late = timezone.now() + timedelta(days=60)
        said = self.seal(proposal, sealed_at=late, decided_on=timezone.localdate(late))
        assert "before the deadline" in said

    def test_by_a_change_of_state_alone(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        said = refused("update decisions_proposal set state = 'agreed' where id = %s", proposal.pk)
        assert "only by the seal" in said


@pytest.mark.django_db(transaction=True)
def test_a_seal_that_leaves_its_proposal_open_does_not_commit(cast):
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)

    def half_a_seal():
        put = again(proposal)
        with transaction.atomic():
            Position.objects.create(**by_hand(put, cast.beacon, cast.rosa))
            now = timezone.now()
            Decision.objects.create(
                alliance_id=put.alliance_id,
                number=1,
                proposal=put,
                wording=put.current_wording,
                wording_hash=put.current_wording.hash,
                decided_on=timezone.localdate(now),
                sealed_at=now,
                sealed_by=cast.rosa,
            )

    with pytest.raises(DatabaseError, match="takes no further position"):
        half_a_seal()
    assert not Decision.objects.exists()


def by_hand(proposal: Proposal, participant, by, **changes) -> dict:
    appointment = RoleAppointment.objects.filter(person=by).first()
    return {
        "alliance_id": proposal.alliance_id,
        "proposal": proposal,
        "wording": proposal.current_wording,
        "participant": participant,
        "stance": "agree",
        "taken_at": timezone.now(),
        "taken_by": by,
        "taken_by_name": by.name,
        "appointment": appointment,
        "capacity": appointment.role,
    } | changes


class TestAPositionByHand:
    def refused(self, proposal, participant, by, **changes) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            Position.objects.create(**by_hand(again(proposal), participant, by, **changes))
        return str(trouble.value)

    @pytest.mark.parametrize("name", ["finn", "bea", "lee", "carol", "rosa", "stranger"])
    def test_by_somebody_who_does_not_speak_for_it(self, cast, name):
        proposal = make_proposal(cast.council, cast.carol)
        said = self.refused(proposal, cast.haven, getattr(cast, name))
        assert "speaks for a participant (rule 8)" in said or "capacity" in said

    def test_with_somebody_elses_appointment(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        pats = RoleAppointment.objects.get(person=cast.pat)
        said = self.refused(proposal, cast.haven, cast.finn, appointment=pats, capacity="representative")
        assert "speaks for a participant (rule 8)" in said

    def test_on_an_older_wording(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        old = proposal.current_wording
        reword(proposal, cast.carol)
        assert "on the current wording (rule 3)" in self.refused(proposal, cast.haven, cast.pat, wording=old)

    def test_after_the_deadline(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        late = timezone.now() + timedelta(days=60)
        assert "is over (rule 3)" in self.refused(proposal, cast.haven, cast.pat, taken_at=late)

    def test_a_second_first_one(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert "participant_takes_its_first_position_once" in self.refused(proposal, cast.haven, cast.dev)

    def test_two_that_replace_the_same_one(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        first = answer(proposal, cast.haven, cast.pat)
        answer(proposal, cast.haven, cast.dev, "abstain")
        assert "replaces" in self.refused(proposal, cast.haven, cast.pat, replaces=first)

    def test_that_replaces_anothers(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        rosas = answer(proposal, cast.beacon, cast.rosa)
        assert "(rule 4)" in self.refused(proposal, cast.haven, cast.pat, replaces=rosas)

    def test_without_a_reason(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        said = self.refused(proposal, cast.haven, cast.pat, stance="abstain")
        assert "only_agreeing_needs_no_reason" in said


def test_the_roll_takes_nobody_after_the_opening(cast):
    proposal = make_proposal(cast.council, cast.carol)
    with pytest.raises(DatabaseError, match="roll is frozen"), transaction.atomic():
        RollEntry.objects.create(alliance=cast.alliance, proposal=proposal, participant=cast.haven, place=9)


def test_a_wording_whose_bytes_say_something_else_is_refused(cast):
    draft = make_draft(cast.council, cast.carol)
    proposal = make_proposal(cast.council, cast.carol)
    true = proposal.current_wording
    for changes, why in (
        ({"version": 2, "hash": "0" * 64}, "hash is that of its bytes"),
        ({"version": 3}, "Versions of a wording follow one another"),
        ({"version": 2}, "columns must say what its bytes say"),
        ({"proposal": draft}, "columns must say what its bytes say"),
        ({"version": 2, "title": "Something else"}, "columns must say what its bytes say"),
    ):
        copy = {name: getattr(true, name) for name in COPIED} | changes
        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            Wording.objects.create(**copy)


COPIED = (
    "alliance_id", "proposal", "version", "title", "text", "why", "alternatives", "affected", "heard", "amount",
    "review_on", "body", "hash", "written_at", "written_by",
)  # fmt: skip


def test_only_whoever_raised_an_objection_resolves_it_even_by_hand(cast):
    proposal = make_proposal(cast.council, cast.carol)
    objection = object_to(proposal, cast.beacon, cast.rosa)
    words = Objection.objects.values_list("concern_id", flat=True).get()
    for by, needle in ((cast.carol, "rule 17"), (cast.pat, "rule 17")):
        appointment = RoleAppointment.objects.get(person=by)
        said = refused(
            "update decisions_objection set resolved_at = now(), resolved_by_id = %s, resolved_as_id = %s, "
            "resolution_id = %s where id = %s",
            by.pk, appointment.pk, words, objection.pk,
        )  # fmt: skip
        assert needle in said
