"""Where a person stands in an alliance: the appointments in force, asked for once."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import connection
from django.utils import timezone

from alliance.core.questions import Question
from participants.models import Alliance, Participant, RoleAppointment, User

Role = RoleAppointment.Role


@dataclass(frozen=True, eq=False)
class Standing:
    """A person's appointments in force today in one alliance (empty for a stranger).

    Two are equal when the same person holds the same appointments and speaks for the same participants.
    """

    person: User
    alliance: Alliance
    appointments: tuple[RoleAppointment, ...]

    def __eq__(self, other) -> bool:
        return isinstance(other, Standing) and self._facts == other._facts

    def __hash__(self) -> int:
        return hash(self._facts)

    @cached_property
    def _facts(self) -> tuple:
        held = tuple(one.pk for one in self.appointments)
        return self.person.pk, self.alliance, held, self.speaks_for_ids, self.senior_for_ids

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
    """The person's standing now; one query, unless this request knows it: from its door, or from its act."""
    alliance_id = alliance if isinstance(alliance, int) else alliance.pk
    for kept in kept_standings(person):
        if kept.alliance.pk == alliance_id:
            return _asked_again(kept) if person._must_ask else kept
    if not person.is_authenticated:
        return Standing(person, alliance, ())
    held = _held(person=person.pk, alliance=alliance_id, on=timezone.localdate())
    return Standing(person, alliance, tuple(held))


def _asked_again(kept: Standing) -> Standing:
    """As the act finds it, while `User.hold_still` keeps it so."""
    person = kept.person
    held = _held(person=person.pk, alliance=kept.alliance.pk, on=timezone.localdate())
    now = Standing(person, kept.alliance, tuple(held))
    person._standings, person._must_ask = (now,), False
    return now


def enter(person: User, slug: str) -> Standing | None:
    """The person’s standing in the alliance of that name, kept with the person; None for a stranger. One query."""
    appointments = tuple(_held_there(person=person.pk, slug=slug, on=timezone.localdate()))
    if not appointments:
        return None
    entered = Standing(person, appointments[0].alliance, appointments)
    person._standings, person._must_ask = (entered,), False
    return entered


def stand_at_the_door(person: User) -> None:
    """From here on what `enter` found is for looking; a service has a transaction of its own and asks again."""
    person._door = list(connection.savepoint_ids)


def kept_standings(person: User) -> tuple[Standing, ...]:
    """Where this request has entered: nothing outside is in sight then."""
    return getattr(person, "_standings", ())


def _appointments(person: int, on: date):
    held = RoleAppointment.objects.in_force(on).filter(person_id=person)
    return held.select_related("participant").order_by("participant__place", "role")


_held = Question(lambda person, alliance, on: _appointments(person, on).filter(alliance_id=alliance))
_held_there = Question(
    lambda person, slug, on: _appointments(person, on).filter(alliance__slug=slug).select_related("alliance")
)
