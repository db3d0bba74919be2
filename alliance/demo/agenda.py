"""When things happen in the story: an agenda that is told in the order of time, with the clock set to each moment.

Every service reads the clock, so that what the story does in March carries March's dates: the record, deadlines,
defaults, the roles in force. Nothing is told that lies after `now`; what is still to come has not happened.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from alliance.core import outbox
from alliance.core.workdays import add_working_days, is_working_day

LONDON = ZoneInfo("Europe/London")


class Agenda:
    """Acts to come, earliest first; those of one moment in the order in which they were put on it."""

    def __init__(self, now: datetime):
        self.now = now
        self._acts: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()

    @property
    def today(self) -> date:
        return timezone.localdate(self.now, LONDON)

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Put an act on the agenda; an act that is being told may put further ones on it, at later moments."""
        heapq.heappush(self._acts, (moment, next(self._order), act))

    def tell(self, each: Callable[[datetime], None] = lambda moment: None) -> int:
        """Do every act that lies before `now`, the clock standing still at its moment; returns how many."""
        told = 0
        if not self._acts:
            return told
        with time_machine.travel(self._acts[0][0].astimezone(ZoneInfo("UTC")), tick=False) as traveller:
            while self._acts and self._acts[0][0] <= self.now:
                moment, _, act = heapq.heappop(self._acts)
                traveller.move_to(moment.astimezone(ZoneInfo("UTC")))
                each(moment)
                act()
                told += 1
        return told

    # ── Days of the story, counted from today ──

    def ago(self, days: int) -> date:
        """The last working day that is at least `days` days before today."""
        day = self.today - timedelta(days=days)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return day

    def ahead(self, days: int) -> date:
        """The first working day that is at least `days` days after today."""
        return add_working_days(self.today + timedelta(days=days), 0)


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """That time of day, in England."""
    return datetime.combine(day, time(hour, minute), LONDON)


@contextmanager
def behind_the_scenes() -> Iterator[None]:
    """One transaction, in which no worker is rung: its work is done on the spot. Letters to the invented stay here."""
    ring, backend = outbox.ring, settings.EMAIL_BACKEND
    outbox.ring = lambda errand_id: None
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:  # a slow machine may draw a report for more than a minute
                cursor.execute("set local idle_in_transaction_session_timeout = 0")
            yield
    finally:
        outbox.ring, settings.EMAIL_BACKEND = ring, backend
