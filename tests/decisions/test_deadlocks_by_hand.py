"""The promises of a deadlock in PostgreSQL, as the role that the application logs in as."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from decisions import services
from decisions.models import Deadlock, Position, Proposal, Statement, Wording
from tests.factories import deadlocks
from tests.factories.deadlocks import INDEPENDENT, LEADERSHIP, STATEMENTS, after
from tests.factories.decisions import make_proposal, object_to

pytestmark = pytest.mark.django_db
day, proposal, objection = deadlocks.day, deadlocks.proposal, deadlocks.objection
deadlock, sena = deadlocks.deadlock, deadlocks.sena


class TestWhatTheDatabaseRefuses:
    def refused(self, act) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic():
            act()
        return str(trouble.value)

    def sql(self, statement: str) -> str:
        return self.refused(lambda: connection.cursor().execute(statement))

    def test_a_deadlock_keeps_its_stages_and_is_never_deleted(self, cast, deadlock):
        frozen = "frozen when it is declared"
        assert frozen in self.sql("update decisions_deadlock set stages = '[]'")
        assert frozen in self.sql(f"update decisions_deadlock set participant_id = {cast.council.pk}")
        self.sql("delete from decisions_deadlock")
        named = "independent = 'chair', independent_name = 'X', named_at = '2026-06-02'"
        assert "name the independent" in self.sql(
            f"update decisions_deadlock set {named}, named_by_id = {cast.finn.pk}"
        )

    def test_its_dates_are_those_of_the_proposal(self, cast, deadlock):
        said = "lasts as long as the ladder"
        assert said in self.sql("update decisions_proposal set answer_by = '2027-01-01'")

    def copy(self, deadlock: Deadlock, proposal: Proposal, **changes) -> Deadlock:
        """The same deadlock on another proposal."""
        row = Deadlock.objects.get(pk=deadlock.pk)
        row.pk, row.proposal = None, proposal
        for name, value in changes.items():
            setattr(row, name, value)
        return row

    def test_it_is_declared_where_something_stands_in_the_way_with_stages_without_a_gap(self, cast, deadlock):
        free = make_proposal(cast.haven, cast.pat)
        assert "stands in the way" in self.refused(self.copy(deadlock, free).save)
        object_to(free, cast.beacon, cast.rosa)
        for stages in (
            [],
            deadlock.stages[1:],
            [deadlock.stages[0], deadlock.stages[2]],
            [deadlock.stages[0] | {"until": "2026-05-01"}],
            [deadlock.stages[0] | {"stage": "nobody"}],
        ):
            assert "stages" in self.refused(self.copy(deadlock, free, stages=stages).save)
        assert "a participant that is asked" in self.refused(
            self.copy(deadlock, free, taken_by=cast.lee).save
        )

        def late():
            self.copy(deadlock, free).save()
            connection.cursor().execute("set constraints all immediate")

        assert "lasts as long as the ladder" in self.refused(late)

    def test_a_statement_outside_its_time_or_of_somebody_else(self, cast, day, deadlock):
        day(after(LEADERSHIP))
        made = services.make_statement(
            proposal=deadlock.proposal, participant=cast.beacon, words="Ten beds.", by=cast.rosa
        )

        def another(**changes):
            row = Statement.objects.get(pk=made.pk)
            row.pk, row.replaces = None, made
            for name, value in changes.items():
                setattr(row, name, value)
            row.save()

        assert "replaces the last" in self.refused(lambda: another(replaces=None))
        day(after(STATEMENTS))
        assert "in its time" in self.refused(lambda: another(taken_at=timezone.now()))
        assert "in its time" in self.refused(lambda: another(occasion="independent", replaces=None))
        assert "somebody of its participant" in self.refused(lambda: another(taken_by=cast.pat))
        self.sql("update decisions_statement set occasion = 'exclusion'")

    def test_nothing_is_written_after_the_ladder(self, cast, day, deadlock, objection):
        day(after(INDEPENDENT))
        over = "status quo stands"
        withdrawn = "state = 'withdrawn', withdrawn_at = '2026-08-11', withdrawal_reason_id = {}, withdrawn_by_id = {}"
        assert over in self.sql(
            f"update decisions_proposal set {withdrawn.format(objection.concern_id, cast.carol.pk)}"
        )
        row = Wording.objects.get()
        row.pk, row.version, row.written_at = None, 2, timezone.now()
        assert over in self.refused(row.save)
        appointment = cast.rosa.appointments.get()
        assert over in self.sql(
            f"update decisions_objection set resolved_at = '2026-08-11', resolved_by_id = {cast.rosa.pk}, "
            f"resolved_as_id = {appointment.pk}, resolution_id = {objection.remedy_id}"
        )

    def test_a_senior_representative_before_her_stage(self, cast, day, deadlock, objection, sena):
        appointment = sena.appointments.get()
        early = "once a deadlock has gone up to them"
        assert early in self.sql(
            f"update decisions_objection set resolved_at = '2026-06-02', resolved_by_id = {sena.pk}, "
            f"resolved_as_id = {appointment.pk}, resolution_id = {objection.remedy_id}"
        )
        row = Position.objects.get()
        row.pk, row.replaces_id, row.stance = None, objection.position_id, "abstain"
        row.taken_by, row.appointment, row.capacity = sena, appointment, "senior"
        assert early in self.refused(row.save)
