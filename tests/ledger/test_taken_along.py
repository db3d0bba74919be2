"""Every list of the book is taken along whole: both sides of each journal, what decisions changed, the pages' lists."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from ledger.models import Balance, Entry
from tests.factories.decided import accrue, vire
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, post_return

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def book(cast):
    book = make_book(cast)
    post_return(
        cast,
        [cost("1200.10", day="05/10/2026"), cost("-3.10", day="06/10/2026", line="Peer support")],
        OCTOBER,
    )
    accrue(cast)
    post_return(cast, [cost("7.25")], NOVEMBER)
    return book


@pytest.fixture
def url(cast):
    return lambda name: reverse(f"ledger:{name}", args=[cast.alliance.slug])


def read(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def taken(answer) -> list[dict]:
    return list(csv.DictReader(io.StringIO(read(answer).decode("utf-8-sig"))))


def test_the_entries_are_both_sides_of_every_journal_to_the_penny(cast, book, client_of, url):
    rows = taken(client_of(cast.ari).post(url("table_file"), {"table": "entries", "format": "csv"}))
    assert len(rows) == Entry.objects.of(cast.alliance).count()
    sums, accounts = defaultdict(D), defaultdict(D)
    for row in rows:
        amount = D(row["Debit"] or 0) - D(row["Credit"] or 0)
        sums[row["Journal"]] += amount
        accounts[row["Code"]] += amount
    assert set(sums.values()) == {0}
    kept = Balance.objects.of(cast.alliance).net_by("account__code")
    assert accounts == {row["account__code"]: row["net"] for row in kept}


def test_what_decisions_changed_is_told_with_each_amount(cast, book, client_of, url):
    """A year's lines and contributions as they were opened, and every change: what each comes to is what it is now."""
    decision = vire(book, housing_first="-12.34", peer_support="12.34")
    rows = taken(client_of(cast.ari).post(url("table_file"), {"table": "decided", "format": "csv"}))
    assert [(row["What"], row["Name"], row["Amount"]) for row in rows if row["Decision"]] == [
        ("Virement", "Housing first", "-12.34"),
        ("Virement", "Peer support", "12.34"),
    ]
    assert {row["Decision"] for row in rows} == {"", str(decision.number)}
    sums = defaultdict(D)
    for row in rows:
        sums[row["Name"]] += D(row["Amount"])
    assert sums == {one.name: one.now for one in book.lines.as_now()} | {
        one.participant.name: one.now for one in book.contributions.as_now()
    }


def test_every_list_of_a_page_comes_along_as_a_workbook_too(cast, book, client_of, url):
    bea = client_of(cast.bea)
    for name, sheet in (
        ("queries", "Queries"),
        ("forecast", "Forecast 2026–27"),
        ("full_cost", "Full cost"),
        ("vat", "VAT statements"),
        ("own_books", "Own books"),
    ):
        answer = bea.get(url(f"{name}_xlsx"))
        found = openpyxl.load_workbook(io.BytesIO(read(answer)))[sheet]
        headings = next(csv.reader(io.StringIO(read(bea.get(url(f"{name}_csv"))).decode("utf-8-sig"))))
        assert [cell.value for cell in found[3]] == headings, name
