"""Declared conflicts of interest and who left the roll, as the proposal's page shows them."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/conflicts.html` shows; a fixed number of queries."""
    return {}
