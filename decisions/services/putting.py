"""Putting a question to the alliance, in words that can still change."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import effects, guidance, permissions
from decisions.case import Case
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Proposal, RollEntry, Wording
from decisions.querysets import the_whole
from decisions.services.drafting import draft_proposal
from decisions.services.sealing import seal_if_unanimous
from decisions.services.shared import complete, in_time, locked, same_wording, write_wording
from decisions.services.superseding import may_supersede
from decisions.tally import why_no_roll
from participants.models import Alliance, Participant, User


@transaction.atomic
def open_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Freeze the roll to all that are active today and the settings with it (rules 2, 6); ask everybody.

    Without a deadline of its own it gets the alliance's number of working days. Opening twice is once.
    """
    proposal = locked(proposal)
    permissions.open_proposal.check(by, proposal=proposal)
    if proposal.state == State.OPEN:
        return proposal
    return ask_everybody(proposal, by)


def ask_everybody(proposal: Proposal, by: User) -> Proposal:
    """Open a locked draft, whoever `by` is: a refusal to ratify opens a question again for its proposer (rule 14)."""
    state = PROPOSAL.after(proposal.state_now, "open")
    now, today = timezone.now(), timezone.localdate()
    if proposal.is_decided_alone:
        raise NotPossible("This is decided by one person: it is not put to the alliance.")
    case, principles = complete(proposal.case, proposal.alliance_id)
    if unsaid := guidance.effect_is_missing(proposal.template, case.effect):
        raise NotPossible(f"The proposal is not complete. {unsaid}.")
    effects.check(proposal.alliance, case.effect)
    may_supersede(proposal)
    answer_by = proposal.answer_by or proposal.alliance.usual_deadline(today)
    in_time(answer_by, today)
    active = Participant.objects.active(today).filter(alliance_id=proposal.alliance_id)
    concerned = effects.off_the_roll(proposal.alliance, case.effect)  # rule 22
    roll = [one for one in active.order_by("place") if one.pk not in concerned]
    if why_not := why_no_roll(roll):
        raise NotPossible(why_not)
    RollEntry.objects.bulk_create(
        RollEntry(alliance_id=proposal.alliance_id, proposal=proposal, participant=one, place=one.place)
        for one in roll
    )
    wording = write_wording(proposal, 1, case, principles, at=now, by=by)
    proposal.state, proposal.current_wording, proposal.draft = state, wording, {}
    proposal.answer_by, proposal.standing_aside = answer_by, proposal.alliance.standing_aside
    proposal.independent = proposal.alliance.independent
    proposal.opened_at, proposal.opened_by = now, by
    proposal.save(
        update_fields=[
            "state", "current_wording", "draft", "answer_by", "standing_aside", "independent",
            "opened_at", "opened_by",
        ]
    )  # fmt: skip
    record(
        "decisions.proposal_opened",
        proposal,
        by=by,
        number=proposal.number,
        decision_kind=proposal.get_kind_display(),
        participant=proposal.participant,
        title=wording.title,
        roll=roll,
        standing_aside=proposal.standing_aside,
        independent=proposal.independent,
        supersedes=proposal.supersedes.number if proposal.supersedes_id else None,
        follows=proposal.follows.number if proposal.follows_id else None,
        follows_as=proposal.follows_as,
        answer_by=answer_by,
        version=1,
        wording_hash=wording.hash,
        wording=bytes(wording.body).decode(),
    )
    return proposal


@transaction.atomic
def propose(
    *,
    alliance: Alliance,
    participant: Participant,
    case: Case,
    by: User,
    answer_by: date | None = None,
    **facts,
) -> Proposal:
    """Draft and open at once; `facts` as for `draft_proposal`."""
    draft = draft_proposal(
        alliance=alliance, participant=participant, case=case, by=by, answer_by=answer_by, **facts
    )
    return open_proposal(proposal=draft, by=by)


