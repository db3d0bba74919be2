"""Two acts that meet: the one stops before any of its statements until the other is done, or waits for it.

So every order of two transactions can be tried on purpose, where threads let loose would find one in a thousand.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from django.db import connection, connections

from alliance.core.refusals import Refusal
from alliance.core.tenancy import alliance_context

USUAL = 60  # statements of an act that was not counted yet
PATIENCE = 20  # seconds


class Meetings:
    """Acts of one alliance, two at a time; the same `seed` stops them at the same places."""

    def __init__(self, alliance, seed: int = 0):
        self.alliance, self.chance = alliance, random.Random(seed)
        self.counted: dict[str, int] = defaultdict(lambda: USUAL)

    def of(self, name: str, first: Callable, second: Callable) -> list:
        """What the two returned, or the refusals that they met; whatever else they raise is raised. No second try.

        `name` is the first act's: its statements are counted under it, so that it stops somewhere among them.
        """
        stopped, go_on, spoken, place = Event(), Event(), Event(), [0]
        stop = self.chance.randint(1, self.counted[name] + 1)
        session = []

        def stopping(execute, *statement):
            place[0] += 1
            if place[0] == stop:
                stopped.set()
                assert go_on.wait(PATIENCE)
            return execute(*statement)

        def known(execute, *statement):
            session[:] = [connection.connection.info.backend_pid]
            spoken.set()
            return execute(*statement)

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(self._do, first, stopping)
            _until(lambda: stopped.is_set() or one.done())
            two = pool.submit(self._do, second, known)
            spoken.wait(PATIENCE)
            _until(lambda: _is_over(two, session))
            go_on.set()
            met = [one.result(), two.result()]
        self.counted[name] = place[0]
        return met

    def _do(self, act: Callable, watching: Callable):
        try:
            with connection.execute_wrapper(watching), alliance_context(self.alliance.pk):
                return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()


def _is_over(act: Future, session: list[int]) -> bool:
    """Is it done, or does it wait for somebody?"""
    if act.done():
        return True
    with connection.cursor() as cursor:
        cursor.execute("select wait_event_type from pg_stat_activity where pid = %s", session)
        return cursor.fetchone() == ("Lock",)


def _until(something: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not something():
        assert time.monotonic() < until, "It never came."
        time.sleep(0.002)
