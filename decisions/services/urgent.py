"""Urgent safety action: whoever has the duty acts at once, without the roll, and reports it (rule 23)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.workdays import add_working_days
from decisions import permissions
from decisions.lifecycle import URGENT
from decisions.models import Meeting, UrgentAction
from decisions.services.shared import spoken_for
from participants.models import Alliance, Participant, User
from participants.numbering import next_number

REPORT_WITHIN = 5  # working days (rule 23)


@transaction.atomic
def take_urgent_action(
    *,
    alliance: Alliance,
    participant: Participant,
    title: str,
    duty: str,
    what: str,
    acted_at: datetime,
    by: User,
) -> UrgentAction:
    """Write down what was done for people's safety: what, by whose duty, when. The same again is once.

    It is to be reported to the leadership team within 5 working days of `acted_at`.
    """
    permissions.take_urgent_action.check(by, alliance=alliance, participant=participant)
    title, duty = " ".join(title.split()), " ".join(duty.split())
    if not title or not duty:
        raise NotPossible("Say what was done in one line, and whose duty it was.")
    if acted_at > timezone.now():
        raise NotPossible("An urgent safety action is written down after it was taken, not before.")
    number = next_number(UrgentAction, alliance)
    same = UrgentAction.objects.filter(
        alliance=alliance, participant=participant, title=title, acted_at=acted_at
    )
    if existing := same.first():
        return existing
    urgent = UrgentAction.objects.create(
        alliance=alliance,
        number=number,
        title=title,
        duty=duty,
        what=Words.need(alliance.pk, what, "Say what was done, and why it could not wait."),
        acted_at=acted_at,
        report_by=add_working_days(timezone.localdate(acted_at), REPORT_WITHIN),
        **spoken_for(alliance.pk, participant, by),
    )
    record(
        "decisions.urgent_action_taken",
        urgent,
        by=by,
        number=number,
        title=title,
        participant=participant,
        spoken_by=urgent.spoken_by,
        duty=duty,
        what=urgent.what,
        acted_at=acted_at,
        report_by=urgent.report_by,
    )
    return urgent


@transaction.atomic
def report_urgent_action(
    *, urgent: UrgentAction, report: str, by: User, meeting: Meeting | None = None
) -> UrgentAction:
    """Report it to the leadership team: what became of it. Late is possible, and shown. Twice is once."""
    UrgentAction.objects.select_for_update().only("pk").get(pk=urgent.pk)
    urgent = UrgentAction.objects.select_related("participant", "alliance").get(pk=urgent.pk)
    permissions.report_urgent_action.check(by, urgent=urgent)
    if urgent.reported_at and urgent.reported_by_id == by.pk:
        return urgent
    urgent.state = URGENT.after(urgent.state, "report")
    urgent.report = Words.need(urgent.alliance_id, report, "Say what became of it.")
    urgent.reported_at, urgent.reported_by, urgent.meeting = timezone.now(), by, meeting
    urgent.save(update_fields=["state", "report", "reported_at", "reported_by", "meeting"])
    record(
        "decisions.urgent_action_reported",
        urgent,
        by=by,
        number=urgent.number,
        title=urgent.title,
        participant=urgent.participant,
        report=urgent.report,
        report_by=urgent.report_by,
        late=urgent.is_late,
        meeting=meeting.number if meeting else None,
    )
    return urgent
