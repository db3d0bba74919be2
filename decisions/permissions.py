"""Who may do what with proposals. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from decisions.models import Meeting, Minutes, Objection, Proposal, Risk
from participants.models import Alliance, Participant
from participants.standing import Role, standing


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
    if not any(entry.participant_id in speaks and not entry.has_left for entry in proposal.roll.all()):
        return "Only representatives and deputies of participants on the roll record an answer on behalf of another."
    return ""


@rule
def seal(by, *, proposal: Proposal) -> str:
    """Whoever speaks for a participant on the roll may seal what everybody agreed to."""
    speaks = standing(by, proposal.alliance_id).speaks_for_ids
    if any(entry.participant_id in speaks and not entry.has_left for entry in proposal.roll.all()):
        return ""
    return "Only those who speak for a participant on the roll seal what was agreed."


@rule
def resolve_objection(by, *, objection: Objection) -> str:
    """Rule 17: only whoever raised it."""
    return _speaks_for(
        by, objection.participant, objection.alliance_id, "resolves this objection, because it raised it"
    )


@rule
def raise_risk(by, *, alliance: Alliance) -> str:
    """Anybody who takes part sees what could go wrong, and what could go right."""
    stands = standing(by, alliance)
    if stands.appointments and not stands.only_reads:
        return ""
    return (
        "Board members, auditors and learning partners read the register. Tell a representative what you see."
    )


@rule
def change_risk(by, *, risk: Risk) -> str:
    """Its steward, or anybody who speaks for a participant: a risk belongs to all (rule 44)."""
    stands = standing(by, risk.alliance_id)
    if stands.speaks_for_ids or (risk.current_version.steward_id == by.pk and not stands.only_reads):
        return ""
    return "Its steward, the representatives and their deputies change it. Tell them what you know."


@rule
def accept_risk(by, *, risk: Risk, participant: Participant) -> str:
    return _speaks_for(by, participant, risk.alliance_id, f"accepts a risk for {participant.short_name}")


def _convenes(by, alliance_id: int, act: str) -> str:
    if standing(by, alliance_id).has(
        Role.REPRESENTATIVE, Role.DEPUTY, Role.SYSTEM_STEWARD, Role.LEARNING_LEAD
    ):
        return ""
    return f"Those who speak for a participant, the system steward and the learning lead {act}."


@rule
def call_meeting(by, *, alliance: Alliance) -> str:
    """Whoever convenes people calls, changes and cancels meetings, and sets their agenda."""
    return _convenes(by, alliance.pk, "call meetings and prepare them")


@rule
def prepare_meeting(by, *, meeting: Meeting) -> str:
    return _convenes(by, meeting.alliance_id, "prepare a meeting and note who was there")


@rule
def say_attendance(by, *, meeting: Meeting) -> str:
    """Everybody says for themselves whether they come."""
    if standing(by, meeting.alliance_id).appointments:
        return ""
    return "Only people of the alliance attend its meetings."


@rule
def write_minutes(by, *, meeting: Meeting) -> str:
    """Whoever convenes, and whoever was there, since each of them has to accept the minutes (rule 21)."""
    if any(one.person_id == by.pk and one.attended for one in meeting.attendances.all()):
        return ""
    return _convenes(by, meeting.alliance_id, "and those who were there write its minutes")


@rule
def accept_minutes(by, *, minutes: Minutes) -> str:
    """Rule 21: each attendee, for themselves."""
    if any(one.person_id == by.pk and one.attended for one in minutes.meeting.attendances.all()):
        return ""
    return "Those who were at the meeting accept its minutes."


@rule
def ask_for_paper(by, *, alliance: Alliance) -> str:
    """Everybody in the alliance takes a decision or official minutes home as a PDF."""
    return "" if standing(by, alliance).appointments else "Papers are for the people of the alliance."
