"""What waits among people and organisations: a participant for which nobody has a voice yet."""

from django.db.models import Exists, OuterRef

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from participants.models import Invitation, Participant, RoleAppointment
from participants.standing import Role, Standing


def _unspoken_for(standing: Standing):
    """Nobody ever spoke for them, and no letter is under way to somebody who will."""
    if not standing.has(Role.REPRESENTATIVE):
        return None
    voices = {"participant": OuterRef("pk"), "role__in": (Role.REPRESENTATIVE, Role.DEPUTY)}
    return (
        Participant.objects.filter(alliance=standing.alliance)
        .active()
        .exclude(Exists(RoleAppointment.objects.filter(**voices)))
        .exclude(Exists(Invitation.objects.waiting().filter(**voices)))
        .order_by("place")
    )


def _people_to_invite(participants: list[Participant], standing: Standing) -> list[Waiting]:
    """Any representative may let the first of them in."""
    return [
        Waiting(
            title=f"Invite somebody to speak for {one.name}",
            url=reverse("participants:invite", args=[standing.alliance.slug]),
            why="Nobody does yet, and what is asked of all needs everybody’s answer.",
            who="me",
        )
        for one in participants
    ]


waiting_on = Sources([Source(_unspoken_for, _people_to_invite)])
