"""Opening a table of whatever kind it is, and finding its headings."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import BinaryIO

from .shapes import LIMITS, Header, Limits, Row, SpreadsheetError, Table, megabytes, plain
from .texts import open_csv
from .workbooks import read_workbook

NOT_THESE = {
    b"%PDF": "is a PDF",
    b"{\\rtf": "is a text document",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"GIF8": "is a picture",
    b"\x1f\x8b": "is a packed file",
    b"7z\xbc\xaf": "is a packed file",
    b"Rar!": "is a packed file",
}
OLE = b"\xd0\xcf\x11\xe0"
SEARCHED = 30  # rows, for that of the headings
SAVE_IT = "Save it as CSV, XLSX or ODS and send that."


def read_table(
    file: BinaryIO | bytes,
    filename: str,
    *,
    sheet: str | None = None,
    blanks: bool = False,
    limits: Limits = LIMITS,
    capped: bool = False,
) -> Table:
    """Open a CSV, XLSX or ODS file by what it contains, whatever its name says.

    file: seekable, left open; a CSV is read while the table is iterated. sheet: by name; otherwise the first
    visible one that is not empty. blanks: rows that hold nothing come too, with no cells. capped: this process may
    take only so much memory (apart.py), so that a workbook is opened without measuring it first. Formulas give the
    values saved with them; numbers their shortest text at a spreadsheet's own 15 digits (12.3, never
    12.300000000000001); dates are ISO ("2026-11-22").
    """
    file = io.BytesIO(file) if isinstance(file, bytes) else file
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise SpreadsheetError(f"'{filename}' is empty.")
    if size > limits.bytes:
        raise SpreadsheetError(f"'{filename}' is larger than {megabytes(limits.bytes)}. Send it in parts.")
    start = file.read(4096)
    file.seek(0)
    for magic, what in NOT_THESE.items():
        if start.startswith(magic):
            raise SpreadsheetError(f"'{filename}' {what}. {SAVE_IT}")
    if start.startswith(OLE):
        raise SpreadsheetError(f"'{filename}' {_which_of_microsofts(file)}. {SAVE_IT}")
    if re.match(rb"(\xef\xbb\xbf)?\s*(<!doctype|<html|<table|<\?xml)", start, re.IGNORECASE):
        raise SpreadsheetError(f"'{filename}' is a web page or XML inside. {SAVE_IT}")
    if start.startswith(b"PK\x03\x04"):
        return read_workbook(file, filename, sheet, blanks, limits, capped)
    return open_csv(file, filename, blanks, limits)


def find_header(rows: Iterable[Row], synonyms: Mapping[str, Sequence[str]]) -> Header:
    """The row that names the most fields among the first 30; titles above it are passed over.

    synonyms: field → the headings people give it, the best first. Case, spacing and punctuation do not
    matter. Where two columns name one field, the better heading wins; the same heading twice is refused.
    """
    known = {plain(name): (key, rank) for key, names in synonyms.items() for rank, name in enumerate(names)}
    best: tuple[Row, dict[str, list[tuple[int, int]]]] | None = None
    for row in islice(rows, SEARCHED):
        found: dict[str, list[tuple[int, int]]] = {}
        for i, cell in enumerate(row.cells):
            if match := known.get(plain(cell)):
                key, rank = match
                found.setdefault(key, []).append((rank, i))
        if len(found) > (len(best[1]) if best else 0):
            best = row, found
    if best is None or len(best[1]) < min(2, len(synonyms)):
        wanted = ", ".join(f"'{names[0]}'" for names in synonyms.values())
        raise SpreadsheetError(
            f"No row of headings was found in the first {SEARCHED} rows; looked for {wanted}."
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
        unknown=tuple(cell.strip() for cell in row.cells if cell.strip() and plain(cell) not in known),
    )


def _which_of_microsofts(file: BinaryIO) -> str:
    """A workbook with a password and one from before 2007 begin alike."""
    file.seek(0)
    inside = file.read(LIMITS.bytes)
    return (
        "has a password"
        if "EncryptedPackage".encode("utf-16-le") in inside
        else (
            "is in Excel's format from before 2007"
            if "Workbook".encode("utf-16-le") in inside
            else "has a password, or is in Excel's format from before 2007"
        )
    )
