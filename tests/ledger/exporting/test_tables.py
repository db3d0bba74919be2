"""The book as tables, who took it along, and what came since."""

import io
from decimal import Decimal

import openpyxl
import pytest
from beancount.core import data as beans
from django.db import DatabaseError, connection, transaction

from alliance.core.models import Event
from alliance.core.refusals import Refusal
from ledger.exporting import tables
from ledger.models import Balance, BookExport, Journal
from ledger.services import export_book, mark_supplier
from tests.factories.exports import opened_by_beancount, read, rows_of
from tests.factories.ledger import OCTOBER, YEAR, cost, post_return

pytestmark = pytest.mark.django_db
D = Decimal


def test_what_came_since_my_last_export_is_marked_for_me_alone(cast, book, client_of, url):
    asked = {"program": "beancount", "span": "all"}
    first = read(client_of(cast.ari).post(url("accounts_file"), asked)).decode()
    assert "since your last export" not in first
    last = Journal.objects.of(cast.alliance).order_by("-number").first().number
    export = BookExport.objects.get()
    assert (export.last_journal, export.exported_by, export.kind) == (last, cast.ari, "accounts")
    event = Event.objects.newest_first().filter(kind="ledger.book_exported").first()
    assert event.facts["last_journal"] == last
    page = client_of(cast.ari).get(url("exports")).content.decode()
    assert "Nothing was posted since: your copy is the book." in page

    post_return(cast, [cost("61.00")], participant=cast.beacon, by=cast.rosa)
    page = " ".join(client_of(cast.ari).get(url("exports")).content.decode().split())
    assert "<strong>1 journal</strong> came since" in page
    assert f"Journal {last + 1}</a>" in page
    entries, errors, _ = opened_by_beancount(
        read(client_of(cast.ari).post(url("accounts_file"), asked)).decode()
    )
    assert errors == []
    marked = [one for one in entries if isinstance(one, beans.Transaction) and "new" in one.meta]
    assert [one.links for one in marked] == [{f"journal-{last + 1}"}]
    others = read(client_of(cast.bea).post(url("accounts_file"), asked)).decode()
    assert "since your last export" not in others


def test_who_took_the_book_along_stays_told(cast, book):
    export_book(alliance=cast.alliance, kind="lines", as_what="csv", span=YEAR, by=cast.bea)
    mark_supplier(participant=cast.haven, supplier="Jane Roe", is_person=True, by=cast.finn)
    for table in ("ledger_bookexport", "ledger_suppliermark"):
        for statement in (f"update {table} set id = id", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    with pytest.raises(Refusal):
        export_book(alliance=cast.alliance, kind="lines", as_what="csv", by=cast.stranger)


def test_every_table_is_a_csv_and_a_workbook_with_the_same_cells(cast, book, client_of, url):
    for key in tables.TABLES:
        rows = rows_of(client_of(cast.bea).post(url("table_file"), {"table": key, "format": "csv"}))
        answer = client_of(cast.lee).post(url("table_file"), {"table": key, "format": "xlsx"})
        sheet = openpyxl.load_workbook(io.BytesIO(read(answer))).active
        found = list(sheet.iter_rows(min_row=3, values_only=True))
        assert list(found[0]) == list(rows[0]), key
        assert len(found) - 1 == len(rows) > 0, key


def test_text_that_looks_like_a_formula_is_text_and_negative_amounts_stay_numbers(cast, book, client_of, url):
    asked = {"table": "lines", "month": "2026-11"}
    rows = rows_of(client_of(cast.bea).post(url("table_file"), asked | {"format": "csv"}))
    told = {row["Amount"]: (row["Description"], row["Reference"]) for row in rows}
    assert told["1.00"] == ("'=SUM(A1)", "'+44")
    assert "-3.10" in told
    answer = client_of(cast.bea).post(url("table_file"), asked | {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(read(answer))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert ("=SUM(A1)", "s") in {(cell.value, cell.data_type) for cell in cells}
    assert (-3.1, "n") in {(cell.value, cell.data_type) for cell in cells}


def test_a_table_follows_the_filters_and_its_new_rows_are_marked(cast, book, client_of, url):
    post_return(cast, [cost("5000.00", day="09/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa)
    asked = {"table": "lines", "format": "csv", "participant": "haven", "month": "2026-10"}
    rows = rows_of(client_of(cast.hana).post(url("table_file"), asked))
    everything = [row["Amount"] for row in rows]
    assert sum(D(amount) for amount in everything) == (
        Balance.objects.of(cast.alliance).costs().within(OCTOBER).filter(participant=cast.haven).net()
    )
    assert "Since your last export" not in rows[0]
    post_return(cast, [cost("61.00", day="09/10/2026")], OCTOBER, reference="again")
    rows = rows_of(client_of(cast.hana).post(url("table_file"), asked))
    assert [row["Amount"] for row in rows if row["Since your last export"] == "new"] == ["61.00"]
    assert len(rows) == len(everything) + 1


def test_a_workbook_that_would_be_too_large_is_refused_in_words(cast, book, client_of, url, monkeypatch):
    monkeypatch.setattr(tables, "MOST_IN_A_WORKBOOK", 3)
    answer = client_of(cast.bea).post(url("table_file"), {"table": "lines", "format": "xlsx"})
    assert answer.status_code == 422
    assert "A workbook is made of 3 at most: take the CSV" in answer.content.decode()
    assert not BookExport.objects.exists()
