"""Workbooks are measured before a library reads them, and what would not fit is refused."""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from .parts import Book, Facts, Links, Ods, SharedStrings, XlsxSheet
from .shapes import MEGABYTE, Limits, SpreadsheetError, megabytes

_TELLING = re.compile(rb"""<!|[<:](?:f[ >/]|mergeCell )|hidden=["'][1t]|t=["']e["']|\0""")


@dataclass
class Measured:
    kind: str
    macros: bool = False
    facts: Mapping[str, Facts] = field(default_factory=dict)  # by the sheet's name


def measure(file: BinaryIO, filename: str, limits: Limits, capped: bool) -> Measured:
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
        raise damaged(filename) from None
    except (ValueError, RuntimeError, KeyError) as problem:
        if isinstance(problem, SpreadsheetError):
            raise
        raise damaged(filename) from None
    except MemoryError:
        raise
    except Exception as problem:  # zlib.error and its like in other compressions have no common parent
        raise damaged(filename) from problem


def _measure_ods(parts: zipfile.ZipFile, names: list[str], filename: str, limits: Limits) -> Measured:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in parts.read(manifest):
        raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.")
    content = Ods(filename, limits)
    content.feed(parts, "content.xml")
    macros = any(name.startswith(("Basic/", "Scripts/")) for name in names)
    return Measured("ODS", macros, content.facts)


def _measure_xlsx(
    parts: zipfile.ZipFile, names: list[str], filename: str, limits: Limits, capped: bool
) -> Measured:
    sheets = [name for name in names if re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", name, re.IGNORECASE)]
    if not sheets:
        binary = any(name.lower().endswith("workbook.bin") for name in names)
        what = "is a binary workbook (XLSB)" if binary else "is not a spreadsheet that we know"
        raise SpreadsheetError(f"'{filename}' {what}. Send CSV, XLSX or ODS.")
    strings = SharedStrings(filename, limits)
    for name in names:
        if re.search(r"sharedstrings\.xml$", name, re.IGNORECASE) and not (capped and _is_plain(parts, name)):
            strings.feed(parts, name)
    facts = {}
    for name in sheets:
        sheet = XlsxSheet(filename, limits, strings.lengths)
        if not (capped and _is_plain(parts, name)):
            sheet.feed(parts, name)
        facts[name.lstrip("/").lower()] = sheet.facts
    book, links = Book(filename, limits), Links(filename, limits)
    for part, reader in (("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links)):
        if part in names:
            reader.feed(parts, part)
    of_sheets = {
        name: facts[links.target(link)] for name, link in book.sheets.items() if links.target(link) in facts
    }
    return Measured("XLSX", any(name.lower().endswith("vbaproject.bin") for name in names), of_sheets)


def _is_plain(parts: zipfile.ZipFile, name: str) -> bool:
    """Whether a part has nothing but values in it: no formulas, merged or hidden cells, errors or declarations."""
    end = b""
    with parts.open(name) as stream:
        while chunk := stream.read(MEGABYTE):
            if _TELLING.search(end + chunk):
                return False
            end = chunk[-20:]
    return True


def damaged(filename: str) -> SpreadsheetError:
    return SpreadsheetError(
        f"'{filename}' is damaged or not a real spreadsheet. Save it again as CSV or XLSX."
    )
