"""What a home board says to an assent above its speaker's limit (rule 14). The seal asks it: boards.py."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Document, Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.uploads import Upload
from decisions import effects, permissions
from decisions.lifecycle import RATIFICATION, RatificationState
from decisions.models import Decision, Proposal, Ratification
from decisions.services.files import copy_files
from decisions.services.putting import ask_everybody
from decisions.services.shared import locked, next_number
from participants.models import Participant, RoleAppointment, User
from participants.standing import standing


@transaction.atomic
def ratify(*, ratification: Ratification, board_met_on: date, minute: Upload, by: User) -> Ratification:
    """Say that the board ratified, with its minute. The last one puts the decision into effect, in this transaction."""
    ratification = _locked(ratification)
    decision = ratification.decision
    permissions.ratify.check(by, ratification=ratification)
    if ratification.state == RatificationState.RATIFIED and ratification.settled_by_id == by.pk:
        return ratification
    after = RATIFICATION.after(ratification.state, "ratify")
    _not_refused(decision)
    worded_on = timezone.localdate(decision.wording.written_at)
    if board_met_on > timezone.localdate():
        raise NotPossible("The day of the board’s meeting must be today or earlier.")
    if board_met_on < worded_on:
        raise NotPossible(
            f"The wording was written on {worded_on:%-d %B %Y}: the board cannot have met about it before."
        )
    ratification.state, ratification.board_met_on = after, board_met_on
    ratification.minute = Document.keep(
        alliance_id=decision.alliance_id,
        name=minute.name,
        content=minute.content,
        media_type=minute.media_type,
        by=by,
    )
    _settle(ratification, by, "board_met_on", "minute")
    in_effect = not decision.ratifications.exclude(state=RatificationState.RATIFIED).exists()
    if in_effect:
        effects.hold(decision.alliance, decision.wording.effect)
    record(
        "decisions.ratified",
        decision,
        by=by,
        **_about(ratification),
        board_met_on=board_met_on,
        minute=ratification.minute.name,
        sha256=ratification.minute.sha256,
        in_effect=in_effect,
    )
    if in_effect:
        effects.carry_out(decision, by=by)
    return ratification


@transaction.atomic
def refuse_to_ratify(
    *, ratification: Ratification, words: str, by: User, board_met_on: date | None = None
) -> Proposal:
    """Say that the board refused, and why. The decision stays as it was sealed, without effect; the question reopens.

    Returns the new proposal: the same case, put in the name of the same participant and open to a fresh roll. Where
    it cannot open as it is (a principle changed since), it waits as that participant's draft.
    """
    ratification = _locked(ratification)
    decision = ratification.decision
    permissions.ratify.check(by, ratification=ratification)
    if ratification.state == RatificationState.REFUSED and ratification.settled_by_id == by.pk:
        return decision.consequences.get(follows_as=Proposal.FollowsAs.REFUSAL)
    after = RATIFICATION.after(ratification.state, "refuse")
    _not_refused(decision)
    ratification.words = Words.need(decision.alliance_id, words, "Say why the board refused.")
    ratification.state, ratification.board_met_on = after, board_met_on
    _settle(ratification, by, "board_met_on", "words")
    again = _put_again(decision, ratification.participant, by)
    record(
        "decisions.ratification_refused",
        decision,
        by=by,
        **_about(ratification),
        words=ratification.words,
        again=again.number,
        opened=again.opened_at is not None,
    )
    return again


@transaction.atomic
def refuse_for_the_gone(*, ratification: Ratification, by: User | None = None) -> Proposal:
    """The clock's own act: its participant left before its board had said anything, and nobody can say it any more.

    The decision stays without effect. The question waits as a draft of whoever put it, or of another that is there.
    """
    ratification = _locked(ratification)
    decision, participant = ratification.decision, ratification.participant
    if ratification.state == RatificationState.REFUSED:
        return decision.consequences.get(follows_as=Proposal.FollowsAs.REFUSAL)
    after = RATIFICATION.after(ratification.state, "refuse")
    _not_refused(decision)
    if participant.left_on is None or participant.left_on > timezone.localdate():
        raise NotPossible(f"{participant.short_name} is in the alliance: its own board ratifies or refuses.")
    ratification.words = Words.write(
        decision.alliance_id,
        f"{participant.name} left the alliance on {participant.left_on:%-d %B %Y}, and its board had not decided.",
    )
    ratification.state, ratification.settled_at = after, timezone.now()
    ratification.settled_by_name = f"Concordat, since {participant.short_name} is gone from the alliance"
    ratification.save(update_fields=["state", "words", "settled_at", "settled_by_name"])
    again = _draft_again(decision, participant, None)
    record(
        "decisions.ratification_refused",
        decision,
        by=by,
        **_about(ratification),
        words=ratification.words,
        again=again.number,
        opened=False,
    )
    return again


def _locked(ratification: Ratification) -> Ratification:
    """The decision's proposal is the lock of all its ratifications."""
    locked(ratification.decision.proposal)
    return Ratification.objects.select_related(
        "decision__alliance", "decision__wording", "decision__proposal__participant", "participant"
    ).get(pk=ratification.pk)


