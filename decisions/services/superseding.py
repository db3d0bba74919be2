"""A sealed decision is never changed: another one supersedes it, once (rule 20)."""

from alliance.core.refusals import NotPossible
from decisions.models import Decision, Proposal


def still_stands(decision: Decision) -> None:
    """NotPossible when another decision has superseded it already.

    Its proposal's row is locked, so that of two that would supersede it only the first is sealed.
    """
    Proposal.objects.select_for_update().only("pk").get(pk=decision.proposal_id)
    if successor := decision.superseded_by:
        raise NotPossible(
            f"Decision {decision.number} has been superseded by decision {successor.number}. "
            "Supersede that one, or put a question of its own."
        )


def may_supersede(proposal: Proposal) -> None:
    """The same, of what an open proposal would supersede; nothing for one that supersedes nothing."""
    if proposal.supersedes_id:
        still_stands(proposal.supersedes)
