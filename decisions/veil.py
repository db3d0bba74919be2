"""Whether somebody may already see where the others stand."""

from decisions.lifecycle import State
from decisions.models import Proposal
from participants.standing import Standing


def veiled(proposal: Proposal, standing: Standing) -> bool:
    """With independent answers nobody sees the others' before all, or their own organisation, have answered.

    Needs `with_positions()`; asks nothing more.
    """
    if not proposal.independent or proposal.state_now != State.OPEN or not proposal.tally.waiting:
        return False
    answered = {one.participant.pk for one in proposal.tally.answered}
    return not answered & standing.speaks_for_ids
