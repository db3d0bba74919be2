"""XLSX and ODS are read as text, and what would fill the memory is refused."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.spreadsheets import (
    Limits,
    SpreadsheetError,
    read_table,
)
from tests.factories.spreadsheets import WORKBOOK, cell, changed, ods, refusal, rows, xlsx


@given(st.data())
def test_a_damaged_workbook_is_rows_or_a_refusal(data):
    workbook = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        workbook[data.draw(st.integers(4, len(workbook) - 1))] = data.draw(st.integers(0, 255))
    try:
        list(read_table(bytes(workbook), "x"))
    except SpreadsheetError:
        return


def test_a_workbook_gives_text_with_its_own_row_numbers():
    def write(book, sheet):
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "Cost return")
        sheet.write_row(3, 1, ["Line", "Amount", "Paid"])
        sheet.write_row(4, 1, ["Outreach", 12.3])
        sheet.write_datetime(4, 3, date(2026, 11, 22), day)
        sheet.write_row(6, 1, ["Rent", 0.1 + 0.2])
        sheet.write_formula(7, 2, "=C5*2", None, 24.6)
        sheet.write_row(8, 1, [-1234567.89, 9999999999999.99, 12.0, True, "007"])
        moment = datetime.combine(date(2026, 11, 22), time(13, 5))
        sheet.write_datetime(9, 1, moment, book.add_format({"num_format": "dd/mm/yy hh:mm"}))
        sheet.write_datetime(9, 2, time(13, 5), book.add_format({"num_format": "hh:mm"}))

    assert rows(xlsx(write)) == [
        (1, "Cost return"),
        (4, "", "Line", "Amount", "Paid"),
        (5, "", "Outreach", "12.3", "2026-11-22"),
        (7, "", "Rent", "0.3"),
        (8, "", "", "24.6"),
        (9, "", "-1234567.89", "9999999999999.99", "12", "TRUE", "007"),
        (10, "", "2026-11-22 13:05", "13:05:00"),
    ]


@given(st.decimals(-D("9999999999999.99"), D("9999999999999.99"), places=2))
def test_every_amount_survives_the_float_that_a_workbook_keeps(amount):
    from alliance.core.spreadsheets.workbooks import _number

    assert D(_number(float(amount))) == amount


def test_the_first_visible_sheet_with_anything_in_it_is_read():
    def write(book, sheet):
        hidden = book.add_worksheet("Hidden")
        hidden.write(0, 0, "secret")
        hidden.hide()
        book.add_worksheet("Data").write(0, 0, "here")

    table = read_table(xlsx(write), "x.xlsx")
    assert (table.kind, table.sheet, [row.cells for row in table]) == ("XLSX", "Data", [("here",)])
    assert refusal(xlsx(write), sheet="Hidden") == "'return' has no sheet 'Hidden'."


def test_an_empty_workbook_is_refused():
    assert refusal(xlsx(lambda *_: None)) == "'return' has no visible sheet with anything in it."


def test_an_open_document_is_read():
    content = ods(
        f"<table:table-row>{cell('Line')}{cell('Amount')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell('Outreach')}"
        '<table:table-cell office:value-type="float" office:value="12.3"><text:p>12.30</text:p></table:table-cell>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    table = read_table(content, "x.ods")
    assert table.kind == "ODS"
    assert [(row.number, *row.cells) for row in table] == [(1, "Line", "Amount"), (4, "Outreach", "12.3")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            xlsx(lambda book, sheet: sheet.write("A1048576", "far away")),
            "'return' has a sheet with more than 100,000 rows.",
        ),
        (
            xlsx(lambda book, sheet: sheet.write("XFD1", "far away")),
            "'return' has a sheet with more than 200 columns.",
        ),
        (
            xlsx(lambda book, sheet: sheet.write("CV90000", "a great rectangle")),
            "'return' has a sheet with too many cells. Send it in parts.",
        ),
        (
            xlsx(lambda book, sheet: [sheet.write(i, 0, "x" * 30_000) for i in range(3_000)]),
            "'return' has a sheet with too many cells. Send it in parts.",
        ),
        (
            ods(f"<table:table-row table:number-rows-repeated='1000000'>{cell('x')}</table:table-row>"),
            "'return' has a sheet with more than 100,000 rows.",
        ),
        (
            ods(f"<table:table-row>{cell('x', number_columns_repeated=16384)}</table:table-row>"),
            "'return' has a sheet with more than 200 columns.",
        ),
        (
            ods(
                "<table:table-row table:number-rows-repeated='9000'>"
                f"{cell('x' * 1000, number_columns_repeated=200)}</table:table-row>"
            ),
            "'return' has a sheet with too many cells. Send it in parts.",
        ),
    ],
    ids=["row", "column", "rectangle", "shared text", "repeated rows", "repeated cells", "repeated text"],
)
def test_a_small_file_that_would_fill_the_memory_is_refused(content, sentence):
    assert len(content) < 200_000
    assert refusal(content) == sentence


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused():
    workbook = xlsx(lambda book, sheet: sheet.write(0, 0, "x"))
    bomb = changed(workbook, "xl/styles.xml", lambda content: content + b" " * 30_000_000)
    assert len(bomb) < 100_000
    assert refusal(bomb, limits=Limits(unpacked=20_000_000)) == "'return' unpacks to more than 19 MB."


def test_a_workbook_that_lies_about_its_size_is_refused():
    workbook = changed(WORKBOOK, "xl/worksheets/sheet1.xml", lambda content: content + b" " * 1_000_000)
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        true = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = workbook.replace(true.to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lying != workbook
    assert refusal(lying) == "'return' is damaged or not a real spreadsheet. Save it again as CSV or XLSX."


def test_xml_entities_are_refused():
    def declare(content):
        return content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', 1)

    sentence = "'return' declares its own XML entities, which no spreadsheet needs."
    assert refusal(changed(WORKBOOK, "xl/worksheets/sheet1.xml", declare)) == sentence
    assert refusal(changed(WORKBOOK, "xl/sharedStrings.xml", declare)) == sentence
    assert refusal(changed(ods(""), "content.xml", declare)) == sentence
