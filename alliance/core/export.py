"""The record as a file that somebody who trusts nobody can check (ledger-and-record.md).

Lines of JSON: one header, every event with its body in base64, every person's words with their salt.
"""

from base64 import b64encode
from collections.abc import Iterator

from django.utils import timezone

from alliance.core.models import Event, Words
from alliance.core.record import head


def record_lines(alliance) -> Iterator[dict]:
    """The lines in their order, each to be written as JSON; `verify_export.py` says what each field is checked for."""
    end = head(alliance.pk)
    yield {
        "format": "concordat-record",
        "version": 1,
        "alliance": str(alliance),
        "chain": str(end.chain) if end else None,
        "head": {"seq": end.seq, "hash": bytes(end.hash).hex()} if end else None,
        "exported_at": timezone.now().isoformat(),
    }
    for event in Event.objects.filter(alliance_id=alliance.pk).order_by("seq").iterator(chunk_size=2000):
        yield {
            "seq": event.seq,
            "prev_hash": bytes(event.prev_hash).hex(),
            "hash": bytes(event.hash).hex(),
            "body": b64encode(bytes(event.body)).decode(),
        }
    for words in Words.objects.filter(alliance_id=alliance.pk).order_by("pk").iterator(chunk_size=2000):
        yield {
            "commitment": bytes(words.commitment).hex(),
            "redacted": words.redaction_reason if words.redacted_at else None,
            "salt": bytes(words.salt).hex(),
            "text": words.text,
        }
