"""What the pages show of meetings, prepared so that templates neither count nor ask."""

from datetime import timedelta

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe

from alliance.core.addresses import reverse
from alliance.core.models import Event
from decisions import permissions, veil
from decisions.lifecycle import MEETING, MeetingState, MinutesState, State
from decisions.models import Attendance, Meeting, Minutes, Position, Proposal
from decisions.quorum import quorum_of
from decisions.tally import joined
from participants.models import RoleAppointment, User
from participants.standing import Standing

TAGS = {
    MeetingState.PLANNED: ("Planned", "calendar", "outline"),
    MeetingState.HELD: ("Held", "tick", "petrol"),
    MeetingState.CANCELLED: ("Cancelled", "minus", "plain"),
}
MINUTES_TAGS = {
    MinutesState.DRAFT: ("Draft", "edit", "plain"),
    MinutesState.ISSUED: ("To be accepted", "waiting", "outline"),
    MinutesState.OFFICIAL: ("Official", "seal", "strong"),
    MinutesState.REPLACED: ("Replaced", "back", "plain"),
}

ICONS = {
    "agenda_set": "edit",
    "minutes_amended": "edit",
    "minutes_issued": "edit",
    "minutes_accepted": "agree",
    "minutes_became_official": "seal",
    "meeting_held": "tick",
    "meeting_cancelled": "minus",
}


def line(meeting: Meeting) -> dict:
    """One meeting of the list; `meeting` with its minutes."""
    return {"meeting": meeting, "tag": TAGS[meeting.state], "words": _how_far(meeting)}


def _how_far(meeting: Meeting) -> str:
    if meeting.state == MeetingState.PLANNED:
        over = meeting.day < timezone.localdate()
        return "Nobody has said whether it took place." if over else ""
    if meeting.state == MeetingState.CANCELLED:
        return str(meeting.cancelled_because)
    written = meeting.minutes_in_hand
    if written is None or written.state == MinutesState.DRAFT:
        late = meeting.minutes_due_on < timezone.localdate()
        day = f"{meeting.minutes_due_on:%-d %B %Y}"
        return f"Its minutes were due on {day}." if late else f"Its minutes are due by {day}."
    if written.state == MinutesState.OFFICIAL:
        return "Its minutes are official."
    accepted, missing = acceptances(written, meeting)
    return f"{len(accepted)} of {len(accepted) + len(missing)} have accepted its minutes."


def acceptances(minutes: Minutes, meeting: Meeting) -> tuple[list[dict], list[Attendance]]:
    """Who has accepted this version, and who was there and has not. Free of queries after `with_minutes()`."""
    there = [one for one in meeting.attendances.all() if one.attended]
    said = {one.attendance_id: one for one in minutes.acceptances.all()}
    asked = [one for one in there if one.is_asked and one.pk not in said]
    return (
        [{"attendance": one, "at": said[one.pk].accepted_at} for one in there if one.pk in said],
        asked,
    )


def page(meeting: Meeting, standing: Standing) -> dict:
    """Everything that a meeting's page shows; a fixed number of queries. `meeting` with its minutes."""
    person = standing.person
    written = meeting.minutes_in_hand
    mine = next((one for one in meeting.attendances.all() if one.person_id == person.pk), None)
    shown = {
        "meeting": meeting,
        "tag": TAGS[meeting.state],
        "quorum": quorum_of(meeting),
        "agenda": agenda(meeting, standing),
        "people": _people(meeting),
        "mine": mine,
        "why_not_prepare": permissions.prepare_meeting.reason(person, meeting=meeting),
        "may_note": MEETING.permits(meeting.state, "note_attendance") and not _is_out(written),
        "begins_today": meeting.day <= timezone.localdate(),
        "is_late": meeting.is_owed_minutes and meeting.minutes_due_on < timezone.localdate(),
        "acts": acts(meeting, person),
        "events": history(meeting),
    }
    if meeting.state == MeetingState.HELD:
        shown |= minutes_of(written, meeting, person)
    return shown


def _is_out(written: Minutes | None) -> bool:
    return written is not None and written.state != MinutesState.DRAFT


def minutes_of(written: Minutes | None, meeting: Meeting, person: User) -> dict:
    """The minutes of a meeting as this person may read, write, issue or accept them."""
    why_not_write = permissions.write_minutes.reason(person, meeting=meeting)
    shown = {"minutes": written, "why_not_write": why_not_write}
    if written is None:
        return shown
    accepted, missing = acceptances(written, meeting)
    return shown | {
        "minutes_tag": MINUTES_TAGS[written.state],
        "accepted": accepted,
        "missing": missing,
        "gone": _gone(written, meeting),
        "asks_me": written.state == MinutesState.ISSUED
        and any(one.person_id == person.pk for one in missing),
        "may_read": written.state != MinutesState.DRAFT or not why_not_write,
    }


def _gone(minutes: Minutes, meeting: Meeting) -> list[Attendance]:
    """Who was there, has not accepted, and is waited for no more: they are in the alliance no longer."""
    said = {one.attendance_id for one in minutes.acceptances.all()}
    return [
        one
        for one in meeting.attendances.all()
        if one.attended and one.person_id and not one.is_here and one.pk not in said
    ]


