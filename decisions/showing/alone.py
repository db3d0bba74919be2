"""What a proposal carries out, and by what right one person decides it, as its page shows it."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/alone.html` shows; a fixed number of queries."""
    return {}
