"""The promises that are checked every night and by `manage.py verify` (ledger-and-record.md, Invariants).

Each app registers its own: a function `(alliance_id) -> iterable of sentences`, one for each break.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from alliance.core.models import SelfCheck
from alliance.core.record import breaks_in_chain, head, words_that_do_not_match


@dataclass(frozen=True)
class Invariant:
    promise: str
    breaks: Callable[[int], Iterable[str]]


REGISTER: list[Invariant] = []


def invariant(promise: str):
    """Register a promise, in one sentence that a trustee understands."""

    def register(breaks: Callable[[int], Iterable[str]]):
        REGISTER.append(Invariant(promise, breaks))
        return breaks

    return register


AT_ONCE = (
    200_000  # rows, or those of one thing: no statement takes longer than one may, however much there is
)


def in_parts(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """The keys of what is asked about together; `sizes`: key → its rows."""
    some, rows = [], 0
    for key, size in sizes.items():
        if some and rows + size > AT_ONCE:
            yield some
            some, rows = [], 0
        some.append(key)
        rows += size
    if some:
        yield some


def breaks(alliance_id: int) -> Iterator[tuple[str, str]]:
    """Every (promise, sentence) that does not hold; nothing when all is well."""
    for one in REGISTER:
        for sentence in one.breaks(alliance_id):
            yield one.promise, sentence


def self_check(alliance_id: int) -> SelfCheck:
    """Check every promise now and keep the outcome, for the page and for reports."""
    end = head(alliance_id)
    found = [f"{promise} {sentence}" for promise, sentence in breaks(alliance_id)]
    return SelfCheck.objects.create(
        alliance_id=alliance_id, promises=len(REGISTER), breaks=found[:200], head_seq=end.seq if end else 0
    )


def last_self_check(alliance_id: int) -> SelfCheck | None:
    return SelfCheck.objects.filter(alliance_id=alliance_id).order_by("-at").first()


@invariant("The record has no gap, and every event still gives its hash.")
def _chain(alliance_id: int) -> Iterator[str]:
    yield from breaks_in_chain(alliance_id)


CLOCK_RUNS_BACK = """
select seq, at, before from (
    select seq, at, lag(at) over (order by seq) as before from core_event where alliance_id = %s) told
where at < before - interval '1 minute' order by seq
"""  # two acts at once may tell their moments in the other order; no act takes a minute


@invariant("The record tells of one thing after another: its clock never runs back.")
def _clock(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(CLOCK_RUNS_BACK, [alliance_id])
        for seq, at, before in cursor.fetchall():
            yield f"Event {seq} says {moment(at)}, and the one before it {moment(before)}."


def moment(at: datetime) -> str:
    """As sentences of the self-check say it."""
    return timezone.localtime(at).strftime("%-d %B %Y %H:%M:%S")


@invariant("Nothing of this alliance names what belongs to another.")
def _apart(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select citing::text, by_column, how_many from core_citations_of_others(%s)", [alliance_id]
        )
        for table, column, count in cursor.fetchall():
            rows = "1 row" if count == 1 else f"{count} rows"
            yield f"{table}.{column} names what belongs to another alliance, in {rows}."


@invariant("Every person's words are those that the record committed to, or visibly redacted.")
def _words(alliance_id: int) -> Iterator[str]:
    yield from words_that_do_not_match(alliance_id)


@invariant("Every kept file is byte for byte the one that was given.")
def _documents(alliance_id: int) -> Iterator[str]:
    from alliance.core.models import Document

    for document in Document.objects.filter(alliance_id=alliance_id).iterator(chunk_size=20):
        if not document.matches():
            yield f"The file {document.name} ({document.pk}) is not the one that was kept."
