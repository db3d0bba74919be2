"""Who may do what with proposals. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from decisions import veil
from decisions.models import (
    Amendment,
    Comment,
    Decision,
    Declaration,
    Delegation,
    Interest,
    Meeting,
    Minutes,
    Objection,
    Proposal,
    Ratification,
    ReservedMatter,
    Risk,
    UrgentAction,
)
from decisions.voices import heard_for, voices
from participants.models import Alliance, Participant, User
from participants.standing import Role, standing

READS_ONLY = "Board members, auditors and learning partners read what is said here, and change nothing."


def _speaks_for(by, participant: Participant, alliance, act: str) -> str:
    if standing(by, alliance).speaks_for(participant):
        return ""
    return f"Only {participant.short_name}’s representative or deputy {act}."


def _has_voice(by, participant: Participant, proposal: Proposal, act: str) -> str:
    """Speaks for it; or is its senior representative once a deadlock has gone up to them (rule 18)."""
    if participant.pk in voices(standing(by, proposal.alliance_id), proposal):
        return ""
    return _speaks_for(by, participant, proposal.alliance_id, act)


def _is_asked(proposal: Proposal, participant: Participant) -> bool:
    """On the roll, and did not leave it."""
    return any(one.participant_id == participant.pk and not one.has_left for one in proposal.roll.all())


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
    stands = standing(by, alliance)
    if stands.speaks_for_ids or stands.senior_for_ids:
        return ""
    return "Representatives and deputies say where their organisations stand. Tell yours what you think."


@rule
def take_position(by, *, proposal: Proposal, participant: Participant) -> str:
    """Rules 4, 8, 19: one voice for each participant on the roll, by its representative or deputy alone."""
    if reason := _has_voice(by, participant, proposal, f"says where {participant.short_name} stands"):
        return reason
    entry = proposal.entry_of(participant)
    if entry is None:
        return (
            f"{participant.short_name} is not on the roll of this proposal: it was not active when it opened."
        )
    if entry.has_left:
        return f"{participant.short_name} left the roll of this proposal: {entry.departure.get_because_display()}."
    if proposal.has_declared(participant):
        return f"{participant.short_name} declared a conflict of interest. The others say first whether it takes part."
    return ""


@rule
def record_on_behalf(by, *, proposal: Proposal, participant: Participant | None = None) -> str:
    """Rule 24: whoever speaks for another participant on the roll writes down what this one said elsewhere."""
    speaks = standing(by, proposal.alliance_id).speaks_for_ids
    if participant is not None and participant.pk in speaks:
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
    return _has_voice(
        by, objection.participant, objection.proposal, "resolves this objection, because it raised it"
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


# ── Deliberation and deadlocks ───────────────────────────────────────────────────────────────────────────────


@rule
def comment(by, *, proposal: Proposal) -> str:
    """Anybody who takes part in the alliance's work: everyone's voice counts, whoever they speak for."""
    return READS_ONLY if standing(by, proposal.alliance_id).only_reads else ""


@rule
def redact_remark(by, *, comment: Comment) -> str:
    """Whoever said it; or the server's administrator, whom the law may ask to, by a command (rule 50)."""
    if by.pk == comment.written_by_id or by.is_superuser:
        return ""
    return f"Only {comment.written_by_name} removes these words. Ask them to, or answer."


@rule
def name_steward(by, *, objection: Objection) -> str:
    """Whoever raised an objection, or whoever put the proposal, names who looks after it."""
    proposal = objection.proposal
    speaks = voices(standing(by, proposal.alliance_id), proposal)
    if {objection.participant_id, proposal.participant_id} & speaks:
        return ""
    raised, put = objection.participant.short_name, proposal.participant.short_name
    return f"Those who speak for {raised}, which objects, or for {put}, which proposes, name a steward."


