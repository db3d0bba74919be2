"""What somebody typed, given back to be read and copied where their form cannot be shown again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

DATE_PART = re.compile(r"_(day|month|year)$")
MACHINERY = re.compile(r"^csrfmiddlewaretoken$|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|password", re.I)
DIGEST = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Typed:
    """One question's answer as it was sent, for reading: a label made from the field's name, and the words."""

    label: str
    words: str


def typed(fields: Iterable[tuple[str, list[str]]]) -> list[Typed]:
    """The words among `fields` [(name, values)] for somebody to read: empty ones, digests and machinery left out.

    The three boxes of a date become one.
    """
    words: dict[str, list[str]] = {}
    for name, values in fields:
        said = [value.strip() for value in values if value.strip() and not DIGEST.fullmatch(value.strip())]
        if said and not MACHINERY.search(name):
            words.setdefault(DATE_PART.sub("", name), []).append(", ".join(said))
    return [Typed(_label(name), (" " if len(parts) > 1 else "").join(parts)) for name, parts in words.items()]


def typed_in(post: QueryDict) -> list[Typed]:
    """The same for what a request sent."""
    return typed(post.lists())


def _label(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]
