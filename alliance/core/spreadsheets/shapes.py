"""What a spreadsheet is to us once it is read: rows of text, each with its number."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MEGABYTE = 1024 * 1024
NOWHERE: frozenset[int] = frozenset()


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
    sheets: int = 60
    merged: int = 20_000  # merged areas of a workbook


LIMITS = Limits()


class Row(NamedTuple):
    """`number` as a spreadsheet program counts it, from 1; `cells` as they were written, trailing blanks gone.

    merged: places whose text stands in a merged cell that begins in a row above. unsaved: places of formulas whose
    value was not saved with them. hidden: whether the spreadsheet program hides the row.
    """

    number: int
    cells: tuple[str, ...]
    merged: frozenset[int] = NOWHERE
    unsaved: frozenset[int] = NOWHERE
    hidden: bool = False


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
    sheets: tuple[str, ...] = ()  # the visible sheets with something in them, this one among them
    hidden_sheets: int = 0
    beside: tuple[str, ...] = ()  # sheets that were not read, hidden ones too, and have figures in them
    macros: bool = False  # it brings programs, which nobody ran
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


def width(number: int, cells: Sequence[str], limits: Limits) -> int:
    """How many cells the row has without the blank ones at its end, when none is beyond a limit."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    if end > limits.columns:
        raise SpreadsheetError(f"Row {number} has more than {limits.columns} columns.")
    if max(map(len, cells[:end]), default=0) > limits.cell_length:
        raise SpreadsheetError(
            f"Row {number}: a cell has more than {limits.cell_length:,} characters; "
            "a quotation mark may not be closed."
        )
    return end


def plain(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()


def megabytes(size: int) -> str:
    return f"{size // MEGABYTE} MB" if size >= MEGABYTE else f"{size:,} bytes"