def agenda(meeting: Meeting, standing: Standing) -> list[dict]:
    """The items in order; for a proposal where it stands, what was said in this room, and what the reader can do."""
    items = list(meeting.agenda.filter(dropped_at=None).order_by("place", "pk"))
    asked = Proposal.objects.filter(pk__in=[one.proposal_id for one in items if one.proposal_id])
    found = {one.pk: one for one in asked.with_positions()}
    here = Position.objects.filter(meeting=meeting).current().select_related("participant")
    in_room: dict[int, list[Position]] = {}
    for one in here.order_by("participant__place"):
        in_room.setdefault(one.proposal_id, []).append(one)
    return [
        {"item": one}
        | (_proposal(found[one.proposal_id], meeting, standing, in_room) if one.proposal_id else {})
        for one in items
    ]


def _proposal(proposal: Proposal, meeting: Meeting, standing: Standing, in_room: dict) -> dict:
    veiled = veil.veiled(proposal, standing)
    seen = veil.over(proposal, standing)
    state = seen.state_now
    url = (proposal.decision if state == State.AGREED else proposal).get_absolute_url()
    asked = {one.participant.pk: one.participant for one in seen.tally.stands}
    speaks = [one for pk, one in asked.items() if standing.speaks_for(pk)]
    can_answer = state == State.OPEN and meeting.state != MeetingState.CANCELLED
    begun = meeting.day <= timezone.localdate()
    behalf = reverse("decisions:record_on_behalf", args=[proposal.alliance.slug, proposal.number])
    return {
        "proposal": seen,
        "state": state,
        "url": url,
        "answer_url": f"{url}?meeting={meeting.number}#answer" if can_answer and begun and speaks else "",
        "answer_for": joined(one.short_name for one in speaks),
        "behalf_url": f"{behalf}?meeting={meeting.number}"
        if can_answer and begun and standing.speaks_for_ids & asked.keys()
        else "",
        "words": _stands(seen, state),
        "said_here": []
        if veiled
        else [one for one in in_room.get(proposal.pk, []) if one.stance != Position.Stance.TAKEN_BACK],
    }


def _stands(proposal: Proposal, state: str) -> str:
    if state == State.OPEN:
        return " ".join([proposal.tally.words, *proposal.tally.blocks])
    if state == State.AGREED:
        decision = proposal.decision
        return f"Decision {decision.number}, {decision.decided_on:%-d %B %Y}."
    return proposal.outcome


def _people(meeting: Meeting) -> list[dict]:
    """Who is there, by how: [{label, attendances}], none of them empty."""
    groups = []
    for how in Attendance.How:
        found = [one for one in meeting.attendances.all() if one.how == how]
        if found:
            groups.append({"label": how.label, "attendances": found})
    return groups


def acts(meeting: Meeting, person: User) -> list[dict]:
    """What those who convene may do with it now."""
    if permissions.prepare_meeting.reason(person, meeting=meeting) or meeting.state != MeetingState.PLANNED:
        return []
    where = [meeting.alliance.slug, meeting.number]
    return [
        {"label": "Change day, time or place", "url": reverse("decisions:change_meeting", args=where)},
        {"label": "Cancel it", "url": reverse("decisions:cancel_meeting", args=where)},
    ]


def history(meeting: Meeting) -> list[dict]:
    """The record about this meeting and its minutes, newest first, as the page tells them."""
    about = Event.objects.filter(alliance_id=meeting.alliance_id).filter(
        Q(subject_type="decisions.meeting", subject_id=meeting.pk)
        | Q(subject_type="decisions.minutes", subject_id__in=[one.pk for one in meeting.minutes.all()])
    )
    return [
        {
            "when": one.at,
            "title": mark_safe(render_to_string(one.sentence_template, {"event": one}).strip()),
            "icon": ICONS.get(one.kind.partition(".")[2], "calendar"),
            "seq": one.seq,
        }
        for one in about.newest_first()
    ]


def invited(meeting: Meeting) -> tuple[list[User], dict[int, str]]:
    """Everybody with an appointment on that day, those who speak first, and who they are: {person's id: words}."""
    held = (
        RoleAppointment.objects.in_force(meeting.day)
        .filter(alliance_id=meeting.alliance_id)
        .select_related("person", "participant")
    )
    ranked = sorted(held, key=_rank)
    people, names = {}, {}
    for one in ranked:
        people.setdefault(one.person_id, one.person)
        where = f" of {one.participant.short_name}" if one.participant else ""
        names.setdefault(one.person_id, f"{one.get_role_display().lower()}{where}")
    for one in meeting.attendances.all():
        if one.person is None:
            continue
        people.setdefault(one.person_id, one.person)
    return list(people.values()), names


def _rank(one: RoleAppointment):
    speaks = {"representative": 0, "deputy": 1}.get(one.role, 2)
    place = one.participant.place if one.participant else 10_000
    return (speaks == 2, place, speaks, RoleAppointment.ORDER[one.role], one.person.name)


def to_talk_about(alliance, without: Meeting | None = None) -> list[Proposal]:
    """What is open, or ended without agreement lately; soonest deadline first, and not on this meeting's agenda yet."""
    lately = timezone.localdate() - timedelta(days=30)
    found = Proposal.objects.filter(alliance=alliance, state=State.OPEN, answer_by__gte=lately)
    found = found.select_related("current_wording", "deadlock")
    if without is not None:
        on_it = without.agenda.filter(dropped_at=None, proposal__isnull=False).values("proposal_id")
        found = found.exclude(pk__in=on_it)
    return list(found.order_by("answer_by", "number")[:60])
