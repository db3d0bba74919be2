"""Meetings, who was there, and minutes that count when everybody who was there says so (rules 7, 21)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import MEETING, MINUTES, MeetingState, MinutesState
from decisions.models import (
    AgendaItem,
    Attendance,
    Meeting,
    Minutes,
    MinutesAcceptance,
    Proposal,
)
from decisions.services.shared import A_DOUBLED_CLICK
from participants.models import Alliance, RoleAppointment, User
from participants.numbering import next_number

FACTS = ("body", "starts_at", "lasts", "place", "link")
SPEAKING_FIRST = {"representative": 0, "deputy": 1}


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
    facts = {
        "body": body,
        "starts_at": starts_at,
        "lasts": _some_minutes(lasts),
        "place": " ".join(place.split()),
        "link": link.strip(),
    }
    now = timezone.now()
    same = Meeting.objects.filter(alliance=alliance, state=MeetingState.PLANNED, **facts)
    if existing := same.filter(called_by=by, called_at__gte=now - A_DOUBLED_CLICK).first():
        return existing
    meeting = Meeting.objects.create(alliance=alliance, number=number, **facts, called_at=now, called_by=by)
    items = _put_on_agenda(meeting, proposals, titles)
    record("decisions.meeting_called", meeting, by=by, **_told(meeting), agenda=[one.title for one in items])
    return meeting


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, body: str, starts_at: datetime, lasts: int, place: str, link: str, by: User
) -> Meeting:
    """Another day, time or place: the calendar entry that people took changes with it. The same again is nothing."""
    meeting = _locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    MEETING.require(meeting.state, "change")
    said = {
        "body": body,
        "starts_at": starts_at,
        "lasts": _some_minutes(lasts),
        "place": " ".join(place.split()),
        "link": link.strip(),
    }
    before = {name: getattr(meeting, name) for name in FACTS}
    if said == before:
        return meeting
    for name, value in said.items():
        setattr(meeting, name, value)
    meeting.changed += 1
    meeting.save(update_fields=[*FACTS, "changed"])
    if meeting.day != timezone.localdate(before["starts_at"]):
        _attend_anew(meeting)
    record(
        "decisions.meeting_changed",
        meeting,
        by=by,
        **_told(meeting),
        before={name: before[name] for name in FACTS if before[name] != said[name]},
    )
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, by: User) -> Meeting:
    meeting = _locked(meeting)
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
        **_told(meeting),
        reason=meeting.cancelled_because,
    )
    return meeting


@transaction.atomic
def hold_meeting(*, meeting: Meeting, by: User) -> Meeting:
    """Say that it takes place, or took place: on its day or after it."""
    meeting = _locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    if meeting.state == MeetingState.HELD:
        return meeting
    meeting.state = MEETING.after(meeting.state, "hold")
    if timezone.localdate() < meeting.day:
        raise NotPossible(f"The meeting is planned for {meeting.day:%-d %B %Y}: it is held on that day.")
    meeting.held_at, meeting.held_by = timezone.now(), by
    meeting.save(update_fields=["state", "held_at", "held_by"])
    record("decisions.meeting_held", meeting, by=by, **_told(meeting))
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
    meeting = _locked(meeting)
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
        record("decisions.agenda_set", meeting, by=by, **_told(meeting), agenda=after)
    return moved


@transaction.atomic
def note_attendance(*, meeting: Meeting, people: Mapping[User, str], by: User) -> list[Attendance]:
    """Note who is there, who sent apologies: {person: Attendance.How}; returns those whose note is new or changed.

    Everybody may say it of themselves; whoever convenes says it of anybody. People attend by their appointment of
    that day, one that speaks for a participant before any other; a guest has none. What people noted of themselves
    once it had begun, or was issued to them, is theirs alone to change (rule 21).
    """
    meeting = _locked(meeting)
    if set(people) - {by}:
        permissions.prepare_meeting.check(by, meeting=meeting)
    else:
        permissions.say_attendance.check(by, meeting=meeting)
    MEETING.require(meeting.state, "note_attendance")
    noted = {one.person_id: one for one in meeting.attendances.all()}
    new = {
        person: how for person, how in people.items() if person.pk not in noted or noted[person.pk].how != how
    }
    if not new:
        return []
    if strange := set(new.values()) - set(Attendance.How.values):
        raise NotPossible(f"“{strange.pop()}” is no way of being at a meeting.")
    _nothing_is_out(meeting)
    for person in new:
        if person != by and person.pk in noted and _is_their_own(meeting, noted[person.pk]):
            raise NotPossible(f"{person} noted it for themselves, so only {person} changes it (rule 21).")
    standings = _appointments_on(meeting, list(new))
    changed = []
    for person, how in new.items():
        row = noted.get(person.pk) or Attendance(
            alliance_id=meeting.alliance_id, meeting=meeting, person=person
        )
        row.how, row.noted_at, row.noted_by, row.name = how, timezone.now(), by, person.name
        row.appointment = standings.get(person.pk)
        row.participant = row.appointment.participant if row.appointment else None
        row.save()
        changed.append(row)
    record(
        "decisions.attendance_noted",
        meeting,
        by=by,
        **_told(meeting),
        people=[{"person": one.person, "how": one.get_how_display(), "as": one.capacity} for one in changed],
    )
    return changed


@transaction.atomic
def note_guests(*, meeting: Meeting, guests: Collection[tuple[str, str]], by: User) -> list[Attendance]:
    """Note which guests without an account are there: [(name, organisation)]; returns those that are new or changed.

    They speak for nobody, and nobody waits for them. Whoever was noted and is not among them was not there.
    """
    meeting = _locked(meeting)
    permissions.prepare_meeting.check(by, meeting=meeting)
    MEETING.require(meeting.state, "note_attendance")
    said = dict.fromkeys((" ".join(name.split()), " ".join(where.split())) for name, where in guests)
    if not all(name and where for name, where in said):
        raise NotPossible("Note a guest by name and organisation.")
    rows = {(one.name, one.organisation): one for one in meeting.attendances.all() if one.person_id is None}
    changed = []
    for guest in said | dict.fromkeys(rows):
        how = Attendance.How.PRESENT if guest in said else Attendance.How.ABSENT
        row = rows.get(guest) or Attendance(
            alliance_id=meeting.alliance_id, meeting=meeting, name=guest[0], organisation=guest[1]
        )
        if row.how != how:
            row.how, row.noted_at, row.noted_by = how, timezone.now(), by
            changed.append(row)
    if not changed:
        return []
    _nothing_is_out(meeting)
    for row in changed:
        row.save()
    record(
        "decisions.guests_noted",
        meeting,
        by=by,
        **_told(meeting),
        guests=[
            {"name": one.name, "organisation": one.organisation, "how": one.get_how_display()}
            for one in changed
        ],
    )
    return changed


def _is_their_own(meeting: Meeting, noted: Attendance) -> bool:
    """Said of themselves, and more than whether they mean to come."""
    begun = min(meeting.starts_at, meeting.held_at or meeting.starts_at)
    issued = any(one.issued_at for one in meeting.minutes.all())
    return noted.noted_by_id == noted.person_id and (noted.noted_at >= begun or issued)


# ── Minutes ──────────────────────────────────────────────────────────────────


@transaction.atomic
def write_minutes(*, meeting: Meeting, text: str, by: User, note: str = "") -> Minutes:
    """Write the draft, or go on with it. Where a version is already issued, an amended one begins in its place: what
    was accepted of the old one counts no more (rule 21), and `note` says what changes."""
    meeting = _locked(meeting)
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
            **_told(meeting),
            version=written.version,
            replaces=last.version,
            note=note,
            lapsed=[one.attendance.name for one in last.acceptances.all()],
        )
    return written


@transaction.atomic
def issue_minutes(*, minutes: Minutes, by: User) -> Minutes:
    """Give this draft to everybody who was there: its words and who was there stay from now on."""
    meeting = _locked(minutes.meeting)
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
        **_told(meeting),
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
    meeting = _locked(minutes.meeting)
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
        **_told(meeting),
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
    meeting = _locked(minutes.meeting)
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
        **_told(meeting),
        version=minutes.version,
        text=minutes.text,
        accepted_by=[one.name for one in people if one.pk in accepted],
        gone=[one.name for one in people if one.attended and one.person_id and one.pk not in accepted],
    )


# ── What the verbs share ─────────────────────────────────────────────────────


def _locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, its row locked until the transaction ends."""
    Meeting.objects.select_for_update().only("pk").get(pk=meeting.pk)
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


