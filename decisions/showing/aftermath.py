"""What followed: superseding, reviews, files, papers, meetings and risks, as the page shows them."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/aftermath.html` shows; a fixed number of queries."""
    return {}
