"""What is promised of conflicts in PostgreSQL too, as the role that the application logs in as."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from decisions.models import Declaration, DeclarationVote, Interest, RollDeparture
from participants.models import RoleAppointment
from tests.factories.conflicts import declare, make_interest
from tests.factories.decisions import again, answer, make_proposal

pytestmark = pytest.mark.django_db


class TestByHand:
    """The same promises in PostgreSQL, as the role that the application logs in as."""

    def refused(self, act) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            act()
        return str(trouble.value)

    def test_a_declaration_after_the_answer(self, cast, proposal):
        declaration = declare(proposal, cast.beacon, cast.rosa)
        answer(proposal, cast.haven, cast.pat)
        copy = _copy(declaration, participant=cast.haven, person=cast.pat, declared_by=cast.pat, number=2)
        assert "before taking part" in self.refused(lambda: Declaration.objects.create(**copy))

    def test_a_declaration_by_another(self, cast, proposal):
        declaration = declare(proposal, cast.beacon, cast.rosa)
        copy = _copy(declaration, participant=cast.haven, number=2)
        assert "declares its conflicts" in self.refused(lambda: Declaration.objects.create(**copy))

    @pytest.mark.parametrize("state", ["admitted", "shared", "left"])
    def test_a_state_that_nobody_said(self, cast, proposal, state):
        declaration = declare(proposal, cast.haven, cast.pat)
        said = self.refused(
            lambda: Declaration.objects.filter(pk=declaration.pk).update(
                state=state, settled_at=timezone.now(), settled_by=cast.rosa
            )
        )
        assert "majority of the others" in said

    def test_other_words(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        said = self.refused(
            lambda: Declaration.objects.filter(pk=declaration.pk).update(person_name="Somebody Else")
        )
        assert "stays as it was made" in said
        assert self.refused(lambda: _sql("delete from decisions_declaration"))

    def test_a_vote_of_the_one_that_declared_or_of_nobody(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        for participant, by, needle in (
            (cast.haven, cast.pat, "other participants"),
            (cast.beacon, cast.carol, "rule 8"),
            (cast.beacon, cast.finn, "rule 8"),
        ):
            appointment = RoleAppointment.objects.get(person=by)
            vote = {
                "alliance": cast.alliance,
                "declaration": declaration,
                "participant": participant,
                "stance": "admit",
                "taken_at": timezone.now(),
                "taken_by": by,
                "taken_by_name": by.name,
                "appointment": appointment,
                "capacity": appointment.role,
            }
            assert needle in self.refused(lambda vote=vote: DeclarationVote.objects.create(**vote))

    def test_a_departure_without_its_cause(self, cast, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        entry = proposal.roll.get(participant=cast.haven)
        for because, of, needle in (
            ("conflict", declaration, "rule 9"),
            ("left", None, "stays on the roll"),
            ("suspended", None, "stays on the roll"),
            ("concerned", None, "not about"),
        ):
            row = {
                "alliance": cast.alliance,
                "entry": entry,
                "because": because,
                "declaration": of,
                "departed_at": timezone.now(),
                "departed_by": cast.pat,
            }
            assert needle in self.refused(lambda row=row: RollDeparture.objects.create(**row))

    def test_an_end_that_rule_ten_does_not_ask_for(self, cast, proposal):
        said = self.refused(
            lambda: (
                type(proposal)
                .objects.filter(pk=proposal.pk)
                .update(
                    state="no_decision",
                    ended_at=timezone.now(),
                    ended_by=cast.carol,
                    ended_because="we would rather not",
                )
            )
        )
        assert "can still decide (rule 10)" in said

    def test_somebody_elses_interest(self, cast):
        interest = make_interest(cast.pat, cast.alliance, cast.haven)
        copy = _copy(interest, declared_by=cast.rosa)
        assert "ones own" in self.refused(lambda: Interest.objects.create(**copy)).replace("'", "")
        for changes in ({"kind": "personal"}, {"ended_on": timezone.localdate()}):
            self.refused(lambda changes=changes: Interest.objects.filter(pk=interest.pk).update(**changes))


@pytest.mark.django_db(transaction=True)
def test_a_declaration_left_without_a_departure_does_not_commit(cast):
    declaration = declare(make_proposal(cast.council, cast.carol), cast.haven, cast.pat)
    with pytest.raises(DatabaseError, match="leaves the roll"), transaction.atomic():
        Declaration.objects.filter(pk=declaration.pk).update(
            state="left", settled_at=timezone.now(), settled_by=cast.pat
        )
    assert again(declaration).state == "declared"


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _copy(row, **changes) -> dict:
    return {
        one.name: getattr(row, one.name) for one in row._meta.concrete_fields if not one.primary_key
    } | changes
