"""What is said again is prepared, and says and answers the same (alliance/core/postgresql/saying.py, core/rows.py)."""

from functools import partial

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models.signals import post_init, pre_init

from alliance.core.postgresql import saying
from alliance.core.questions import Question
from alliance.core.tenancy import within_alliance
from participants.models import Alliance, Participant, RoleAppointment


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select statement from pg_prepared_statements order by prepare_time, name")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.fixture
def nothing_prepared(db):
    """In this connection."""
    with connection.cursor() as cursor:
        cursor.execute("deallocate all")
    vars(connection.connection).pop("_prepared_words", None)


@pytest.mark.usefixtures("nothing_prepared")
class TestPreparing:
    def test_a_question_is_prepared_once_with_places_for_what_changes_alone(self, cast):
        named = Question(
            lambda place, of: Participant.objects.filter(place=place, alliance_id__in=of).exclude(
                name="100 %s c'est"
            )
        )
        found = [named(place=place, of=[cast.alliance.pk]) for place in (1, 2, 9)]
        assert found == [
            list(Participant.objects.filter(place=place, alliance=cast.alliance)) for place in (1, 2, 9)
        ]
        (statement,) = prepared()
        assert "$1" in statement
        assert "$2" in statement
        assert "$3" not in statement
        assert "'100 %s c''est'" in statement

    def test_of_more_than_are_kept_the_one_that_was_said_longest_ago_goes(self, cast, monkeypatch):
        monkeypatch.setattr(saying, "KEPT", 2)
        by = {
            name: Question(lambda of, name=name: Participant.objects.filter(pk=of).order_by(name))
            for name in ("name", "place", "slug")
        }
        for name in ("name", "place", "name", "slug", "name"):
            assert by[name](of=cast.haven.pk) == [cast.haven]
        assert ["place" in one.partition("ORDER BY")[2] for one in prepared()] == [False, False]

    def test_a_number_for_which_no_column_has_a_place_is_no_rows(self, cast):
        placed = Question(lambda place: Participant.objects.filter(place=place))
        assert [len(placed(place=place)) for place in (1, 2**31, 2**70)] == [2, 0, 0]
        begins = Question(lambda month: Alliance.objects.filter(year_starts_in=month))
        assert [len(begins(month=month)) for month in (4, 2**15, 2**31, 2**70)] == [2, 0, 0, 0]

    def test_nothing_is_prepared_where_a_pooler_changes_connections(self, cast, settings):
        settings.PREPARED_STATEMENTS = False
        assert Question(lambda of: Participant.objects.filter(pk=of))(of=cast.haven.pk) == [cast.haven]
        assert prepared() == []


OTHER_TYPE = """
    create temporary table participants_participant as select * from participants_participant;
    alter table pg_temp.participants_participant alter name type text
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "meanwhile",
    [
        # A pooler hands on a connection where nothing is prepared.
        ("deallocate all", "deallocate all"),
        # A migration gives a column another type, and takes it back.
        (OTHER_TYPE, "drop table pg_temp.participants_participant"),
    ],
)
def test_what_was_prepared_is_prepared_again_once_it_is_lost_or_its_tables_changed(cast, meanwhile):
    named = Question(lambda of: Participant.objects.filter(pk=of))

    def asked() -> list:
        return named(of=cast.haven.pk)

    assert asked() == [cast.haven]
    for change, act in zip(
        meanwhile, (asked, partial(within_alliance, cast.alliance.pk, asked)), strict=True
    ):
        with connection.cursor() as cursor:
            cursor.execute(change)
        assert [act(), act()] == [[cast.haven]] * 2
    assert len(prepared()) == 1


def test_a_row_is_what_django_makes_of_it(cast):
    def held(person):
        rows = RoleAppointment.objects.filter(person_id=person).select_related("participant", "alliance")
        return rows.defer("alliance__purpose").annotate(again=models.F("role"))

    (ours,), (djangos,) = Question(held)(person=cast.lee.pk), held(cast.lee.pk)
    for one, other in [(ours, djangos), (ours.alliance, djangos.alliance)]:
        facts, others = dict(vars(one)), dict(vars(other))
        assert vars(facts.pop("_state")).keys() == vars(others.pop("_state")).keys()
        assert facts == others
    assert ours.participant is None
    assert (ours._state.db, ours._state.adding) == ("default", False)
    assert ours.alliance.get_deferred_fields() == {"purpose"}
    assert ours.alliance.purpose == cast.alliance.purpose


def test_no_model_has_what_a_row_leaves_out():
    """See alliance.core.rows.made."""
    for model in apps.get_models():
        assert model.__init__ is models.Model.__init__
        assert model.from_db.__func__ is models.Model.from_db.__func__
        assert not model._meta.parents or model._meta.proxy
    assert not [one for signal in (pre_init, post_init) for one in signal.receivers]
