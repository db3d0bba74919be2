"""Ask now, do later: an errand is a row, written with the change that needs it; Celery rings, a sweep rings again.

Redis may lose everything at any time and nothing is lost. A worker that dies lets go of its errand at once (the hold
is an advisory lock of its database session), and the next ring takes it up. Errands are safe to run twice.
"""

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from alliance.core.models import Errand
from alliance.core.tenancy import alliance_context

log = logging.getLogger(__name__)
PARKED_AFTER = 5  # attempts
HOLD = 0x436F6E63  # the advisory locks' first key: "Conc"
_doers: dict[str, Callable[["Run"], None]] = {}


def errand(kind: str):
    """Register the function that does errands of `kind`; it gets a `Run`."""

    def register(doer: Callable[["Run"], None]):
        assert kind not in _doers, kind
        _doers[kind] = doer
        return doer

    return register


def enqueue(
    kind: str, *, key: str, alliance_id: int | None, due_at: datetime | None = None, **payload
) -> Errand:
    """Ask for an errand, once per (kind, key); rings after commit when it is due now."""
    assert kind in _doers, f"Nobody does {kind!r}"
    row = Errand(
        kind=kind, key=key, alliance_id=alliance_id, payload=payload, due_at=due_at or timezone.now()
    )
    if not _insert(row):
        return Errand.objects.get(kind=kind, key=key)
    if due_at is None:
        transaction.on_commit(lambda: ring(row.pk))
    return row


def _insert(row: Errand) -> bool:
    """False where it was asked for already. One statement: every act asks for something, mostly for the first time."""
    fields = [field for field in Errand._meta.concrete_fields if not field.primary_key]
    statement = "insert into {} ({}) values ({}) on conflict (kind, key) do nothing returning id".format(
        Errand._meta.db_table,
        ", ".join(field.column for field in fields),
        ", ".join(["%s"] * len(fields)),
    )
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        made = cursor.fetchone()
    if made:
        (row.pk,) = made
        row._state.adding, row._state.db = False, connection.alias
    return made is not None


def ring(errand_id: int) -> None:
    """The doorbell. A queue that does not answer is no reason to fail: the sweep rings again."""
    from alliance.core.tasks import do_errand

    try:
        do_errand.apply_async((errand_id,), retry=False)
    except Exception as problem:  # any transport error: the row is the truth
        log.warning("The queue did not take the ring for errand %s: %s", errand_id, problem)


class Run:
    """One attempt at an errand, given to the function that does it."""

    def __init__(self, row: Errand):
        self.row = row
        self.alliance_id: int | None = row.alliance_id
        self.payload: dict = row.payload

    def tell(self, stage: str, progress: int | None = None) -> None:
        """Say what is being done now (and how far, 0 to 100), for the page that waits. Commits at once."""
        Errand.objects.filter(pk=self.row.pk).update(stage=stage, progress=progress)

    @contextmanager
    def step(self, stage: str, progress: int | None = None) -> Iterator[None]:
        """Tell the stage, then one transaction in the alliance's context."""
        self.tell(stage, progress)
        with alliance_context(self.alliance_id):
            yield


def do(errand_id: int) -> bool:
    """Do one errand if it is due and nobody else holds it. True when it was finished here."""
    with _hold(errand_id) as held:
        row = _claim(errand_id) if held else None
        if row is None:
            return False
        try:
            _doers[row.kind](Run(row))
        except Exception as problem:
            _note_trouble(row, problem)
            return False
        Errand.objects.filter(pk=row.pk).update(finished_at=timezone.now(), progress=100, trouble="")
        return True


@contextmanager
def _hold(errand_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [HOLD, errand_id])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [HOLD, errand_id])


def _claim(errand_id: int) -> Errand | None:
    with transaction.atomic():
        row = Errand.objects.due().filter(pk=errand_id).select_for_update(skip_locked=True).first()
        if (
            row and row.attempts >= PARKED_AFTER
        ):  # it took its worker down each time, so no trouble could be noted
            row.parked_at, row.trouble = (
                timezone.now(),
                row.trouble or "The worker was lost each time it tried this.",
            )
            row.save(update_fields=["parked_at", "trouble"])
            return None
        if row:
            row.attempts += 1
            row.started_at = timezone.now()
            row.save(update_fields=["attempts", "started_at"])
        return row


def _note_trouble(row: Errand, problem: Exception) -> None:
    log.exception("Errand %s failed (attempt %s)", row, row.attempts)
    row.trouble = f"{type(problem).__name__}: {problem}"[:2000]
    if row.attempts >= PARKED_AFTER:
        row.parked_at = timezone.now()
    else:
        row.due_at = timezone.now() + timedelta(seconds=5 * 2**row.attempts * random.uniform(0.8, 1.2))
    row.save(update_fields=["trouble", "parked_at", "due_at"])


def try_again(row: Errand) -> None:
    """Take a parked errand up once more, from the page that shows its trouble."""
    Errand.objects.filter(pk=row.pk, finished_at=None).update(
        parked_at=None, attempts=0, due_at=timezone.now()
    )
    transaction.on_commit(lambda: ring(row.pk))


def sweep() -> int:
    """Ring for everything that is due: what was missed, lost or postponed. Returns how many."""
    due = list(Errand.objects.due().order_by("due_at").values_list("pk", flat=True)[:500])
    for errand_id in due:
        ring(errand_id)
    return len(due)


def do_all_due() -> int:
    """Do what is due in this process, for commands and tests; returns how many were finished."""
    return sum(
        do(errand_id) for errand_id in Errand.objects.due().order_by("due_at").values_list("pk", flat=True)
    )