def _not_refused(decision: Decision) -> None:
    if refusing := decision.refusing:
        raise NotPossible(
            f"{refusing[0].short_name}’s board refused. The decision has no effect, and the question is open again."
        )


def _settle(ratification: Ratification, by: User, *fields: str) -> None:
    stands = standing(by, ratification.alliance_id)
    participant = ratification.participant
    roles = [one.get_role_display() for one in stands.appointments if one.participant_id == participant.pk]
    ratification.settled_at, ratification.settled_by = timezone.now(), by
    ratification.settled_by_name = f"{by.name}, {roles[0].lower()}, {participant.short_name}"
    ratification.save(update_fields=["state", "settled_at", "settled_by", "settled_by_name", *fields])


def _about(ratification: Ratification) -> dict:
    decision = ratification.decision
    return {
        "number": decision.number,
        "proposal": decision.proposal.number,
        "title": decision.title,
        "participant": ratification.participant,
        "amount": ratification.amount,
        "limit": ratification.limit,
        "settled_by": ratification.settled_by_name,
    }


def _put_again(decision: Decision, refused_by: Participant, by: User) -> Proposal:
    """The same question to a fresh roll. Nobody has to be allowed to: it follows from the refusal (rule 14)."""
    again = _draft_again(decision, refused_by, by)
    try:
        with transaction.atomic():
            return ask_everybody(locked(again), by)
    except NotPossible:
        return Proposal.objects.get(pk=again.pk)


def _draft_again(decision: Decision, refused_by: Participant, by: User | None) -> Proposal:
    """The same case as a draft of the same participant; where that has gone too, of the first that is there."""
    before, case = decision.proposal, decision.wording.case
    there = Participant.objects.active().filter(alliance=decision.alliance_id).order_by("place")
    put_by = next(
        (one for one in (before.participant, refused_by, *there) if one.is_active()), before.participant
    )
    if by is None:
        speaking = (
            RoleAppointment.objects.speaking().filter(participant=put_by).order_by("-role", "pk").first()
        )
        by = speaking.person if speaking else before.opened_by
    again = Proposal.objects.create(
        alliance_id=decision.alliance_id,
        number=next_number(decision.alliance_id, "proposals"),
        kind=before.kind,
        template=before.template,
        participant=put_by,
        supersedes=before.supersedes,
        follows=decision,
        follows_as=Proposal.FollowsAs.REFUSAL,
        draft=case.to_json(),
        drafted_at=timezone.now(),
        drafted_by=by,
    )
    files = copy_files(named=case.files, source=before, to=again, by=by)
    again.draft = replace(case, files=files).to_json()
    again.save(update_fields=["draft"])
    return again
