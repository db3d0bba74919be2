"""What waits about meetings: minutes to accept, to issue or to write, and whether a meeting took place."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from decisions.lifecycle import MeetingState, MinutesState
from decisions.models import Attendance, Meeting, Minutes, MinutesAcceptance
from participants.standing import Role, Standing

CONVENES = (Role.REPRESENTATIVE, Role.DEPUTY, Role.SYSTEM_STEWARD, Role.LEARNING_LEAD)


def _meetings(standing: Standing):
    return Meeting.objects.filter(alliance=standing.alliance).select_related("alliance").order_by("starts_at")


def _not_told(standing: Standing):
    return _meetings(standing).not_told() if standing.has(*CONVENES) else None


def _say_what_was(rows: list[Meeting], standing: Standing) -> Iterator[Waiting]:
    for meeting in rows:
        yield Waiting(
            str(meeting),
            meeting.get_absolute_url(),
            "Say whether it took place, or cancel it.",
            "me",
            meeting.day,
        )


def _owed(standing: Standing):
    if not standing.has(*CONVENES):
        return None
    issued = Minutes.objects.filter(
        meeting=OuterRef("pk"), state__in=[MinutesState.ISSUED, MinutesState.OFFICIAL]
    )
    return _meetings(standing).filter(~Exists(issued), state=MeetingState.HELD)


def _write_minutes(rows: list[Meeting], standing: Standing) -> Iterator[Waiting]:
    for meeting in rows:
        yield Waiting(
            str(meeting),
            meeting.get_absolute_url(),
            "Its minutes are due: write them, and issue them to whoever was there.",
            "me",
            meeting.minutes_due_on,
        )


def _to_accept(standing: Standing):
    there = Attendance.objects.filter(
        meeting=OuterRef("meeting"), person=standing.person, how__in=Attendance.ATTENDED
    )
    accepted = MinutesAcceptance.objects.filter(minutes=OuterRef("pk"), accepted_by=standing.person)
    issued = Minutes.objects.filter(
        Exists(there), ~Exists(accepted), alliance=standing.alliance, state=MinutesState.ISSUED
    )
    return issued.select_related("meeting__alliance").order_by("due_on", "pk")


def _accept(rows: list[Minutes], standing: Standing) -> Iterator[Waiting]:
    for minutes in rows:
        again = f" again: {minutes.note}" if minutes.note else ""
        yield Waiting(
            str(minutes.meeting),
            minutes.get_absolute_url(),
            f"You were there. Read its minutes and accept them{again}.",
            "me",
            max(minutes.due_on, timezone.localdate(minutes.issued_at)),
        )


waiting = Sources(
    [Source(_to_accept, _accept), Source(_not_told, _say_what_was), Source(_owed, _write_minutes)]
)
