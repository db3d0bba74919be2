"""Spreadsheets as people send them are read, or refused in words; ours are safe to open."""

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal as D
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.spreadsheets import (
    Column,
    Limits,
    Sheet,
    SpreadsheetError,
    find_header,
    read_table,
    write_csv,
    write_xlsx,
)

DATA = Path(__file__).parent.parent / "data" / "spreadsheets"
FIELDS = {"amount": ["Amount", "Net amount", "Total"], "line": ["Budget line", "Line"], "date": ["Date paid"]}


def rows(content, **options):
    return [(row.number, *row.cells) for row in read_table(content, "return.csv", **options)]


def refusal(content, filename="return", **options):
    with pytest.raises(SpreadsheetError) as error:
        list(read_table(content, filename, **options))
    return str(error.value)


def xlsx(write, **options):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        write(book, book.add_worksheet("Return"))
    return made.getvalue()


def changed(workbook, part, change):
    """The same archive with one part rewritten."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


def ods(cells):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        parts.writestr(
            "content.xml",
            '<?xml version="1.0"?><office:document-content'
            ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="Return">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return made.getvalue()


def cell(text, **repeat):
    more = "".join(f' table:{name.replace("_", "-")}="{n}"' for name, n in repeat.items())
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


# --- CSV ---


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


@given(st.data())
def test_a_damaged_workbook_is_rows_or_a_refusal(data):
    workbook = bytearray(_WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        workbook[data.draw(st.integers(4, len(workbook) - 1))] = data.draw(st.integers(0, 255))
    try:
        list(read_table(bytes(workbook), "x"))
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


# --- XLSX and ODS ---


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
    workbook = changed(_WORKBOOK, "xl/worksheets/sheet1.xml", lambda content: content + b" " * 1_000_000)
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        true = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = workbook.replace(true.to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lying != workbook
    assert refusal(lying) == "'return' is damaged or not a real spreadsheet. Save it again as CSV or XLSX."


def test_xml_entities_are_refused():
    def declare(content):
        return content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', 1)

    sentence = "'return' declares its own XML entities, which no spreadsheet needs."
    assert refusal(changed(_WORKBOOK, "xl/worksheets/sheet1.xml", declare)) == sentence
    assert refusal(changed(_WORKBOOK, "xl/sharedStrings.xml", declare)) == sentence
    assert refusal(changed(ods(""), "content.xml", declare)) == sentence


# --- headings ---


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


# --- writing ---


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


_WORKBOOK = xlsx(lambda book, sheet: [sheet.write_row(i, 0, ["Outreach", i * 1.1]) for i in range(20)])