@rule
def offer_amendment(by, *, proposal: Proposal, participant: Participant | None = None) -> str:
    """Any participant that is asked, but the proposer: it changes the wording itself (rule 20)."""
    if participant is None:
        speaks = standing(by, proposal.alliance_id).speaks_for_ids
        others = [one for one in proposal.roll.all() if one.participant_id != proposal.participant_id]
        if any(one.participant_id in speaks and not one.has_left for one in others):
            return ""
        return "Representatives and deputies of the other participants on the roll offer other words."
    if reason := _speaks_for(by, participant, proposal.alliance_id, "offers other words in its name"):
        return reason
    if participant.pk == proposal.participant_id:
        return f"{participant.short_name} put this proposal: it changes the wording itself."
    if not _is_asked(proposal, participant):
        return f"{participant.short_name} is not on the roll of this proposal."
    return ""


@rule
def settle_amendment(by, *, amendment: Amendment) -> str:
    """Whoever put the proposal takes an amendment over or declines it."""
    proposal = amendment.proposal
    return _speaks_for(by, proposal.participant, proposal.alliance_id, "answers this amendment")


@rule
def take_back_amendment(by, *, amendment: Amendment) -> str:
    return _speaks_for(by, amendment.participant, amendment.alliance_id, "takes back what it offered")


@rule
def declare_deadlock(by, *, proposal: Proposal, participant: Participant | None = None) -> str:
    """Rule 18: any participant that is asked, through its representative or deputy.

    Declaring one is no way to find out what is veiled: until the time is over, only those who have answered do.
    """
    stands = standing(by, proposal.alliance_id)
    if participant is None:
        if not any(
            one.participant_id in stands.speaks_for_ids and not one.has_left for one in proposal.roll.all()
        ):
            return "Representatives and deputies of the participants on the roll declare a deadlock."
    elif reason := _speaks_for(by, participant, proposal.alliance_id, "declares a deadlock in its name"):
        return reason
    elif not _is_asked(proposal, participant):
        return f"{participant.short_name} is not on the roll of this proposal."
    if veil.veiled(proposal, stands):
        return "Answer first: what stands in its way is shown to those who have answered."
    return ""


@rule
def climb_ladder(by, *, proposal: Proposal, participant: Participant | None = None) -> str:
    """Who makes statements, names the independent person and writes down what they said: a voice of the roll."""
    if participant is None:
        speaks = voices(standing(by, proposal.alliance_id), proposal)
        if any(one.participant_id in speaks and not one.has_left for one in proposal.roll.all()):
            return ""
        return "Those who speak for a participant on the roll work on its deadlock."
    if reason := _has_voice(by, participant, proposal, f"works on a deadlock for {participant.short_name}"):
        return reason
    if not _is_asked(proposal, participant):
        return f"{participant.short_name} is not on the roll of this proposal."
    return ""


@rule
def declare_interest(by, *, alliance: Alliance, person: User, participant: Participant | None) -> str:
    """One's own; a representative may for the organisation's people."""
    own = standing(person, alliance)
    if not own.appointments or (participant and participant.pk not in own.participant_ids):
        where = participant.short_name if participant else "the alliance"
        return f"{person} does not act for {where}."
    if by.pk == person.pk:
        return ""
    return _only_a_representative(by, participant, alliance, "declares for somebody else")


@rule
def end_interest(by, *, interest: Interest) -> str:
    if by.pk == interest.person_id:
        return ""
    return _only_a_representative(by, interest.participant, interest.alliance_id, "ends it for somebody else")


def _only_a_representative(by, participant: Participant | None, alliance, act: str) -> str:
    if participant and standing(by, alliance).has_for(participant, Role.REPRESENTATIVE):
        return ""
    return f"People declare their own interests; only a representative of their organisation {act}."


@rule
def declare_conflict(by, *, proposal: Proposal, participant: Participant) -> str:
    """Rule 9: whoever would answer for a participant on the roll."""
    if reason := _has_voice(by, participant, proposal, f"declares a conflict of {participant.short_name}"):
        return reason
    return _why_not_asked(proposal, participant)


@rule
def vote_on_conflict(by, *, declaration: Declaration, participant: Participant) -> str:
    """Rule 9: the other representatives on the roll."""
    if participant.pk == declaration.participant_id:
        return f"{participant.short_name} declared the conflict: the others say whether it takes part."
    proposal = declaration.proposal
    if reason := _has_voice(by, participant, proposal, f"says this for {participant.short_name}"):
        return reason
    return _why_not_asked(proposal, participant)


