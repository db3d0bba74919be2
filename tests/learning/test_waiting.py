"""What waits in learning, and on whom."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from learning import services
from learning.waiting import waiting_on
from participants.standing import standing
from tests.factories import learning as make

pytestmark = pytest.mark.django_db


def waits(person, alliance):
    return [(one.title, one.who, one.due) for one in waiting_on(standing(person, alliance))]


def test_my_actions_wait_on_me_and_my_organisations_on_us(harbour_alliance, lena, lee, pat, haven):
    due = timezone.localdate() + timedelta(days=3)
    make.open_action(harbour_alliance, lena, lee, what="Mine", due_on=due)
    make.open_action(harbour_alliance, lena, haven, what="Ours")
    assert waits(lee, harbour_alliance) == [("Mine", "me", due)]
    assert waits(pat, harbour_alliance) == [("Ours", "organisation", None)]


def test_a_closed_action_waits_on_nobody(harbour_alliance, lena, lee):
    action = make.open_action(harbour_alliance, lena, lee)
    services.look_at_action(action=action, outcome="done", words="Yes.", by=lee)
    assert waits(lee, harbour_alliance) == []


def test_a_gate_waits_on_whoever_may_answer_it(harbour_alliance, lee, stan, finn):
    make.propose(harbour_alliance, lee)
    assert waits(stan, harbour_alliance) == [("One key worker for each person", "me", None)]
    assert waits(lee, harbour_alliance) == [("One key worker for each person", "others", None)]
    assert waits(finn, harbour_alliance) == []


def test_a_no_sends_it_back_to_whoever_proposed_it(harbour_alliance, lee, stan):
    experiment = make.propose(harbour_alliance, lee)
    services.answer_gate(experiment=experiment, gate="safe", yes=False, words="Not yet.", by=stan)
    assert waits(stan, harbour_alliance) == []
    assert waits(lee, harbour_alliance) == [("One key worker for each person", "me", None)]


def test_two_yes_wait_for_the_start(harbour_alliance, lee, stan):
    make.pass_gates(make.propose(harbour_alliance, lee), stan)
    (one,) = waiting_on(standing(lee, harbour_alliance))
    assert one.why == "Both gates said yes: it can start."


def test_past_its_end_date_it_asks_for_the_learning(harbour_alliance, lee, lena):
    experiment = make.running(harbour_alliance, lee, lena)
    assert waits(lee, harbour_alliance) == []
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=False):
        assert waits(lee, harbour_alliance) == [(experiment.title, "me", experiment.ends_on)]


@pytest.mark.parametrize("who", ["bea", "ari", "stranger"])
def test_nothing_waits_on_readers_and_strangers(request, cast, who):
    make.propose(cast.alliance, cast.lee)
    assert waits(request.getfixturevalue(who), cast.alliance) == []


@pytest.mark.parametrize("many", [1, 3])
def test_it_takes_as_many_queries_for_three_as_for_one(cast, django_assert_num_queries, many):
    for _ in range(many):
        make.open_action(cast.alliance, cast.lena, cast.lena)
        experiment = make.propose(cast.alliance, cast.lee)
        services.answer_gate(experiment=experiment, gate="legal", yes=True, words="Yes.", by=cast.stan)
    stands = standing(cast.lena, cast.alliance)
    cast.lena._standings = (stands,)
    with django_assert_num_queries(4):
        assert len(waiting_on(stands)) == 2 * many
