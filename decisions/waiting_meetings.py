"""What waits about meetings: minutes to accept, to issue or to write, and whether a meeting took place."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils import timezone

from alliance.core.waiting import Waiting
from decisions.lifecycle import MeetingState, MinutesState
from decisions.models import Attendance, Meeting, Minutes, MinutesAcceptance
from participants.standing import Role, Standing

SOME = 20
CONVENES = (Role.REPRESENTATIVE, Role.DEPUTY, Role.SYSTEM_STEWARD, Role.LEARNING_LEAD)


def waiting(standing: Standing) -> Iterator[Waiting]:
    """Three queries at most, however many meetings there were."""
    yield from _to_accept(standing)
    if not standing.has(*CONVENES):
        return
    mine = Meeting.objects.filter(alliance=standing.alliance).select_related("alliance")
    for meeting in mine.not_told().order_by("starts_at")[:SOME]:
        yield Waiting(
            str(meeting),
            meeting.get_absolute_url(),
            "Say whether it took place, or cancel it.",
            "me",
            meeting.day,
        )
    issued = Minutes.objects.filter(
        meeting=OuterRef("pk"), state__in=[MinutesState.ISSUED, MinutesState.OFFICIAL]
    )
    owed = mine.filter(~Exists(issued), state=MeetingState.HELD).order_by("starts_at")
    for meeting in owed[:SOME]:
        yield Waiting(
            str(meeting),
            meeting.get_absolute_url(),
            "Its minutes are due: write them, and issue them to whoever was there.",
            "me",
            meeting.minutes_due_on,
        )


def _to_accept(standing: Standing) -> Iterator[Waiting]:
    there = Attendance.objects.filter(
        meeting=OuterRef("meeting"), person=standing.person, how__in=Attendance.ATTENDED
    )
    accepted = MinutesAcceptance.objects.filter(minutes=OuterRef("pk"), accepted_by=standing.person)
    issued = Minutes.objects.filter(
        Exists(there), ~Exists(accepted), alliance=standing.alliance, state=MinutesState.ISSUED
    ).select_related("meeting__alliance")
    for minutes in issued.order_by("due_on", "pk")[:SOME]:
        again = f" again: {minutes.note}" if minutes.note else ""
        yield Waiting(
            str(minutes.meeting),
            minutes.get_absolute_url(),
            f"You were there. Read its minutes and accept them{again}.",
            "me",
            max(minutes.due_on, timezone.localdate(minutes.issued_at)),
        )
