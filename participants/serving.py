"""Who serves in an alliance: every appointment in force, with its person and organisation."""

from datetime import date

from django.utils import timezone

from alliance.core.questions import Question
from participants.models import Alliance, RoleAppointment


def serving(alliance: Alliance) -> list[RoleAppointment]:
    """Today, in the order of the agreement."""
    return _in_force(alliance=alliance.pk, on=timezone.localdate())


@Question
def _in_force(alliance: int, on: date):
    held = RoleAppointment.objects.in_force(on).filter(alliance_id=alliance)
    return held.select_related("person", "participant")