@rule
def leave_for_conflict(by, *, declaration: Declaration) -> str:
    act = "takes it off the roll of its own accord"
    return _has_voice(by, declaration.participant, declaration.proposal, act)


def _why_not_asked(proposal: Proposal, participant: Participant) -> str:
    entry = next((one for one in proposal.roll.all() if one.participant_id == participant.pk), None)
    if entry is None:
        return f"{participant.short_name} is not on the roll of this proposal."
    return f"{participant.short_name} has left the roll of this proposal." if entry.has_left else ""


@rule
def report_conflict(by, *, decision: Decision) -> str:
    """Rule 9: found afterwards, by anybody who speaks for a participant."""
    if standing(by, decision.alliance_id).speaks_for_ids:
        return ""
    return "Representatives and deputies report a conflict that was found. Tell yours what you know."


@rule
def ratify(by, *, ratification: Ratification) -> str:
    """Rule 14: its own organisation says what its board decided."""
    stands, participant = standing(by, ratification.alliance_id), ratification.participant
    if stands.speaks_for(participant) or stands.has_for(participant, Role.BOARD_MEMBER):
        return ""
    return (
        f"Only {participant.short_name}’s representative, deputy or board member says what its board decided."
    )


LOOK_BACK = (Role.LEARNING_LEAD, Role.SYSTEM_STEWARD)


@rule
def review_decision(by, *, decision: Decision) -> str:
    """Whoever speaks for a participant, the learning leads and the system stewards write down what was learned."""
    stands = standing(by, decision.alliance_id)
    if stands.speaks_for_ids or stands.has(*LOOK_BACK):
        return ""
    return (
        "Representatives, deputies, learning leads and system stewards write down what was learned. "
        "Tell one of them what you saw."
    )


@rule
def decide_anything(by, *, alliance: Alliance) -> str:
    """Whether the page of decisions of one person is of any use to this person."""
    if standing(by, alliance).speaks_for_ids:
        return ""
    return "Representatives and deputies take what one person decides. Ask yours to write this one down."


@rule
def use_right(by, *, right: Delegation | ReservedMatter) -> str:
    """Rules 1, 12: the very person of a delegation; whoever speaks for the holder of a reserved matter."""
    if isinstance(right, ReservedMatter):
        return _speaks_for(by, right.holder, right.alliance_id, f"decides about “{right}”")
    if right.person_id != by.pk:
        return f"Only {right.person} decides by this delegation."
    return _speaks_for(by, right.participant, right.alliance_id, "decides by this delegation")


@rule
def decide_alone(by, *, proposal: Proposal) -> str:
    if proposal.is_decided_alone:
        return use_right.reason(by, right=proposal.delegation or proposal.matter)
    return "A key decision is put to the alliance: nobody takes it alone."


@rule
def list_reserved_matter(by, *, alliance: Alliance) -> str:
    """At the founding, before anything was put: any representative."""
    if standing(by, alliance).has(Role.REPRESENTATIVE):
        return ""
    return "Representatives write down what the agreement reserves."


@rule
def be_heard(by, *, proposal: Proposal, participant: Participant) -> str:
    """Rule 22: the representative or deputy of the participant that it is about, suspended or not."""
    if participant.pk in heard_for(standing(by, proposal.alliance_id)):
        return ""
    return f"Only {participant.short_name}’s representative or deputy makes its statement."


@rule
def take_urgent_action(by, *, alliance: Alliance, participant: Participant | None = None) -> str:
    """Rule 23: whoever speaks for an organisation writes down what it did by its duty."""
    if participant is not None:
        return _speaks_for(by, participant, alliance, "writes down what it did")
    if standing(by, alliance).speaks_for_ids:
        return ""
    return "Representatives and deputies write down urgent safety actions. Tell yours at once."


@rule
def report_urgent_action(by, *, urgent: UrgentAction) -> str:
    return _speaks_for(by, urgent.participant, urgent.alliance_id, "reports this action")
