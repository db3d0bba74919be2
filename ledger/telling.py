"""Lines of cost as lists tell them, newest first, found by their stretches (ADR 30)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

from django.db import connection, models
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThanOrEqual

STRETCH = 256  # lines of a journal that are found together
# Each part has its end before the next begins: however the database guesses, it reads few stretches to show a page.
COSTS = """
select c.month, c.journal_id, c.line, c.date, p.name, p.short_name, l.name, a.name, c.supplier, c.description,
    c.reference, c.amount, j.number, r.number, c.source_row
from (
    select e.* from ({stretches}) s
    cross join lateral (
        select * from ledger_entry e
        where e.alliance_id = s.alliance_id and e.journal_id = s.journal_id
            and e.line >= s.begins
            and e.line < case when (s.journal_id, s.begins) = (%s, %s) then %s else s.begins + {stretch} end
            and (e.account_id, e.participant_id, e.budget_line_id) = (s.account_id, s.participant_id, s.budget_line_id)
        offset 0
    ) e
    order by s.month desc, s.journal_id desc, s.begins desc, e.line desc limit %s
) c
join ledger_journal j on j.id = c.journal_id
join participants_participant p on p.id = c.participant_id
join ledger_budgetline l on l.id = c.budget_line_id
join ledger_account a on a.id = c.account_id
left join ledger_costreturn r on r.journal_id = c.journal_id
order by c.month desc, c.journal_id desc, c.line desc
"""


class Told(NamedTuple):
    """A cost as lists tell it: names instead of what they name, for a page of them is read very often.

    `journal` is the journal's number; `cost_return` is the number of the return that it came with, if with one.
    """

    month: date
    journal_id: int
    line: int
    date: date
    participant: str
    participant_short: str
    budget_line: str
    category: str
    supplier: str
    description: str
    reference: str
    amount: Decimal
    journal: int
    cost_return: int | None
    source_row: int | None

    @property
    def place(self) -> tuple[date, int, int]:
        """For `after`."""
        return self[:3]

    @property
    def what(self) -> str:
        return " · ".join(part for part in (self.supplier, self.description) if part)


@dataclass(frozen=True)
class Costs:
    """The costs in these stretches, newest first: by month, journal and line. A slice, from the first, is one query."""

    stretches: models.QuerySet
    place: tuple[date, int, int] | None = None

    def after(self, place: tuple[date, int, int]) -> Self:
        """Those that follow `place` (month, journal's id, line)."""
        return replace(self, place=place)

    def __getitem__(self, shown: slice) -> list[Told]:
        most, begun, found = shown.stop, (0, 0, 0), self.stretches
        if self.place:
            month, journal, line = self.place
            begun = (journal, line // STRETCH * STRETCH, line)
            found = from_place(found, TupleLessThanOrEqual(_AT, (month, *begun[:2])))
        # Each has a line; but of the stretch that was begun, which has as many names as lines at the most.
        found = found.order_by("-month", "-journal_id", "-begins").values()[: most + STRETCH]
        stretches, narrowed = found.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(COSTS.format(stretches=stretches, stretch=STRETCH), [*narrowed, *begun, most])
            return list(map(Told._make, cursor.fetchall()))


_AT = Tuple(F("month"), F("journal_id"), F("begins"))


def from_place(found: models.QuerySet, beyond) -> models.QuerySet:
    """What is `beyond` a place, which is said before all else.

    PostgreSQL enters an index where the first bound of a month that it is told is, and from the last month of a filter
    it would walk past everything on the pages before.
    """
    found = found.filter(beyond)
    conditions = found.query.where.children
    conditions.insert(0, conditions.pop())
    return found
