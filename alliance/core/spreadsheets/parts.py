"""The XML parts of a workbook, read as streams: how much stands in them, and what a grid of values does not tell."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from .shapes import MEGABYTE, Limits, SpreadsheetError

DEEPEST = 100  # elements inside each other
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ERRORS_KEPT = 50_000


@dataclass
class Facts:
    """What a sheet's XML says beside its values; rows and columns from 0, columns of a row as the bits of a number."""

    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last …
    hidden: set[int] = field(default_factory=set)
    unsaved: dict[int, int] = field(default_factory=dict)  # row → columns of formulas without a value
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class Part:
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

    def merge(self, facts: Facts, top: int, left: int, bottom: int, right: int) -> None:
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


class SharedStrings(Part):
    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.lengths: list[int] = []

    def start(self, name, attributes):
        if name == "si":
            self.lengths.append(0)

    def words(self, text):
        if self.lengths:
            self.lengths[-1] += len(text)


class Book(Part):
    """The names of the sheets, each with the link to its part."""

    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.sheets: dict[str, str] = {}

    def start(self, name, attributes):
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            self.sheets[attributes.get("name", "")] = link


class Links(Part):
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


class XlsxSheet(Part):
    """A cell says where it is ("C14"), or follows the one before it; a text may be a shared one's number."""

    def __init__(self, filename: str, limits: Limits, shared: Sequence[int]):
        super().__init__(filename, limits)
        self.shared, self.row, self.column, self.kind = shared, 0, 0, ""
        self.value, self.within, self.length = "", "", 0
        self.counted = self.formula = False
        self.facts = Facts()

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


class Ods(Part):
    """Cells and rows may be repeated; blank ones that end a row or a sheet do not count."""

    def __init__(self, filename: str, limits: Limits):
        super().__init__(filename, limits)
        self.row = self.column = self.repeat = self.row_repeat = self.row_text = self.length = self.widest = 0
        self.filled = self.unsaved = False
        self.kept = 0  # columns of this row's formulas without a value
        self.facts: dict[str, Facts] = {}
        self.sheet = Facts()

    def start(self, name, attributes):
        attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "table":
            self.row = self.rows = self.columns = 0
            self.sheet = self.facts.setdefault(attributes.get("name", ""), Facts())
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


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
