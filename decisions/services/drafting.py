"""Drafts: notes on one organisation's own desk, not yet in the record."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from decisions import guidance, permissions
from decisions.case import Case
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Decision, Delegation, Proposal, ReservedMatter
from decisions.services.files import copy_files
from decisions.services.shared import A_DOUBLED_CLICK, locked, next_number
from decisions.services.superseding import still_stands
from participants.models import Alliance, Participant, Principle, User


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
    """Begin a draft, complete or not; only those who speak for `participant` see it.

    The same by the same person within a minute is the same one.
    """
    permissions.propose.check(by, alliance=alliance, participant=participant)
    if supersedes:
        still_stands(supersedes)
    facts = {
        "alliance": alliance,
        "kind": kind,
        "template": template,
        "participant": participant,
        "delegation": delegation,
        "matter": matter,
        "supersedes": supersedes,
        "follows": follows,
        "follows_as": follows_as,
        "draft": case.tidy().to_json(),
        "answer_by": answer_by,
    }
    return _just_begun(by, **facts) or Proposal.objects.create(
        **facts, number=next_number(alliance.pk, "proposals"), drafted_at=timezone.now(), drafted_by=by
    )


def _just_begun(by: User, **facts) -> Proposal | None:
    """A draft that this person has begun just now, by a doubled click. One person begins one after the other."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    lately = timezone.now() - A_DOUBLED_CLICK
    begun = Proposal.objects.drafts().filter(drafted_by=by, drafted_at__gte=lately, **facts)
    return begun.order_by("number").last()


@transaction.atomic
def draft_successor(*, decision: Decision, participant: Participant, by: User) -> Proposal:
    """Begin the draft that would supersede a decision, with its case to start from (rule 20).

    What it carried out is not carried out again; its files come along as first versions of the new proposal's own.
    Begun again by the same person within a minute it is the same one, with whatever was written into it.
    """
    permissions.propose.check(by, alliance=decision.alliance, participant=participant)
    still_stands(decision)
    if begun := _just_begun(by, supersedes=decision, participant=participant):
        return begun
    old = decision.wording.case
    current = set(
        Principle.objects.current().filter(alliance=decision.alliance_id).values_list("pk", flat=True)
    )
    tests = {pk: test for pk, test in old.tests.items() if pk in current}
    case = replace(old, effect={}, review_on=None, files=(), tests=tests, legal_basis="", consulted="")
    draft = draft_proposal(
        alliance=decision.alliance, participant=participant, case=case, supersedes=decision, by=by
    )
    files = copy_files(named=old.files, source=decision.proposal, to=draft, by=by)
    return save_draft(proposal=draft, case=replace(case, files=files), by=by)


@transaction.atomic
def save_draft(
    *,
    proposal: Proposal,
    case: Case,
    by: User,
    answer_by: date | None = None,
    template: str | None = None,
) -> Proposal:
    """Keep a draft as it is now. With another `template` what the old one would carry out is forgotten."""
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    PROPOSAL.require(proposal.state_now, "save_draft")
    if template is not None and template != proposal.template:
        proposal.template = template
        if case.effect and case.effect.get("kind") != guidance.template(template).effect:
            case = replace(case, effect={})
    proposal.draft, proposal.answer_by = case.tidy().to_json(), answer_by
    proposal.save(update_fields=["draft", "answer_by", "template"])
    return proposal


@transaction.atomic
def discard_draft(*, proposal: Proposal, by: User) -> Proposal:
    """It was never put to anybody, so nobody is told. Twice is once."""
    proposal = locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    if proposal.state == State.DISCARDED:
        return proposal
    proposal.state = PROPOSAL.after(proposal.state_now, "discard")
    proposal.save(update_fields=["state"])
    return proposal
