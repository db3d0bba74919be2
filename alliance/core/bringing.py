"""What comes along with the rows of a question: what prefetch_related brings, each sort of thing a question itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from django.db import models
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.query import normalize_prefetch_lookups


class _Later:
    """In the place of a queryset's query: composed if anybody asks on."""

    def __init__(self, query):
        self._put = query

    @cached_property
    def _composed(self):
        return self._put.chain()

    def __getattr__(self, name):
        return getattr(self._composed, name)


def leave(row: models.Model, field: models.ForeignKey, some: models.QuerySet, found: list) -> None:
    """As if a prefetch had asked `some` for those whose `field` is the row, and found these."""
    known = object.__new__(type(some))
    vars(known).update(
        vars(some),
        _query=_Later(some.query),
        _result_cache=found,
        _prefetch_related_lookups=(),
        _prefetch_done=True,
        _deferred_filter=(False, (), {field.name: row}),
        _known_related_objects={field: {row.pk: row}},
        _hints={"instance": row},
    )
    vars(row).setdefault("_prefetched_objects_cache", {})[field.remote_field.cache_name] = known


class _Step:
    """One relation, of the rows that `path` leads to; `some` says which of what is there, None all of it."""

    def __init__(self, model: type[models.Model], path: tuple[str, ...], through: str, some, ask: Callable):
        by, descriptor = None, getattr(model, through, None)
        match descriptor:
            case ReverseManyToOneDescriptor(field=field):
                self.field, self.model, self.lay = field, field.model, self._lay_many
            case ReverseOneToOneDescriptor():
                self.field, self.lay = descriptor.related.field, self._lay_the_only
                self.model = self.field.model
            case ForwardManyToOneDescriptor(field=field) if field.target_field.primary_key:
                self.field, self.model, self.lay = field, field.related_model, self._lay_its_own
                by = "pk"
            case _:
                raise NotImplementedError(through)
        self.path, self.through = path, through
        self.some = self.model._default_manager.all() if some is None else some
        self.asked = ask(lambda pks: self.some.filter(**{f"{by or self.field.name}__in": pks}))

    def bring(self, rows: list) -> None:
        *before, to = self.path
        for name in before:
            rows = list(_followed(rows, name))
        self.lay(rows, to)

    def _found(self, rows: list) -> dict[int, list]:
        """By the row that they belong to, which they know."""
        by_pk, found = {row.pk: row for row in rows}, defaultdict(list)
        for one in self.asked(pks=list(by_pk)):
            whose = getattr(one, self.field.attname)
            if not self.field.is_cached(one):
                self.field.set_cached_value(one, by_pk[whose])
            found[whose].append(one)
        return found

    def _lay_many(self, rows: list, to: str) -> None:
        found = self._found(rows)
        for row in rows:
            if to == self.through:
                leave(row, self.field, self.some, found[row.pk])
            else:
                setattr(row, to, found[row.pk])

    def _lay_the_only(self, rows: list, to: str) -> None:
        rows = [row for row in rows if not self.field.remote_field.is_cached(row)]
        found = self._found(rows)
        for row in rows:
            self.field.remote_field.set_cached_value(row, next(iter(found[row.pk]), None))

    def _lay_its_own(self, rows: list, to: str) -> None:
        rows = [row for row in rows if not self.field.is_cached(row)]
        wanted = dict.fromkeys(getattr(row, self.field.attname) for row in rows)
        found = {one.pk: one for one in self.asked(pks=[pk for pk in wanted if pk is not None])}
        for row in rows:
            one = found.get(getattr(row, self.field.attname))
            self.field.set_cached_value(row, one)
            if one is not None and not self.field.remote_field.multiple:
                self.field.remote_field.set_cached_value(one, row)


def _followed(rows: Iterable[models.Model], name: str) -> Iterator[models.Model]:
    for row in rows:
        there = getattr(row, name, None)
        if isinstance(there, models.Manager):
            yield from there.all()
        elif isinstance(there, list):
            yield from there
        elif there is not None:
            yield there


def steps(queryset: models.QuerySet, ask: Callable) -> list[_Step]:
    """What its prefetch_related asks for, in order, each put as a question. NotImplementedError for what is left to
    Django."""
    taken: dict[tuple[str, ...], _Step] = {}
    for lookup in normalize_prefetch_lookups(queryset._prefetch_related_lookups):
        model, path, to = queryset.model, (), lookup.prefetch_to.split("__")
        for through, name in zip(lookup.prefetch_through.split("__"), to, strict=True):
            path = (*path, name)
            if path not in taken:
                some = lookup.queryset if len(path) == len(to) else None
                taken[path] = _Step(model, path, through, some, ask)
            model = taken[path].model
    return list(taken.values())
