"""Where a person stands in an alliance: the appointments in force, asked for once."""

from dataclasses import dataclass
from functools import cached_property

from participants.models import Alliance, Participant, RoleAppointment, User

Role = RoleAppointment.Role


@dataclass(frozen=True, eq=False)
class Standing:
    """A person's appointments in force today in one alliance (empty for a stranger)."""

    person: User
    alliance: Alliance
    appointments: tuple[RoleAppointment, ...]

    def has(self, *roles: str) -> bool:
        return any(one.role in roles for one in self.appointments)

    def has_for(self, participant: Participant | int, *roles: str) -> bool:
        wanted = participant if isinstance(participant, int) else participant.pk
        return any(one.role in roles and one.participant_id == wanted for one in self.appointments)

    def speaks_for(self, participant: Participant | int) -> bool:
        """Representative or deputy of that participant, in force today (rule 8), and it is not suspended."""
        return (participant if isinstance(participant, int) else participant.pk) in self.speaks_for_ids

    @cached_property
    def speaks_for_ids(self) -> frozenset[int]:
        return frozenset(
            one.participant_id
            for one in self.appointments
            if one.role in (Role.REPRESENTATIVE, Role.DEPUTY) and one.participant.is_active()
        )

    @cached_property
    def senior_for_ids(self) -> frozenset[int]:
        """The participants whose senior representative this person is: asked when a deadlock goes up (rule 18)."""
        return frozenset(
            one.participant_id
            for one in self.appointments
            if one.role == Role.SENIOR_REPRESENTATIVE and one.participant.is_active()
        )

    @cached_property
    def participant_ids(self) -> frozenset[int]:
        return frozenset(one.participant_id for one in self.appointments if one.participant_id)

    @cached_property
    def only_reads(self) -> bool:
        """Board members, auditors and learning partners read everything and change nothing."""
        return not self.has(
            Role.REPRESENTATIVE,
            Role.DEPUTY,
            Role.FINANCE_LEAD,
            Role.POOL_MANAGER,
            Role.SENIOR_REPRESENTATIVE,
            Role.LEARNING_LEAD,
            Role.SYSTEM_STEWARD,
            Role.WORKER,
            Role.LIVED_EXPERIENCE,
        )

    def capacity_for(self, participant: Participant | int) -> str:
        """ "representative" or "deputy": in which capacity this person speaks for the participant; "" if in none."""
        if not self.speaks_for(participant):
            return ""
        for role in (Role.REPRESENTATIVE, Role.DEPUTY):
            if self.has_for(participant, role):
                return role.value
        return ""


def standing(person: User, alliance: Alliance | int) -> Standing:
    """The person's standing today; one query, kept for the length of a request by `in_alliance`."""
    alliance_id = alliance if isinstance(alliance, int) else alliance.pk
    kept = getattr(person, "_standings", {}).get(alliance_id)
    if kept is not None:
        return kept
    if not person.is_authenticated:
        return Standing(person, alliance, ())
    appointments = (
        RoleAppointment.objects.in_force()
        .filter(person=person, alliance_id=alliance_id)
        .select_related("participant")
        .order_by("participant__place", "role")
    )
    return Standing(person, alliance, tuple(appointments))
