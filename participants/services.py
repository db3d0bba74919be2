"""The verbs of people and organisations. Each locks, checks, changes, records, announces."""

import hashlib
import secrets
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, count

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
from participants.models import (
    Alliance,
    Behaviour,
    DelegatedLimit,
    Invitation,
    Participant,
    Principle,
    RoleAppointment,
    User,
)

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
    *,
    alliance: Alliance,
    name: str,
    kind: str,
    form: str,
    joined_on: date,
    by: User | None,
    signed_by: str = "",
    decision=None,
    **facts,
) -> Participant:
    """Enter an organisation as a party: a founder at the start; later only by the seal of `decision` (rule 22).

    A joiner signs the principles as they stand; `signed_by` is the person who signs for it.
    """
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    last = Participant.objects.filter(alliance=alliance).aggregate(last=Max("place"))["last"] or 0
    facts.setdefault("short_name", name[:40])
    facts.setdefault("slug", _free_slug(alliance, facts["short_name"]))
    participant = Participant.objects.create(
        alliance=alliance, name=name, kind=kind, form=form, joined_on=joined_on, place=last + 1, **facts
    )
    signed = Principle.objects.current().filter(alliance=alliance) if signed_by else []
    record(
        "participants.participant_admitted",
        participant,
        by=by,
        name=name,
        participant_kind=participant.get_kind_display(),
        joined_on=joined_on,
        signed_by=signed_by,
        signed=[{"letter": one.letter, "version": one.version, "wording": one.wording} for one in signed],
        decision=decision,
    )
    return participant


def _free_slug(alliance: Alliance, name: str) -> str:
    stem = slugify(name)[:56] or "participant"
    taken = set(Participant.objects.filter(alliance=alliance).values_list("slug", flat=True))
    return next(one for one in chain([stem], (f"{stem}-{n}" for n in count(2))) if one not in taken)


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
    return _appoint(
        alliance, person, role, participant, from_on, until_on, Words.write(alliance.pk, reasons), by
    )


def _appoint(
    alliance, person, role, participant, from_on, until_on, reasons, by, decision=None
) -> RoleAppointment:
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


# ── What only the seal of a decision changes (rules 20 and 22; the database insists) ─────────────────────────


@transaction.atomic
def note_leaving(*, participant: Participant, left_on: date, decision, by: User) -> Participant:
    """From `left_on` it is no longer a participant: by its own exit, or excluded. Twice is once."""
    participant = _locked(participant)
    if participant.left_on == left_on:
        return participant
    if participant.left_on:
        raise NotPossible(f"{participant} leaves, or has left, already.")
    participant.left_on = left_on
    participant.save(update_fields=["left_on"])
    record(
        "participants.participant_leaves",
        participant,
        by=by,
        name=participant.name,
        left_on=left_on,
        decision=decision,
    )
    return participant


@transaction.atomic
def suspend_participant(*, participant: Participant, suspended_on: date, decision, by: User) -> Participant:
    """From `suspended_on` nobody speaks for it and it is not asked, until it is readmitted."""
    participant = _locked(participant)
    if participant.suspended_on == suspended_on:
        return participant
    if participant.suspended_on:
        raise NotPossible(f"{participant} is suspended already.")
    participant.suspended_on = suspended_on
    participant.save(update_fields=["suspended_on"])
    record(
        "participants.participant_suspended",
        participant,
        by=by,
        name=participant.name,
        suspended_on=suspended_on,
        decision=decision,
    )
    return participant


@transaction.atomic
def readmit_participant(*, participant: Participant, decision, by: User) -> Participant:
    """Its people speak for it again."""
    participant = _locked(participant)
    if participant.suspended_on is None:
        return participant
    before, participant.suspended_on = participant.suspended_on, None
    participant.save(update_fields=["suspended_on"])
    record(
        "participants.participant_readmitted",
        participant,
        by=by,
        name=participant.name,
        suspended_on=before,
        decision=decision,
    )
    return participant


