"""Spreadsheets as people send them are read, or refused in words."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.spreadsheets import (
    Limits,
    SpreadsheetError,
    find_header,
    read_table,
    write_csv,
)
from tests.factories.spreadsheets import refusal, rows, xlsx

DATA = Path(__file__).parent.parent / "data" / "spreadsheets"


FIELDS = {"amount": ["Amount", "Net amount", "Total"], "line": ["Budget line", "Line"], "date": ["Date paid"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    content = delimiter.join(["line", "amount"]) + "\r\n" + delimiter.join(["Out, reach", "12.00"]) + "\r\n"
    if delimiter == ",":
        content = 'line,amount\r\n"Out, reach",12.00\r\n'
    assert rows(content.encode()) == [(1, "line", "amount"), (2, "Out, reach", "12.00")]


def test_excels_own_word_on_the_delimiter_is_believed():
    assert rows(b"sep=;\r\na;b,c\r\n") == [(2, "a", "b,c")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_beyond_ascii_survive(encoding):
    content = "line,amount\nCafé – “Ty”,£5\n"
    assert rows(content.encode(encoding)) == [(1, "line", "amount"), (2, "Café – “Ty”", "£5")]


def test_a_letter_beyond_ascii_at_the_very_end_still_decides_the_encoding():
    content = b"line,amount\n" + b"Outreach,12.00\n" * 100_000 + "Café,1.00\n".encode("cp1252")
    assert rows(content, limits=Limits(rows=200_000))[-1] == (100_002, "Café", "1.00")


def test_blank_rows_are_passed_over_and_still_counted():
    assert rows(b"a,b\n\n,,\n \xc2\xa0,\nc,d,,\n") == [(1, "a", "b"), (5, "c", "d")]


def test_blank_rows_come_too_when_asked_for():
    assert rows(b"a,b\n\n,,\nc,d\n", blanks=True) == [(1, "a", "b"), (2,), (3,), (4, "c", "d")]
    workbook = xlsx(lambda book, sheet: [sheet.write(0, 0, "a"), sheet.write(2, 0, "b")])
    assert rows(workbook, blanks=True) == [(1, "a"), (2,), (3, "b")]


def test_a_cell_over_two_lines_is_one_row_as_a_spreadsheet_counts():
    assert rows(b'a,"one\ntwo"\nb,c\n') == [(1, "a", "one\ntwo"), (2, "b", "c")]


def test_a_table_can_be_read_twice():
    table = read_table(b"a,b\nc,d\n", "x.csv")
    assert list(table) == list(table)
    assert (table.kind, table.encoding, table.delimiter) == ("CSV", "utf-8-sig", ",")


def test_the_file_stays_open_for_whoever_gave_it():
    file = io.BytesIO(b"a,b\n")
    list(read_table(file, "x.csv"))
    assert not file.closed


def test_a_long_csv_is_read_with_little_memory():
    content = io.BytesIO(b"Outreach,2026-11-22,1234.50,words and words\n" * 100_000)
    tracemalloc.start()
    assert sum(1 for _ in read_table(content, "long.csv")) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def wrong_files():
    return {
        "quotation-mark-never-closed.csv": "Row 3: a quotation mark is opened and never closed.",
        "quotation-mark-inside-a-cell.csv": (
            "Row 3: a quotation mark stands in the middle of a cell; double it or leave it out."
        ),
        "empty.csv": "'empty.csv' is empty.",
        "a-web-page-named.xls": (
            "'a-web-page-named.xls' is a web page or XML inside. Save it as CSV, XLSX or ODS and send that."
        ),
        "a-pdf-named.csv": "'a-pdf-named.csv' is a PDF. Save it as CSV, XLSX or ODS and send that.",
        "before-2007.xls": (
            "'before-2007.xls' has a password, or is in Excel's format from before 2007. "
            "Save it as CSV, XLSX or ODS and send that."
        ),
        "cut-short.xlsx": (
            "'cut-short.xlsx' is damaged or not a real spreadsheet. Save it again as CSV or XLSX."
        ),
        "a-word-document-named.xlsx": (
            "'a-word-document-named.xlsx' is not a spreadsheet that we know. Send CSV, XLSX or ODS."
        ),
        "not-text.csv": "'not-text.csv' is not a spreadsheet. Send CSV, XLSX or ODS.",
        "no-headings.csv": None,
        "titles-above-the-headings.csv": None,
    }


@pytest.mark.parametrize("name", [name for name, sentence in wrong_files().items() if sentence])
def test_a_file_that_cannot_be_read_is_told_why(name):
    assert refusal((DATA / name).read_bytes(), name) == wrong_files()[name]


def test_every_sample_file_is_spoken_of():
    assert {file.name for file in DATA.iterdir()} == set(wrong_files())


@pytest.mark.parametrize(
    ("content", "limits", "sentence"),
    [
        (b"a,b\n" * 5, Limits(rows=4), "'return' has more than 4 rows. Send it in parts."),
        (b"a,b,c\n", Limits(columns=2), "Row 1 has more than 2 columns."),
        (
            b"a,b\nabcd,e\n",
            Limits(cell_length=3),
            "Row 2: a cell has more than 3 characters; a quotation mark may not be closed.",
        ),
        (b"a,b\n" * 5, Limits(bytes=19), "'return' is larger than 19 bytes. Send it in parts."),
    ],
)
def test_a_csv_beyond_a_limit_is_refused(content, limits, sentence):
    assert refusal(content, limits=limits) == sentence


def test_a_cell_beyond_what_the_csv_library_takes_is_refused_too():
    assert refusal(b'a,b\nc,"' + b"x" * 200_000 + b'"\n') == (
        "Row 2: a cell is far too long; a quotation mark may not be closed."
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_refusal(content):
    try:
        for row in read_table(content, "x"):
            assert row.cells
    except SpreadsheetError:
        return


safe_cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n=+-@＝＋－＠\t"), min_size=1, max_size=9
)


@given(st.lists(st.lists(safe_cells.filter(str.strip), min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_we_write_as_csv_we_read(written):
    width = max(map(len, written))
    written = [[*row, *["x"] * (width - len(row))] for row in written]
    content = b"".join(write_csv(["h"] * width, written))
    assert [list(row.cells) for row in read_table(content, "x.csv")] == [["h"] * width, *written]


def table(*lines):
    return read_table("\n".join(lines).encode(), "x.csv")


def test_titles_above_the_headings_are_passed_over():
    found = read_table((DATA / "titles-above-the-headings.csv").read_bytes(), "x.csv")
    header = find_header(found, FIELDS)
    assert (header.number, header.columns, header.missing) == (4, {"line": 0, "amount": 2}, ("date",))
    assert header.unknown == ("Supplier",)
    after = [row.cells for row in found if row.number > header.number]
    assert [cells[header.columns["line"]] for cells in after] == ["Outreach", "Rent"]


def test_case_spacing_and_punctuation_of_a_heading_do_not_matter():
    header = find_header(table(" BUDGET-LINE ,NET  AMOUNT (£)"), {**FIELDS, "amount": ["net amount"]})
    assert header.columns == {"line": 0, "amount": 1}


def test_the_better_of_two_headings_is_taken():
    assert find_header(table("Line,Total,Net amount"), FIELDS).columns["amount"] == 2


def test_the_same_heading_twice_is_refused():
    with pytest.raises(SpreadsheetError, match=r"^Row 1: two columns are headed 'Amount'\.$"):
        find_header(table("Amount,Line,amount"), FIELDS)


def test_a_table_without_headings_is_refused():
    found = read_table((DATA / "no-headings.csv").read_bytes(), "x.csv")
    with pytest.raises(
        SpreadsheetError, match=r"No row of headings .* looked for 'Amount', 'Budget line', 'Date paid'"
    ):
        find_header(found, FIELDS)
