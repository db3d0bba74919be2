"""Meetings: called, changed, cancelled, held, and what is on their agenda."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import MEETING, MeetingState
from decisions.models import AgendaItem, Meeting, Proposal
from decisions.services.attending import attend_anew
from decisions.services.convened import locked, nothing_is_out, told_of
from decisions.services.shared import A_DOUBLED_CLICK
from participants.models import Alliance, User
from participants.numbering import next_number


@transaction.atomic
def call_meeting(
    *,
    alliance: Alliance,
    body: str,
    starts_at: datetime,
    by: User,
    lasts: int = 90,
    place: str = "",
    link: str = "",
    proposals: Collection[Proposal] = (),
    titles: Collection[str] = (),
) -> Meeting:
    """Call people together; `lasts` is in minutes. Its agenda begins with these proposals and these own items.

    A meeting that was held without the application may be called afterwards, so that its minutes have a place. The
    same by the same person within a minute is the same one.
    """
    permissions.call_meeting.check(by, alliance=alliance)
    number = next_number(Meeting, alliance)
    facts = _facts(body, starts_at, lasts, place, link)
    now = timezone.now()
    same = Meeting.objects.filter(alliance=alliance, state=MeetingState.PLANNED, **facts)
    if existing := same.filter(called_by=by, called_at__gte=now - A_DOUBLED_CLICK).first():
        return existing
    meeting = Meeting.objects.create(alliance=alliance, number=number, **facts, called_at=now, called_by=by)
    items = _put_on_agenda(meeting, proposals, titles)
    record(
        "decisions.meeting_called", meeting, by=by, **told_of(meeting), agenda=[one.title for one in items]
    )
    return meeting


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, body: str, starts_at: datetime, lasts: int, place: str, link: str, by: User
) -> Meeting:
    """Another day, time or place: the calendar entry that people took changes with it. The same again is nothing."""
    meeting = locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    MEETING.require(meeting.state, "change")
    said = _facts(body, starts_at, lasts, place, link)
    before = {name: getattr(meeting, name) for name in said}
    if said == before:
        return meeting
    for name, value in said.items():
        setattr(meeting, name, value)
    meeting.changed += 1
    meeting.save(update_fields=[*said, "changed"])
    if meeting.day != timezone.localdate(before["starts_at"]):
        attend_anew(meeting)
    record(
        "decisions.meeting_changed",
        meeting,
        by=by,
        **told_of(meeting),
        before={name: was for name, was in before.items() if was != said[name]},
    )
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, by: User) -> Meeting:
    """It does not take place, and the reason is told. Twice is once."""
    meeting = locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    if meeting.state == MeetingState.CANCELLED:
        return meeting
    meeting.state = MEETING.after(meeting.state, "cancel")
    meeting.cancelled_because = Words.need(
        meeting.alliance_id, reason, "Say why the meeting does not take place."
    )
    meeting.cancelled_at, meeting.cancelled_by, meeting.changed = timezone.now(), by, meeting.changed + 1
    meeting.save(update_fields=["state", "cancelled_because", "cancelled_at", "cancelled_by", "changed"])
    record(
        "decisions.meeting_cancelled",
        meeting,
        by=by,
        **told_of(meeting),
        reason=meeting.cancelled_because,
    )
    return meeting


@transaction.atomic
def hold_meeting(*, meeting: Meeting, by: User) -> Meeting:
    """Say that it takes place, or took place: on its day or after it."""
    meeting = locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    if meeting.state == MeetingState.HELD:
        return meeting
    meeting.state = MEETING.after(meeting.state, "hold")
    if timezone.localdate() < meeting.day:
        raise NotPossible(f"The meeting is planned for {meeting.day:%-d %B %Y}: it is held on that day.")
    meeting.held_at, meeting.held_by = timezone.now(), by
    meeting.save(update_fields=["state", "held_at", "held_by"])
    record("decisions.meeting_held", meeting, by=by, **told_of(meeting))
    return meeting


@transaction.atomic
def set_agenda(
    *,
    meeting: Meeting,
    by: User,
    places: Mapping[int, int] | None = None,
    dropped: Collection[int] = (),
    proposals: Collection[Proposal] = (),
    titles: Collection[str] = (),
) -> list[AgendaItem]:
    """Put things on the agenda, move them and drop them; returns what is on it now, in order.

    `places` maps an item's id to where it comes, `dropped` holds ids. What was dropped and is put again is on it again.
    """
    meeting = locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    _agenda_is_open(meeting)
    items = list(meeting.agenda.filter(dropped_at=None))
    before = [one.title for one in items]
    now = timezone.now()
    for one in items:
        if one.pk in dropped:
            one.dropped_at, one.dropped_by = now, by
            one.save(update_fields=["dropped_at", "dropped_by"])
    kept = [one for one in items if one.pk not in dropped]
    order = {one.pk: place for place, one in enumerate(kept, 1)} | dict(places or {})
    moved = sorted(kept, key=lambda one: (order[one.pk], one.place, one.pk))
    for place, one in enumerate(moved, 1):
        if one.place != place:
            one.place = place
            one.save(update_fields=["place"])
    moved += _put_on_agenda(meeting, proposals, titles, after=len(moved))
    after = [one.title for one in moved]
    if after != before:
        record("decisions.agenda_set", meeting, by=by, **told_of(meeting), agenda=after)
    return moved


def _facts(body: str, starts_at: datetime, lasts: int, place: str, link: str) -> dict:
    """The meeting's fields with these answers, as they are kept."""
    if not 1 <= lasts <= 24 * 60:
        raise NotPossible("A meeting lasts from 1 minute to 24 hours.")
    place = " ".join(place.split())
    return {"body": body, "starts_at": starts_at, "lasts": lasts, "place": place, "link": link.strip()}


def _put_on_agenda(
    meeting: Meeting, proposals: Collection[Proposal], titles: Collection[str], after: int = 0
) -> list[AgendaItem]:
    put = {one.proposal_id: one for one in meeting.agenda.exclude(proposal=None)}
    items = []
    for proposal in proposals:
        row = put.get(proposal.pk) or AgendaItem(
            alliance_id=meeting.alliance_id, meeting=meeting, proposal=proposal, title=proposal.title
        )
        if row.pk and row.dropped_at is None:
            continue
        row.dropped_at = row.dropped_by = None
        items.append(row)
    there = set(meeting.agenda.filter(proposal=None, dropped_at=None).values_list("title", flat=True))
    words = dict.fromkeys(" ".join(one.split())[:200] for one in titles)
    items += [
        AgendaItem(alliance_id=meeting.alliance_id, meeting=meeting, title=title)
        for title in words
        if title and title not in there
    ]
    for place, row in enumerate(items, after + 1):
        row.place = place
        row.save()
    return items


def _agenda_is_open(meeting: Meeting) -> None:
    if meeting.state == MeetingState.CANCELLED:
        raise NotPossible("This meeting is cancelled, so it has no agenda any more.")
    nothing_is_out(meeting)
