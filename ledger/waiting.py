"""What waits here, and on whom."""

from alliance.core.waiting import Waiting
from participants.standing import Standing


def waiting_on(standing: Standing) -> list[Waiting]:
    return []
