"""The verbs of people and organisations. Each locks, checks, changes, records, announces."""

import hashlib
import secrets
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from alliance.core.models import Words
from alliance.core.outbox import enqueue
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.tenancy import alliance_context
from participants import permissions
from participants.defaults import BEHAVIOURS, PRINCIPLES, VALUES
from participants.models import Alliance, Behaviour, Invitation, Participant, Principle, RoleAppointment, User

INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
def found_alliance(
    *,
    name: str,
    purpose: str,
    starts_on: date,
    by: User | None,
    slug: str = "",
    ends_on: date | None = None,
    **settings,
) -> Alliance:
    """Found an alliance with the seven principles, the values and behaviours that its members can change later."""
    alliance = Alliance.objects.create(
        name=name,
        purpose=purpose,
        starts_on=starts_on,
        ends_on=ends_on,
        slug=slug or slugify(name)[:60],
        **settings,
    )
    with alliance_context(alliance.pk):
        principles = Principle.objects.bulk_create(
            Principle(
                alliance=alliance,
                letter=letter,
                title=title,
                wording=wording,
                is_best_for_people=letter == "b",
                in_force_from=starts_on,
            )
            for letter, title, wording in PRINCIPLES
        )
        Behaviour.objects.bulk_create(
            Behaviour(alliance=alliance, kind=kind, place=place, wording=wording)
            for kind, wordings in (("value", VALUES), ("behaviour", BEHAVIOURS))
            for place, wording in enumerate(wordings, 1)
        )
        record(
            "participants.alliance_founded",
            alliance,
            by=by,
            name=name,
            purpose=purpose,
            starts_on=starts_on,
            principles=[{"letter": one.letter, "wording": one.wording} for one in principles],
        )
    return alliance


@transaction.atomic
def admit_participant(
    *, alliance: Alliance, name: str, kind: str, form: str, joined_on: date, by: User | None, **facts
) -> Participant:
    """Enter an organisation as a party: a founder at the start. (Joining later is a decision of its own, rule 22.)"""
    alliance = Alliance.objects.select_for_update().get(pk=alliance.pk)
    last = Participant.objects.filter(alliance=alliance).aggregate(last=Max("place"))["last"] or 0
    facts.setdefault("short_name", name[:40])
    facts.setdefault("slug", slugify(facts["short_name"])[:60])
    participant = Participant.objects.create(
        alliance=alliance, name=name, kind=kind, form=form, joined_on=joined_on, place=last + 1, **facts
    )
    record(
        "participants.participant_admitted",
        participant,
        by=by,
        name=name,
        participant_kind=participant.get_kind_display(),
        joined_on=joined_on,
    )
    return participant


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
    Alliance.objects.select_for_update().get(pk=alliance.pk)
    if by is not None:
        permissions.invite.check(by, alliance=alliance, role=role, participant=participant)
    held = RoleAppointment.objects.in_force().filter(
        alliance=alliance, person=person, role=role, participant=participant
    )
    if existing := held.first():
        return existing
    return _appoint(
        alliance, person, role, participant, from_on, until_on, Words.write(alliance.pk, reasons), by
    )


def _appoint(alliance, person, role, participant, from_on, until_on, reasons, by) -> RoleAppointment:
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
    appointment.ended_at, appointment.ended_by = timezone.now(), by
    appointment.save(update_fields=["ended_at", "ended_by"])
    record(
        "participants.appointment_ended",
        appointment,
        by=by,
        person=appointment.person,
        role=appointment.get_role_display(),
        participant=appointment.participant,
    )
    return appointment


@transaction.atomic
def invite(
    *,
    alliance: Alliance,
    name: str,
    email: str,
    role: str,
    participant: Participant | None,
    by: User,
    reasons: str = "",
) -> Invitation:
    """Write an invitation; a worker sends the letter. A waiting one to the same address and role is sent only once."""
    Alliance.objects.select_for_update().get(pk=alliance.pk)
    permissions.invite.check(by, alliance=alliance, role=role, participant=participant)
    email = email.strip().lower()
    same = Invitation.objects.waiting().filter(
        alliance=alliance, email=email, role=role, participant=participant
    )
    if waiting := same.first():
        return waiting
    held = RoleAppointment.objects.in_force().filter(
        alliance=alliance, person__email=email, role=role, participant=participant
    )
    if held.exists():
        raise NotPossible(f"{email} already holds this role.")
    invitation = Invitation.objects.create(
        alliance=alliance,
        name=name,
        email=email,
        role=role,
        participant=participant,
        reasons=Words.write(alliance.pk, reasons),
        token_hash=secrets.token_hex(32),  # replaced when the letter is written: the secret is never stored
        invited_by=by,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    enqueue(
        "participants.send_invitation",
        key=str(invitation.pk),
        alliance_id=alliance.pk,
        invitation_id=invitation.pk,
    )
    record(
        "participants.person_invited",
        invitation,
        by=by,
        role=invitation.get_role_display(),
        participant=participant,
        reasons=invitation.reasons,
    )
    return invitation


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> Invitation:
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    permissions.withdraw_invitation.check(by, invitation=invitation)
    if invitation.withdrawn_at:
        return invitation
    if invitation.accepted_at:
        raise NotPossible("This invitation was already accepted. End the appointment instead.")
    invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), by
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("participants.invitation_withdrawn", invitation, by=by, role=invitation.get_role_display())
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, by: User | None, name: str = "", password: str = "") -> RoleAppointment:
    """Take up the role that the letter offers. `by` is the signed-in person; else an account is made with `password`.

    Raises NotPossible when the link is spent, withdrawn, expired, or was sent to another person's address.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("alliance", "participant", "reasons", "invited_by")
        .filter(token_hash=hash_of(token))
        .first()
    )
    if invitation is None or invitation.state != "Waiting":
        raise NotPossible("This invitation is no longer open. Ask whoever invited you for a new one.")
    person = by
    if by is None:
        if User.objects.filter(email=invitation.email).exists():
            raise NotPossible(
                f"There is already an account for {invitation.email}. Sign in, then open the link again."
            )
        person = User.objects.create_user(invitation.email, name or invitation.name, password)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    elif by.email != invitation.email:
        raise NotPossible(
            "This invitation was sent to another e-mail address than the one you are signed in with."
        )
    # Who invited must still be entitled to on the day that it takes effect.
    permissions.invite.check(
        invitation.invited_by,
        alliance=invitation.alliance,
        role=invitation.role,
        participant=invitation.participant,
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    with alliance_context(invitation.alliance_id):
        held = RoleAppointment.objects.in_force().filter(
            alliance=invitation.alliance,
            person=person,
            role=invitation.role,
            participant=invitation.participant,
        )
        return held.first() or _appoint(
            invitation.alliance,
            person,
            invitation.role,
            invitation.participant,
            None,
            None,
            invitation.reasons,
            invitation.invited_by,
        )