def _minutes(meeting: Meeting, minutes: Minutes) -> Minutes:
    return next(one for one in meeting.minutes.all() if one.pk == minutes.pk)


def _told(meeting: Meeting) -> dict:
    return {
        "number": meeting.number,
        "body": meeting.get_body_display(),
        "on": meeting.day,
        "starts_at": meeting.starts_at,
        "lasts": meeting.lasts,
        "place": meeting.place,
    }


def _some_minutes(lasts: int) -> int:
    if not 1 <= lasts <= 24 * 60:
        raise NotPossible("A meeting lasts from 1 minute to 24 hours.")
    return lasts


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
    _nothing_is_out(meeting)


def _nothing_is_out(meeting: Meeting) -> None:
    written = meeting.minutes_in_hand
    if written and written.state != MinutesState.DRAFT:
        raise NotPossible(
            "The minutes are issued, so who was there and what was on the agenda stay. Amended minutes open both again."
            if written.state == MinutesState.ISSUED
            else "The minutes are official, so who was there and what was on the agenda stay."
        )


def _appointments_on(meeting: Meeting, people: list[User]) -> dict[int, RoleAppointment]:
    """By which appointment each of them attends: one that speaks for a participant first."""
    held = (
        RoleAppointment.objects.in_force(meeting.day)
        .filter(alliance_id=meeting.alliance_id, person__in=people)
        .select_related("participant")
        .order_by("pk")
    )
    best: dict[int, RoleAppointment] = {}
    for one in held:
        rank = (SPEAKING_FIRST.get(one.role, 2), one.participant_id is None)
        known = best.get(one.person_id)
        if known is None or rank < (SPEAKING_FIRST.get(known.role, 2), known.participant_id is None):
            best[one.person_id] = one
    return best


def _attend_anew(meeting: Meeting) -> None:
    """On another day people may attend by another appointment, or by none."""
    noted = [one for one in meeting.attendances.all() if one.person_id]
    standings = _appointments_on(meeting, [one.person for one in noted])
    for one in noted:
        one.appointment = standings.get(one.person_id)
        one.participant = one.appointment.participant if one.appointment else None
        one.save(update_fields=["appointment", "participant"])
