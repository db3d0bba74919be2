"""Who may do what with proposals. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from decisions.models import Objection, Proposal
from participants.models import Alliance, Participant
from participants.standing import standing


def _speaks_for(by, participant: Participant, alliance, act: str) -> str:
    if standing(by, alliance).speaks_for(participant):
        return ""
    return f"Only {participant.short_name}’s representative or deputy {act}."


@rule
def propose(by, *, alliance: Alliance, participant: Participant | None = None) -> str:
    """Whoever speaks for a participant puts proposals in its name."""
    if participant is not None:
        return _speaks_for(by, participant, alliance, f"proposes in the name of {participant.short_name}")
    if standing(by, alliance).speaks_for_ids:
        return ""
    return "Representatives and deputies put proposals. Ask yours to put this one."


@rule
def edit_draft(by, *, proposal: Proposal) -> str:
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "edits this draft")


@rule
def open_proposal(by, *, proposal: Proposal) -> str:
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "opens this proposal")


@rule
def change_wording(by, *, proposal: Proposal) -> str:
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "changes the wording of this proposal")


@rule
def give_more_time(by, *, proposal: Proposal) -> str:
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "moves the deadline of this proposal")


@rule
def withdraw_proposal(by, *, proposal: Proposal) -> str:
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "withdraws this proposal")


@rule
def answer(by, *, alliance: Alliance) -> str:
    """Whether this person says where anybody stands (rule 8)."""
    if standing(by, alliance).speaks_for_ids:
        return ""
    return "Representatives and deputies say where their organisations stand. Tell yours what you think."


@rule
def take_position(by, *, proposal: Proposal, participant: Participant) -> str:
    """Rules 4, 8, 19: one voice for each participant on the roll, by its representative or deputy alone."""
    if reason := _speaks_for(
        by, participant, proposal.alliance_id, f"says where {participant.short_name} stands"
    ):
        return reason
    if all(entry.participant_id != participant.pk for entry in proposal.roll.all()):
        return (
            f"{participant.short_name} is not on the roll of this proposal: it was not active when it opened."
        )
    return ""


@rule
def resolve_objection(by, *, objection: Objection) -> str:
    """Rule 17: only whoever raised it."""
    return _speaks_for(
        by, objection.participant, objection.alliance_id, "resolves this objection, because it raised it"
    )
