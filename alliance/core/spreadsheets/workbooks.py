"""XLSX and ODS: measured as a stream first, then read, with what a grid of values does not tell."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from .shapes import MEGABYTE, NOWHERE, Limits, Row, SpreadsheetError, Table, megabytes, width

DEEPEST = 100  # elements inside each other
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ERRORS_KEPT = 50_000
_TELLING = re.compile(rb"""<!|[<:](?:f[ >/]|mergeCell )|hidden=["'][1t]|t=["']e["']|\0""")


@dataclass
class _Facts:
    """What a sheet's XML says beside its values; rows and columns from 0, columns of a row as the bits of a number."""

    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last …
    hidden: set[int] = field(default_factory=set)
    unsaved: dict[int, int] = field(default_factory=dict)  # row → columns of formulas without a value
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass
class _Measured:
    kind: str
    macros: bool = False
    facts: Mapping[str, _Facts] = field(default_factory=dict)  # by the sheet's name


def read_workbook(
    file: BinaryIO, filename: str, wanted: str | None, blanks: bool, limits: Limits, capped: bool = False
) -> Table:
    """capped: this process may take only so much memory, so that what is large need not be measured beforehand."""
    measured = _measure(file, filename, limits, capped)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        about = [one for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
        visible = [one.name for one in about if one.visible is SheetVisibleEnum.Visible]
        if wanted is not None and wanted not in visible:
            raise SpreadsheetError(f"'{filename}' has no sheet '{wanted[:60]}'.")
        if len(visible) > limits.sheets:
            raise SpreadsheetError(
                f"'{filename}' has more than {limits.sheets} sheets. Send the one with the costs."
            )
        filled, read = [], None
        for name in visible:
            found = book.get_sheet_by_name(name)
            if read is not None or name != (wanted or name):
                filled += [name] if found.total_height else []
                continue
            _Part(filename, limits).reach(found.total_height, found.total_width, 0)
            grid = found.to_python(skip_empty_area=False)
            rows = list(_rows(grid, measured.facts.get(name, _Facts()), filename, blanks, limits))
            if any(row.cells for row in rows):
                read = name, rows
                filled.append(name)
        if read:
            name, rows = read
            return Table(
                filename,
                measured.kind,
                sheet=name,
                sheets=tuple(filled),
                hidden_sheets=len(about) - len(visible),
                macros=measured.macros,
                _source=rows,
            )
    except PasswordError:
        raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.") from None
    except CalamineError:
        raise _damaged(filename) from None
    raise SpreadsheetError(f"'{filename}' has no visible sheet with anything in it.")


def _rows(
    grid: list[list[object]], facts: _Facts, filename: str, blanks: bool, limits: Limits
) -> Iterator[Row]:
    """The rows as text. What stands in a merged cell is said of every row that it covers and that says more."""
    inherited: dict[
        int, dict[int, tuple[int, int]]
    ] = {}  # row → column → the merged cell's first row and column
    room = limits.cells
    for top, left, bottom, _ in facts.merged:
        room -= min(bottom, len(grid) - 1) - top
        if room < 0:
            raise SpreadsheetError(
                f"'{filename}' merges too many cells. Take the merging away and send it again."
            )
        for n in range(top + 1, min(bottom, len(grid) - 1) + 1):
            inherited.setdefault(n, {})[left] = top, left
    for (n, place), said in facts.errors.items():
        if n < len(grid) and place < len(grid[n]) and grid[n][place] in ("", None):
            grid[n][place] = said
    for n, values in enumerate(grid):
        cells = [_text(value).replace("\0", "␀") for value in values]
        merged = set()
        if n in inherited and any(cell.strip() for cell in cells):
            for place, (top, left) in inherited[n].items():
                if left < len(cells) and not cells[place].strip():
                    cells[place] = _text(grid[top][left])
                    merged.add(place)
        columns = facts.unsaved.get(n, 0)
        unsaved = (
            frozenset(place for place in range(len(cells)) if columns >> place & 1) if columns else NOWHERE
        )
        end = max(width(n + 1, cells, limits), 1 + max(unsaved, default=-1))
        if end or blanks:
            yield Row(n + 1, tuple(cells[:end]), frozenset(merged) or NOWHERE, unsaved, n in facts.hidden)


def _measure(file: BinaryIO, filename: str, limits: Limits, capped: bool) -> _Measured:
    """Read the parts of a workbook once, as a stream, and refuse what would not fit."""
    try:
        with zipfile.ZipFile(file) as parts:
            names = parts.namelist()
            if any(part.flag_bits & 1 for part in parts.infolist()):
                raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.")
            if len(names) > 2_000 or sum(part.file_size for part in parts.infolist()) > limits.unpacked:
                raise SpreadsheetError(f"'{filename}' unpacks to more than {megabytes(limits.unpacked)}.")
            if "content.xml" in names:
                return _measure_ods(parts, names, filename, limits)
            return _measure_xlsx(parts, names, filename, limits, capped)
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
    except MemoryError:
        raise
    except Exception as problem:  # zlib.error and its like in other compressions have no common parent
        raise _damaged(filename) from problem


def _measure_ods(parts: zipfile.ZipFile, names: list[str], filename: str, limits: Limits) -> _Measured:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in parts.read(manifest):
        raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.")
    content = _Ods(filename, limits)
    content.feed(parts, "content.xml")
    macros = any(name.startswith(("Basic/", "Scripts/")) for name in names)
    return _Measured("ODS", macros, content.facts)


def _measure_xlsx(
    parts: zipfile.ZipFile, names: list[str], filename: str, limits: Limits, capped: bool
) -> _Measured:
    sheets = [name for name in names if re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", name, re.IGNORECASE)]
    if not sheets:
        binary = any(name.lower().endswith("workbook.bin") for name in names)
        what = "is a binary workbook (XLSB)" if binary else "is not a spreadsheet that we know"
        raise SpreadsheetError(f"'{filename}' {what}. Send CSV, XLSX or ODS.")
    strings = _SharedStrings(filename, limits)
    for name in names:
        if re.search(r"sharedstrings\.xml$", name, re.IGNORECASE) and not (capped and _is_plain(parts, name)):
            strings.feed(parts, name)
    facts = {}
    for name in sheets:
        sheet = _XlsxSheet(filename, limits, strings.lengths)
        if not (capped and _is_plain(parts, name)):
            sheet.feed(parts, name)
        facts[name.lstrip("/").lower()] = sheet.facts
    book, links = _Book(filename, limits), _Links(filename, limits)
    for part, reader in (("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links)):
        if part in names:
            reader.feed(parts, part)
    of_sheets = {
        name: facts[links.target(link)] for name, link in book.sheets.items() if links.target(link) in facts
    }
    return _Measured("XLSX", any(name.lower().endswith("vbaproject.bin") for name in names), of_sheets)


def _is_plain(parts: zipfile.ZipFile, name: str) -> bool:
    """Whether a part has nothing but values in it: no formulas, merged or hidden cells, errors or declarations."""
    end = b""
    with parts.open(name) as stream:
        while chunk := stream.read(MEGABYTE):
            if _TELLING.search(end + chunk):
                return False
            end = chunk[-20:]
    return True


class _Part:
    """One XML part, read as a stream. Document types, and so entities, are refused."""

    def __init__(self, filename: str, limits: Limits):
        self.filename, self.limits = filename, limits
        self.rows = self.columns = self.text = 0

    def feed(self, parts: zipfile.ZipFile, name: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth, short, start, end = 0, _Short(), self.start, self.end

        def deeper(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEEPEST:
                raise SpreadsheetError(f"'{self.filename}' is nested deeper than any spreadsheet.")
            start(short[name], attributes)

        def higher(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(short[name])

        parser.StartElementHandler, parser.EndElementHandler = deeper, higher
        parser.CharacterDataHandler = self.words
        parser.StartDoctypeDeclHandler = self.doctype
        with parts.open(name) as stream:
            while chunk := stream.read(MEGABYTE):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)

    def merge(self, facts: _Facts, top: int, left: int, bottom: int, right: int) -> None:
        if bottom > top:
            facts.merged.append((top, left, bottom, right))
        if len(facts.merged) > self.limits.merged:
            raise SpreadsheetError(
                f"'{self.filename}' merges too many cells. Take the merging away and send it again."
            )

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


class _Short(dict):
    """Names of elements without their namespace."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(" ")[2]
        return self[name]


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


class _Book(_Part):
    """The names of the sheets, each with the link to its part."""

    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.sheets: dict[str, str] = {}

    def start(self, name, attributes):
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            self.sheets[attributes.get("name", "")] = link


class _Links(_Part):
    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.targets: dict[str, str] = {}

    def start(self, name, attributes):
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def target(self, link: str) -> str:
        """The part's name in the archive, in small letters."""
        said = self.targets.get(link, "").lower()
        return said.lstrip("/") if said.startswith("/") else f"xl/{said.removeprefix('./')}"


class _XlsxSheet(_Part):
    """A cell says where it is ("C14"), or follows the one before it; a text may be a shared one's number."""

    def __init__(self, filename: str, limits: Limits, shared: Sequence[int]):
        super().__init__(filename, limits)
        self.shared, self.row, self.column, self.kind = shared, 0, 0, ""
        self.value, self.within, self.length = "", "", 0
        self.counted = self.formula = False
        self.facts = _Facts()

    def start(self, name, attributes):
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
            if attributes.get("hidden", "") in ("1", "true") and len(self.facts.hidden) < self.limits.rows:
                self.facts.hidden.add(self.row - 1)
        elif name == "c":
            self.column += 1
            if place := _PLACE.fullmatch(attributes.get("r", "").upper()):
                self.row, self.column = int(place[2]), _column_number(place[1])
            self.kind, self.value, self.length, self.formula = attributes.get("t", ""), "", 0, False
        elif name == "f":
            self.formula = True
        elif name == "mergeCell":
            corners = [_PLACE.fullmatch(corner) for corner in attributes.get("ref", "").upper().split(":")]
            if len(corners) == 2 and all(corners):
                (left, top), (right, bottom) = ((_column_number(c[1]) - 1, int(c[2]) - 1) for c in corners)
                self.merge(self.facts, top, left, bottom, right)
        self.within = name

    def words(self, text):
        if self.within == "f":
            self.text += len(text)
            return
        self.length += len(text)
        if len(self.value) < 40:  # more of it says nothing about its place among the shared texts
            self.value += text[:40]

    def end(self, name):
        self.within = ""
        if name == "c":
            text = self.length
            if self.kind == "s" and self.value.strip().isdecimal() and int(self.value) < len(self.shared):
                text = self.shared[int(self.value)]
            self.reach(self.row, self.column, text)
            row, place = self.row - 1, self.column - 1
            if self.formula and not self.value.strip() and self.kind != "str":
                self.facts.unsaved[row] = self.facts.unsaved.get(row, 0) | 1 << place
            if self.kind == "e" and len(self.facts.errors) < _ERRORS_KEPT:
                self.facts.errors[row, place] = self.value.strip()[:20] or "#VALUE!"


class _Ods(_Part):
    """Cells and rows may be repeated; blank ones that end a row or a sheet do not count."""

    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.row = self.column = self.repeat = self.row_repeat = self.row_text = self.length = self.widest = 0
        self.filled = self.unsaved = False
        self.kept = 0  # columns of this row's formulas without a value
        self.facts: dict[str, _Facts] = {}
        self.sheet = _Facts()

    def start(self, name, attributes):
        attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "table":
            self.row = self.rows = self.columns = 0
            self.sheet = self.facts.setdefault(attributes.get("name", ""), _Facts())
        elif name == "table-row":
            self.column = self.row_text = self.widest = self.kept = 0
            self.row_repeat = int(attributes.get("number-rows-repeated", 1))
            hidden = attributes.get("visibility", "visible") != "visible"
            if hidden and self.row_repeat + len(self.sheet.hidden) < self.limits.rows:
                self.sheet.hidden.update(range(self.row, self.row + self.row_repeat))
        elif name in ("table-cell", "covered-table-cell"):
            self.repeat, self.length = int(attributes.get("number-columns-repeated", 1)), 0
            self.filled = "value-type" in attributes
            self.unsaved = "formula" in attributes and "value-type" not in attributes
            rows, columns = (int(attributes.get(f"number-{what}-spanned", 1)) for what in ("rows", "columns"))
            self.merge(self.sheet, self.row, self.column, self.row + rows - 1, self.column + columns - 1)
        elif name == "p":
            self.filled = True

    def words(self, text):
        self.length += len(text)

    def end(self, name):
        if name in ("table-cell", "covered-table-cell"):
            if self.unsaved and not self.length and self.column < self.limits.columns:
                self.kept |= 1 << self.column
                self.filled = True
            self.column += self.repeat
            if self.filled:
                self.widest = self.column
                self.row_text += self.length * self.repeat
        elif name == "table-row":
            if self.kept:
                self.sheet.unsaved[self.row] = self.kept
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
