"""Spreadsheets that people send, read without trusting them; spreadsheets that we send, safe to open.

Reading gives text, row by row, with the row's own number, so that whoever parses it can say "Row 14: …". CSV is
read as it comes, with flat memory; XLSX and ODS are measured before they are opened, because a file of a
few kilobytes can unpack into all the memory there is. Whatever is wrong is a `SpreadsheetError` with a sentence.
"""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEGABYTE = 1024 * 1024


class SpreadsheetError(ValueError):
    """Why a file cannot be read, in a sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most. `cells` counts the rectangle of an XLSX or ODS sheet, empty cells too."""

    bytes: int = 20 * MEGABYTE
    unpacked: int = 200 * MEGABYTE
    rows: int = 100_000
    columns: int = 200
    cells: int = 2_000_000
    cell_length: int = 5_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet program counts it, from 1; `cells` as they were written, trailing blanks gone."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of one sheet, without the blank ones unless they were asked for.

    Iterate it as often as you like; a CSV is read anew each time, so its file has to stay open. A SpreadsheetError
    may come while iterating: a CSV is only known to be whole at its end.
    """

    filename: str
    kind: str  # "CSV", "XLSX" or "ODS"
    sheet: str = ""  # the sheet's name; none in a CSV
    encoding: str = ""  # a CSV's
    delimiter: str = ""
    _source: object = field(repr=False, compare=False, default=())

    def __iter__(self) -> Iterator[Row]:
        return self._source() if callable(self._source) else iter(self._source)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the headings are, and which column holds which field."""

    number: int
    columns: Mapping[str, int]  # field → index of its cell
    missing: tuple[str, ...]  # fields that no heading names
    unknown: tuple[str, ...]  # headings that name no field

    def pick(self, row: Row) -> dict[str, str]:
        """The row's text by field; "" where the row is too short."""
        return {name: row.cells[i] if i < len(row.cells) else "" for name, i in self.columns.items()}


def read_table(
    file: BinaryIO | bytes,
    filename: str,
    *,
    sheet: str | None = None,
    blanks: bool = False,
    limits: Limits = LIMITS,
) -> Table:
    """Open a CSV, XLSX or ODS file by what it contains, whatever its name says.

    file: seekable, left open; a CSV is read while the table is iterated. sheet: by name; otherwise the first
    visible one that is not empty. blanks: rows that hold nothing come too, with no cells. Formulas give the
    values saved with them; numbers their shortest text at a spreadsheet's own 15 digits (12.3, never
    12.300000000000001); dates are ISO ("2026-11-22").
    """
    file = io.BytesIO(file) if isinstance(file, bytes) else file
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise SpreadsheetError(f"'{filename}' is empty.")
    if size > limits.bytes:
        raise SpreadsheetError(f"'{filename}' is larger than {_megabytes(limits.bytes)}. Send it in parts.")
    start = file.read(4096)
    file.seek(0)
    for magic, what in _NOT_THESE.items():
        if start.startswith(magic):
            raise SpreadsheetError(f"'{filename}' {what}. Save it as CSV, XLSX or ODS and send that.")
    if re.match(rb"\s*(<!doctype html|<html|<table|<\?xml)", start, re.IGNORECASE):
        raise SpreadsheetError(
            f"'{filename}' is a web page or XML inside. Save it as CSV, XLSX or ODS and send that."
        )
    if start.startswith(b"PK\x03\x04"):
        return _read_workbook(file, filename, sheet, blanks, limits)
    return _open_csv(file, filename, blanks, limits)


