"""What the verbs of meetings share: the lock, what an event tells of a meeting, and when its notes stay."""

from datetime import date
from functools import lru_cache

from django.utils import timezone

from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions.lifecycle import MinutesState
from decisions.models import Meeting


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, its row locked until the transaction ends."""
    Meeting.objects.select_for_update().only("pk").get(pk=meeting.pk)
    (found,) = whole_on(timezone.localdate())(pks=[meeting.pk])
    return found


@lru_cache(maxsize=2)
def whole_on(day: date) -> Question:
    """Meetings with everything that quorum, minutes and acceptances need. Who is still in the alliance changes from
    day to day."""
    return Question(lambda pks: Meeting.objects.filter(pk__in=pks).with_minutes(day))


def told_of(meeting: Meeting) -> dict:
    """The facts that every event of a meeting has."""
    return {
        "number": meeting.number,
        "body": meeting.get_body_display(),
        "on": meeting.day,
        "starts_at": meeting.starts_at,
        "lasts": meeting.lasts,
        "place": meeting.place,
    }


def nothing_is_out(meeting: Meeting) -> None:
    """Refuses once minutes are issued: what they tell of stays (rule 21)."""
    written = meeting.minutes_in_hand
    if written and written.state != MinutesState.DRAFT:
        raise NotPossible(
            "The minutes are issued, so who was there and what was on the agenda stay. Amended minutes open both again."
            if written.state == MinutesState.ISSUED
            else "The minutes are official, so who was there and what was on the agenda stay."
        )
