"""What people's files say, and what they are told about them."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import read_table
from ledger.importing import Look, Meaning, Reading, guess, letter, look, parse_date, rows_in_words
from ledger.models import Category
from tests.factories.ledger import HEADINGS, cost, csv_of, make_book, send_return

D = Decimal
CATEGORIES = {value: place for place, value in enumerate(Category.values, 1)}
LINES = [(1, "Housing first"), (2, "Peer support")]


def read(content: bytes, meaning: Meaning | None = None, name: str = "costs.csv") -> tuple[list, Reading]:
    table = read_table(content, name, blanks=True)
    seen = look(table)
    reading = Reading(
        table,
        seen,
        meaning or guess(seen.headings),
        month=Month(2026, 11),
        year=FinancialYear(2026),
        categories=CATEGORIES,
        budget_lines=LINES,
    )
    return list(reading), reading


def sentences(content: bytes) -> list[str]:
    return [problem.sentence for line in read(content)[0] for problem in line.problems]


@pytest.mark.parametrize(
    "text",
    ["3/11/2026", "03-11-2026", "3.11.26", "2026-11-03", "2026-11-03 00:00:00", "2026-11-03T10:00:00Z", "3 Nov 2026",
     "3rd November 2026", "3-Nov-26", " 03/11/2026 09:15 ", "Tuesday 3 November 2026", "Nov 3, 2026", "20261103",
     "46329", "46329.5", "03NOV2026", "2026-11-03T10:00:00+00:00", "03/11/2026 10:12:33 AM"],
)  # fmt: skip
def test_a_day_is_read_as_it_is_written_in_britain(text):
    assert parse_date(text) == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the date is blank; write it like 22/11/2026"),
        ("31/11/2026", "the date '31/11/2026' is not a day in the calendar"),
        (
            "12/31/2026",
            "the date '12/31/2026' has the month 31; the day comes first, write it like 22/11/2026",
        ),
        ("3 Movember 2026", "the date '3 Movember 2026' has no month of that name"),
        ("4600", "the date '4600' is not one that can be read; write it like 22/11/2026"),
        ("Nov 2026", "the date 'Nov 2026' has no day; write it like 22/11/2026"),
        ("soon", "the date 'soon' is not one that can be read; write it like 22/11/2026"),
    ],
)
def test_a_day_that_cannot_be_read_is_told_with_its_value(text, said):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 -- the sentence is compared whole
        parse_date(text)
    assert str(refusal.value) == said


def test_columns_have_letters_as_in_a_spreadsheet():
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Gross,VAT,Net,Paid Date,Payee", {"amount": 2, "date": 3, "supplier": 4}),
        ("Invoice Date,Date,Amount (£),Supplier ID,Supplier", {"date": 1, "amount": 2, "supplier": 4}),
        (
            "Effective Date,Vendor,Purpose of spend,Total",
            {"date": 0, "supplier": 1, "description": 2, "amount": 3},
        ),
        ("Directorate,Payment Date,Payment Amount,Beneficiary", {"date": 1, "amount": 2, "supplier": 3}),
        ("Paid on,Who,Amount", {"date": 0, "amount": 2}),
        ("Cost category,BUDGET LINE", {"category": 0, "budget_line": 1}),
    ],
)
def test_a_heading_is_given_one_meaning_the_best_first(headings, columns):
    assert guess(headings.split(",")).columns == columns


def test_a_column_without_a_known_heading_is_known_by_the_names_below_it():
    rows = [["5.00", "Taxi", "Peer support", "Other"], ["6.00", "Rent", "Peer support!", "Direct other"]]
    names = {"category": {"direct other"}, "budget_line": {"peer support"}}
    meaning = guess(["Net", "Details", "Project", "Cost type"], rows, names)
    assert meaning.columns == {"amount": 0, "description": 1, "budget_line": 2, "category": 3}
    assert "category" not in guess(["Net", "Kind"], [["5.00", "Whatever"]], names).columns


def test_titles_above_the_headings_are_passed_over():
    content = f"Haven Homes\nCosts of November,,\n\n{HEADINGS}\n{cost()}\n".encode()
    (line,), reading = read(content)
    assert (reading.heading.row, line.row, line.amount) == (4, 5, D("120.00"))


def test_totals_and_empty_rows_are_left_out_and_told():
    content = csv_of([cost("1.00"), ",,,,,,,", cost("2.00"), "Total,,,3.00,,,,", cost("0.00")])
    lines, reading = read(content)
    assert [line.amount for line in lines] == [D("1.00"), D("2.00")]
    assert reading.notes == [
        "Row 3 holds nothing and was left out.",
        "Row 5 is a total of other rows and was left out.",
        "Row 6 has the amount 0.00 and was left out.",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "Total,,,3.00,,,,",
        ",Grand total,,3.00,,,,",
        "TOTAL:,Haven Homes,,3.00,,,,",
        "Sub-total for November 2026,,,3.00,,,,",
        ",,Total spend to date: £3.00,3.00,,,,",
    ],
)
def test_a_total_is_known_by_what_it_says_in_its_dates_place_or_first_of_all(row):
    lines, reading = read(csv_of([cost("1.00"), cost("2.00"), row]))
    assert len(lines) == 2
    assert reading.notes == ["Row 4 is a total of other rows and was left out."]


def test_a_total_in_the_date_column_is_one_wherever_that_column_stands():
    rows = ["Shop,03/11/2026,3.00,Overhead,Peer support", "Shop,Total,3.00,,"]
    lines, reading = read(csv_of(rows, "Supplier,Date,Amount,Category,Budget line"))
    assert (len(lines), reading.notes) == (1, ["Row 3 is a total of other rows and was left out."])


def test_somebody_whose_name_begins_with_total_is_not_a_total():
    assert sentences(csv_of([cost(), cost(day="").replace("Quayside", "Total")])) == [
        "the date is blank; write it like 22/11/2026"
    ]
    (refused,) = sentences(csv_of([cost(), ",Total Cleaning Ltd,Windows,3.00,Overhead,Peer support,,"]))
    assert refused == "the date is blank; write it like 22/11/2026"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([4], "Row 4"),
        ([4, 5], "Rows 4 and 5"),
        ([4, 7, 9], "Rows 4, 7 and 9"),
        ([*range(3, 42)], "Rows 3 to 41"),
        ([2, *range(5, 1002), 1004], "Rows 2, 5 to 1,001 and 1,004"),
        ([*range(1, 101, 2)], f"Rows {', '.join(str(n) for n in range(1, 41, 2))} and 30 more"),
    ],
)
def test_many_rows_are_named_in_few_words(numbers, said):
    assert rows_in_words(numbers) == said


def test_a_row_with_a_cell_too_many_is_told_with_the_cure():
    row = cost("9.00").replace("Cleaning,9.00", "Cleaning, windows,9.00")
    assert sentences(csv_of([cost(), row, cost()])) == [
        "it has 9 cells and there are 8 headings. Put quotation marks around a text that has a comma in it"
    ]


def test_a_row_that_ends_before_the_filters_column_is_told_by_number():
    meaning = Meaning({**guess(HEADINGS.split(",")).columns}, {}, (7, "invoice"))
    lines, reading = read(csv_of([cost(), "03/11/2026,Shop", cost()]), meaning)
    assert len(lines) == 2
    assert reading.notes == [
        "2 of 2 rows have “invoice” as Evidence. The others were left out.",
        "Row 3 ends before the column that says whose it is, and was left out.",
    ]


def test_a_cost_of_an_earlier_month_is_taken_and_one_of_an_earlier_year_is_not():
    """A late invoice belongs to the month that reports it; a date of last year is a slip."""
    lines, reading = read(csv_of([cost(day="30/10/2026"), cost(day="03/11/2025")]))
    assert [[problem.sentence for problem in line.problems] for line in lines] == [
        [],
        ["the date is before the financial year 2026–27 began"],
    ]
    assert "Row 2 is dated before November 2026." in reading.notes


def test_a_workbook_with_dates_and_numbers_of_its_own_is_read_exactly():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, HEADINGS.split(","))
        sheet.write_datetime(1, 0, date(2026, 11, 3), day)
        sheet.write_row(1, 1, ["Shop", "Food", 0.1 + 0.2, "Overhead", "Peer support", 77])
        sheet.write_formula(2, 3, "=1+1", None, 2)
        sheet.write_row(2, 1, ["Shop", "Tea"])
        sheet.write_row(2, 4, ["Overhead", "peer  SUPPORT"])
        sheet.write(2, 0, "4 November 2026")
    lines, _ = read(made.getvalue(), name="costs.xlsx")
    assert [(line.date, line.amount, line.reference, line.problems) for line in lines] == [
        (date(2026, 11, 3), D("0.30"), "77", ()),
        (date(2026, 11, 4), D("2.00"), "", ()),
    ]


def test_a_meaning_survives_being_kept():
    meaning = Meaning({"amount": 3}, {"category": "overhead"}, (2, "Ours"))
    assert Meaning.from_json(meaning.as_json()) == meaning
    assert Meaning.from_json({}).missing == [
        "Amount (net)",
        "Date",
        "Category",
        "Budget line",
        "Supplier or description",
    ]


def test_a_first_look_at_a_file_without_any_heading_we_know():
    assert look(read_table(b"a,b\n1,2\n", "a.csv")) == Look(1, ["a", "b"], [["1", "2"]])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "'empty.csv' is empty"),
        (b"%PDF-1.7", "scan.csv", "'scan.csv' is a PDF. Save it as CSV, XLSX or ODS and send that"),
        (b"PK\x03\x04 broken", "broken.xlsx", "'broken.xlsx' is damaged or not a real spreadsheet."),
        (HEADINGS.encode(), "headings-alone.csv", "The file has no costs in it"),
        (b'Date,"Supplier\n1,2', "unclosed.csv", "a quotation mark is opened and never closed"),
        (b"\x00\x01\x02", "binary.csv", "'binary.csv' is not a spreadsheet."),
        (b"\r\n\r\n", "blank-lines.csv", "'blank-lines.csv' has nothing in it"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why_and_nothing_is_posted(cast, content, name, said):
    make_book(cast)
    sent = send_return(cast, content, name=name)
    assert sent.status == "attention"
    assert said in sent.problems.get().sentence
