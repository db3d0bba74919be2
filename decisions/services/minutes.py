"""Minutes, which count when everybody who was there says so (rule 21)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import MEETING, MINUTES, MinutesState
from decisions.models import Meeting, Minutes, MinutesAcceptance
from decisions.services.convened import locked, told_of
from participants.models import User


@transaction.atomic
def write_minutes(*, meeting: Meeting, text: str, by: User, note: str = "") -> Minutes:
    """Write the draft, or go on with it. Where a version is already issued, an amended one begins in its place: what
    was accepted of the old one counts no more (rule 21), and `note` says what changes."""
    meeting = locked(meeting)
    permissions.write_minutes.check(by, meeting=meeting)
    MEETING.require(meeting.state, "write_minutes")
    last = meeting.minutes_in_hand
    note = " ".join(note.split())
    if last and last.text.text == text.strip() and last.note == note:
        return last
    words = Words.need(meeting.alliance_id, text, "Write the minutes.")
    now = timezone.now()
    if last and last.state == MinutesState.DRAFT:
        last.text, last.note, last.written_at, last.written_by = words, note, now, by
        last.save(update_fields=["text", "note", "written_at", "written_by"])
        return last
    if last:
        if not note:
            raise NotPossible("Say what the amended minutes change: everybody is asked to accept them again.")
        last.state = MINUTES.after(last.state, "replace")
        last.save(update_fields=["state"])
    written = Minutes.objects.create(
        alliance_id=meeting.alliance_id,
        meeting=meeting,
        version=(max((one.version for one in meeting.minutes.all()), default=0)) + 1,
        text=words,
        note=note,
        due_on=meeting.minutes_due_on,
        written_at=now,
        written_by=by,
    )
    if last:
        record(
            "decisions.minutes_amended",
            written,
            by=by,
            **told_of(meeting),
            version=written.version,
            replaces=last.version,
            note=note,
            lapsed=[one.attendance.name for one in last.acceptances.all()],
        )
    return written


@transaction.atomic
def issue_minutes(*, minutes: Minutes, by: User) -> Minutes:
    """Give this draft to everybody who was there: its words and who was there stay from now on."""
    meeting = locked(minutes.meeting)
    minutes = _minutes(meeting, minutes)
    permissions.write_minutes.check(by, meeting=meeting)
    if minutes.state == MinutesState.ISSUED:
        return minutes
    minutes.state = MINUTES.after(minutes.state, "issue")
    there = [one for one in meeting.attendances.all() if one.is_asked]
    if not there:
        raise NotPossible("Note first who was at the meeting: they are the ones who accept its minutes.")
    minutes.issued_at, minutes.issued_by = timezone.now(), by
    minutes.save(update_fields=["state", "issued_at", "issued_by"])
    record(
        "decisions.minutes_issued",
        minutes,
        by=by,
        **told_of(meeting),
        version=minutes.version,
        text=minutes.text,
        due_on=minutes.due_on,
        asked=[{"person": one.person, "as": one.capacity} for one in there],
    )
    return minutes


@transaction.atomic
def accept_minutes(*, minutes: Minutes, by: User) -> MinutesAcceptance:
    """Say that they tell what happened; the last one who was there makes them official (rule 21).

    Whoever is gone from the alliance is not waited for.
    """
    meeting = locked(minutes.meeting)
    minutes = _minutes(meeting, minutes)
    permissions.accept_minutes.check(by, minutes=minutes)
    attendance = next(one for one in meeting.attendances.all() if one.person_id == by.pk)
    accepted = {one.attendance_id: one for one in minutes.acceptances.all()}
    if attendance.pk in accepted:
        return accepted[attendance.pk]
    MINUTES.require(minutes.state, "accept")
    said = MinutesAcceptance.objects.create(
        alliance_id=minutes.alliance_id,
        minutes=minutes,
        attendance=attendance,
        accepted_at=timezone.now(),
        accepted_by=by,
    )
    record(
        "decisions.minutes_accepted",
        minutes,
        by=by,
        **told_of(meeting),
        version=minutes.version,
        name=attendance.name,
        capacity=attendance.capacity,
        text=minutes.text,
    )
    _become_official(meeting, minutes, {*accepted, attendance.pk}, said.accepted_at, by)
    return said


@transaction.atomic
def settle_minutes(*, minutes: Minutes, by: User | None = None) -> Minutes:
    """The clock's own act: they are official when whoever they still waited for is gone from the alliance."""
    meeting = locked(minutes.meeting)
    minutes = _minutes(meeting, minutes)
    accepted = {one.attendance_id for one in minutes.acceptances.all()}
    if minutes.state == MinutesState.ISSUED and accepted:
        _become_official(meeting, minutes, accepted, timezone.now(), by)
    return minutes


def _become_official(
    meeting: Meeting, minutes: Minutes, accepted: Collection[int], at: datetime, by: User | None
) -> None:
    """Nothing while somebody who is asked has not accepted."""
    people = meeting.attendances.all()
    if any(one.is_asked and one.pk not in accepted for one in people):
        return
    minutes.state, minutes.official_at = MINUTES.after(minutes.state, "become_official"), at
    minutes.save(update_fields=["state", "official_at"])
    record(
        "decisions.minutes_became_official",
        minutes,
        by=by,
        **told_of(meeting),
        version=minutes.version,
        text=minutes.text,
        accepted_by=[one.name for one in people if one.pk in accepted],
        gone=[one.name for one in people if one.attended and one.person_id and one.pk not in accepted],
    )


def _minutes(meeting: Meeting, minutes: Minutes) -> Minutes:
    return next(one for one in meeting.minutes.all() if one.pk == minutes.pk)