@transaction.atomic
def change_wording(
    *, proposal: Proposal, case: Case, shown: str, by: User, note: str = "", answer_by: date | None = None
) -> Wording:
    """Write the next version: every assent lapses and everybody is asked again (rule 20).

    `shown` is the hash of the version that was edited. The time to answer begins anew unless `answer_by` says
    otherwise; in a deadlock the ladder keeps it (rule 18). A proposal whose time was over is open again. The same case
    again changes nothing.
    """
    proposal = locked(proposal)
    permissions.change_wording.check(by, proposal=proposal)
    state = PROPOSAL.after(proposal.state_now, "change_wording")
    now, today = timezone.now(), timezone.localdate()
    case, principles = complete(case, proposal.alliance_id)
    effects.check(proposal.alliance, case.effect)
    if case.effect.get("kind") != proposal.current_wording.effect.get("kind"):
        raise NotPossible(
            "What a proposal carries out stays the same kind of thing. Withdraw it and put another one."
        )
    about = [
        effects.off_the_roll(proposal.alliance, one) for one in (proposal.current_wording.effect, case.effect)
    ]
    if about[0] != about[1]:  # it is not asked, and is heard, since the opening (rule 22)
        raise NotPossible(
            "What a proposal carries out stays about the same organisation. Withdraw it and put another one."
        )
    if case == proposal.current_wording.case:
        return proposal.current_wording
    same_wording(proposal, shown)
    answer_by = answer_by or proposal.alliance.usual_deadline(today)
    if proposal.has_deadlock:
        answer_by = proposal.deadlock.ends_on
    in_time(answer_by, today)
    answered = the_whole(proposal.pk).tally.answered
    wording = write_wording(
        proposal,
        proposal.current_wording.version + 1,
        case,
        principles,
        note=Words.write(proposal.alliance_id, note),
        at=now,
        by=by,
    )
    proposal.state, proposal.current_wording, proposal.answer_by = state, wording, answer_by
    proposal.save(update_fields=["state", "current_wording", "answer_by"])
    record(
        "decisions.wording_changed",
        proposal,
        by=by,
        number=proposal.number,
        participant=proposal.participant,
        title=wording.title,
        version=wording.version,
        wording_hash=wording.hash,
        wording=bytes(wording.body).decode(),
        note=wording.note,
        lapsed=[stand.participant for stand in answered],
        answer_by=answer_by,
    )
    return wording


@transaction.atomic
def give_more_time(*, proposal: Proposal, answer_by: date, reason: str, by: User) -> Proposal:
    """Move the deadline to a later day; a proposal whose time was over is open again, its answers as they stood."""
    proposal = locked(proposal)
    permissions.give_more_time.check(by, proposal=proposal)
    if proposal.state == State.OPEN and proposal.answer_by == answer_by:
        return proposal
    if proposal.has_deadlock:
        raise NotPossible("In a deadlock the ladder sets the time: nobody moves its dates (rule 18).")
    reopened = proposal.state_now == State.NOT_AGREED
    proposal.state = PROPOSAL.after(proposal.state_now, "reopen" if reopened else "give_more_time")
    in_time(answer_by, timezone.localdate())
    if answer_by < proposal.answer_by:
        raise NotPossible(
            "A deadline moves only to a later day: those who have not answered were promised the time."
        )
    before, proposal.answer_by = proposal.answer_by, answer_by
    proposal.save(update_fields=["state", "answer_by"])
    facts = {
        "number": proposal.number,
        "participant": proposal.participant,
        "title": proposal.title,
        "before": before,
        "answer_by": answer_by,
        "reason": Words.need(proposal.alliance_id, reason, "Say why more time is needed."),
    }
    if reopened:
        record("decisions.proposal_reopened", proposal, by=by, **facts)
    else:
        record("decisions.more_time_given", proposal, by=by, **facts)
    seal_if_unanimous(
        proposal=proposal, at=timezone.now(), by=by
    )  # what a hold kept open until it was too late
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, reason: str, by: User) -> Proposal:
    """Take it back, for a reason. What was said about it stays."""
    proposal = locked(proposal)
    permissions.withdraw_proposal.check(by, proposal=proposal)
    if proposal.state == State.WITHDRAWN:
        return proposal
    proposal.state = PROPOSAL.after(proposal.state_now, "withdraw")
    proposal.withdrawal_reason = Words.need(
        proposal.alliance_id, reason, "Say why the proposal is withdrawn."
    )
    proposal.withdrawn_at, proposal.withdrawn_by = timezone.now(), by
    proposal.save(update_fields=["state", "withdrawal_reason", "withdrawn_at", "withdrawn_by"])
    record(
        "decisions.proposal_withdrawn",
        proposal,
        by=by,
        number=proposal.number,
        participant=proposal.participant,
        title=proposal.title,
        reason=proposal.withdrawal_reason,
    )
    return proposal
