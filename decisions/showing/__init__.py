"""What the pages show of a proposal, prepared so that templates neither count nor ask."""

from decisions.models import Proposal
from decisions.showing import aftermath, alone, conflicts, deadlock, deliberation, papers, ratification
from decisions.showing.differences import differences
from decisions.showing.proposals import about, acts, history, people_of, spoken_stands
from participants.standing import Standing

__all__ = ["about", "acts", "differences", "history", "panels", "people_of", "spoken_stands"]

ROOMS = (alone, conflicts, deadlock, deliberation, ratification, aftermath, papers)


def panels(proposal: Proposal, standing: Standing) -> dict:
    """What the parts of a proposal's page show, each prepared by its own module."""
    shown = {}
    for room in ROOMS:
        shown |= room.panel(proposal, standing)
    return shown
