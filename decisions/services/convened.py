"""What the verbs of meetings share: the lock, what an event tells of a meeting, and when its notes stay."""

from alliance.core.refusals import NotPossible
from decisions.lifecycle import MinutesState
from decisions.models import Meeting


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, its row locked until the transaction ends."""
    Meeting.objects.select_for_update().only("pk").get(pk=meeting.pk)
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


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
