"""When an alliance's founding is over. Participants know nothing of decisions: the room that does says it here."""

from collections.abc import Callable

from participants.models import Alliance

_signs: list[Callable[[Alliance], bool]] = []


def is_over_when(sign: Callable[[Alliance], bool]) -> Callable[[Alliance], bool]:
    """Register, from an app's `ready()`, a sign that the alliance decides together by now."""
    _signs.append(sign)
    return sign


def is_over(alliance: Alliance) -> bool:
    return any(sign(alliance) for sign in _signs)
