"""Meetings of the leadership team and the management team: agenda, attendance, minutes (rules 7, 21)."""

import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from alliance.core.workdays import add_working_days
from decisions.lifecycle import MeetingState, MinutesState
from decisions.models.proposal import Proposal
from decisions.querysets import MeetingQuerySet, MinutesQuerySet
from participants.models import Participant, RoleAppointment

PERSON = settings.AUTH_USER_MODEL
SPEAKING = ("representative", "deputy")
MINUTES_WITHIN = 5  # working days (rule 21)


class Meeting(OfAlliance):
    """People of the participants, together at a time. Quorate with somebody authorised of each of them (rule 7)."""

    class Body(models.TextChoices):
        LEADERSHIP = "leadership", "Alliance Leadership Team"
        MANAGEMENT = "management", "Alliance Management Team"

    State = MeetingState

    number = models.PositiveIntegerField()
    body = models.CharField(max_length=20, choices=Body.choices)
    starts_at = models.DateTimeField()
    lasts = models.PositiveSmallIntegerField("minutes it lasts", default=90)
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    uid = models.UUIDField(default=uuid.uuid4, unique=True)  # the calendar entry's, the same for ever
    changed = models.PositiveSmallIntegerField(default=0)  # the calendar entry's sequence
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_because = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="meeting_has_its_own_number"),
            both_or_neither("held", "meeting_is_held_by_somebody"),
            both_or_neither("cancelled", "meeting_is_cancelled_by_somebody"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_because__isnull=False),
                name="meeting_is_cancelled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()}, meeting {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("decisions:meeting", args=[self.alliance.slug, self.number])

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.lasts)

    @property
    def minutes_due_on(self) -> date:
        """The last day to issue the minutes (rule 21)."""
        return add_working_days(self.day, MINUTES_WITHIN)

    @property
    def minutes_in_hand(self) -> "Minutes | None":
        """The version that counts: a draft, the one to be accepted, or the official one. Prefetch `minutes`."""
        return next((one for one in self.minutes.all() if one.state != MinutesState.REPLACED), None)

    @property
    def is_owed_minutes(self) -> bool:
        """Held, and nothing was issued yet."""
        written = self.minutes_in_hand
        return self.state == MeetingState.HELD and (written is None or written.state == MinutesState.DRAFT)


class AgendaItem(OfAlliance):
    """One thing to talk about; `proposal` is set where it is an open one."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="agenda")
    place = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="on_agendas")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "proposal"], name="proposal_is_on_an_agenda_once"),
            both_or_neither("dropped", "agenda_item_is_dropped_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(OfAlliance):
    """Who was in the room, for whom; kept as it was that day. A guest has no appointment, and may have no account."""

    class How(models.TextChoices):
        PRESENT = "present", "In the room"
        REMOTE = "remote", "By telephone or video"
        APOLOGIES = "apologies", "Sent apologies"
        ABSENT = "absent", "Was not there"

    ATTENDED = (How.PRESENT, How.REMOTE)

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)  # of a guest without an account
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["participant__place", "name"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="person_attends_a_meeting_once"),
            models.UniqueConstraint(
                fields=["meeting", "name", "organisation"],
                condition=Q(person__isnull=True),
                name="guest_is_noted_at_a_meeting_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.meeting}"

    @property
    def attended(self) -> bool:
        return self.how in self.ATTENDED

    @property
    def is_asked(self) -> bool:
        """Is asked to accept the minutes: was there, and is in the alliance today. After `with_minutes()`."""
        return self.attended and self.person_id is not None and self.is_here

    @property
    def is_authorised(self) -> bool:
        """Was there and speaks for a participant: counts towards the quorum (rule 7)."""
        return self.attended and self.appointment is not None and self.appointment.role in SPEAKING

    @property
    def capacity(self) -> str:
        """ "Deputy, Haven", "Auditor", "Guest"."""
        if self.appointment is None:
            return f"Guest, {self.organisation}" if self.organisation else "Guest"
        named = self.appointment.get_role_display()
        return f"{named}, {self.participant.short_name}" if self.participant else named


class Minutes(OfAlliance):
    """What was said and settled, in one version. Official once every attendee has accepted this very version."""

    State = MinutesState

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    version = models.PositiveSmallIntegerField()
    text = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)  # what an amended version changes
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    due_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    official_at = models.DateTimeField(null=True)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        verbose_name_plural = "minutes"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "version"], name="minutes_have_their_own_version"),
            both_or_neither("issued", "minutes_are_issued_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"Minutes of {self.meeting}, version {self.version}"

    def get_absolute_url(self) -> str:
        slug = self.meeting.alliance.slug
        return reverse("decisions:minutes", args=[slug, self.meeting.number, self.version])


class MinutesAcceptance(OfAlliance):
    """An attendee accepts this version of the minutes."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="acceptances")
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["minutes", "attendance"], name="attendee_accepts_a_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.attendance.name} accepted {self.minutes}"
