"""A question says letter for letter what its queryset would (alliance/core/questions.py), and answers the same."""

from datetime import date, timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.db.models import Prefetch, Q
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
    with pytest.raises(ValueError, match="does not carry a value"):
        Question(lambda on: Participant.objects.filter(joined_on__year=on.year))(on=date(2026, 1, 2))
    with pytest.raises(ValueError, match="changes the words"):
        Question(lambda left: Participant.objects.filter(left_on=left))(left=None)


@pytest.mark.parametrize(
    "put",
    [
        lambda on: Participant.objects.filter(joined_on__lte=on, left_on__gt=on - timedelta(days=90)),
        lambda on: Participant.objects.filter(joined_on__lte=on, place__lt=on.day),
        lambda on: Participant.objects.filter(joined_on__lte=on)[: on.day],
        lambda on: Participant.objects.filter(joined_on__lte=on).prefetch_related(
            Prefetch("people", RoleAppointment.objects.filter(from_on__lte=on))
        ),
        lambda on: Participant.objects.filter(joined_on__lte=on, name=str(perf_counter())),
    ],
    ids=["reckoned with", "taken apart", "a limit", "in what comes along", "with a clock"],
)
def test_a_value_that_also_reaches_the_words_otherwise_is_refused(put):
    with pytest.raises(ValueError, match=r"does not carry|says something else"):
        Question(put)(on=date(2026, 1, 2))


def test_a_value_that_looks_like_what_stands_for_one_is_taken_as_it_is(cast):
    question = Question(lambda alliance, place: Participant.objects.filter(alliance=alliance, place=place))
    question(alliance=32_001, place=32_000)
    assert question(alliance=cast.alliance.pk, place=cast.haven.place) == [cast.haven]
    assert question(place=cast.haven.place, alliance=cast.alliance.pk) == [cast.haven]
    assert question(alliance=cast.elsewhere.pk, place=cast.haven.place) != [cast.haven]
    either = Question(lambda n: Participant.objects.filter(Q(place=n) | Q(pk=n)).order_by("pk"))
    assert either(n=1) == list(Participant.objects.filter(Q(place=1) | Q(pk=1)).order_by("pk")) != []
    fixed = Question(lambda place: Participant.objects.filter(place=place).exclude(pk=32_000))
    fixed(place=1)
    assert fixed(place=cast.haven.place) == list(Participant.objects.filter(place=cast.haven.place))
