"""Talking a proposal over: remarks and questions, stewards of objections, and other words offered for it."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import AMENDMENT, OBJECTION, PROPOSAL
from decisions.mentions import mentioned
from decisions.models import Amendment, Comment, Mention, Objection, ObjectionSteward, Proposal
from decisions.services.putting import change_wording
from decisions.services.shared import appointment_of, locked, same_wording, speaks_as
from participants.models import Participant, User
from participants.standing import standing


@transaction.atomic
def comment(
    *,
    proposal: Proposal,
    words: str,
    by: User,
    is_question: bool = False,
    objection: Objection | None = None,
    amendment: Amendment | None = None,
    parent: Comment | None = None,
    told: Iterable[User] = (),
) -> Comment:
    """Say or ask something: about the proposal, or about one of its objections or amendments.

    A reply to a reply joins the thread that it is in. People in `told`, and those named after an @ in the words, are
    mentioned. The same words by the same person as the last ones of the thread are a doubled click.
    """
    proposal = locked(proposal)
    permissions.comment.check(by, proposal=proposal)
    if parent is not None:
        parent = parent.parent or parent
        objection, amendment = parent.objection, parent.amendment
    thread = Comment.objects.filter(
        proposal=proposal, objection=objection, amendment=amendment, parent=parent
    )
    last = thread.select_related("words").order_by("-number").first()
    if last and last.written_by_id == by.pk and last.words.text == words.strip():
        return last
    PROPOSAL.require(proposal.state_now, "comment")
    said = Words.need(proposal.alliance_id, words, "Write what you want to say.")
    number = Comment.objects.filter(proposal=proposal).aggregate(last=Max("number"))["last"] or 0
    appointments = standing(by, proposal.alliance_id).appointments
    written = Comment.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        number=number + 1,
        objection=objection,
        amendment=amendment,
        parent=parent,
        is_question=is_question and parent is None,
        words=said,
        written_at=timezone.now(),
        written_by=by,
        written_by_name=by.name,
        participant=next((one.participant for one in appointments if one.participant_id), None),
    )
    members = {one.pk: one for one in User.objects.members_of(proposal.alliance_id)}
    named = dict.fromkeys(one.pk for one in (*told, *mentioned(said.text, members.values())))
    people = [members[pk] for pk in named if pk in members and pk != by.pk]
    Mention.objects.bulk_create(
        Mention(alliance_id=proposal.alliance_id, comment=written, person=one) for one in people
    )
    record(
        "decisions.commented",
        written,
        by=by,
        number=proposal.number,
        title=proposal.title,
        comment=written.number,
        answers=parent.number if parent else None,
        is_question=written.is_question,
        objection=objection.number if objection else None,
        amendment=amendment.number if amendment else None,
        participant=written.participant,
        mentions=people,
        words=said,
    )
    return written


@transaction.atomic
def redact_remark(*, comment: Comment, reason: str, by: User) -> Comment:
    """Remove what somebody said: the words go for good, a mark, the commitment and the `reason` stay (rule 50).

    It is the author's own to do, at any time; or the administrator's, on a legal request. Twice is once.
    """
    proposal = locked(comment.proposal)
    comment = Comment.objects.select_related("words", "objection", "amendment").get(pk=comment.pk)
    permissions.redact_remark.check(by, comment=comment)
    if comment.words.redacted_at:
        return comment
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise NotPossible("Say why the words go.")
    comment.words.redact(reason=reason, by=by)
    record(
        "decisions.remark_redacted",
        comment,
        by=by,
        number=proposal.number,
        title=proposal.title,
        comment=comment.number,
        objection=comment.objection.number if comment.objection else None,
        amendment=comment.amendment.number if comment.amendment else None,
        written_by=comment.written_by_name,
        by_its_author=by.pk == comment.written_by_id,
        reason=reason,
    )
    return comment


@transaction.atomic
def name_steward(*, objection: Objection, person: User, by: User) -> ObjectionSteward:
    """Name who looks after an objection until it is met; the last one named holds."""
    proposal = locked(objection.proposal)
    objection = Objection.objects.select_related("participant", "proposal").get(pk=objection.pk)
    permissions.name_steward.check(by, objection=objection)
    last = objection.stewards.select_related("person").last()
    if last and last.person_id == person.pk:
        return last
    OBJECTION.require(objection.state, "name_steward")
    PROPOSAL.require(proposal.state_now, "comment")
    if not User.objects.members_of(proposal.alliance_id).filter(pk=person.pk).exists():
        raise NotPossible("Name somebody who is in the alliance today.")
    steward = ObjectionSteward.objects.create(
        alliance_id=proposal.alliance_id,
        objection=objection,
        person=person,
        named_at=timezone.now(),
        named_by=by,
    )
    record(
        "decisions.steward_named",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        objection=objection.number,
        participant=objection.participant,
        steward=person,
    )
    return steward


@transaction.atomic
def offer_amendment(
    *, proposal: Proposal, participant: Participant, text: str, why: str, shown: str, by: User
) -> Amendment:
    """Offer other words for the wording whose hash is `shown`; the proposer takes them over or says why not."""
    proposal = locked(proposal)
    permissions.offer_amendment.check(by, proposal=proposal, participant=participant)
    text = "\n".join(text.splitlines()).strip()
    same = proposal.amendments.filter(state="offered", participant=participant, text=text).first()
    if same:
        return same
    PROPOSAL.require(proposal.state_now, "amend")
    same_wording(proposal, shown)
    if not text or text == proposal.current_wording.text:
        raise NotPossible("Change the wording: these are the words that are proposed already.")
    amendment = Amendment.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        number=proposal.amendments.count() + 1,
        wording=proposal.current_wording,
        text=text,
        why=Words.need(proposal.alliance_id, why, "Say why you offer other words."),
        **speaks_as(appointment_of(proposal, participant, by), by),
    )
    record(
        "decisions.amendment_offered",
        proposal,
        by=by,
        **_told(amendment),
        spoken_by=amendment.spoken_by,
        version=amendment.wording.version,
        wording_hash=amendment.wording.hash,
        text=text,
        why=amendment.why,
    )
    return amendment


@transaction.atomic
def take_over_amendment(*, amendment: Amendment, shown: str, by: User, note: str = "") -> Amendment:
    """Make the amendment's words the next wording: every assent lapses and everybody is asked again (rule 20).

    `shown` is the hash of the current wording, which they replace as a whole.
    """
    proposal, amendment = _with_its_proposal(amendment)
    permissions.settle_amendment.check(by, amendment=amendment)
    if amendment.state == Amendment.State.TAKEN_OVER and amendment.settled_by_id == by.pk:
        return amendment
    state = AMENDMENT.after(amendment.state, "take_over")
    same_wording(proposal, shown)
    if amendment.text == proposal.current_wording.text:
        raise NotPossible("The wording says this already. Decline the amendment, and say so.")
    taken = f"Amendment {amendment.number} of {amendment.participant.short_name}, taken over."
    written = change_wording(
        proposal=proposal,
        case=replace(proposal.case, text=amendment.text),
        shown=shown,
        note="\n\n".join(filter(None, [taken, note.strip()])),
        by=by,
    )
    amendment.state, amendment.became = state, written
    amendment.settled_at, amendment.settled_by = timezone.now(), by
    amendment.save(update_fields=["state", "became", "settled_at", "settled_by"])
    record("decisions.amendment_taken_over", proposal, by=by, **_told(amendment), version=written.version)
    return amendment


@transaction.atomic
def decline_amendment(*, amendment: Amendment, answer: str, by: User) -> Amendment:
    """Say why the wording stays without it."""
    proposal, amendment = _with_its_proposal(amendment)
    permissions.settle_amendment.check(by, amendment=amendment)
    if amendment.state == Amendment.State.DECLINED and amendment.settled_by_id == by.pk:
        return amendment
    state = AMENDMENT.after(amendment.state, "decline")
    PROPOSAL.require(proposal.state_now, "amend")
    amendment.answer = Words.need(proposal.alliance_id, answer, "Say why you do not take it over.")
    amendment.state, amendment.settled_at, amendment.settled_by = state, timezone.now(), by
    amendment.save(update_fields=["state", "answer", "settled_at", "settled_by"])
    record("decisions.amendment_declined", proposal, by=by, **_told(amendment), answer=amendment.answer)
    return amendment


@transaction.atomic
def take_back_amendment(*, amendment: Amendment, by: User) -> Amendment:
    """The organisation that offered it takes it back; what it offered stays in the record."""
    proposal, amendment = _with_its_proposal(amendment)
    permissions.take_back_amendment.check(by, amendment=amendment)
    if amendment.state == Amendment.State.TAKEN_BACK:
        return amendment
    state = AMENDMENT.after(amendment.state, "take_back")
    PROPOSAL.require(proposal.state_now, "amend")
    amendment.state, amendment.settled_at, amendment.settled_by = state, timezone.now(), by
    amendment.save(update_fields=["state", "settled_at", "settled_by"])
    record("decisions.amendment_taken_back", proposal, by=by, **_told(amendment))
    return amendment


def _with_its_proposal(amendment: Amendment) -> tuple[Proposal, Amendment]:
    """Both as they are now, the proposal locked."""
    proposal = locked(amendment.proposal)
    amendment = Amendment.objects.select_related("participant", "wording").get(pk=amendment.pk)
    amendment.proposal = proposal
    return proposal, amendment


def _told(amendment: Amendment) -> dict:
    return {
        "number": amendment.proposal.number,
        "title": amendment.proposal.title,
        "amendment": amendment.number,
        "participant": amendment.participant,
    }
