"""One door into an alliance's data: every request, task and command goes through here.

`app.alliance` is set for the transaction only (SET LOCAL), so that row security can lean on it and a pooled
connection never carries one alliance into another's request.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from alliance.core.refusals import NotPossible

SERIALIZATION_FAILURE, DEADLOCK, WAITED_TOO_LONG = "40001", "40P01", "55P03"
CHANGED_UNDER_IT, DISCARDED = "0A000", "26000"  # a question that was prepared (postgresql/saying.py)
TRIES = 3
BUSY = "Somebody else is at work on this very thing, so nothing was done. Try again in a minute."


@contextmanager
def alliance_context(alliance_id: int) -> Iterator[None]:
    """A transaction in which `app.alliance` names the alliance."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.alliance', %s, true)", [str(alliance_id)])
        yield


@contextmanager
def one_moment(alliance_id: int) -> Iterator[None]:
    """As `alliance_context`, and what is read in it, in however many questions, is of one moment; nothing is written.

    Within a transaction that has begun already it is only the context: a transaction's sort is said at its start.
    """
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        with alliance_context(alliance_id):
            yield


def within_alliance(alliance_id: int, act: Callable):
    """Run `act` in the alliance's context; deadlocks and serialisation failures are tried again, three times, and so is
    what a migration or a pooler took from under a prepared question.

    Who waits too long for what somebody else is doing is told so: NotPossible.

    `act` is run from its start each time, so it must take what it needs from its arguments, not from a half-done try.
    """
    attempt = 1
    while True:
        try:
            with alliance_context(alliance_id):
                return act()
        except DatabaseError as problem:
            state = getattr(problem.__cause__, "sqlstate", None)
            if state == WAITED_TOO_LONG and not connection.in_atomic_block:
                raise NotPossible(BUSY) from problem
            again = {SERIALIZATION_FAILURE, DEADLOCK, CHANGED_UNDER_IT, DISCARDED}
            worth_it = state in again and not connection.in_atomic_block
            if not worth_it or attempt == TRIES:
                raise
        time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
        attempt += 1
