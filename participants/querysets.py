"""Finding people and organisations. Every list begins with `visible_to(user)` (house 7)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class AllianceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The alliances in which the person holds an appointment in force; nobody else sees that they exist."""
        if not user.is_authenticated:
            return self.none()
        from participants.models import RoleAppointment

        held = RoleAppointment.objects.in_force().filter(person=user)
        return self.filter(pk__in=held.values("alliance_id"))


class OfAllianceQuerySet(models.QuerySet):
    """Rows of one alliance, which everybody with an appointment in force there may see (principle e)."""

    def visible_to(self, user):
        from participants.models import Alliance
        from participants.standing import kept_standings

        if entered := kept_standings(user):
            return self.filter(alliance_id__in=[one.alliance.pk for one in entered])
        return self.filter(alliance__in=Alliance.objects.visible_to(user))

    def of(self, alliance):
        return self.filter(alliance=alliance)


class ParticipantQuerySet(models.QuerySet):
    def active(self, on=None):
        """Joined, not suspended and not left on that day (rule 2)."""
        on = on or timezone.localdate()
        return self.filter(
            Q(left_on__isnull=True) | Q(left_on__gt=on),
            Q(suspended_on__isnull=True) | Q(suspended_on__gt=on),
            joined_on__lte=on,
        )

    def commissioners(self):
        return self.filter(kind="commissioner")


class PrincipleQuerySet(models.QuerySet):
    def current(self):
        """The principles as they stand, best-for-people first (rule 15)."""
        return self.filter(superseded_on__isnull=True).order_by("-is_best_for_people", "letter")


class RoleAppointmentQuerySet(models.QuerySet):
    def in_force(self, on=None):
        on = on or timezone.localdate()
        return self.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=on),
            Q(participant__isnull=True)
            | Q(participant__left_on__isnull=True)
            | Q(participant__left_on__gt=on),
            from_on__lte=on,
            ended_at__isnull=True,
        )

    def speaking(self, on=None):
        """Representatives and deputies in force that day (rule 8); nobody for a participant that is suspended."""
        on = on or timezone.localdate()
        return self.in_force(on).filter(
            Q(participant__suspended_on__isnull=True) | Q(participant__suspended_on__gt=on),
            role__in=["representative", "deputy"],
        )


class InvitationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())
