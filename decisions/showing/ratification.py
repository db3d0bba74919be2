"""What a decision still waits for, as its page shows it."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/ratification.html` shows; a fixed number of queries."""
    return {}
