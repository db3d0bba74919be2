"""Conflicts of interest, limits and boards for tests, through the real services."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.core.uploads import Upload
from decisions import services
from decisions.models import Declaration, DeclarationVote, Interest, Proposal, Ratification
from participants import services as people
from participants.models import Alliance, DelegatedLimit, Participant, RoleAppointment, User

MINUTE = Upload("minute.pdf", b"%PDF-1.7\nThe board ratified it.", "application/pdf")


def make_interest(person: User, alliance: Alliance, participant: Participant | None, **facts) -> Interest:
    return services.declare_interest(
        alliance=alliance,
        person=person,
        participant=participant,
        kind=facts.pop("kind", Interest.Kind.INDIRECT),
        what=facts.pop("what", "My sister runs a firm that lets rooms to the council."),
        by=facts.pop("by", person),
        **facts,
    )


def declare(proposal: Proposal, participant: Participant, by: User, **facts) -> Declaration:
    return services.declare_conflict(
        proposal=proposal,
        participant=participant,
        what=facts.pop("what", "My sister would let the rooms."),
        by=by,
        **facts,
    )


def vote(declaration: Declaration, participant: Participant, by: User, stance: str) -> DeclarationVote:
    return services.vote_on_conflict(
        declaration=Declaration.objects.get(pk=declaration.pk), participant=participant, stance=stance, by=by
    )


def limit(person: User, amount: int | None, by: User, from_on: date | None = None) -> DelegatedLimit:
    """Set the limit of the person's one appointment."""
    return people.set_limit(
        appointment=RoleAppointment.objects.get(person=person),
        amount=None if amount is None else Decimal(amount),
        reasons="Our standing orders.",
        from_on=from_on,
        by=by,
    )


def ratify(ratification: Ratification, by: User, **facts) -> Ratification:
    return services.ratify(
        ratification=ratification,
        board_met_on=facts.pop("board_met_on", timezone.localdate()),
        minute=facts.pop("minute", MINUTE),
        by=by,
    )
