"""What was taken out of the book, opened again."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

from beancount import loader

D = Decimal


def read(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(read(response).decode("utf-8-sig"))))


def opened_by_beancount(text: str) -> tuple[list, list, dict[str, D]]:
    entries, errors, _ = loader.load_string(text)
    sums = defaultdict(D)
    for entry in entries:
        for posting in getattr(entry, "postings", []):
            sums[posting.account] += posting.units.number
    return entries, errors, {name: amount for name, amount in sums.items() if amount}
