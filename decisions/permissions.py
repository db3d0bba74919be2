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
    entry = next((one for one in proposal.roll.all() if one.participant_id == participant.pk), None)
    if entry is None:
        return (
            f"{participant.short_name} is not on the roll of this proposal: it was not active when it opened."
        )
    if entry.has_left:
        return f"{participant.short_name} left the roll of this proposal: {entry.departure.get_because_display()}."
    if any(
        one.participant_id == participant.pk and one.state == "declared"
        for one in proposal.declarations.all()
    ):
        return f"{participant.short_name} declared a conflict of interest. The others say first whether it takes part."
    return ""


@rule
def record_on_behalf(by, *, proposal: Proposal, participant: Participant) -> str:
    """Rule 24: whoever speaks for another participant on the roll writes down what this one said elsewhere."""
    speaks = standing(by, proposal.alliance_id).speaks_for_ids
    if participant.pk in speaks:
        return f"You speak for {participant.short_name}: give its answer yourself."
    if not any(entry.participant_id in speaks for entry in proposal.roll.all()):
        return "Only representatives and deputies of participants on the roll record an answer on behalf of another."
    return ""


@rule
def seal(by, *, proposal: Proposal) -> str:
    """Whoever speaks for a participant on the roll may seal what everybody agreed to."""
    speaks = standing(by, proposal.alliance_id).speaks_for_ids
    if any(entry.participant_id in speaks for entry in proposal.roll.all()):
        return ""
    return "Only those who speak for a participant on the roll seal what was agreed."


@rule
def resolve_objection(by, *, objection: Objection) -> str:
    """Rule 17: only whoever raised it."""
    return _speaks_for(
        by, objection.participant, objection.alliance_id, "resolves this objection, because it raised it"
    )
