"""Who speaks and works for whom: appointments, their end, delegated limits (rules 8, 14; principle f)."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from participants import permissions
from participants.models import Alliance, DelegatedLimit, Participant, RoleAppointment, User


@transaction.atomic
def appoint(
    *,
    alliance: Alliance,
    person: User,
    role: str,
    by: User | None,
    participant: Participant | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    reasons: str = "",
) -> RoleAppointment:
    """Appoint a person to a role. The same person in the same role twice is once.

    `by` None is the founding of the alliance by a command; everybody else needs `permissions.invite`.
    """
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    if by is not None:
        permissions.invite.check(by, alliance=alliance, role=role, participant=participant)
    held = RoleAppointment.objects.in_force().filter(
        alliance=alliance, person=person, role=role, participant=participant
    )
    if existing := held.first():
        return existing
    return write_appointment(
        alliance, person, role, participant, from_on, until_on, Words.write(alliance.pk, reasons), by
    )


def write_appointment(
    alliance, person, role, participant, from_on, until_on, reasons, by, decision=None
) -> RoleAppointment:
    """Write it down and tell the record; whoever calls has locked and checked."""
    appointment = RoleAppointment.objects.create(
        alliance=alliance,
        person=person,
        role=role,
        participant=participant,
        from_on=from_on or timezone.localdate(),
        until_on=until_on,
        reasons=reasons,
        appointed_by=by,
    )
    record(
        "participants.person_appointed",
        appointment,
        by=by,
        person=person,
        role=appointment.get_role_display(),
        participant=participant,
        from_on=appointment.from_on,
        until_on=until_on,
        reasons=reasons,
        decision=decision,
    )
    return appointment


@transaction.atomic
def end_appointment(*, appointment: RoleAppointment, by: User) -> RoleAppointment:
    """End an appointment today. Ending it twice is ending it once."""
    appointment = (
        RoleAppointment.objects.select_for_update(of=("self",))
        .select_related("alliance", "participant", "person")
        .get(pk=appointment.pk)
    )
    permissions.end_appointment.check(by, appointment=appointment)
    if appointment.ended_at:
        return appointment
    return _end(appointment, by)


def _end(appointment: RoleAppointment, by: User, decision=None) -> RoleAppointment:
    appointment.ended_at, appointment.ended_by = timezone.now(), by
    appointment.save(update_fields=["ended_at", "ended_by"])
    record(
        "participants.appointment_ended",
        appointment,
        by=by,
        person=appointment.person,
        role=appointment.get_role_display(),
        participant=appointment.participant,
        decision=decision,
    )
    return appointment


@transaction.atomic
def set_limit(
    *,
    appointment: RoleAppointment,
    amount: Decimal | None,
    by: User,
    reasons: str = "",
    from_on: date | None = None,
) -> DelegatedLimit:
    """Say up to which amount in pounds this person's word binds without their board; None lifts the limit (rule 14).

    It holds from today or a later day, `from_on`; what was agreed before stays as it was. The same again is once.
    """
    appointment = (
        RoleAppointment.objects.select_for_update(of=("self",))
        .select_related("participant", "person")
        .get(pk=appointment.pk)
    )
    permissions.set_limit.check(by, appointment=appointment)
    today = timezone.localdate()
    from_on = from_on or today
    if not RoleAppointment.objects.in_force().filter(pk=appointment.pk).exists():
        raise NotPossible(f"{appointment.person} no longer speaks for {appointment.participant.short_name}.")
    if from_on < today:
        raise NotPossible("A limit holds from today or a later day: what was agreed before stays as it was.")
    held = appointment.limits.filter(from_on__lte=from_on).order_by("from_on", "pk").last()
    if held and (held.amount, held.from_on, held.set_by_id) == (amount, from_on, by.pk):
        return held
    limit = DelegatedLimit.objects.create(
        alliance_id=appointment.alliance_id,
        appointment=appointment,
        amount=amount,
        from_on=from_on,
        reasons=Words.write(appointment.alliance_id, reasons),
        set_at=timezone.now(),
        set_by=by,
    )
    record(
        "participants.limit_set",
        appointment,
        by=by,
        person=appointment.person,
        role=appointment.get_role_display(),
        participant=appointment.participant,
        amount=amount,
        from_on=from_on,
        reasons=limit.reasons,
    )
    return limit


@transaction.atomic
def appoint_by_decision(
    *,
    alliance: Alliance,
    person: User,
    role: str,
    participant: Participant | None,
    reasons: str,
    takes_over: bool,
    decision,
    by: User,
) -> RoleAppointment:
    """Appoint the best person to a key role, as the alliance decided (principle f); `takes_over` ends its holders."""
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    holders = RoleAppointment.objects.in_force().filter(alliance=alliance, role=role)
    if existing := holders.filter(person=person, participant=participant).first():
        return existing
    if takes_over:
        for one in holders.select_related("person", "participant").order_by("pk"):
            _end(one, by, decision)
    words = Words.write(alliance.pk, reasons)
    return write_appointment(alliance, person, role, participant, None, None, words, by, decision)


@transaction.atomic
def end_by_decision(*, appointment: RoleAppointment, decision, by: User) -> RoleAppointment:
    """Relieve somebody of a key role, as the alliance decided; `decision` is the one that says so. Twice is once."""
    appointment = (
        RoleAppointment.objects.select_for_update(of=("self",))
        .select_related("alliance", "participant", "person")
        .get(pk=appointment.pk)
    )
    return appointment if appointment.ended_at else _end(appointment, by, decision)
