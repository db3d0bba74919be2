"""What a report says about learning: failures included, as things stood on the last day (rules 46, 51)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from learning import services
from learning.services import NewAction
from learning.summaries import learning_between
from tests.factories import learning as make

pytestmark = pytest.mark.django_db
Q2 = date(2026, 7, 1), date(2026, 9, 30)


def at(day: date):
    return time_machine.travel(f"{day.isoformat()}T12:00:00Z", tick=False)


@pytest.fixture
def told(cast):
    """One quarter of learning, and a little before and after it."""
    alliance, lena, lee = cast.alliance, cast.lena, cast.lee
    with at(date(2026, 6, 10)):
        before = make.held_review(
            alliance, lena, actions=[NewAction("Old", lee, date(2026, 8, 1)), NewAction("Older", lee)]
        )
        failed = make.running(alliance, lee, lena, title="Drop-in", ends_on=date(2026, 8, 1))
        lasting = make.running(alliance, lee, lena, title="Key worker", ends_on=date(2026, 12, 1))
        make.propose(alliance, lee, title="Only an idea")
    measure = make.measure(alliance, lena)
    make.observe(measure, lena, range(30, 46), first=date(2025, 7, 1))
    with at(date(2026, 8, 20)):
        services.end_experiment(
            experiment=failed,
            outcome="stopped",
            turned_out="not_as_hoped",
            learned="The bus stops at 7.",
            by=lee,
        )
        old, older = before.actions.order_by("number")
        review = make.prepare(alliance, lena, title="Summer")
        make.hold(
            review,
            lena,
            answers=make.answers(unexpected=None),
            asked=True,
            looks={old: ("still_matters", "Yes."), older: ("done", "Done.")},
            actions=[NewAction("New", cast.haven)],
        )
    with at(date(2026, 10, 5)):
        services.end_experiment(
            experiment=lasting, outcome="embedded", turned_out="as_hoped", learned="It works.", by=lee
        )
        make.held_review(alliance, lena)
    return learning_between(alliance, *Q2)


def test_the_reviews_held_in_the_period_say_who_was_there_and_what_they_answered(told):
    (review,) = told.reviews
    assert (review.title, review.held_on) == ("Summer", date(2026, 8, 20))
    assert review.present == ("Lena Learning, Learning lead",)
    assert review.absent == ("Harbour City Council", "Haven Homes", "Beacon Recovery")
    assert review.answers[0] == ("What did we expect?", make.ANSWERS["expected"])
    assert review.nothing_unexpected


def test_one_that_did_not_turn_out_as_hoped_is_in_by_default(told):
    """Rule 51."""
    (ended,) = told.ended
    assert (ended.title, ended.status, ended.turned_out, ended.learned, ended.ended_on) == (
        "Drop-in",
        "Stopped",
        "Not as we hoped",
        "The bus stops at 7.",
        date(2026, 8, 20),
    )


def test_one_that_ended_afterwards_is_told_as_running(told):
    (running,) = told.running
    assert (running.title, running.status, running.ended_on, running.learned) == (
        "Key worker",
        "Running",
        None,
        "",
    )


def test_actions_are_counted_as_they_stood_on_the_last_day(told):
    actions = told.actions
    assert (actions.agreed, actions.done, actions.let_go, actions.open_at_end, actions.late_at_end) == (
        1,
        1,
        0,
        2,
        1,
    )
    assert [(one.what, one.taken_by) for one in actions.open] == [
        ("Old", "Lee Lived"),
        ("New", "Haven Homes"),
    ]


def test_measures_have_their_figures_up_to_the_last_day_and_no_further(told):
    (analysis,) = told.measures
    assert analysis.months[-1].label == "September 2026"
    assert len(analysis.xmr.points) == 15


@pytest.mark.parametrize("many", [1, 3])
def test_it_takes_as_many_queries_for_three_as_for_one(cast, django_assert_num_queries, many):
    for i in range(many):
        make.held_review(cast.alliance, cast.lena, actions=[NewAction("x", cast.lee)])
        make.running(cast.alliance, cast.lee, cast.lena)
        make.observe(make.measure(cast.alliance, cast.lena, name=f"Measure {i}"), cast.lena)
    today = timezone.localdate()
    with django_assert_num_queries(10):
        learned = learning_between(cast.alliance, today - timedelta(days=1), today)
    assert (len(learned.reviews), len(learned.running), len(learned.measures)) == (many, many, many)
