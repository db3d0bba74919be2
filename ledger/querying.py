"""Queries as the book and its reports tell them: who may speak in one, which line it is about, which are unresolved."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from alliance.core.periods import Period as Span
from alliance.core.questions import Question
from ledger.models import BudgetLine, Entry, Query
from participants.models import Alliance, Participant, RoleAppointment
from participants.standing import Role, Standing

ONLY_READ = (Role.BOARD_MEMBER, Role.AUDITOR, Role.LEARNING_PARTNER)
ANSWERS = (Role.FINANCE_LEAD, Role.POOL_MANAGER, Role.REPRESENTATIVE, Role.DEPUTY)


def asks_for(standing: Standing) -> dict[int, RoleAppointment]:
    """The organisations in whose name this person may ask, by their ids, each with the appointment that lets them."""
    return first_of_each(one for one in standing.appointments if one.role not in ONLY_READ)


def answers_for(standing: Standing) -> dict[int, RoleAppointment]:
    """The organisations whose lines this person answers for."""
    return first_of_each(one for one in standing.appointments if one.role in ANSWERS)


def first_of_each(appointments: Iterable[RoleAppointment]) -> dict[int, RoleAppointment]:
    """Of several roles for one organisation the first in their order."""
    found: dict[int, RoleAppointment] = {}
    for one in sorted(appointments, key=lambda one: RoleAppointment.ORDER[one.role]):
        if one.participant_id:
            found.setdefault(one.participant_id, one)
    return found


def with_entries(queries: Iterable[Query]) -> list[Query]:
    """The queries, each with the `entry` that it is about, of one alliance; one question in all."""
    queries = list(queries)
    if not queries:
        return []
    entries = Entry.objects.filter(
        alliance_id=queries[0].alliance_id,
        journal_id__in={one.journal_id for one in queries},
        line__in={one.line for one in queries},
    )
    found = {(one.journal_id, one.line): one for one in entries}
    for one in queries:
        one.entry = found[one.journal_id, one.line]
    return queries


@dataclass(frozen=True)
class OnLine:
    """The queries about one entry: how many there are and how many of them are unresolved, and the newest's number."""

    count: int
    unresolved: int
    newest: int


def on_entries(alliance: Alliance, entries: Iterable) -> dict[tuple[int, int], OnLine]:
    """(journal's id, line) → OnLine, for those of the entries (Entry or Told) that were asked about. One query."""
    journals = list({one.journal_id for one in entries})
    found: dict[tuple[int, int], OnLine] = {}
    for journal, line, number, state in _on_journals(alliance=alliance.pk, journals=journals):
        before = found.get((journal, line), OnLine(0, 0, 0))
        still = before.unresolved + (state in ("asked", "answered"))
        found[journal, line] = OnLine(before.count + 1, still, number)
    return found


@Question
def _on_journals(alliance: int, journals: list[int]):
    rows = Query.objects.filter(alliance_id=alliance, journal_id__in=journals).order_by("number")
    return rows.values_list("journal_id", "line", "number", "state")


@dataclass(frozen=True)
class Unresolved:
    """Queries that are neither settled nor withdrawn, the oldest first, each with its organisations and budget line."""

    queries: tuple[Query, ...]

    @property
    def count(self) -> int:
        return len(self.queries)

    @property
    def unanswered(self) -> int:
        return sum(one.state == Query.State.ASKED for one in self.queries)

    @property
    def oldest_days(self) -> int:
        """The age in days of the oldest; 0 when there is none."""
        return max((one.days for one in self.queries), default=0)

    @cached_property
    def by_line(self) -> Counter[str]:
        """How many by the budget line's name in addresses."""
        return Counter(one.budget_line.slug for one in self.queries)

    @property
    def sentence(self) -> str:
        """ "2 queries on lines are unresolved, 1 of them without an answer; the oldest was asked 12 days ago." """
        if not self.queries:
            return "No query on a line is unresolved."
        many = self.count > 1
        words = f"{self.count} queries on lines are unresolved" if many else "1 query on a line is unresolved"
        if self.unanswered:
            words += f", {self.unanswered} of them without an answer" if many else ", without an answer"
        days = self.oldest_days
        ago = "today" if not days else f"{days} day{'' if days == 1 else 's'} ago"
        return f"{words}; {'the oldest' if many else 'it'} was asked {ago}."


def unresolved(
    alliance: Alliance,
    span: Span | None = None,
    *,
    participant: Participant | None = None,
    line: BudgetLine | None = None,
) -> Unresolved:
    """The unresolved queries about lines of the span's months, or of all, for the book and for reports. One query.

    `participant` is the one whose lines they are.
    """
    first, last = (span.start, span.end) if span else (date.min, date.max)
    found = _unresolved(alliance=alliance.pk, first=first, last=last)
    return Unresolved(
        tuple(
            one
            for one in found
            if (not participant or one.answering_id == participant.pk)
            and (not line or one.budget_line_id == line.pk)
        )
    )


@Question
def _unresolved(alliance: int, first: date, last: date):
    found = Query.objects.filter(alliance_id=alliance, month__range=(first, last)).unresolved()
    return found.select_related("asking", "answering", "budget_line").order_by("number")
