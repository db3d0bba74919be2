"""The lines under a total are found by stretches, and are the very lines: in their order, each once (ADR 30)."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.core.invariants import REGISTER
from ledger.bulk import Cost, load_costs
from ledger.chart import accounts
from ledger.exporting import reading
from ledger.models import Entry, Stretch
from ledger.telling import STRETCH
from tests.factories.ledger import YEAR, make_book

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
FOUND = next(one for one in REGISTER if one.promise == "Every line of cost is found where it stands.")


@pytest.fixture
def costs(cast):
    """Two months of Haven's and Beacon's, each three stretches long, of two categories and every budget line."""
    lines, charted = list(make_book(cast).lines.all()), accounts(cast.alliance.pk)
    load_costs(
        alliance=cast.alliance,
        costs=(
            Cost(
                key=f"{party.slug}/{month.slug}",
                month=month.start,
                date=month.start,
                participant=party.pk,
                account=charted["5020" if n % 300 else "5030"].pk,
                budget_line=lines[n % len(lines)].pk,
                amount=D(n + 1) / 100,
                supplier="Supplier",
                description=f"Line {n}",
                reference=str(n),
            )
            for party, month in product((cast.haven, cast.beacon), YEAR.months[:2])
            for n in range(2 * STRETCH + 50)
        ),
        source="old ledger",
        by=cast.hana,
    )
    return lines


def test_every_statement_has_its_lines_newest_first_and_each_once(cast, costs, monkeypatch):
    monkeypatch.setattr(reading, "A_PAGE", 100)
    may = YEAR.months[1]
    for narrowed in (
        {},
        {"participant": cast.haven},
        {"account__category": "subcontract"},
        {"budget_line": costs[1], "month": may.start},
        {"participant": cast.beacon, "account__category": "direct_other", "budget_line": costs[2]},
    ):
        order = ("-month", "-journal_id", "-line")
        there = Entry.objects.of(cast.alliance).costs().filter(**narrowed).order_by(*order)
        pages = reading.pages_of(Stretch.objects.of(cast.alliance).filter(**narrowed).told())
        there = list(there.values_list("month", "journal_id", "line", "amount", "reference"))
        assert there
        assert [(*one.place, one.amount, one.reference) for page in pages for one in page] == there


def test_a_stretch_that_is_lost_or_of_nothing_is_told(cast, costs, owner_connection):
    assert list(FOUND.breaks(cast.alliance.pk)) == []
    journal = Stretch.objects.order_by("journal_id").last().journal_id
    for statement in (
        "alter table ledger_stretch disable trigger ledger_stretch_is_never_changed",
        f"delete from ledger_stretch where journal_id = {journal} and begins = {STRETCH}",
        f"update ledger_stretch set begins = 7 * {STRETCH} where journal_id = {journal} and begins = 0",
    ):
        owner_connection.execute(statement)
    owner_connection.commit()
    assert list(FOUND.breaks(cast.alliance.pk)) == [
        f"The lines from {begins} of journal {journal} are not those that the book would find there."
        for begins in (0, STRETCH, 7 * STRETCH)
    ]


def test_a_page_begins_where_the_one_before_ended_however_deep_it_is(cast, costs):
    """The first bound of a month that PostgreSQL is told is where it enters an index; it walks from there on."""
    found = Stretch.objects.of(cast.alliance).within(YEAR).told()
    deep = found.after(found[:600][-1].place)
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        cursor.execute("set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off")
        assert deep[:50]
        cursor.execute("explain " + asked.captured_queries[-1]["sql"])
        plan = "".join(line for (line,) in cursor.fetchall())
        cursor.execute("reset enable_seqscan; reset enable_bitmapscan; reset enable_sort")
    assert plan.index("ROW(month, journal_id, begins) <=") < plan.index("(month >=")
