"""Who is a party: joining; and by the seal of a decision alone leaving and suspension (rule 22)."""

from datetime import date
from itertools import chain, count

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from alliance.core.record import record
from alliance.core.refusals import NotPossible
from participants.models import Alliance, Participant, Principle, RoleAppointment, User


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
def note_leaving(*, participant: Participant, left_on: date, decision, by: User) -> Participant:
    """From `left_on` it is no longer a participant: by its own exit, or excluded. Twice is once."""
    participant = _locked(participant)
    if _begins(participant, "left_on", left_on, "leaves, or has left, already"):
        said = {"name": participant.name, "left_on": left_on, "decision": decision}
        record("participants.participant_leaves", participant, by=by, **said)
    return participant


@transaction.atomic
def suspend_participant(*, participant: Participant, suspended_on: date, decision, by: User) -> Participant:
    """From `suspended_on` nobody speaks for it and it is not asked, until it is readmitted. Twice is once."""
    participant = _locked(participant)
    if _begins(participant, "suspended_on", suspended_on, "is suspended already"):
        said = {"name": participant.name, "suspended_on": suspended_on, "decision": decision}
        record("participants.participant_suspended", participant, by=by, **said)
    return participant


@transaction.atomic
def readmit_participant(*, participant: Participant, decision, by: User) -> Participant:
    """Its people speak for it again. Twice is once."""
    participant = _locked(participant)
    if participant.suspended_on:
        said = {"name": participant.name, "suspended_on": participant.suspended_on, "decision": decision}
        participant.suspended_on = None
        participant.save(update_fields=["suspended_on"])
        record("participants.participant_readmitted", participant, by=by, **said)
    return participant


def _begins(participant: Participant, name: str, day: date, already: str) -> bool:
    """Set one of its days; False where it is that day. Another that was set before stays, and is the refusal."""
    before = getattr(participant, name)
    if before == day:
        return False
    if before:
        raise NotPossible(f"{participant} {already}.")
    setattr(participant, name, day)
    participant.save(update_fields=[name])
    return True


def _locked(participant: Participant) -> Participant:
    """As it is now, held until the commit. Whoever acts for it right now comes first (`User.hold_still`)."""
    Participant.objects.select_for_update(no_key=True).only("pk").get(pk=participant.pk)
    acting = RoleAppointment.objects.filter(participant=participant, ended_at=None).order_by("pk")
    list(acting.select_for_update(no_key=True).values_list("pk"))
    return Participant.objects.select_related("alliance").get(pk=participant.pk)
