"""Who may do what with people and organisations. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from participants import founding
from participants.models import Alliance, Invitation, Participant, RoleAppointment
from participants.standing import Standing, standing

Role = RoleAppointment.Role
WHOLE_ALLIANCE = "Only a representative of a participant can do this: it concerns the whole alliance."


@rule
def invite(by, *, alliance: Alliance, role: str, participant: Participant | None) -> str:
    """Each organisation brings its own people; roles for the whole alliance come from any representative.

    Whoever acts for all is the best person for it by everybody's decision, once the founding is over (principle f).
    """
    return _by_decision(alliance, role, "appoints the best person by") or _brings_in(
        by, alliance, role, participant
    )


def _brings_in(by, alliance: Alliance, role: str, participant: Participant | None) -> str:
    stands = standing(by, alliance)
    if participant is not None and role in RoleAppointment.FOR_A_PARTICIPANT:
        spoken_for = participant.people.filter(role__in=(Role.REPRESENTATIVE, Role.DEPUTY)).exists()
        if not spoken_for and stands.has(Role.REPRESENTATIVE):
            return ""  # a participant for which nobody ever spoke: somebody must let its first person in
        return _of_its_own(stands, participant, "brings in")
    return "" if stands.has(Role.REPRESENTATIVE) else WHOLE_ALLIANCE


def _by_decision(alliance: Alliance, role: str, act: str) -> str:
    if role not in RoleAppointment.BY_DECISION or not founding.is_over(alliance):
        return ""
    return f"{Role(role).label} is a key role: the alliance {act} a decision of all (principle f). Propose it as one."


def _of_its_own(stands: Standing, participant: Participant, act: str) -> str:
    """Its representative; where it has none any more, its deputy or a member of its board. Never another's."""
    if stands.has_for(participant, Role.REPRESENTATIVE):
        return ""
    if stands.has_for(participant, Role.DEPUTY, Role.BOARD_MEMBER) and not _is_represented(participant):
        return ""
    return f"Only a representative of {participant} {act} the people of {participant}."


def _is_represented(participant: Participant) -> bool:
    return participant.people.in_force().filter(role=Role.REPRESENTATIVE).exists()


@rule
def invite_anybody(by, *, alliance: Alliance) -> str:
    """Whether the page of invitations is of any use to this person."""
    stands = standing(by, alliance)
    if stands.has(Role.REPRESENTATIVE):
        return ""
    own = [one.participant for one in stands.appointments if one.role in (Role.DEPUTY, Role.BOARD_MEMBER)]
    if any(not _is_represented(one) for one in own):
        return ""
    return "Only representatives bring people into the alliance. Ask yours."


@rule
def withdraw_invitation(by, *, invitation: Invitation) -> str:
    return _brings_in(by, invitation.alliance, invitation.role, invitation.participant)


@rule
def end_appointment(by, *, appointment: RoleAppointment) -> str:
    """One may always step down; else its own organisation ends it, or a representative where it is for all.

    Of a key role all relieve somebody, by a decision, once the founding is over (principle f).
    """
    if appointment.person_id == by.pk:
        return ""
    if reason := _by_decision(appointment.alliance, appointment.role, "relieves somebody of it by"):
        return reason
    if appointment.participant is not None and appointment.role in RoleAppointment.FOR_A_PARTICIPANT:
        return _of_its_own(standing(by, appointment.alliance), appointment.participant, "ends the roles of")
    return _brings_in(by, appointment.alliance, appointment.role, appointment.participant)


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
