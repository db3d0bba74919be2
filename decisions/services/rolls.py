"""Off a roll: whoever is no longer asked on one proposal. Its row on the frozen roll stays (rules 2, 9)."""

from django.utils import timezone

from alliance.core.record import record
from decisions.lifecycle import DECLARATION, DeclarationState
from decisions.models import Declaration, Proposal, RollDeparture, RollEntry
from participants.models import Participant, User

Because = RollDeparture.Because


def why_gone(participant: Participant) -> str:
    """Why a participant that is not active is not asked: it has left the alliance by today, or is suspended."""
    left = participant.left_on and participant.left_on <= timezone.localdate()
    return Because.LEFT if left else Because.SUSPENDED


def depart(
    proposal: Proposal,
    entry: RollEntry,
    because: str,
    by: User | None,
    declaration: Declaration | None = None,
) -> None:
    """From now on `entry` is not asked; for a conflict, `declaration` is the one that its participant left for."""
    departure = RollDeparture.objects.create(
        alliance_id=proposal.alliance_id,
        entry=entry,
        because=because,
        declaration=declaration,
        departed_at=timezone.now(),
        departed_by=by,
    )
    record(
        "decisions.roll_left",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        participant=entry.participant,
        because=departure.because,
        reason=departure.get_because_display(),
        declaration=declaration.number if declaration else None,
    )
    if declaration is None:  # a conflict that the others were still asked about has no bearing any more
        for own in proposal.declarations.filter(
            participant=entry.participant, state=DeclarationState.DECLARED
        ):
            settle(own, "leave", by)


def settle(declaration: Declaration, verb: str, by: User | None) -> None:
    """Take a declared conflict a step of its lifecycle."""
    declaration.state = DECLARATION.after(declaration.state, verb)
    declaration.settled_at, declaration.settled_by = timezone.now(), by
    declaration.save(update_fields=["state", "settled_at", "settled_by"])
