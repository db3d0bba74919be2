"""Spreadsheets as people have them: merged and hidden cells, totals, formulas, encodings, sheets of other programs."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from tests.factories.ledger import HEADINGS, cost, csv_of
from tests.factories.spreadsheets import cell, ods
from tests.ledger.test_importing import read, sentences

D = Decimal
FACTS = ["Overhead", "Peer support", "7", "invoice"]


def workbook(write) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet("Costs")
        page.write_row(0, 0, HEADINGS.split(","))
        write(book, page)
    return made.getvalue()


def said_of(lines) -> list[str]:
    return [problem.sentence for line in lines for problem in line.problems]


# ── Merged, hidden, computed ─────────────────────────────────────────────────


def test_what_stands_in_a_merged_cell_is_said_of_each_row_that_it_covers():
    def write(book, page):
        page.merge_range("A2:A4", "2026-11-03")
        page.merge_range("B2:B4", "Quayside")
        for n, amount in enumerate([10, 20, 30], 1):
            page.write_row(n, 2, ["Cleaning", amount, *FACTS])

    lines, _ = read(workbook(write), name="costs.xlsx")
    assert [(line.row, line.date, line.supplier, line.amount) for line in lines] == [
        (n, date(2026, 11, 3), "Quayside", D(amount))
        for n, amount in ((2, "10.00"), (3, "20.00"), (4, "30.00"))
    ]


def test_an_amount_in_a_merged_cell_is_counted_once_and_asked_about():
    def write(book, page):
        page.merge_range("D2:D3", 60)
        for n in (1, 2):
            page.write_row(n, 0, ["2026-11-03", "Quayside", "Cleaning"])
            page.write_row(n, 4, FACTS)

    lines, _ = read(workbook(write), name="costs.xlsx")
    assert [line.amount for line in lines] == [D("60.00"), None]
    (said,) = said_of(lines)
    assert said.startswith("it stands in a merged cell that begins in a row above")


def test_headings_over_two_rows_are_read_where_cells_are_merged():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet()
        page.merge_range("A1:F1", "Costs of November")
        for place, name in ((0, "Date"), (1, "Supplier"), (5, "Category"), (6, "Budget line")):
            page.merge_range(2, place, 3, place, name)
        page.merge_range("C3:E3", "Amounts")
        page.write_row(3, 2, ["Gross", "VAT", "Net"])
        page.write_row(4, 0, ["2026-11-03", "Quayside", 120, 20, 100, "Overhead", "Peer support"])
    lines, reading = read(made.getvalue(), name="costs.xlsx")
    assert reading.heading.row == 4
    assert [(line.amount, line.supplier, line.problems) for line in lines] == [(D("100.00"), "Quayside", ())]


def test_hidden_rows_are_read_and_told_or_left_out():
    def write(book, page):
        for n in range(1, 4):
            page.write_row(n, 0, ["2026-11-03", "Quayside", "Cleaning", n, *FACTS])
        page.set_row(2, None, None, {"hidden": True})

    content = workbook(write)
    lines, reading = read(content, name="costs.xlsx")
    assert sum(line.amount for line in lines) == D("6.00")
    assert "Row 3 is hidden in the file and was read all the same." in reading.notes
    from dataclasses import replace

    lines, reading = read(content, replace(reading.meaning, leave_hidden=True), name="costs.xlsx")
    assert sum(line.amount for line in lines) == D("4.00")
    assert "Row 3 is hidden in the file and was left out." in reading.notes


def test_a_formula_gives_its_value_and_one_whose_value_was_not_saved_is_told():
    def write(book, page):
        page.write_row(1, 0, ["2026-11-03", "Quayside", "Cleaning"])
        page.write_formula(1, 3, "=10*2", None, 20)
        page.write_row(1, 4, FACTS)
        page.write_row(2, 0, ["2026-11-03", "Quayside", "Cleaning"])
        page.write_formula(2, 3, "=1/0", None, "#DIV/0!")
        page.write_row(2, 4, FACTS)

    lines, _ = read(workbook(write), name="costs.xlsx")
    assert lines[0].amount == D("20.00")
    assert said_of(lines) == ["the amount '#DIV/0!' is a spreadsheet's error, not a number"]
    book = openpyxl.Workbook()  # writes formulas and no values, as programs do
    book.active.append(HEADINGS.split(","))
    book.active.append(["2026-11-03", "Quayside", "Cleaning", "=10*2", *FACTS])
    made = io.BytesIO()
    book.save(made)
    lines, _ = read(made.getvalue(), name="costs.xlsx")
    (said,) = said_of(lines)
    assert said.startswith("it is a formula whose value is not in the file")


def test_an_open_document_has_merged_hidden_and_computed_cells_too():
    def row(cells, attributes=""):
        return f"<table:table-row{attributes}>{cells}</table:table-row>"

    def number(value):
        return cell(value).replace('"string"', f'"float" office:value="{value}"')

    facts = "".join(cell(text) for text in FACTS)
    merged = (
        '<table:table-cell office:value-type="date" office:date-value="2026-11-03" '
        'table:number-rows-spanned="2"><text:p>03/11/26</text:p></table:table-cell>'
    )
    unsaved = '<table:table-cell table:formula="of:=[.D2]*2"/>'
    content = ods(
        row("".join(cell(heading) for heading in HEADINGS.split(",")))
        + row(merged + cell("Shop") + cell("Tea") + number("1.5") + facts)
        + row("<table:covered-table-cell/>" + cell("Shop") + cell("Tea") + number("2.25") + facts,
              ' table:visibility="collapse"')
        + row(cell("2026-11-04") + cell("Shop") + cell("Tea") + unsaved + facts)
    )  # fmt: skip
    lines, reading = read(content, name="costs.ods")
    assert [(line.date, line.amount) for line in lines] == [
        (date(2026, 11, 3), D("1.50")),
        (date(2026, 11, 3), D("2.25")),
        (None, None),
    ]
    assert "Row 3 is hidden in the file and was read all the same." in reading.notes
    assert said_of(lines)[0].startswith("it is a formula whose value is not in the file")


def test_days_that_a_workbook_keeps_as_bare_numbers_are_days():
    def write(book, page):
        page.write_row(1, 0, [46329, "Quayside", "Cleaning", 1, *FACTS])

    (line,), _ = read(workbook(write), name="costs.xlsx")
    assert line.date == date(2026, 11, 3)


# ── Totals ───────────────────────────────────────────────────────────────────


def test_a_subtotal_under_any_name_is_known_by_being_the_sum_of_its_group():
    rows = [
        cost("10.00"), cost("20.00"), "Housing first total,,,30.00,,,,",
        cost("5.00", line="Peer support"), cost("7.00", line="Peer support"), ",,Carried forward,12.00,,,,",
        ",,,42.00,,,,",
    ]  # fmt: skip
    lines, reading = read(csv_of(rows))
    assert sum(line.amount for line in lines) == D("42.00")
    assert "Rows 4, 7 and 8 are totals of other rows and were left out." in reading.notes


def test_a_dated_total_is_not_summed_twice():
    rows = [
        "03/11/2026,Shop,10.00",
        "04/11/2026,Shop,5.00",
        "30/11/2026,Total,15.00",
        "30/11/2026,Total,9.00",
    ]
    meaning_rows = csv_of(
        [f"{row},Overhead,Peer support" for row in rows], "Date,Supplier,Amount,Category,Budget line"
    )
    lines, reading = read(meaning_rows)
    assert [line.amount for line in lines] == [D("10.00"), D("5.00"), None]
    assert "Row 4 is a total of other rows and was left out." in reading.notes
    assert said_of(lines) == [
        "it says “Total” and is not the sum of the rows above it; leave it out, or say what the cost was"
    ]


def test_a_total_that_does_not_add_up_is_told():
    _, reading = read(csv_of([cost("10.00"), cost("20.00"), "Total,,,31.00,,,,"]))
    assert (
        "Row 4 says that it is a total of £31.00, and the rows above it come to £30.00. See why before you confirm."
        in reading.notes
    )


def test_a_row_that_speaks_of_a_total_and_is_none_is_asked_about():
    (said,) = sentences(csv_of([cost("10.00"), "Housing first total,,,12.00,,,,"]))
    assert said == (
        "it says “Housing first total” and is not the sum of the rows above it; leave it out if it is no cost, or "
        "give it a date"
    )


def test_lines_of_words_and_headings_said_again_are_left_out_and_told():
    rows = [
        "Housing first,,,,,,,",
        cost("1.00"),
        HEADINGS,
        cost("2.00"),
        ",Prepared by the finance team,,,,,,",
    ]
    lines, reading = read(csv_of(rows))
    assert sum(line.amount for line in lines) == D("3.00")
    assert reading.notes == [
        "Row 4 repeats the headings and was left out.",
        "Rows 2 and 6 have neither a date nor an amount and were left out.",
    ]


# ── Amounts and encodings ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("£1,234.50", "1234.50"), ("(1,234.50)", "-1234.50"), ("1,234.50-", "-1234.50"), ("−£12", "-12.00"),
        ("1 234.50", "1234.50"), ("1\u202f234.50", "1234.50"), ("12.00 CR", "-12.00"), ("12.00DR", "12.00"),
        ("GBP 12", "12.00"), (" 20777.56 ", "20777.56"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, amount):
    (line,), _ = read(csv_of([cost(text)]))
    assert line.amount == D(amount)


@pytest.mark.parametrize(
    "text", ["1 234,50", "1.234,56", "1,23", "12.345", "1e308", "NaN", "=1+1", "twelve", "-"]
)
def test_an_amount_that_two_people_could_read_differently_is_refused_with_its_value(text):
    (said,) = sentences(csv_of([cost(text)]))
    assert text in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_encoding_and_delimiter_is_read(encoding, delimiter):
    content = csv_of([cost("£5.00", supplier="Café “Ty”")]).decode().replace(",", delimiter).encode(encoding)
    (line,), _ = read(content)
    assert (line.supplier, line.amount) == ("Café “Ty”", D("5.00"))
