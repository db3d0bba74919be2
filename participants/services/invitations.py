"""How people come in: each organisation invites its own."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.outbox import enqueue
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.tenancy import alliance_context
from participants import permissions
from participants.models import Alliance, Invitation, Participant, RoleAppointment, User
from participants.services.roles import write_appointment

INVITATION_LASTS = timedelta(days=14)


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
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
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
    """Its link opens nothing any more. Twice is once; one that was accepted is past that."""
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
        return held.first() or write_appointment(
            invitation.alliance,
            person,
            invitation.role,
            invitation.participant,
            None,
            None,
            invitation.reasons,
            invitation.invited_by,
        )
