"""The record: what was agreed, posted or said, in one hash chain per alliance that anybody can verify.

`record(...)` is called by services inside the transaction of the change it tells of (house 18). The database gives
the event its place and its hash (sql/record.sql); here the same hash is computed a second time, for verification.
"""

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import rfc8785
from django.db import models, transaction
from django.utils import timezone

from alliance.core.models import Event, EventHead, Words

GENESIS = bytes(32)
_subscribers: dict[str, list[Callable]] = defaultdict(list)


def subscribe(*kinds: str):
    """News travels up: the decorated `handler(event, subject)` runs inside the recording transaction."""

    def register(handler: Callable) -> Callable:
        for kind in kinds:
            _subscribers[kind].append(handler)
        return handler

    return register


def record(kind: str, subject: models.Model, *, by, alliance_id: int | None = None, **facts) -> Event:
    """Write one event about `subject`; `by` is the user who acted, or None for the clock's own acts.

    Facts may be str, int, bool, None, Decimal, date, datetime, bytes, Words (committed, not told), saved models,
    and lists or dicts of these. Floats are refused. Call it last: it takes the chain's lock.
    """
    assert transaction.get_connection().in_atomic_block, (
        "An event shares a transaction with its change (house 18)."
    )
    at = timezone.now()
    reference = {"type": subject._meta.label_lower, "id": str(subject.pk)}
    said = {
        "v": 1,
        "kind": kind,
        "at": _plain(at),
        "actor": {"id": str(by.pk), "name": str(by)} if by else None,
        "subject": reference,
        "facts": facts,
    }
    event = Event(
        alliance_id=alliance_id or subject.alliance_id,
        kind=kind,
        body=canonical(said),
        at=at,
        actor=by,
        subject_type=reference["type"],
        subject_id=subject.pk,
        seq=0,
        prev_hash=b"",
        hash=b"",
    )
    event.save(force_insert=True)
    for handler in _subscribers[kind]:
        handler(event, subject)
    return event


def canonical(said: dict) -> bytes:
    """RFC 8785 bytes of plain JSON: amounts and ids as strings, NFC, UTC."""
    return rfc8785.dumps(_plain(said))


def _plain(value):
    match value:
        case None | bool():
            return value
        case str():
            return unicodedata.normalize("NFC", str(value))
        case int():
            return value if abs(value) < 2**53 else str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case Words():
            return {"commitment": bytes(value.commitment).hex()}
        case models.Model():
            return {"type": value._meta.label_lower, "id": str(value.pk), "name": _plain(str(value))}
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} cannot be told in the record: {value!r}")


def event_hash(chain: str, seq: int, prev_hash: bytes, body: bytes) -> bytes:
    """SHA-256 (32 bytes) of the domain tag and the length-prefixed parts, as sql/record.sql has it."""
    parts = (chain.encode(), str(seq).encode(), prev_hash, body)
    return hashlib.sha256(
        b"concordat/event/1" + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    ).digest()


def digest(lines) -> str:
    """Hexadecimal SHA-256 over many facts, for events that tell of thousands of lines at once."""
    total = hashlib.sha256(b"concordat/lines/1")
    for line in lines:
        part = rfc8785.dumps(_plain(line))
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def head(alliance_id: int) -> EventHead | None:
    return EventHead.objects.filter(alliance_id=alliance_id).first()


def breaks_in_chain(alliance_id: int, printed: tuple[int, str] | None = None) -> Iterator[str]:
    """Every place where an alliance's chain does not hold, in words. `printed` is a head (seq, hash) from a paper."""
    events = Event.objects.filter(alliance_id=alliance_id).order_by("seq")
    reached = events.values_list("seq", flat=True).last() or 0
    end = head(
        alliance_id
    )  # read after `reached`, it is never behind; events that join from now on are left out
    seq, last = 0, GENESIS
    seen_printed = printed is None
    for event in events.filter(seq__lte=max(reached, end.seq if end else 0)).iterator(chunk_size=2000):
        seq += 1
        body = bytes(event.body)
        if event.seq != seq:
            yield f"Event {seq} is missing: the next one is {event.seq}."
            seq = event.seq
        if bytes(event.prev_hash) != last:
            yield f"Event {seq} does not follow from the one before it."
        if event_hash(str(end.chain), event.seq, bytes(event.prev_hash), body) != bytes(event.hash):
            yield f"Event {seq} was changed: its words do not give its hash."
        yield from _columns_differ(event, body)
        last = bytes(event.hash)
        if printed and printed[0] == seq:
            seen_printed = True
            if last.hex() != printed[1].lower():
                yield f"Event {seq} has the hash {last.hex()}, the paper says {printed[1]}."
    if end and (end.seq, bytes(end.hash)) != (seq, last):
        yield f"The chain ends at event {seq}, its head says {end.seq}."
    if not seen_printed:
        yield f"The paper names event {printed[0]}; the chain ends at {seq}."


def _columns_differ(event: Event, body: bytes) -> Iterator[str]:
    said = json.loads(body)
    told = (said["kind"], said["at"], (said["actor"] or {}).get("id"), said["subject"])
    kept = (
        event.kind,
        _plain(event.at),
        str(event.actor_id) if event.actor_id else None,
        {"type": event.subject_type, "id": str(event.subject_id)},
    )
    if told != kept:
        yield f"Event {event.seq}'s columns do not say what its body says."


def words_that_do_not_match(alliance_id: int) -> Iterator[str]:
    for words in Words.objects.filter(alliance_id=alliance_id).iterator(chunk_size=2000):
        if not words.matches():
            yield f"Words {words.pk} are not those that were committed to."
