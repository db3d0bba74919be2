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
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName
from psycopg.pq import TransactionStatus

KEPT = 100  # prepared at a time in a connection, the latest said; PostgreSQL needs up to half a megabyte for each
LARGEST = 2**63 - 1  # of numbers that a place may have
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
        if any(
            type(value) is int and value > LARGEST for value in changing
        ):  # an address that somebody typed
            return super().execute(query, params, **how)
        marks = f"({', '.join(['%s'] * len(changing))})" if changing else ""
        try:
            return super().execute(f"execute {self._name_of(query, params)}{marks}", changing, **how)
        except (FeatureNotSupported, InvalidSqlStatementName):
            # A migration changed a column's type under it, or a pooler discarded what was prepared.
            vars(self.connection).pop("_prepared_words", None)
            if self.connection.info.transaction_status == TransactionStatus.INERROR:
                raise  # who began the transaction begins again: tenancy.within_alliance
            return super().execute(query, params, **how)

    def _name_of(self, words: Words, params: Sequence) -> str:
        """By which this connection knows them, prepared now if they were not."""
        known = vars(self.connection)
        if "_prepared_words" not in known:
            super().execute("deallocate all")  # of what was forgotten
            known["_prepared_words"] = OrderedDict()
        prepared = known["_prepared_words"]
        changing = [value for value, changes in zip(params, words.changing, strict=True) if changes]
        always = (repr(value) for value, changes in zip(params, words.changing, strict=True) if not changes)
        kinds = tuple(map(_kind, changing))
        known_by = (str(words), kinds, *always)
        if known_by not in prepared:
            if len(prepared) == KEPT:
                super().execute(f"deallocate {next(iter(prepared.values()))}")
                prepared.popitem(last=False)
            name = f"words_{next(NUMBERS)}"
            places = f" ({', '.join(kinds)})" if kinds else ""
            super().execute(f"prepare {name}{places} as {self._with_places(words, params)}")
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


def _kind(value) -> str:
    """A number's place is as large as a number gets, whatever its column; of others the column says it."""
    return "bigint" if type(value) is int else "unknown"
