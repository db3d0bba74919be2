"""For whom a person speaks on one proposal: their own appointments, and what a deadlock adds to them (rules 8, 18)."""

from django.utils import timezone

from decisions.models import Proposal
from participants.models import Participant, RoleAppointment
from participants.standing import Standing


def voices(standing: Standing, proposal: Proposal) -> frozenset[int]:
    """Ids of participants; a senior representative's from the day on which a deadlock goes up to them."""
    return standing.speaks_for_ids | (standing.senior_for_ids if seniors_speak(proposal) else frozenset())


def capacity_on(standing: Standing, proposal: Proposal, participant: Participant) -> str:
    """ "representative", "deputy" or "senior": in which capacity this person speaks here; "" if in none."""
    if capacity := standing.capacity_for(participant):
        return capacity
    if seniors_speak(proposal) and participant.pk in standing.senior_for_ids:
        return RoleAppointment.Role.SENIOR_REPRESENTATIVE.value
    return ""


def heard_for(standing: Standing) -> frozenset[int]:
    """Ids of the participants whose statement this person makes: a suspended one is heard too (rule 22)."""
    speak = (RoleAppointment.Role.REPRESENTATIVE, RoleAppointment.Role.DEPUTY)
    return frozenset(one.participant_id for one in standing.appointments if one.role in speak)


def seniors_speak(proposal: Proposal) -> bool:
    return proposal.has_deadlock and proposal.deadlock.seniors_speak_on(timezone.localdate())