def find_header(rows: Iterable[Row], synonyms: Mapping[str, Sequence[str]], *, within: int = 30) -> Header:
    """The row that names the most fields among the first `within`; titles above it are passed over.

    synonyms: field → the headings people give it, the best first. Case, spacing and punctuation do not
    matter. Where two columns name one field, the better heading wins; the same heading twice is refused.
    """
    known = {_plain(name): (key, rank) for key, names in synonyms.items() for rank, name in enumerate(names)}
    best: tuple[Row, dict[str, list[tuple[int, int]]]] | None = None
    for row in islice(rows, within):
        found: dict[str, list[tuple[int, int]]] = {}
        for i, cell in enumerate(row.cells):
            if match := known.get(_plain(cell)):
                key, rank = match
                found.setdefault(key, []).append((rank, i))
        if len(found) > (len(best[1]) if best else 0):
            best = row, found
    if best is None or len(best[1]) < min(2, len(synonyms)):
        wanted = ", ".join(f"'{names[0]}'" for names in synonyms.values())
        raise SpreadsheetError(
            f"No row of headings was found in the first {within} rows; looked for {wanted}."
        )
    row, found = best
    columns = {}
    for key, places in found.items():
        places.sort()
        if len(places) > 1 and places[0][0] == places[1][0]:
            raise SpreadsheetError(
                f"Row {row.number}: two columns are headed '{row.cells[places[0][1]].strip()}'."
            )
        columns[key] = places[0][1]
    return Header(
        number=row.number,
        columns=columns,
        missing=tuple(key for key in synonyms if key not in columns),
        unknown=tuple(cell.strip() for cell in row.cells if cell.strip() and _plain(cell) not in known),
    )


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A CSV that Excel opens rightly and that runs nothing, line by line, for a streaming response.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. Numbers, dates and so negative
    amounts are never touched: the type of a cell decides, so give amounts as Decimals.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield codecs.BOM_UTF8
    for row in _with_headings(headings, rows):
        writer.writerow([_safe(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


@dataclass(frozen=True, slots=True)
class Column:
    """kind: "text", "money", "number" or "date". choices: the only values that the sheet lets people enter."""

    heading: str
    kind: str = "text"
    width: int = 18
    choices: Sequence[str] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]] = ()
    title: str = ""  # stands above the headings


def write_xlsx(sheets: Sequence[Sheet], *, created: datetime | None = None, empty_rows: int = 500) -> bytes:
    """A workbook with typed cells; text stays text, whatever it begins with.

    Choices and kinds become data validation, also for `empty_rows` rows below, so that a sheet without rows is
    a template to fill in. With `created` given, the same sheets are the same bytes.
    """
    import xlsxwriter

    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(made, options) as book:
        moment = (created or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"created": moment, "title": sheets[0].title or sheets[0].name})
        formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in _FORMATS.items()}
        heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        bold = book.add_format({"bold": True, "font_size": 14})
        lists = None
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name))
            top = 0
            if sheet.title:
                page.write_string(0, 0, sheet.title, bold)
                top = 2
            for i, column in enumerate(sheet.columns):
                page.set_column(i, i, column.width, formats[column.kind])
                page.write_string(top, i, column.heading, heading)
            page.freeze_panes(top + 1, 0)
            page.repeat_rows(top)
            last = top
            for last, row in enumerate(sheet.rows, top + 1):
                for i, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
                    _write_cell(page, last, i, cell, formats[column.kind])
            for i, column in enumerate(sheet.columns):
                rule = dict(_VALIDATIONS.get(column.kind, {}))
                if column.choices:
                    if lists is None:
                        lists = book.add_worksheet("Lists")
                        lists.hide()
                        listed = 0
                    for n, choice in enumerate(column.choices):
                        lists.write_string(n, listed, choice)
                    letters = xlsxwriter.utility.xl_col_to_name(listed)
                    source = f"=Lists!${letters}$1:${letters}${len(column.choices)}"
                    rule = {
                        "validate": "list",
                        "source": source,
                        "error_message": "Choose one from the list.",
                    }
                    listed += 1
                if column.hint:
                    rule = (rule or {"validate": "any"}) | {
                        "input_title": column.heading[:32],
                        "input_message": column.hint[:255],
                    }
                if rule:
                    page.data_validation(top + 1, i, last + empty_rows, i, rule)
    return made.getvalue()


# --- CSV ---


