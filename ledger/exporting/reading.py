"""Reading a book of any size with flat memory: a page at a time, each found by its key."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from alliance.core.periods import Month
from ledger.models import Entry, Evidence, Journal, ReturnLine
from ledger.telling import Costs, Told

A_PAGE = 2000


def pages_of(costs: Costs) -> Iterator[list[Told]]:
    """All of the costs, a page at a time."""
    place = None
    while True:
        page = list((costs.after(place) if place else costs)[:A_PAGE])
        yield page
        if len(page) < A_PAGE:
            return
        place = page[-1].place


def evidence_of(alliance_id: int, costs: Iterable[Told]) -> dict[tuple[int, int], str]:
    """(return's number, row) to what shows it: what the row says of it, and how many files were added to the row.

    Two questions for a page of costs. Rows of which nothing is said are not there.
    """
    rows = {(one.cost_return, one.source_row) for one in costs if one.cost_return and one.source_row}
    returns, numbers = {number for number, _ in rows}, {row for _, row in rows}
    if not rows:
        return {}
    of_rows = {"alliance_id": alliance_id, "cost_return__number__in": returns, "row__in": numbers}
    said = ReturnLine.objects.filter(**of_rows, reading=F("cost_return__reading")).exclude(evidence="")
    files = Evidence.objects.filter(**of_rows, superseded_by__isnull=True)
    found = defaultdict(list)
    for number, row, words in said.values_list("cost_return__number", "row", "evidence"):
        found[number, row].append(words)
    for (number, row), count in Counter(files.values_list("cost_return__number", "row")).items():
        found[number, row].append(f"{count} file{'' if count == 1 else 's'}")
    return {key: "; ".join(words) for key, words in found.items() if key in rows}


def journals_of(alliance_id: int, month: Month) -> Iterator[tuple[Journal, Iterable[Entry]]]:
    """Each journal of a month, by day and number, with its entries, which are to be read before the next."""
    found = Journal.objects.filter(alliance_id=alliance_id, month=month.start).order_by("date", "number")
    last = (date.min, 0)
    while page := list(found.filter(TupleGreaterThan(Tuple(F("date"), F("number")), last))[:A_PAGE]):
        last = page[-1].date, page[-1].number
        for some in _about_a_page(page):
            if len(some) == 1 and some[0].line_count > A_PAGE:
                yield some[0], _entries_of(some[0])
                continue
            entries = Entry.objects.filter(alliance_id=alliance_id, journal__in=some)
            lines = groupby(entries.order_by("journal_id", "line"), key=attrgetter("journal_id"))
            kept = {journal_id: list(of_one) for journal_id, of_one in lines}
            yield from ((journal, kept[journal.pk]) for journal in some)


def _about_a_page(journals: list[Journal]) -> Iterator[list[Journal]]:
    """Those that follow each other and have no more lines together than a page; a larger one alone."""
    some, lines = [], 0
    for journal in journals:
        if some and lines + journal.line_count > A_PAGE:
            yield some
            some, lines = [], 0
        some.append(journal)
        lines += journal.line_count
    if some:
        yield some


def _entries_of(journal: Journal) -> Iterator[Entry]:
    found = Entry.objects.filter(alliance_id=journal.alliance_id, journal=journal).order_by("line")
    last = 0
    while page := list(found.filter(line__gt=last)[:A_PAGE]):
        last = page[-1].line
        yield from page