@transaction.atomic
def reword_principle(
    *, alliance: Alliance, letter: str, title: str, wording: str, decision, by: User
) -> Principle:
    """The next version of a principle; the one before stays, superseded today (rule 20)."""
    before = _current_principle(alliance, letter)
    if (before.title, before.wording) == (title, wording):
        return before
    today = timezone.localdate()
    before.superseded_on = today
    before.save(update_fields=["superseded_on"])
    principle = Principle.objects.create(
        alliance=alliance,
        letter=letter,
        version=before.version + 1,
        title=title,
        wording=wording,
        is_best_for_people=before.is_best_for_people,
        in_force_from=today,
    )
    record(
        "participants.principle_reworded",
        principle,
        by=by,
        letter=letter,
        version=principle.version,
        title=title,
        wording=wording,
        decision=decision,
    )
    return principle


@transaction.atomic
def add_principle(*, alliance: Alliance, title: str, wording: str, decision, by: User) -> Principle:
    """A further principle, under the next letter that was never used."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    used = Principle.objects.filter(alliance=alliance).aggregate(last=Max("letter"))["last"]
    principle = Principle.objects.create(
        alliance=alliance,
        letter=chr(ord(used) + 1) if used else "a",
        title=title,
        wording=wording,
        in_force_from=timezone.localdate(),
    )
    record(
        "participants.principle_added",
        principle,
        by=by,
        letter=principle.letter,
        title=title,
        wording=wording,
        decision=decision,
    )
    return principle


@transaction.atomic
def end_principle(*, alliance: Alliance, letter: str, decision, by: User) -> Principle:
    """The alliance no longer signs it; it stays in the record. “Best for people” cannot be given up (rule 15)."""
    principle = _current_principle(alliance, letter)
    if principle.is_best_for_people:
        raise NotPossible("“Best for people using services” is always asked; it can only be reworded.")
    principle.superseded_on = timezone.localdate()
    principle.save(update_fields=["superseded_on"])
    record(
        "participants.principle_ended",
        principle,
        by=by,
        letter=letter,
        title=principle.title,
        decision=decision,
    )
    return principle


@transaction.atomic
def change_settings(*, alliance: Alliance, changes: dict, decision, by: User) -> Alliance:
    """Change settings of the agreement: {field: value}. What is open keeps those of its first day (rules 2, 6)."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    changes = {name: value for name, value in changes.items() if getattr(alliance, name) != value}
    if not changes:
        return alliance
    before = {name: getattr(alliance, name) for name in changes}
    for name, value in changes.items():
        setattr(alliance, name, value)
    alliance.save(update_fields=list(changes))
    record(
        "participants.settings_changed",
        alliance,
        by=by,
        changes=[
            {
                "name": Alliance._meta.get_field(name).verbose_name,
                "setting": name,
                "before": before[name],
                "after": changes[name],
            }
            for name in sorted(changes)
        ],
        decision=decision,
    )
    return alliance


@transaction.atomic
def extend_alliance(*, alliance: Alliance, ends_on: date, decision, by: User) -> Alliance:
    """Move the last day of the alliance."""
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    if alliance.ends_on == ends_on:
        return alliance
    before, alliance.ends_on = alliance.ends_on, ends_on
    alliance.save(update_fields=["ends_on"])
    record(
        "participants.alliance_extended", alliance, by=by, before=before, ends_on=ends_on, decision=decision
    )
    return alliance


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
    return _appoint(alliance, person, role, participant, None, None, words, by, decision)


@transaction.atomic
def end_by_decision(*, appointment: RoleAppointment, decision, by: User) -> RoleAppointment:
    """Relieve somebody of a key role, as the alliance decided; `decision` is the one that says so. Twice is once."""
    appointment = (
        RoleAppointment.objects.select_for_update(of=("self",))
        .select_related("alliance", "participant", "person")
        .get(pk=appointment.pk)
    )
    return appointment if appointment.ended_at else _end(appointment, by, decision)


def _locked(participant: Participant) -> Participant:
    """As it is now, held until the commit. Whoever acts for it right now comes first (`User.hold_still`)."""
    Participant.objects.select_for_update(no_key=True).only("pk").get(pk=participant.pk)
    acting = RoleAppointment.objects.filter(participant=participant, ended_at=None).order_by("pk")
    list(acting.select_for_update(no_key=True).values_list("pk"))
    return Participant.objects.select_related("alliance").get(pk=participant.pk)


def _current_principle(alliance: Alliance, letter: str) -> Principle:
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    found = Principle.objects.current().filter(alliance=alliance, letter=letter).first()
    if found is None:
        raise NotPossible(f"There is no principle ({letter}) as the principles stand.")
    return found
