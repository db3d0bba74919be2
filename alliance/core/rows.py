"""Rows of a question as instances: what Django makes of them, with the finding out done once for all answers."""

from collections.abc import Iterator, Sequence

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query import BaseIterable, RelatedPopulator


def made(model: type[Model], names: Sequence[str], values: Sequence, db: str) -> Model:
    """What `model.from_db` gives, without Model.__init__, which looks for what no model of the house has.

    That is an __init__, a from_db, a parent's table, a receiver of `pre_init` or `post_init`: a test insists.
    """
    one, state = object.__new__(model), ModelState()
    state.adding, state.db = False, db
    facts = one.__dict__
    facts["_state"] = state
    facts.update(zip(names, values, strict=True))
    return one


class Joined(RelatedPopulator):
    """What select_related brings along with a row."""

    def __init__(self, klass_info: dict, select: Sequence, db: str):
        super().__init__(klass_info, select, db)
        self.related_populators = joined(klass_info, select, db)

    def populate(self, row: Sequence, from_obj: Model) -> None:
        values = row[self.cols_start : self.cols_end]
        if values[self.pk_idx] is None:
            self.local_setter(from_obj, None)
            return
        one = made(self.model_cls, self.init_list, values, self.db)
        for further in self.related_populators:
            further.populate(row, one)
        self.local_setter(from_obj, one)
        self.remote_setter(one, from_obj)


def joined(klass_info: dict, select: Sequence, db: str) -> list[Joined]:
    return [Joined(one, select, db) for one in klass_info.get("related_klass_infos", ())]


class Shape:
    """How rows of that compiler's columns become instances: found out once."""

    def __init__(self, compiler, db: str):
        known, select = compiler.klass_info, compiler.select
        first, last = known["select_fields"][0], known["select_fields"][-1] + 1
        self.model, self.db, self.own = known["model"], db, slice(first, last)
        self.names = [column.target.attname for column, _, _ in select[self.own]]
        self.joined = joined(known, select, db)
        self.counted = tuple((compiler.annotation_col_map or {}).items())

    def instances(self, rows) -> Iterator[Model]:
        for row in rows:
            one = made(self.model, self.names, row[self.own], self.db)
            for related in self.joined:
                related.populate(row, one)
            for name, place in self.counted:
                setattr(one, name, row[place])
            yield one


class Shaped(BaseIterable):
    """In the place of ModelIterable, where the compiler keeps a `shape`."""

    def __iter__(self) -> Iterator[Model]:
        compiler = self.queryset.query.get_compiler(self.queryset.db)
        return compiler.shape.instances(compiler.results_iter())
