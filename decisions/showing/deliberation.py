"""Comments, questions and amendments of a proposal, as its page shows them."""

from decisions.models import Proposal
from participants.standing import Standing


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/deliberation.html` shows; a fixed number of queries."""
    return {}
