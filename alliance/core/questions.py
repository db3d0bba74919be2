"""Questions to the database that every page asks: put into words once, asked with other values ever after.

    participants_of = Question(lambda alliance: Participant.objects.filter(alliance_id=alliance).order_by("place"))
    participants_of(alliance=3)  # what list(Participant.objects.filter(alliance_id=3).order_by("place")) gives

Django composes the SQL of a queryset anew each time, which costs several times what PostgreSQL needs to answer it.
A question is composed with a mark in the place of each value; what is sent is letter for letter what Django would send.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.db import connections, models
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from alliance.core.bringing import steps
from alliance.core.postgresql.saying import Words
from alliance.core.rows import Shape, Shaped

# What stands for values while a question is put, twice: a value reaches the SQL as it is where the one takes the
# other's place, and all else has to be the same both times. Small numbers fit every column: Django leaves out
# what no row can meet.
NUMBERS = 32_000, 32_501
WORDS = "\ue000", "\ue001"
DAYS = datetime(1001, 2, 3, 4, 5, 6, tzinfo=UTC), datetime(2002, 5, 17, 8, 9, 10, tzinfo=UTC)
HOLE = re.compile(r"%[%s]")


class Question:
    """`put(**values)` gives a queryset whose shape depends on nothing but its arguments' kinds, and on no clock.

    Values are an int, str, date, datetime, or a list of ints for an `__in`: no row for an empty one. A value must
    reach the SQL as it is and nothing else, which putting the question checks: ValueError. Answers are fresh rows
    with what the queryset's select_related and prefetch_related bring (ADR 27).
    """

    def __init__(self, put: Callable[..., models.QuerySet]):
        self.put = put
        self._said: dict[tuple, _Said] = {}

    def __call__(self, **values) -> list:
        if [] in values.values():
            return []
        kinds = tuple(map(type, values.values()))
        if kinds not in self._said:
            self._said[kinds] = _Said(self.put, values)
        return self._said[kinds].answers(values)

    def first(self, **values):
        """The first answer, or None."""
        return next(iter(self(**values)), None)


def _mark(place: int, value, turn: int):
    """What stands for a value of that kind at that turn, 0 or 1."""
    match value:
        case bool() | None:
            raise ValueError(f"{value!r} changes the words of a question: it cannot be a value of it.")
        case list():
            return [NUMBERS[turn] + place]
        case int():
            return NUMBERS[turn] + place
        case str():
            return f"{WORDS[turn]}{place}"
        case datetime():
            return DAYS[turn] + timedelta(days=place)
        case date():
            return DAYS[turn].date() + timedelta(days=place)
    raise ValueError(f"A question cannot carry {value!r}.")


class _Said:
    """One question in words: the SQL between its holes, and for each hole the name of a value, or what is always so."""

    def __init__(self, put: Callable, values: dict):
        one, other = (
            {name: _mark(place, value, turn) for place, (name, value) in enumerate(values.items())}
            for turn in (0, 1)
        )
        self.queryset = put(**one)
        self.compiler = self.queryset.query.get_compiler(self.queryset.db)
        sql, parameters = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([column for column, _, _ in self.compiler.select])
        names = {(_alone(one[name]), _alone(other[name])): name for name in values}
        self.holes = [(None, value) for value in parameters]
        if values:
            again = put(**other)
            words, instead = again.query.get_compiler(again.db).as_sql()
            if words != sql or _brought(self.queryset) != _brought(again):
                raise ValueError("The question says something else for other values.")
            pairs = zip(parameters, instead, strict=True)
            self.holes = [(_named(names, *pair), pair[0]) for pair in pairs]
        if missing := values.keys() - {name for name, _ in self.holes}:
            raise ValueError(f"The question does not carry {', '.join(sorted(missing))} as it is.")
        self.pieces = _pieces(sql)
        self.kept = vars(self.queryset).copy()
        if self.queryset._iterable_class is ModelIterable and not self.queryset._known_related_objects:
            self.compiler.shape = Shape(self.compiler, self.queryset.db)
            self.kept["_iterable_class"] = Shaped
        try:
            self.along = steps(self.queryset, Question)
            self.kept["_prefetch_related_lookups"] = ()
        except NotImplementedError:
            self.along = []

    def answers(self, values: dict) -> list:
        rows = list(self._asked(values))
        for step in self.along if rows else ():
            step.bring(rows)
        return rows

    def _asked(self, values: dict) -> models.QuerySet:
        words, parameters, changing = [self.pieces[0]], [], []
        for (name, always), piece in zip(self.holes, self.pieces[1:], strict=True):
            value = [always] if name is None else values[name]
            value = value if isinstance(value, list) else [value]
            changing += [name is not None] * len(value)
            words += [", ".join(["%s"] * len(value)), piece]
            parameters += value
        words = Words("".join(words), changing), tuple(parameters)
        asking = object.__new__(type(self.queryset))
        vars(asking).update(self.kept, _result_cache=None, _query=_Asked(self, words))
        return asking


def _alone(mark):
    return mark[0] if isinstance(mark, list) else mark


def _named(names: dict[tuple, str], one, other) -> str | None:
    """The name of the value whose place these two took; None for what is always so."""
    if type(one) is type(other) and (one == other or repr(one) == repr(other)):
        return None
    if isinstance(one, int | str | date) and (name := names.get((one, other))):
        return name
    raise ValueError(f"The question does not carry a value as it is: {one!r} came of it.")


def _brought(queryset: models.QuerySet) -> list:
    """What is asked for what comes along, where the question says so itself."""
    looked = (getattr(one, "queryset", None) for one in queryset._prefetch_related_lookups)
    return [(str(one.query), _brought(one)) for one in looked if one is not None]


def _pieces(sql: str) -> list[str]:
    """The SQL around its holes; a doubled per cent is none."""
    pieces, last = [], 0
    for found in HOLE.finditer(sql):
        if found[0] == "%s":
            pieces.append(sql[last : found.start()])
            last = found.end()
    return [*pieces, sql[last:]]


class _Asked:
    """In the place of a queryset's query: everything is as it was put, but for the values."""

    def __init__(self, said: _Said, words: tuple[Words, tuple]):
        self._said, self._words = said, words

    def get_compiler(self, using=None, connection=None, elide_empty=True) -> SQLCompiler:
        compiler = object.__new__(_Answering)
        vars(compiler).update(vars(self._said.compiler), connection=connection or connections[using])
        compiler.words, compiler.converters = self._words, self._said.converters
        return compiler

    def __getattr__(self, name):
        return getattr(self._said.queryset.query, name)


class _Answering(SQLCompiler):
    def as_sql(self, with_limits=True, with_col_aliases=False):
        return self.words

    def get_converters(self, expressions):
        return self.converters
