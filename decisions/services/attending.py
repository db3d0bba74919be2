"""Who was at a meeting, by which appointment, and which guests (rules 7, 21)."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import MEETING
from decisions.models import Attendance, Meeting
from decisions.services.convened import locked, nothing_is_out, told_of
from participants.models import RoleAppointment, User

SPEAKING_FIRST = {"representative": 0, "deputy": 1}


@transaction.atomic
def note_attendance(*, meeting: Meeting, people: Mapping[User, str], by: User) -> list[Attendance]:
    """Note who is there, who sent apologies: {person: Attendance.How}; returns those whose note is new or changed.

    Everybody may say it of themselves; whoever convenes says it of anybody. People attend by their appointment of
    that day, one that speaks for a participant before any other; a guest has none. What people noted of themselves
    once it had begun, or was issued to them, is theirs alone to change (rule 21).
    """
    meeting = locked(meeting)
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
    nothing_is_out(meeting)
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
        **told_of(meeting),
        people=[{"person": one.person, "how": one.get_how_display(), "as": one.capacity} for one in changed],
    )
    return changed


@transaction.atomic
def note_guests(*, meeting: Meeting, guests: Collection[tuple[str, str]], by: User) -> list[Attendance]:
    """Note which guests without an account are there: [(name, organisation)]; returns those that are new or changed.

    They speak for nobody, and nobody waits for them. Whoever was noted and is not among them was not there.
    """
    meeting = locked(meeting)
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
    nothing_is_out(meeting)
    for row in changed:
        row.save()
    record(
        "decisions.guests_noted",
        meeting,
        by=by,
        **told_of(meeting),
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


def attend_anew(meeting: Meeting) -> None:
    """On another day people may attend by another appointment, or by none."""
    noted = [one for one in meeting.attendances.all() if one.person_id]
    standings = _appointments_on(meeting, [one.person for one in noted])
    for one in noted:
        one.appointment = standings.get(one.person_id)
        one.participant = one.appointment.participant if one.appointment else None
        one.save(update_fields=["appointment", "participant"])


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
