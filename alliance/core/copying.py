"""Much to and from PostgreSQL at once: rows as text for COPY, without an adapter for each value; files as bytes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection

NULL = r"\N"
_SIGNS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@contextmanager
def as_bytes() -> Iterator[psycopg.Cursor]:
    """A cursor that sends values beside the statement: a file is neither quoted into it nor told in hexadecimal."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def copied(values: Iterable[object]) -> str:
    """One row, with its line's end. Of texts, numbers, days, None, and sequences of texts (text[])."""
    return "\t".join(map(_value, values)) + "\n"


def is_harmless(text: str) -> bool:
    """Nothing in it has to be written otherwise, neither by itself nor within an array's quotation marks."""
    return text.isprintable() and "\\" not in text and '"' not in text


def array(texts: Sequence[str]) -> str:
    """A text[] of harmless texts."""
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _value(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_SIGNS)
    if isinstance(value, list | tuple):
        return array([one.replace("\\", r"\\").replace('"', r"\"") for one in value]).translate(_SIGNS)
    return str(value)
