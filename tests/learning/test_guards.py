"""What was learned and said does not change, whoever asks the database (house 19)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string

from alliance.core import invariants
from alliance.core.models import Event, Words
from learning import services
from learning.models import Action, Answer, Experiment, Observation
from learning.services import NewAction
from participants.models import User
from tests.factories import learning as make
from tests.factories.decisions import make_risk

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


@pytest.mark.parametrize("column", ["question", "trying", "title", "size"])
def test_what_the_gates_were_asked_about_is_not_swapped_under_their_answers(learned, cast, column):
    """Rule 46: a yes was a yes to these words."""
    proposed = make.propose(cast.alliance, cast.lee, title="A second one")
    make.pass_gates(proposed, cast.lena)
    for status in ("status", "'running', started_at = now(), started_by_id = proposed_by_id"):
        told = refused(
            f"update learning_experiment set {column} = 'Other', status = {status} where id = %s", proposed.pk
        )
        assert "both gates are asked again" in told


def test_an_experiment_does_not_go_back_to_the_version_that_was_let_through(learned, cast):
    proposed = make.propose(cast.alliance, cast.lee, title="A second one")
    services.revise_experiment(experiment=proposed, by=cast.lee, size="Everybody")
    assert "only go forward" in refused(
        "update learning_experiment set version = 1 where id = %s", proposed.pk
    )


def test_an_experiment_does_not_end_without_having_run(learned, cast):
    proposed = make.propose(cast.alliance, cast.lee, title="A second one")
    make.pass_gates(proposed, cast.lena)
    told = refused(
        "update learning_experiment set status = 'stopped', started_at = now(), started_by_id = proposed_by_id,"
        " ended_at = now(), ended_by_id = proposed_by_id, turned_out = 'as_hoped', learned_id = %s where id = %s",
        Words.objects.values_list("pk", flat=True).first(),
        proposed.pk,
    )
    assert "after it ran" in told


@pytest.mark.parametrize(
    "column",
    ["name = 'Better'", "unit = '%'", "screening = not screening", "baseline = 2", "direction = 'increase'"],
)
def test_a_measure_keeps_its_meaning(learned, column):
    assert "keeps its meaning" in refused("update learning_measure set " + column.replace("%", "%%"))


def test_a_review_keeps_its_number_and_who_prepared_it(learned, cast):
    make.prepare(cast.alliance, cast.lena)
    for column in ("number = number + 100", "prepared_at = now() - interval '1 year'"):
        assert "keeps its number" in refused(
            f"update learning_review set {column} where status = 'preparing'"
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


def test_every_act_of_learning_has_its_sentence_in_the_record(learned):
    lena, lee = User.objects.get(name="Lena Learning"), User.objects.get(name="Lee Lived")
    experiment = make.propose(learned.alliance, lee)
    services.revise_experiment(experiment=experiment, size="Two", by=lee)
    services.tie_risks(experiment=experiment, risks=[make_risk(learned.alliance, lee)], by=lee)
    services.withdraw_experiment(experiment=experiment, by=lee)
    services.end_experiment(
        experiment=Experiment.objects.get(status="running"),
        outcome="stopped",
        turned_out="partly",
        learned="Some.",
        by=lena,
    )
    first = Observation.objects.first()
    services.correct_observation(observation=first, value=first.value + 1, reason="Late.", by=lena)
    told = {one.kind: one for one in Event.objects.filter(kind__startswith="learning.")}
    assert {one.partition(".")[2] for one in told} == {
        path.stem for path in (Path(settings.BASE_DIR) / "templates/learning/events").iterdir()
    }
    for event in told.values():
        sentence = render_to_string(event.sentence_template, {"event": event}).strip()
        assert len(sentence) > 20, event.kind
        assert "None" not in sentence, event.kind
        assert "\n" not in sentence, event.kind


def learning_breaks(alliance_id) -> list[str]:
    ours = [one for one in invariants.REGISTER if one.breaks.__module__ == "learning.invariants"]
    return [said for one in ours for said in one.breaks(alliance_id)]


@pytest.mark.django_db(transaction=True)
def test_the_nightly_check_finds_what_even_the_owner_should_not_do(learned, owner_connection):
    alliance_id = learned.alliance_id
    assert learning_breaks(alliance_id) == []
    owner_connection.execute("alter table learning_answer disable trigger user")
    owner_connection.execute(
        "delete from learning_answer where question = 'we' and review_id = %s", [learned.pk]
    )
    owner_connection.execute("alter table learning_gateanswer disable trigger user")
    owner_connection.execute("update learning_gateanswer set yes = false where gate = 'safe'")
    owner_connection.commit()
    assert learning_breaks(alliance_id) == [
        "Experiment 1: One key worker for each person started without a yes to safe.",
        "Review 1: What October taught us does not answer we.",
    ]


def test_a_month_has_one_first_figure(learned):
    told = refused(
        "insert into learning_observation (alliance_id, measure_id, month, value, note, reason, observed_at,"
        " observed_by_id) select alliance_id, measure_id, month, 1, '', '', now(), observed_by_id"
        " from learning_observation limit 1"
    )
    assert "a_month_has_one_first_figure" in told
