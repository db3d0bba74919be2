"""Meetings, deadlines and reviews as calendar entries (RFC 5545), for whatever calendar people keep."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, vText

from decisions.models import Decision, Meeting, Proposal
from participants.models import Alliance

LONDON = ZoneInfo("Europe/London")
MADE_BY = "-//Concordat//Meetings and deadlines//EN"


def of_meeting(meeting: Meeting) -> bytes:
    """One entry: its UID never changes, its SEQUENCE counts the changes, a cancelled one says so."""
    return _calendar(f"{meeting}", [_meeting(meeting)])


def of_alliance(
    alliance: Alliance,
    *,
    meetings: Iterable[Meeting],
    proposals: Iterable[Proposal],
    reviews: Iterable[tuple[Decision, date]],
) -> bytes:
    """The alliance's calendar: its meetings, the last days to answer, the days to look back at a decision."""
    entries = [_meeting(one) for one in meetings]
    entries += [
        _whole_day(
            f"{alliance.slug}-proposal-{one.number}",
            one.answer_by,
            f"Last day to answer: {one.title}",
            one.get_absolute_url(),
        )
        for one in proposals
    ]
    entries += [
        _whole_day(
            f"{alliance.slug}-review-{one.number}",
            day,
            f"Look back at decision {one.number}: {one.title}",
            one.get_absolute_url(),
        )
        for one, day in reviews
    ]
    return _calendar(alliance.name, entries)


def _calendar(name: str, entries: list[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    if any(isinstance(one.start, datetime) for one in entries):
        calendar.add_component(_london())
    for one in entries:
        calendar.add_component(one)
    return calendar.to_ical()


@cache
def _london() -> Timezone:
    return Timezone.from_tzid(str(LONDON))


def _meeting(meeting: Meeting) -> Event:
    address = settings.BASE_URL + meeting.get_absolute_url()
    said = [f"Agenda and papers: {address}"]
    if meeting.link:
        said.insert(0, f"Join from elsewhere: {meeting.link}")
    entry = Event()
    entry.add("uid", f"{meeting.uid}@concordat")
    entry.add("dtstamp", timezone.now())
    entry.add("sequence", meeting.changed)
    entry.add("status", "CANCELLED" if meeting.state == Meeting.State.CANCELLED else "CONFIRMED")
    entry.add("summary", f"{meeting.get_body_display()} ({meeting.alliance.name})")
    entry.add("dtstart", meeting.starts_at.astimezone(LONDON))
    entry.add("dtend", meeting.ends_at.astimezone(LONDON))
    if meeting.place:
        entry.add("location", meeting.place)
    entry.add("description", "\n".join(said))
    entry.add("url", address)
    return entry


def _whole_day(uid: str, day: date, summary: str, path: str) -> Event:
    """A day that takes nobody's time."""
    entry = Event()
    entry.add("uid", f"{uid}@concordat")
    entry.add("dtstamp", timezone.now())
    entry.add("summary", summary)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("transp", vText("TRANSPARENT"))
    entry.add("url", settings.BASE_URL + path)
    return entry
