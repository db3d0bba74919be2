"""The promises that are checked every night and by `manage.py verify` (ledger-and-record.md, Invariants).

Each app registers its own: a function `(alliance_id) -> iterable of sentences`, one for each break.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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


@invariant("Every person's words are those that the record committed to, or visibly redacted.")
def _words(alliance_id: int) -> Iterator[str]:
    yield from words_that_do_not_match(alliance_id)


@invariant("Every kept file is byte for byte the one that was given.")
def _documents(alliance_id: int) -> Iterator[str]:
    from alliance.core.models import Document

    for document in Document.objects.filter(alliance_id=alliance_id).iterator(chunk_size=20):
        if not document.matches():
            yield f"The file {document.name} ({document.pk}) is not the one that was kept."
