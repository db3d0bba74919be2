"""Up to which amount somebody's word binds their organisation without its board (rule 14)."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from participants.models import DelegatedLimit, RoleAppointment


def limit_of(appointment: RoleAppointment, on: date | None = None) -> Decimal | None:
    """The limit in pounds on that day (default today): the latest by its first day; None is no limit."""
    return limits_of([appointment], on).get(appointment.pk)


def limits_of(appointments, on: date | None = None) -> dict[int, Decimal | None]:
    """{appointment's id: limit that day} of all that ever had one, in one query."""
    set_for = DelegatedLimit.objects.filter(
        appointment__in=appointments, from_on__lte=on or timezone.localdate()
    )
    return dict(set_for.order_by("from_on", "pk").values_list("appointment_id", "amount"))
