"""Minutes: a first draft from what is known, and those that are not official when they should be."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from alliance.core.templatetags.concordat import clock
from decisions import veil
from decisions.models import Attendance, Decision, Meeting, Position, Proposal
from decisions.quorum import quorum_of
from decisions.tally import joined
from participants.models import Alliance

How = Attendance.How
HEADINGS = (
    (How.PRESENT, "In the room"),
    (How.REMOTE, "By telephone or video"),
    (How.APOLOGIES, "Apologies"),
    (How.ABSENT, "Not there"),
)


def first_draft(meeting: Meeting) -> str:
    """Plain text with a place for what was said under each item. `meeting` comes with its people."""
    return "\n\n".join(_parts(meeting))


def _parts(meeting: Meeting) -> Iterator[str]:
    starts = timezone.localtime(meeting.starts_at)
    where = f", {meeting.place}" if meeting.place else ""
    yield f"{meeting.get_body_display()}, {starts:%A} {starts.day} {starts:%B %Y} at {clock(starts)}{where}"
    people = [
        f"{heading}: {joined(f'{one.name} ({one.capacity})' for one in found)}."
        for how, heading in HEADINGS
        if (found := [one for one in meeting.attendances.all() if one.how == how])
    ]
    yield "\n".join([*people, _past(quorum_of(meeting).words)])
    said, sealed = _said(meeting), _sealed(meeting)
    items = meeting.agenda.filter(dropped_at=None).select_related("proposal__current_wording")
    for number, item in enumerate(items, 1):
        lines = [f"{number}. {item.title}"]
        if item.proposal:
            lines[0] += f" (proposal {item.proposal.number})"
            lines += said.pop(item.proposal_id, [])
            if item.proposal_id in sealed:
                lines.append(f"Agreed by everybody and sealed as decision {sealed[item.proposal_id]}.")
        yield "\n".join([*lines, "What was said: "])
    if said:
        yield "\n".join(["Answers to other proposals", *(line for lines in said.values() for line in lines)])
    yield "Next meeting: "


def _past(words: str) -> str:
    return words.replace(" is there.", " was there.")


def _said(meeting: Meeting) -> dict[int, list[str]]:
    """By proposal, the answers that were given in the room; those under a veil only by their number."""
    answers = (
        Position.objects.filter(meeting=meeting)
        .current()
        .exclude(stance=Position.Stance.TAKEN_BACK)
        .select_related("participant", "reason")
        .order_by("proposal__number", "participant__place")
    )
    proposals = Proposal.objects.filter(pk__in={one.proposal_id for one in answers}).with_positions()
    veiled = {one.pk for one in proposals if veil.is_down(one)}
    found: dict[int, list[str]] = {}
    for one in answers:
        if one.proposal_id in veiled:
            found[one.proposal_id] = ["Answers were given; they are shown when everybody has answered."]
        else:
            verb = one.get_stance_display().lower()
            behalf = f", recorded by {one.typed_by_name}" if one.is_on_behalf else ""
            why = f": “{one.reason}”" if one.reason else ""
            found.setdefault(one.proposal_id, []).append(
                f"{one.participant.short_name} {verb} ({one.spoken_by}{behalf}){why}."
            )
    return found


def _sealed(meeting: Meeting) -> dict[int, int]:
    """By proposal, the number of the decision that was sealed on the meeting's day."""
    rows = Decision.objects.filter(alliance=meeting.alliance_id, decided_on=meeting.day)
    return dict(rows.values_list("proposal_id", "number"))


def unfinished(alliance: Alliance, on: date) -> Iterator[str]:
    """Rule 54: a sentence for each meeting whose minutes are not official after the day on which they were due."""
    held = Meeting.objects.filter(alliance=alliance).without_official_minutes().with_minutes()
    for meeting in held.order_by("starts_at"):
        if meeting.minutes_due_on >= on:
            continue
        due = f"due on {meeting.minutes_due_on:%-d %B %Y}"
        written = meeting.minutes_in_hand
        if written is None or written.issued_at is None:
            yield f"The minutes of {meeting} were {due} and are not issued."
            continue
        accepted = {one.attendance_id for one in written.acceptances.all()}
        there = [one for one in meeting.attendances.all() if one.is_asked or one.pk in accepted]
        missing = joined(one.name for one in there if one.pk not in accepted)
        if not missing:
            yield f"The minutes of {meeting} were {due}; nobody who has still to accept them is in the alliance."
            continue
        counted = f"{len(accepted)} of {len(there)}"
        yield f"The minutes of {meeting}, {due}, are accepted by {counted} who were there; not by {missing}."
