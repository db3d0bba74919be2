"""What waits, and on whom: the lines of the home page, and where they come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Literal

from django.db import connection
from django.db.models import Exists, QuerySet
from django.utils import timezone

from alliance.core.postgresql.saying import Words
from alliance.core.questions import Question

SOME = 30  # rows of a source are read at most: who has more waiting begins with these


@dataclass(frozen=True)
class Waiting:
    """`title` links to `url`; `why` is a sentence; `due` a day or None; `who` it waits on, seen by the reader."""

    title: str
    url: str
    why: str
    who: Literal["me", "organisation", "others"]
    due: date | None = None

    @property
    def is_late(self) -> bool:
        return bool(self.due) and self.due < timezone.localdate()


@dataclass(frozen=True)
class Source:
    """Where something may wait: `rows(standing)` finds it, and `tell(rows, standing)` puts it into words, if any do.

    `rows` gives an ordered queryset, or None where the reader has nothing to do with such things. It depends on the
    standing and the day alone.
    """

    rows: Callable[[object], QuerySet | None]
    tell: Callable[[list, object], Iterable[Waiting]]


class Sources(tuple):
    """Called with a standing: what waits in each, in their order.

    Beside `Source`s there may be functions of the standing, for what is computed.
    """

    def __call__(self, standing) -> list[Waiting]:
        rows, there = self._there(standing)
        found = []
        for one in self:
            if not isinstance(one, Source):
                found += one(standing)
            elif one in there and (waits := rows[one]()):  # it may have gone since
                found += one.tell(waits, standing)
        return found

    def _there(self, standing) -> tuple[dict[Source, Question], set[Source]]:
        """What to ask of each, and where there is anything at all: one query."""
        rows, question, parameters = _question(self, standing, timezone.localdate())
        if not rows:
            return {}, set()
        with connection.cursor() as cursor:
            answers = cursor.execute(question, parameters).fetchone()
        return rows, {one for one, is_there in zip(rows, answers, strict=True) if is_there}


@lru_cache(maxsize=32)  # some 600 KB each
def _question(sources: Sources, standing, today: date) -> tuple[dict[Source, Question], str, tuple]:
    """Kept in words, for a day: to put it costs more than to answer it."""
    rows = {one: one.rows(standing) for one in sources if isinstance(one, Source)}
    asked = {one: found for one, found in rows.items() if found is not None}
    if not asked:
        return {}, "", ()
    here = type(standing.alliance).objects.filter(pk=standing.alliance.pk)
    answers = here.values_list(*(Exists(found) for found in asked.values()))
    questions = {one: Question(partial(_first, found)) for one, found in asked.items()}
    words, parameters = answers.query.sql_with_params()
    return questions, Words(words, [False] * len(parameters)), parameters


def _first(rows: QuerySet) -> QuerySet:
    return rows[:SOME]
