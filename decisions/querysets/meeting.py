"""Finding meetings and minutes."""

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from participants.querysets import OfAllianceQuerySet


class MeetingQuerySet(OfAllianceQuerySet):
    def coming(self):
        """Planned for today or later, the next one first."""
        return self.filter(state="planned", starts_at__date__gte=timezone.localdate()).order_by(
            "starts_at", "number"
        )

    def over(self, on=None):
        """Held, cancelled, or planned for a day before that one; the last one first."""
        later = Q(state="planned", starts_at__date__gte=on or timezone.localdate())
        return self.exclude(later).order_by("-starts_at", "-number")

    def begun(self, on=None):
        """Those in which somebody can answer: not cancelled, of that day or before."""
        begun = self.filter(starts_at__date__lte=on or timezone.localdate())
        return begun.exclude(state="cancelled")

    def not_told(self):
        """Planned for a day that is over, and nobody has said whether it took place."""
        return self.filter(state="planned", starts_at__date__lt=timezone.localdate())

    def without_official_minutes(self):
        """Held, and its minutes are not written, not issued or not accepted by every attendee (rule 21)."""
        return self.filter(state="held").exclude(minutes__state="official")

    def with_minutes(self, on=None):
        """Everything that quorum, minutes and acceptances need that day, in a fixed number of queries."""
        from decisions.models import Attendance, Minutes, MinutesAcceptance
        from participants.models import RoleAppointment

        held = RoleAppointment.objects.in_force(on).filter(alliance_id=OuterRef("alliance_id"))
        attended = Attendance.objects.select_related("participant", "appointment", "person").annotate(
            is_here=Exists(held.filter(person_id=OuterRef("person_id")))
        )
        accepted = MinutesAcceptance.objects.select_related("attendance")
        written = Minutes.objects.select_related("text", "written_by", "issued_by").prefetch_related(
            Prefetch("acceptances", accepted)
        )
        return self.select_related("alliance", "called_by", "cancelled_because").prefetch_related(
            Prefetch("attendances", attended), Prefetch("minutes", written)
        )


class MinutesQuerySet(models.QuerySet):
    def waiting_for_nobody(self):
        """Issued, accepted by somebody, and everybody else who was there is gone from the alliance."""
        from decisions.models import Attendance, MinutesAcceptance
        from participants.models import RoleAppointment

        held = RoleAppointment.objects.in_force().filter(
            alliance_id=OuterRef("alliance_id"), person_id=OuterRef("person_id")
        )
        said = MinutesAcceptance.objects.filter(
            minutes_id=OuterRef(OuterRef("pk")), attendance_id=OuterRef("pk")
        )
        there = Attendance.objects.filter(meeting_id=OuterRef("meeting_id"), how__in=Attendance.ATTENDED)
        asked = there.filter(Exists(held), ~Exists(said))
        return self.filter(~Exists(asked), state="issued", acceptances__isnull=False).distinct()
