"""Drafts: notes on one organisation's own desk, not yet in the record."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from decisions import permissions
from decisions.case import Case
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Decision, Delegation, Proposal, ReservedMatter
from decisions.services.shared import locked, next_number
from participants.models import Alliance, Participant, User


@transaction.atomic
def draft_proposal(
    *,
    alliance: Alliance,
    participant: Participant,
    case: Case,
    by: User,
    answer_by: date | None = None,
    kind: str = Proposal.Kind.KEY,
    template: str = "",
    delegation: Delegation | None = None,
    matter: ReservedMatter | None = None,
    supersedes: Decision | None = None,
    follows: Decision | None = None,
    follows_as: str = "",
) -> Proposal:
    """Begin a draft, complete or not; only those who speak for `participant` see it."""
    permissions.propose.check(by, alliance=alliance, participant=participant)
    return Proposal.objects.create(
        alliance=alliance,
        number=next_number(alliance.pk, "proposals"),
        kind=kind,
        template=template,
        participant=participant,
        delegation=delegation,
        matter=matter,
        supersedes=supersedes,
        follows=follows,
        follows_as=follows_as,
        draft=case.tidy().to_json(),
        answer_by=answer_by,
        drafted_at=timezone.now(),
        drafted_by=by,
    )


@transaction.atomic
def save_draft(*, proposal: Proposal, case: Case, by: User, answer_by: date | None = None) -> Proposal:
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    PROPOSAL.require(proposal.state_now, "save_draft")
    proposal.draft, proposal.answer_by = case.tidy().to_json(), answer_by
    proposal.save(update_fields=["draft", "answer_by"])
    return proposal


@transaction.atomic
def discard_draft(*, proposal: Proposal, by: User) -> Proposal:
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    if proposal.state == State.DISCARDED:
        return proposal
    proposal.state = PROPOSAL.after(proposal.state_now, "discard")
    proposal.save(update_fields=["state"])
    return proposal