def _open_csv(file: BinaryIO, filename: str, blanks: bool, limits: Limits) -> Table:
    encoding = _encoding(file, filename)
    with _as_text(file, encoding) as text:
        sample = text.read(65_536)
    hint = re.match(r"sep=(.)\r?\n", sample)
    delimiter = hint[1] if hint else _delimiter(sample)

    def rows() -> Iterator[Row]:
        number = 0
        with _as_text(file, encoding) as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            try:
                for number, cells in enumerate(reader, 1):
                    if number == 1 and hint:
                        continue
                    if number > limits.rows:
                        raise SpreadsheetError(
                            f"'{filename}' has more than {limits.rows:,} rows. Send it in parts."
                        )
                    if (row := _row(number, cells, limits)) or blanks:
                        yield row or Row(number, ())
            except csv.Error as problem:
                raise SpreadsheetError(f"Row {number + 1}: {_csv_problem(problem)}.") from None

    return Table(filename, "CSV", encoding=encoding, delimiter=delimiter, _source=rows)


def _csv_problem(problem: csv.Error) -> str:
    text = str(problem)
    if "end of data" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "a quotation mark stands in the middle of a cell; double it or leave it out"
    if "field larger" in text:
        return "a cell is far too long; a quotation mark may not be closed"
    return "the line cannot be read as CSV"


def _encoding(file: BinaryIO, filename: str) -> str:
    """UTF-8 if the whole file is, UTF-16 if it says so, else Windows-1252, which Excel writes in Britain."""
    file.seek(0)
    start = file.read(4)
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(MEGABYTE):
                if b"\0" in chunk and not wide:
                    raise SpreadsheetError(f"'{filename}' is not a spreadsheet. Send CSV, XLSX or ODS.")
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SpreadsheetError(
        f"The letters in '{filename}' cannot be read. Save it as “CSV UTF-8” and send that."
    )


