"""Meetings for tests, through the real services."""

from datetime import datetime, timedelta

from django.utils import timezone

from decisions import services
from decisions.models import Attendance, Decision, Meeting, Minutes, Paper
from participants.models import User

How = Attendance.How


def call(alliance, by: User, *, starts_at: datetime | None = None, **facts) -> Meeting:
    """A meeting of the leadership team, an hour from now unless said otherwise."""
    return services.call_meeting(
        alliance=alliance,
        body=facts.pop("body", Meeting.Body.LEADERSHIP),
        starts_at=starts_at or timezone.now().replace(microsecond=0),
        place=facts.pop("place", "Guildhall, room 2"),
        by=by,
        **facts,
    )


def hold(alliance, by: User, there: dict[User, str] | None = None, **facts) -> Meeting:
    """A meeting that is held, with who was there."""
    meeting = services.hold_meeting(meeting=call(alliance, by, **facts), by=by)
    if there:
        services.note_attendance(meeting=meeting, people=there, by=by)
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


def issue(meeting: Meeting, by: User, text: str = "We talked about the shelter.", note: str = "") -> Minutes:
    written = services.write_minutes(meeting=meeting, text=text, note=note, by=by)
    return services.issue_minutes(minutes=written, by=by)


def days_ago(days: int) -> datetime:
    return timezone.now().replace(microsecond=0) - timedelta(days=days)


def issued(alliance, *there: User) -> Minutes:
    """Minutes that were issued to these people, the first of whom convenes."""
    return issue(hold(alliance, there[0], dict.fromkeys(there, How.PRESENT)), there[0])


def minuted(alliance, *there: User) -> Minutes:
    """Official minutes with their paper."""
    minutes = issued(alliance, *there)
    for one in there:
        services.accept_minutes(minutes=minutes, by=one)
    paper = services.ask_for_minutes_paper(minutes=minutes, by=there[0])
    services.keep_paper(paper=paper, pdf=b"%PDF-")
    return minutes


def have_paper(decision: Decision, by: User) -> Paper:
    """A decision's paper, as if a worker had drawn it."""
    paper = services.ask_for_decision_paper(decision=decision, by=by)
    return services.keep_paper(paper=paper, pdf=b"%PDF-")
