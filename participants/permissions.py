"""Who may do what with people and organisations. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from participants.models import Alliance, Invitation, Participant, RoleAppointment
from participants.standing import standing

Role = RoleAppointment.Role
WHOLE_ALLIANCE = "Only a representative of a participant can do this: it concerns the whole alliance."


@rule
def invite(by, *, alliance: Alliance, role: str, participant: Participant | None) -> str:
    """Each organisation brings its own people; roles for the whole alliance come from any representative."""
    stands = standing(by, alliance)
    if participant is not None and role in RoleAppointment.FOR_A_PARTICIPANT:
        if stands.has_for(participant, Role.REPRESENTATIVE):
            return ""
        if not participant.people.speaking().exists() and stands.has(Role.REPRESENTATIVE):
            return ""  # a participant with nobody to speak for it: somebody must let its first person in
        return f"Only a representative of {participant} brings in the people of {participant}."
    return "" if stands.has(Role.REPRESENTATIVE) else WHOLE_ALLIANCE


@rule
def invite_anybody(by, *, alliance: Alliance) -> str:
    """Whether the page of invitations is of any use to this person."""
    if standing(by, alliance).has(Role.REPRESENTATIVE):
        return ""
    return "Only representatives bring people into the alliance. Ask yours."


@rule
def withdraw_invitation(by, *, invitation: Invitation) -> str:
    return invite.reason(
        by, alliance=invitation.alliance, role=invitation.role, participant=invitation.participant
    )


@rule
def end_appointment(by, *, appointment: RoleAppointment) -> str:
    """One may always step down; else whoever could have made the appointment ends it."""
    if appointment.person_id == by.pk:
        return ""
    return invite.reason(
        by, alliance=appointment.alliance, role=appointment.role, participant=appointment.participant
    )


@rule
def set_limit(by, *, appointment: RoleAppointment) -> str:
    """Rule 14: the organisation says how far its speakers' word reaches; nobody says it of themselves."""
    participant = appointment.participant
    if participant is None or appointment.role not in (
        Role.REPRESENTATIVE,
        Role.DEPUTY,
        Role.SENIOR_REPRESENTATIVE,
    ):
        return "Only those who speak for an organisation have a limit."
    if appointment.person_id == by.pk:
        return (
            f"Nobody sets their own limit. A board member or another representative of {participant.short_name} "
            "sets yours."
        )
    if standing(by, appointment.alliance_id).has_for(participant, Role.REPRESENTATIVE, Role.BOARD_MEMBER):
        return ""
    return (
        f"Only a representative or board member of {participant.short_name} sets the limits of its speakers."
    )
