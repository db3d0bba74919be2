"""CSV as people have it: any common delimiter, UTF-8, UTF-16 or Windows-1252, read with flat memory."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import BinaryIO

from .shapes import MEGABYTE, Limits, Row, SpreadsheetError, Table, width


def open_csv(file: BinaryIO, filename: str, blanks: bool, limits: Limits) -> Table:
    """Rows are read as they are iterated, with `blanks` the empty ones too; SpreadsheetError says what is wrong."""
    encoding = _encoding(file, filename)
    with _as_text(file, encoding) as text:
        sample = text.read(65_536)
    hint = re.match(r"sep=(.)\r?\n", sample)
    delimiter = hint[1] if hint else _delimiter(sample)
    nulls = encoding.startswith("utf-16")  # in any other encoding a file with one is not text

    def rows() -> Iterator[Row]:
        number = 0
        with _as_text(file, encoding) as text:
            reader = csv.reader(_lines(text, limits), delimiter=delimiter, strict=True)
            try:
                for number, cells in enumerate(reader, 1):
                    if number == 1 and hint:
                        continue
                    if number > limits.rows:
                        raise SpreadsheetError(
                            f"'{filename}' has more than {limits.rows:,} rows. Send it in parts."
                        )
                    if (end := width(number, cells, limits)) or blanks:
                        del cells[end:]
                        if nulls:
                            cells = [cell.replace("\0", "␀") for cell in cells]
                        yield Row(number, tuple(cells))
            except csv.Error as problem:
                raise SpreadsheetError(f"Row {number + 1}: {_csv_problem(problem)}.") from None

    return Table(filename, "CSV", encoding=encoding, delimiter=delimiter, _source=rows)


def _lines(text: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    """Lines that fit into memory, whatever there is of commas in them."""
    most = limits.columns * limits.cell_length
    for number, line in enumerate(iter(partial(text.readline, most + 1), ""), 1):
        if len(line) > most:
            raise SpreadsheetError(f"Line {number} is far too long for a row of a spreadsheet.")
        if "\0" in line and line.count("\0") > 100:
            raise SpreadsheetError("The file is not text. Send CSV, XLSX or ODS.")
        yield line


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
    wide = (start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and "utf-16") or _wide(file)
    for encoding in [wide] if wide else ["utf-8-sig", "cp1252"]:
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


def _wide(file: BinaryIO) -> str:
    """UTF-16 that does not say so: every other byte of English is 0."""
    file.seek(0)
    sample = file.read(2_000)
    for zeros, letters, encoding in (
        (sample[1::2], sample[::2], "utf-16-le"),
        (sample[::2], sample[1::2], "utf-16-be"),
    ):
        if len(sample) > 8 and zeros.count(0) > 0.9 * len(zeros) and 0 not in letters:
            return encoding
    return ""


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
