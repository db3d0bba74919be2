"""What one person decides: within a delegation, or because the agreement reserves it (rules 1, 12, 13).

Both rights come from the alliance: a delegation from a sealed key decision, a reserved matter from the agreement at its
founding or from one. The database grants them only in the transaction of such a seal.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.case import Case
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Decision, Delegation, Proposal, ReservedMatter
from decisions.services.drafting import draft_proposal
from decisions.services.shared import (
    appointment_of,
    complete,
    locked,
    next_number,
    voice,
    write_wording,
)
from participants.models import Alliance, Participant, User
from participants.numbering import next_number as next_in

Kind = Proposal.Kind


@transaction.atomic
def draft_alone(
    *,
    alliance: Alliance,
    case: Case,
    by: User,
    delegation: Delegation | None = None,
    matter: ReservedMatter | None = None,
) -> Proposal:
    """Begin the draft of a decision by right of a delegation or of a reserved matter: of one of the two."""
    right = delegation or matter
    permissions.use_right.check(by, right=right)
    return draft_proposal(
        alliance=alliance,
        participant=delegation.participant if delegation else matter.holder,
        case=case,
        kind=Kind.OPERATIONAL if delegation else Kind.RESERVED,
        delegation=delegation,
        matter=matter,
        by=by,
    )


@transaction.atomic
def decide_alone(*, proposal: Proposal, by: User) -> Decision:
    """Turn a draft of an operational or a reserved decision into that decision. Deciding it twice is deciding it once.

    Operational: within the delegation, by the very person to whom it was given. Reserved: by whoever speaks for the
    holder; where it moves money, a draft of the key decision about that money is made with it (rule 13).
    """
    proposal = locked(proposal)
    permissions.decide_alone.check(by, proposal=proposal)
    if proposal.state == State.AGREED:
        return proposal.decision
    state = PROPOSAL.after(proposal.state_now, "decide")
    if not proposal.is_decided_alone:
        raise NotPossible("A key decision is put to the alliance: nobody takes it alone.")
    now, today = timezone.now(), timezone.localdate()
    case, principles = complete(proposal.case, proposal.alliance_id, proposal.kind)
    _within_the_right(proposal, case, today)
    if case.effect:
        raise NotPossible("Only a key decision carries out a change of the agreement.")
    appointment = appointment_of(proposal, proposal.participant, by)
    wording = write_wording(proposal, 1, case, principles, at=now, by=by)
    decision = Decision.objects.create(
        alliance_id=proposal.alliance_id,
        number=next_number(proposal.alliance_id, "decisions"),
        kind=proposal.kind,
        proposal=proposal,
        wording=wording,
        wording_hash=wording.hash,
        decided_on=today,
        sealed_at=now,
        sealed_by=by,
        decided_as=appointment,
        decided_by_name=voice(appointment, by),
    )
    proposal.state, proposal.current_wording, proposal.draft, proposal.answer_by = state, wording, {}, today
    proposal.opened_at, proposal.opened_by = now, by
    proposal.save(update_fields=["state", "current_wording", "draft", "answer_by", "opened_at", "opened_by"])
    consequence = _money_for_all(decision, case, by) if _moves_money(proposal, case) else None
    record(
        "decisions.decided_alone",
        decision,
        by=by,
        number=decision.number,
        proposal=proposal.number,
        decision_kind=decision.get_kind_display(),
        title=wording.title,
        participant=proposal.participant,
        decided_on=today,
        spoken_by=decision.decided_by_name,
        appointment=str(appointment.pk),
        delegation=proposal.delegation.number if proposal.delegation else None,
        limit=proposal.delegation.limit if proposal.delegation else None,
        matter=proposal.matter.number if proposal.matter else None,
        category=proposal.matter.get_category_display() if proposal.matter else None,
        amount=case.amount,
        supersedes=proposal.supersedes.number if proposal.supersedes_id else None,
        consequence=consequence.number if consequence else None,
        version=1,
        wording_hash=wording.hash,
        wording=bytes(wording.body).decode(),
    )
    return decision


def _within_the_right(proposal: Proposal, case: Case, today: date) -> None:
    delegation, matter = proposal.delegation, proposal.matter
    if delegation and not delegation.in_force(today):
        raise NotPossible(f"{delegation} is not in force today, so this is for all to decide.")
    if delegation and delegation.limit is not None and (case.amount or 0) > delegation.limit:
        raise NotPossible(
            f"{delegation} goes up to £{delegation.limit:,.2f}. A decision above it is for all to take."
        )
    if matter and matter.ended_on and matter.ended_on <= today:
        raise NotPossible(f"“{matter}” is no longer reserved, so this is for all to decide.")


def _moves_money(proposal: Proposal, case: Case) -> bool:
    return proposal.kind == Kind.RESERVED and bool(case.amount)


def _money_for_all(decision: Decision, case: Case, by: User) -> Proposal:
    """The linked key decision about the money (rule 13): a draft of the same organisation, its case begun."""
    begun = replace(
        case,
        title=f"The money that decision {decision.number} moves: {case.title}"[:200],
        text=f"The alliance provides £{case.amount:,.2f} for what decision {decision.number} decided: {case.title}",
        why=f"Decision {decision.number} is reserved to {decision.proposal.participant.name}. Its money is the "
        f"alliance’s, so all decide about that (rule 13).\n\n{case.why}",
        legal_basis="",
        consulted="",
        tests={},
    )
    return draft_proposal(
        alliance=decision.alliance,
        participant=decision.proposal.participant,
        case=begun,
        follows=decision,
        follows_as=Proposal.FollowsAs.MONEY,
        by=by,
    )


# ── The rights: given and ended by the seal of a key decision ────────────────────────────────────────────────


@transaction.atomic
def grant_delegation(
    *,
    decision: Decision,
    person: User,
    participant: Participant,
    scope: str,
    limit: Decimal | None,
    until_on: date | None,
    by: User,
) -> Delegation:
    """Let `person` decide alone for `participant`, as `decision` says. It gives one delegation, once."""
    if existing := Delegation.objects.filter(granted_by=decision).first():
        return existing
    delegation = Delegation.objects.create(
        alliance_id=decision.alliance_id,
        number=next_in(Delegation, decision.alliance),
        scope=scope,
        limit=limit,
        person=person,
        participant=participant,
        from_on=timezone.localdate(),
        until_on=until_on,
        granted_by=decision,
    )
    record(
        "decisions.delegation_granted",
        delegation,
        by=by,
        number=delegation.number,
        person=person,
        participant=participant,
        scope=scope,
        limit=limit,
        from_on=delegation.from_on,
        until_on=until_on,
        decision=decision,
    )
    return delegation


@transaction.atomic
def end_delegation(*, delegation: Delegation, decision: Decision, by: User) -> Delegation:
    """From today it is no longer in force. Ending it twice is ending it once."""
    delegation = (
        Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation.pk)
    )
    if delegation.ended_on:
        return delegation
    delegation.ended_on, delegation.ended_with = timezone.localdate(), decision
    delegation.save(update_fields=["ended_on", "ended_with"])
    record(
        "decisions.delegation_ended",
        delegation,
        by=by,
        number=delegation.number,
        person=delegation.person,
        decision=decision,
    )
    return delegation


@transaction.atomic
def list_reserved_matter(
    *,
    alliance: Alliance,
    title: str,
    category: str,
    legal_basis: str,
    holder: Participant,
    by: User | None,
    decision: Decision | None = None,
) -> ReservedMatter:
    """Write into the agreement that `holder` decides this alone: at the founding, or by a key decision (rule 12).

    `by` None is the founding of the alliance by a command. The same matter of the same holder twice is once.
    """
    number = next_in(ReservedMatter, alliance)
    same = ReservedMatter.objects.filter(alliance=alliance, title=title, holder=holder, ended_on__isnull=True)
    if existing := same.first():
        return existing
    if decision is None and Proposal.objects.put().filter(alliance=alliance).exists():
        raise NotPossible(
            "What is reserved changes by a key decision, once the alliance has begun to decide."
        )
    if decision is None and by is not None:
        permissions.list_reserved_matter.check(by, alliance=alliance)
    matter = ReservedMatter.objects.create(
        alliance=alliance,
        number=number,
        title=title,
        category=category,
        legal_basis=legal_basis,
        holder=holder,
        listed_at=timezone.now(),
        listed_by=by,
        listed_with=decision,
    )
    record(
        "decisions.reserved_matter_listed",
        matter,
        by=by,
        number=number,
        title=title,
        category=matter.get_category_display(),
        legal_basis=legal_basis,
        holder=holder,
        decision=decision,
    )
    return matter


@transaction.atomic
def end_reserved_matter(*, matter: ReservedMatter, decision: Decision, by: User) -> ReservedMatter:
    """From today all decide it together. Ending it twice is ending it once."""
    matter = ReservedMatter.objects.select_for_update(of=("self",)).select_related("holder").get(pk=matter.pk)
    if matter.ended_on:
        return matter
    matter.ended_on, matter.ended_with = timezone.localdate(), decision
    matter.save(update_fields=["ended_on", "ended_with"])
    record(
        "decisions.reserved_matter_ended",
        matter,
        by=by,
        number=matter.number,
        title=matter.title,
        holder=matter.holder,
        decision=decision,
    )
    return matter
