"""The spreadsheets that we write are safe to open."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal as D

import openpyxl

from alliance.core.spreadsheets import (
    Column,
    Sheet,
    write_csv,
    write_xlsx,
)
from tests.factories.spreadsheets import rows


def test_a_formula_in_text_is_disarmed_and_a_negative_amount_is_left_alone():
    written = b"".join(
        write_csv(
            ["Name", "Amount", "Paid"],
            [
                ["=HYPERLINK(1)", D("-12.00"), date(2026, 11, 22)],
                ["-12.00", -5, None],
                [" @sum", D("0.10"), ""],
                ["\tx", 1, "＝1"],
                ["O'Brien – a-b", 1, "a=b"],
            ],
        )
    )
    assert written.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig")))) == [
        ["Name", "Amount", "Paid"],
        ["'=HYPERLINK(1)", "-12.00", "2026-11-22"],
        ["'-12.00", "-5", ""],
        ["' @sum", "0.10", ""],
        ["'\tx", "1", "'＝1"],
        ["O'Brien – a-b", "1", "a=b"],
    ]


def test_a_workbook_keeps_types_and_runs_nothing():
    sheet = Sheet(
        "Cost return",
        [Column("Name"), Column("Amount", "money"), Column("Paid", "date")],
        [["=1+1", D("-12.30"), date(2026, 11, 22)], ["https://example.org", None, None]],
        title="Harbour, November 2026",
    )
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([sheet])))
    page = book["Cost return"]
    assert (page["A1"].value, page["A3"].value, page["A4"].data_type) == (
        "Harbour, November 2026",
        "Name",
        "s",
    )
    assert (page["A4"].value, page["B4"].value, page["C4"].value.date()) == (
        "=1+1",
        -12.3,
        date(2026, 11, 22),
    )
    assert (page["B4"].number_format, page["A5"].hyperlink) == ("#,##0.00", None)


def test_a_template_says_what_may_be_entered():
    sheet = Sheet(
        "Return", [Column("Line", choices=["Outreach", "Rent, rates"]), Column("Amount", "money", hint="Net")]
    )
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([sheet], empty_rows=10)))
    lists, amounts = book["Return"].data_validations.dataValidation
    assert (lists.type, lists.formula1, str(lists.sqref)) == ("list", "Lists!$A$1:$A$2", "A2:A11")
    assert (amounts.type, amounts.prompt, str(amounts.sqref)) == ("decimal", "Net", "B2:B11")
    assert [cell.value for cell in book["Lists"]["A"]] == ["Outreach", "Rent, rates"]
    assert book["Lists"].sheet_state == "hidden"


def test_the_same_workbook_is_the_same_bytes():
    made = [
        write_xlsx([Sheet("A", [Column("x")], [["y"]])], created=datetime(2026, 11, 22, tzinfo=UTC))
        for _ in "ab"
    ]
    assert made[0] == made[1]


def test_our_own_workbook_is_read_back():
    sheet = Sheet("A", [Column("Line"), Column("Amount", "money")], [["Outreach", D("9999999999999.99")]])
    assert rows(write_xlsx([sheet])) == [(1, "Line", "Amount"), (2, "Outreach", "9999999999999.99")]
