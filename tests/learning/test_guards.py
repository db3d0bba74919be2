"""What was learned and said does not change, whoever asks the database (house 19)."""

import pytest
from django.db import DatabaseError, connection, transaction

from learning import services
from learning.models import Action, Answer
from learning.services import NewAction
from tests.factories import learning as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def learned(cast):
    """One row in every table of the room."""
    alliance, lena = cast.alliance, cast.lena
    first = make.held_review(alliance, lena, actions=[NewAction("Ask the landlords", cast.lee)])
    make.hold(make.prepare(alliance, lena), lena, looks={first.actions.get(): ("done", "They came.")})
    services.call_off_review(review=make.prepare(alliance, lena), because="Ill.", by=lena)
    make.running(alliance, cast.lee, lena)
    measure = make.measure(alliance, lena)
    make.observe(measure, lena)
    services.annotate_measure(measure=measure, on=make.LONG_AGO, text="Began", review=first, by=lena)
    services.rebase_measure(
        measure=measure, on=make.LONG_AGO.replace(month=6), reason="One door", review=first, by=lena
    )
    return first


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as problem, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(problem.value)


APPEND_ONLY = ["answer", "attendance", "actionlook", "gateanswer", "observation", "annotation", "rebase"]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_that_only_join_are_never_updated(learned, table):
    assert "permission denied" in refused(f"update learning_{table} set alliance_id = alliance_id")


@pytest.mark.parametrize("table", [*APPEND_ONLY, "review", "action", "experiment", "measure"])
def test_nothing_is_deleted_or_emptied(learned, table):
    assert "permission denied" in refused(f"delete from learning_{table}")
    assert "permission denied" in refused(f"truncate learning_{table} cascade")


@pytest.mark.parametrize("column", ["title = 'Better'", "held_on = '2020-01-01'", "status = 'preparing'"])
def test_a_held_review_is_frozen(learned, column):
    assert "stays as it is" in refused(f"update learning_review set {column} where status = 'held'")


def test_a_called_off_review_is_frozen(learned):
    assert "stays as it is" in refused(
        "update learning_review set status = 'preparing', called_off_at = null, called_off_by_id = null"
        " where status = 'called_off'"
    )


def test_a_held_review_takes_no_more_answers(learned):
    answer = Answer.objects.filter(question="views").first()
    told = refused(
        "insert into learning_answer (alliance_id, review_id, question, words_id) values (%s, %s, 'later', %s)",
        learned.alliance_id,
        learned.pk,
        answer.words_id,
    )
    assert "takes no more answers" in told


def test_a_held_review_lets_nobody_into_the_room_afterwards(learned):
    told = refused(
        "insert into learning_attendance (alliance_id, review_id, name, role, present) values (%s, %s, 'Me', '', true)",
        learned.alliance_id,
        learned.pk,
    )
    assert "takes no more answers" in told


def test_an_action_stays_as_it_was_agreed(learned, cast):
    action = make.open_action(cast.alliance, cast.lena, cast.lee)
    assert "as the review agreed it" in refused(
        "update learning_action set what = 'Less' where id = %s", action.pk
    )


def test_a_closed_action_stays_closed(learned):
    closed = Action.objects.get(status="done")
    assert "stays closed" in refused(
        "update learning_action set status = 'open', closed_at = null, closed_by_id = null where id = %s",
        closed.pk,
    )


def test_a_figure_is_not_replaced_by_one_of_another_month(learned):
    told = refused(
        "insert into learning_observation (alliance_id, measure_id, month, value, note, replaces_id, reason,"
        " observed_at, observed_by_id)"
        " select alliance_id, measure_id, '2020-01-01', 1, '', id, 'x', now(), observed_by_id"
        " from learning_observation limit 1"
    )
    assert "same measure and month" in told


def test_a_month_has_one_first_figure(learned):
    told = refused(
        "insert into learning_observation (alliance_id, measure_id, month, value, note, reason, observed_at,"
        " observed_by_id) select alliance_id, measure_id, month, 1, '', '', now(), observed_by_id"
        " from learning_observation limit 1"
    )
    assert "a_month_has_one_first_figure" in told