class _as_text:  # noqa: N801 -- a context manager that reads as a phrase
    """The file's text from its beginning; the file itself stays open."""

    def __init__(self, file: BinaryIO, encoding: str):
        file.seek(0)
        self.text = io.TextIOWrapper(_Unclosed(file), encoding=encoding, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self.text

    def __exit__(self, *_):
        self.text.detach()


class _Unclosed(io.RawIOBase):
    """Django's uploaded files lack parts of what TextIOWrapper asks for."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        chunk = self.file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    read1 = io.RawIOBase.read


def _delimiter(sample: str) -> str:
    """The one that cuts the most of the first rows into equally many cells."""

    def agreement(delimiter: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(cells) for cells in islice(lines, 50) if any(cells))
        except csv.Error:
            return 0, 0
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        return (rows, width) if width > 1 else (0, 0)

    return max(",;\t|", key=agreement)


# --- XLSX and ODS ---


def _read_workbook(file: BinaryIO, filename: str, wanted: str | None, blanks: bool, limits: Limits) -> Table:
    kind = _measure(file, filename, limits)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        sheets = [
            about.name
            for about in book.sheets_metadata
            if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet
        ]
        if wanted is not None and wanted not in sheets:
            raise SpreadsheetError(f"'{filename}' has no sheet '{wanted}'.")
        for name in [wanted] if wanted is not None else sheets:
            found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            rows = [
                row or Row(number, ())
                for number, cells in enumerate(found, 1)
                if (row := _row(number, [_text(cell) for cell in cells], limits)) or blanks
            ]
            if any(row.cells for row in rows):
                return Table(filename, kind, sheet=name, _source=rows)
    except CalamineError:
        raise _damaged(filename) from None
    raise SpreadsheetError(f"'{filename}' has no visible sheet with anything in it.")


def _measure(file: BinaryIO, filename: str, limits: Limits) -> str:
    """Read the parts of a workbook once, as a stream, and refuse what would not fit; "XLSX" or "ODS"."""
    try:
        with zipfile.ZipFile(file) as parts:
            names = parts.namelist()
            if any(part.flag_bits & 1 for part in parts.infolist()):
                raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.")
            if len(names) > 2_000 or sum(part.file_size for part in parts.infolist()) > limits.unpacked:
                raise SpreadsheetError(f"'{filename}' unpacks to more than {_megabytes(limits.unpacked)}.")
            if "content.xml" in names:
                if "META-INF/manifest.xml" in names and b"encryption-data" in parts.read(
                    "META-INF/manifest.xml"
                ):
                    raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.")
                _Ods(filename, limits).feed(parts, "content.xml")
                return "ODS"
            sheets = [
                name for name in names if re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", name, re.IGNORECASE)
            ]
            if not sheets:
                raise SpreadsheetError(
                    f"'{filename}' is not a spreadsheet that we know. Send CSV, XLSX or ODS."
                )
            strings = _SharedStrings(filename, limits)
            for name in names:
                if re.search(r"sharedstrings\.xml$", name, re.IGNORECASE):
                    strings.feed(parts, name)
            for name in sheets:
                _XlsxSheet(filename, limits, strings.lengths).feed(parts, name)
            return "XLSX"
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        expat.ExpatError,
        EOFError,
        OSError,
        NotImplementedError,
    ):
        raise _damaged(filename) from None
    except (ValueError, RuntimeError, KeyError) as problem:
        if isinstance(problem, SpreadsheetError):
            raise
        raise _damaged(filename) from None
    except Exception as problem:  # zlib.error and its like in other compressions have no common parent
        raise _damaged(filename) from problem


class _Part:
    """One XML part, read as a stream. Document types, and so entities, are refused."""

    def __init__(self, filename: str, limits: Limits):
        self.filename, self.limits = filename, limits
        self.rows = self.columns = self.text = 0

    def feed(self, parts: zipfile.ZipFile, name: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: self.start(name.rpartition(" ")[2], attributes)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = self.words
        parser.StartDoctypeDeclHandler = self.doctype
        with parts.open(name) as stream:
            while chunk := stream.read(MEGABYTE):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)

    def doctype(self, *_):
        raise SpreadsheetError(
            f"'{self.filename}' declares its own XML entities, which no spreadsheet needs."
        )

    def reach(self, row: int, column: int, text: int) -> None:
        """There is a cell at this row and column, counted from 1, and so many more characters in the sheet."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.text += text
        limits = self.limits
        if self.rows > limits.rows:
            raise SpreadsheetError(f"'{self.filename}' has a sheet with more than {limits.rows:,} rows.")
        if self.columns > limits.columns:
            raise SpreadsheetError(f"'{self.filename}' has a sheet with more than {limits.columns} columns.")
        if self.rows * self.columns > limits.cells or self.text > limits.unpacked // 4:
            raise SpreadsheetError(f"'{self.filename}' has a sheet with too many cells. Send it in parts.")

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...


class _SharedStrings(_Part):
    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.lengths: list[int] = []

    def start(self, name, attributes):
        if name == "si":
            self.lengths.append(0)

    def words(self, text):
        if self.lengths:
            self.lengths[-1] += len(text)


class _XlsxSheet(_Part):
    """A cell says where it is ("C14"), or follows the one before it; a text may be a shared one's number."""

    def __init__(self, filename: str, limits: Limits, shared: Sequence[int]):
        super().__init__(filename, limits)
        self.shared, self.row, self.column, self.kind, self.value = shared, 0, 0, "", ""

    def start(self, name, attributes):
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif name == "c":
            self.column += 1
            if place := re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", attributes.get("r", "").upper()):
                self.row, self.column = int(place[2]), _column_number(place[1])
            self.kind, self.value = attributes.get("t", ""), ""

    def words(self, text):
        self.value += text

    def end(self, name):
        if name == "c":
            text = len(self.value)
            if self.kind == "s" and self.value.strip().isdecimal() and int(self.value) < len(self.shared):
                text = self.shared[int(self.value)]
            self.reach(self.row, self.column, text)


class _Ods(_Part):
    """Cells and rows may be repeated; blank ones that end a row or a sheet do not count."""

    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.row = self.column = self.repeat = self.row_repeat = self.row_text = self.length = self.widest = 0
        self.filled = False

    def start(self, name, attributes):
        attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "table":
            self.row = self.rows = self.columns = 0
        elif name == "table-row":
            self.column = self.row_text = self.widest = 0
            self.row_repeat = int(attributes.get("number-rows-repeated", 1))
        elif name in ("table-cell", "covered-table-cell"):
            self.repeat, self.length = int(attributes.get("number-columns-repeated", 1)), 0
            self.filled = "value-type" in attributes
        elif name == "p":
            self.filled = True

    def words(self, text):
        self.length += len(text)

    def end(self, name):
        if name in ("table-cell", "covered-table-cell"):
            self.column += self.repeat
            if self.filled:
                self.widest = self.column
                self.row_text += self.length * self.repeat
        elif name == "table-row":
            self.row += self.row_repeat
            if self.widest:
                self.reach(self.row, self.widest, self.row_text * self.row_repeat)


def _text(cell: object) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return _number(cell)
        case datetime(hour=0, minute=0, second=0):
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "minutes" if not cell.second else "seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
        case None:
            return ""
    return str(cell)


def _number(value: float) -> str:
    """Spreadsheets keep 15 digits; what a binary fraction adds beyond them nobody wrote."""
    exact = Decimal(f"{value:.15g}")
    return f"{exact.to_integral_value() if exact == exact.to_integral_value() else exact.normalize():f}"


# --- both ways ---


def _row(number: int, cells: Sequence[str], limits: Limits) -> Row | None:
    """None for a blank row."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    if end > limits.columns:
        raise SpreadsheetError(f"Row {number} has more than {limits.columns} columns.")
    for i in range(end):
        if len(cells[i]) > limits.cell_length:
            raise SpreadsheetError(
                f"Row {number}: a cell has more than {limits.cell_length:,} characters; "
                "a quotation mark may not be closed."
            )
    return Row(number, tuple(cells[:end])) if end else None


def _with_headings(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    yield headings
    yield from rows


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, str) and (cell[:1] in _CONTROL or cell.lstrip()[:1] in _FORMULA) and cell:
        return f"'{cell}"
    return cell


def _write_cell(page, row: int, column: int, cell: object, style) -> None:
    match cell:
        case None | "":
            page.write_blank(row, column, None, style)
        case bool():
            page.write_boolean(row, column, cell, style)
        case Decimal() | int() | float():
            page.write_number(row, column, float(cell), style)
        case datetime():
            page.write_datetime(row, column, cell.replace(tzinfo=None), style)
        case date():
            page.write_datetime(row, column, cell, style)
        case _:
            page.write_string(row, column, str(cell)[:32_767], style)


_FORMULA = set("=+-@＝＋－＠")
_CONTROL = set("\t\r\n")
_FORMATS = {"text": "@", "money": "#,##0.00", "number": "General", "date": "dd/mm/yyyy"}
_VALIDATIONS = {
    "money": {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -9_999_999_999_999,
        "maximum": 9_999_999_999_999,
        "error_message": "Write an amount in digits, like 1234.56.",
    },
    "number": {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -9_999_999_999_999,
        "maximum": 9_999_999_999_999,
        "error_message": "Write a number in digits.",
    },
    "date": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(2000, 1, 1),
        "maximum": date(2199, 12, 31),
        "error_message": "Write a date like 22/11/2026.",
    },
}
_NOT_THESE = {
    b"\xd0\xcf\x11\xe0": "has a password, or is in Excel's format from before 2007",
    b"%PDF": "is a PDF",
    b"{\\rtf": "is a text document",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
}


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip("' ") or "Sheet"


def _damaged(filename: str) -> SpreadsheetError:
    return SpreadsheetError(
        f"'{filename}' is damaged or not a real spreadsheet. Save it again as CSV or XLSX."
    )


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE} MB" if size >= MEGABYTE else f"{size:,} bytes"
