"""Whom the seal asks: the home boards of those who agreed above their limits (rule 14)."""

from django.utils import timezone

from alliance.core.workdays import add_working_days
from decisions.models import Decision, Position, Ratification
from decisions.tally import assents
from participants.limits import limit_of


def ask_for_ratification(*, decision: Decision, positions: list[Position]) -> list[Ratification]:
    """Ask the board of each organisation whose speaker assented above a delegated limit; returns what is awaited.

    Part of the seal. The limit is the one that held on the day of the answer.
    """
    amount = decision.wording.amount
    if amount is None:
        return []
    due_on = add_working_days(decision.decided_on, decision.alliance.ratify_within)
    limits = [
        (one, limit_of(one.appointment, timezone.localdate(one.taken_at)))
        for one in positions
        if assents(one.stance, standing_aside=True)
    ]
    return [
        Ratification.objects.create(
            alliance_id=decision.alliance_id,
            decision=decision,
            participant=position.participant,
            position=position,
            limit=limit,
            amount=amount,
            due_on=due_on,
        )
        for position, limit in limits
        if limit is not None and limit < amount
    ]
