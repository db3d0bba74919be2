"""Facts that are kept as canonical JSON and read back into equal values: dataclasses of plain facts (rule 52).

A field is text, a number, a Decimal, a date, a moment, another such dataclass, a tuple of these, or `… | None`.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

from alliance.core.record import canonical

Facts = TypeVar("Facts")


def freeze(facts) -> bytes:
    """Canonical JSON (RFC 8785): the same facts are the same bytes."""
    return canonical(asdict(facts))


def thaw(kind: type[Facts], kept: bytes) -> Facts:
    """The values that these bytes were made of."""
    return revive(kind, json.loads(kept))


def revive(kind, value):
    """A plain JSON value as the `kind` that a dataclass's field names. A field that was not kept has its default."""
    if get_origin(kind) is UnionType:
        return (
            None
            if value is None
            else revive(next(one for one in get_args(kind) if one is not type(None)), value)
        )
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        each = [inner[0]] * len(value) if inner[1] is ... else inner
        return tuple(revive(one, part) for one, part in zip(each, value, strict=True))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{
                field.name: revive(hints[field.name], value[field.name])
                for field in fields(kind)
                if field.name in value
            }
        )
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if kind in (Decimal, int):
        return kind(value)
    return value
