"""What is said to PostgreSQL again and again is prepared there: how to answer it is thought over once a connection.

Of the time that PostgreSQL takes for a page, thinking over how to answer was some four fifths. Whether a question is
prepared changes neither its words nor its answer (ADR 28).
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

from django.conf import settings
from django.db.backends.postgresql import base

KEPT = 100  # prepared at a time in a connection, the latest said; PostgreSQL needs up to half a megabyte for each
MARK = re.compile(r"%[%s]")
NUMBERS = count(1)


class Words(str):
    """SQL that will be said again. `changing` says of each of its parameters whether that is another one then."""

    def __new__(cls, sql: str, changing: Sequence[bool]):
        words = super().__new__(cls, sql)
        words.changing = changing
        return words


class Cursor(base.Cursor):
    """Django's own, but that it has `Words` prepared and asks for the answer by their name."""

    def execute(self, query, params=None, **how):
        if not isinstance(query, Words) or not settings.PREPARED_STATEMENTS:
            return super().execute(query, params, **how)
        changing = [value for value, changes in zip(params, query.changing, strict=True) if changes]
        marks = f"({', '.join(['%s'] * len(changing))})" if changing else ""
        return super().execute(f"execute {self._name_of(query, params)}{marks}", changing, **how)

    def _name_of(self, words: Words, params: Sequence) -> str:
        """By which this connection knows them, prepared now if they were not."""
        prepared = vars(self.connection).setdefault("_prepared_words", OrderedDict())
        always = (repr(value) for value, changes in zip(params, words.changing, strict=True) if not changes)
        known_by = (str(words), *always)
        if known_by not in prepared:
            if len(prepared) == KEPT:
                super().execute(f"deallocate {prepared.popitem(last=False)[1]}")
            name = f"words_{next(NUMBERS)}"
            super().execute(f"prepare {name} as {self._with_places(words, params)}")
            prepared[known_by] = name
        prepared.move_to_end(known_by)
        return prepared[known_by]

    def _with_places(self, words: Words, params: Sequence) -> str:
        """With $1, $2 … where another value comes each time, and with what is always so written out."""
        place, each = count(1), iter(zip(params, words.changing, strict=True))

        def filled(mark: re.Match) -> str:
            if mark[0] == "%%":
                return "%"
            value, changes = next(each)
            return f"${next(place)}" if changes else self.mogrify("%s", [value])

        return MARK.sub(filled, words)
