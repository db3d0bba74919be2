"""An experiment starts only when "legal?" and "safe?" are both yes and it says what rule 46 asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from learning import services
from learning.models import Experiment
from learning.services.experiments import why_not_start
from tests.factories import learning as make

pytestmark = pytest.mark.django_db

State = Experiment.State


@pytest.mark.parametrize("who", ["carol", "pat", "dev", "rosa", "finn", "hana", "lena", "stan", "lee"])
def test_anybody_who_takes_part_may_propose_one(request, cast, harbour_alliance, who):
    experiment = make.propose(harbour_alliance, request.getfixturevalue(who))
    assert experiment.status == State.PROPOSED


@pytest.mark.parametrize("who", ["bea", "ari", "stranger"])
def test_readers_and_strangers_neither_propose_nor_answer_nor_start_nor_end(request, cast, who):
    reader, alliance = request.getfixturevalue(who), cast.alliance
    experiment = make.propose(alliance, cast.lee)
    told = Event.objects.filter(alliance=alliance).count()
    for act in (
        lambda: make.propose(alliance, reader),
        lambda: services.revise_experiment(experiment=experiment, title="Mine", by=reader),
        lambda: services.answer_gate(experiment=experiment, gate="safe", yes=True, words="Yes.", by=reader),
        lambda: services.start_experiment(experiment=experiment, by=reader),
        lambda: services.withdraw_experiment(experiment=experiment, by=reader),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Event.objects.filter(alliance=alliance).count() == told


def test_a_name_is_enough_for_an_idea_and_the_page_says_what_it_lacks(harbour_alliance, lee):
    experiment = services.propose_experiment(alliance=harbour_alliance, title="A shared kitchen", by=lee)
    assert why_not_start(experiment) == (
        "It can start when it has a question, how we will learn, a size, an end date, "
        "a yes to “Is it legal?” and a yes to “Is it safe?”."
    )


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"question": ""}, "a question"),
        ({"how_we_learn": "  "}, "how we will learn"),
        ({"size": ""}, "a size"),
        ({"ends_on": None}, "an end date"),
    ],
)
def test_it_does_not_start_without_question_learning_size_or_end(
    harbour_alliance, lee, lena, missing, reason
):
    experiment = make.propose(harbour_alliance, lee, **missing)
    make.pass_gates(experiment, lena)
    with pytest.raises(NotPossible, match=reason):
        services.start_experiment(experiment=experiment, by=lee)


@pytest.mark.parametrize(
    ("legal", "safe"), [(True, False), (False, True), (False, False), (True, None), (None, True)]
)
def test_it_does_not_start_without_two_yes(harbour_alliance, lee, lena, legal, safe):
    experiment = make.propose(harbour_alliance, lee)
    for gate, yes in (("legal", legal), ("safe", safe)):
        if yes is not None:
            services.answer_gate(experiment=experiment, gate=gate, yes=yes, words="Because.", by=lena)
    with pytest.raises(NotPossible, match="a yes to"):
        services.start_experiment(experiment=experiment, by=lee)
    experiment.refresh_from_db()
    assert experiment.status == State.PROPOSED


def test_with_both_gates_it_starts_and_the_record_names_who_opened_them(harbour_alliance, lee, lena, stan):
    experiment = make.propose(harbour_alliance, lee)
    services.answer_gate(experiment=experiment, gate="legal", yes=True, words="Yes.", by=lena)
    services.answer_gate(experiment=experiment, gate="safe", yes=True, words="Yes.", by=stan)
    services.start_experiment(experiment=experiment, by=lee)
    told = Event.objects.get(kind="learning.experiment_started")
    assert {gate: given["by"] for gate, given in told.facts["gates"].items()} == {
        "legal": "Lena Learning",
        "safe": "Stan Steward",
    }


def test_a_no_keeps_it_waiting_with_its_reason_until_a_later_yes(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    make.pass_gates(experiment, lena)
    services.answer_gate(
        experiment=experiment, gate="safe", yes=False, words="Who is there at night?", by=lena
    )
    experiment = Experiment.objects.with_gates().get()
    assert experiment.waits_for == ["safe"]
    assert str(experiment.gate("safe").words) == "Who is there at night?"
    services.answer_gate(experiment=experiment, gate="safe", yes=True, words="Lee is.", by=lena)
    assert Experiment.objects.with_gates().get().waits_for == []


def test_an_answer_at_a_gate_needs_words(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    with pytest.raises(NotPossible, match="few words"):
        services.answer_gate(experiment=experiment, gate="legal", yes=True, words=" ", by=lena)


@pytest.mark.parametrize("who", ["lee", "finn", "hana"])
def test_a_gate_is_answered_by_whoever_may_hold_a_review(request, cast, who):
    experiment = make.propose(cast.alliance, cast.lee)
    with pytest.raises(NotAllowed):
        services.answer_gate(
            experiment=experiment, gate="legal", yes=True, words="Yes.", by=request.getfixturevalue(who)
        )


def test_changing_the_experiment_asks_both_gates_again(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    make.pass_gates(experiment, lena)
    services.revise_experiment(experiment=experiment, size="200 people", by=lee)
    experiment = Experiment.objects.with_gates().get()
    assert experiment.waits_for == ["legal", "safe"]
    assert experiment.gates.count() == 2  # the answers before stay in sight
    with pytest.raises(NotPossible):
        services.start_experiment(experiment=experiment, by=lee)


def test_changing_nothing_asks_nobody(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    make.pass_gates(experiment, lena)
    services.revise_experiment(experiment=experiment, size=experiment.size, by=lee)
    assert Experiment.objects.with_gates().get().waits_for == []


def test_only_the_proposer_withdraws_it(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    with pytest.raises(NotAllowed, match="Lee Lived"):
        services.withdraw_experiment(experiment=experiment, by=lena)
    services.withdraw_experiment(experiment=experiment, by=lee)
    assert Experiment.objects.get().status == State.WITHDRAWN


@pytest.mark.parametrize("outcome", ["embedded", "adapted", "stopped"])
@pytest.mark.parametrize("turned_out", Experiment.Turned.values)
def test_it_ends_embedded_adapted_or_stopped_with_the_learning(
    harbour_alliance, lee, lena, outcome, turned_out
):
    experiment = make.running(harbour_alliance, lee, lena)
    services.end_experiment(
        experiment=experiment, outcome=outcome, turned_out=turned_out, learned="Good and bad.", by=lee
    )
    experiment.refresh_from_db()
    assert (experiment.status, experiment.turned_out, str(experiment.learned)) == (
        outcome,
        turned_out,
        "Good and bad.",
    )


def test_it_does_not_end_without_learning(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    with pytest.raises(NotPossible, match="what you learned"):
        services.end_experiment(
            experiment=experiment, outcome="stopped", turned_out="not_as_hoped", learned="", by=lee
        )
    experiment.refresh_from_db()
    assert experiment.status == State.RUNNING


def test_one_that_never_started_does_not_end(harbour_alliance, lee):
    experiment = make.propose(harbour_alliance, lee)
    with pytest.raises(NotPossible, match="proposed"):
        services.end_experiment(
            experiment=experiment, outcome="stopped", turned_out="partly", learned="Nothing.", by=lee
        )


def test_past_its_end_date_follows_from_the_clock(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    assert not experiment.is_past_its_end(experiment.ends_on)
    assert experiment.is_past_its_end(experiment.ends_on + timedelta(days=1))
    assert list(Experiment.objects.past_their_end(experiment.ends_on)) == []
    assert list(Experiment.objects.past_their_end(experiment.ends_on + timedelta(days=1))) == [experiment]


def test_an_end_date_that_passed_before_the_start_needs_a_new_one(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee, ends_on=timezone.localdate() - timedelta(days=1))
    make.pass_gates(experiment, lena)
    with pytest.raises(NotPossible, match="passed"):
        services.start_experiment(experiment=experiment, by=lee)


# ── The database keeps the promise too, as the login role ──


def refused(sql: str, *values) -> str:
    with pytest.raises(IntegrityError) as problem, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(problem.value)


START = (
    "update learning_experiment set status = 'running', started_at = now(), started_by_id = %s where id = %s"
)


def test_the_database_starts_nothing_past_a_closed_gate(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    services.answer_gate(experiment=experiment, gate="legal", yes=True, words="Yes.", by=lena)
    assert "rule 46" in refused(START, lee.pk, experiment.pk)
    make.pass_gates(experiment, lena)
    services.answer_gate(experiment=experiment, gate="safe", yes=False, words="No.", by=lena)
    assert "rule 46" in refused(START, lee.pk, experiment.pk)


def test_the_database_does_not_take_an_old_yes_for_a_new_wording(harbour_alliance, lee, lena):
    experiment = make.propose(harbour_alliance, lee)
    make.pass_gates(experiment, lena)
    services.revise_experiment(experiment=experiment, size="200 people", by=lee)
    assert "rule 46" in refused(START, lee.pk, experiment.pk)


@pytest.mark.parametrize("missing", [{"question": ""}, {"how_we_learn": ""}, {"size": ""}, {"ends_on": None}])
def test_the_database_starts_nothing_that_lacks_a_word(harbour_alliance, lee, lena, missing):
    experiment = make.propose(harbour_alliance, lee, **missing)
    make.pass_gates(experiment, lena)
    assert "an_experiment_starts_with" in refused(START, lee.pk, experiment.pk)


def test_the_database_ends_nothing_without_learning(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    told = refused(
        "update learning_experiment set status = 'stopped', ended_at = now(), ended_by_id = %s where id = %s",
        lee.pk,
        experiment.pk,
    )
    assert "an_experiment_ends_with_what_was_learned" in told


def test_a_running_experiment_keeps_what_it_set_out_to_do(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    assert "not rewritten" in refused(
        "update learning_experiment set size = 'huge' where id = %s", experiment.pk
    )
    assert "not rewritten" in refused(
        "update learning_experiment set status = 'proposed', started_at = null, started_by_id = null where id = %s",
        experiment.pk,
    )


def test_an_experiment_is_born_a_proposal(harbour_alliance, lee, lena):
    running = make.running(harbour_alliance, lee, lena)
    running.pk, running.number = None, 99
    with pytest.raises(IntegrityError, match="begins as a proposal"), transaction.atomic():
        running.save(force_insert=True)


def test_an_ended_experiment_is_frozen(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    services.end_experiment(
        experiment=experiment,
        outcome="stopped",
        turned_out="not_as_hoped",
        learned="The bus stops at 7.",
        by=lee,
    )
    for change in ("turned_out = 'as_hoped'", "status = 'running', ended_at = null, ended_by_id = null"):
        assert "stays as it is" in refused(
            f"update learning_experiment set {change} where id = %s", experiment.pk
        )
