"""Home boards and the limits of those who speak for them (rule 14)."""

from decisions.models import Decision, Position, Ratification


def ask_for_ratification(*, decision: Decision, positions: list[Position]) -> list[Ratification]:
    """Ask the board of each organisation whose speaker agreed above a delegated limit; returns what is awaited."""
    return []
