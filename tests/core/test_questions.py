"""A question says letter for letter what its queryset would (alliance/core/questions.py), and answers the same."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.core.questions import Question
from participants.models import Participant, RoleAppointment

pytestmark = pytest.mark.django_db


def asked(ask) -> tuple[list, list[str]]:
    with CaptureQueriesContext(connection) as found:
        answers = list(ask())
    return answers, [one["sql"] for one in found]


def speaking(of, on, like):
    rows = RoleAppointment.objects.speaking(on).filter(participant_id__in=of, participant__name__contains="o")
    return rows.exclude(person__name=like).select_related("participant", "person").order_by("pk")


@pytest.mark.parametrize("many", [1, 2, 3])
def test_a_question_asks_and_answers_as_its_queryset_does(cast, many):
    values = {
        "of": [cast.haven.pk, cast.beacon.pk, cast.council.pk][:many],
        "on": timezone.localdate(),
        "like": "100 %s\ue000",
    }
    question = Question(speaking)
    question(of=[1], on=date(2020, 1, 1), like="x")
    rows, words = asked(lambda: question(**values))
    assert (rows, words) == asked(lambda: speaking(**values))
    assert [one.participant.name for one in rows] == [one.participant.name for one in speaking(**values)]
    assert asked(lambda: question(**values | {"of": []})) == ([], [])


def test_what_comes_along_comes_along(cast):
    question = Question(lambda alliance: Participant.objects.filter(alliance_id=alliance).order_by("place"))
    first, second = question(alliance=cast.alliance.pk), question(alliance=cast.alliance.pk)
    assert first == second == [cast.council, cast.haven, cast.beacon]
    assert first[0] is not second[0]
    assert question.first(alliance=cast.elsewhere.pk).name == "Far County Council"
    assert question.first(alliance=0) is None


def test_a_value_that_changes_the_words_is_refused():
    with pytest.raises(ValueError, match="does not carry on"):
        Question(lambda on: Participant.objects.filter(joined_on__year=on.year))(on=date(2026, 1, 2))
    with pytest.raises(ValueError, match="changes the words"):
        Question(lambda left: Participant.objects.filter(left_on=left))(left=None)
