"""The ladder of a proposal's deadlock, as its page shows it."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/deadlock.html` shows; a fixed number of queries."""
    return {}
