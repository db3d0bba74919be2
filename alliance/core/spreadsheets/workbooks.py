"""XLSX and ODS: measured as a stream first, then read, with what a grid of values does not tell."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from .measuring import damaged, measure
from .parts import Facts, Part
from .shapes import NOWHERE, Limits, Row, SpreadsheetError, Table, width

_OURS = {"Help", "Lists"}  # of the template that we hand out, all in words


def read_workbook(
    file: BinaryIO, filename: str, wanted: str | None, blanks: bool, limits: Limits, capped: bool = False
) -> Table:
    """capped: this process may take only so much memory, so that what is large need not be measured beforehand."""
    measured = measure(file, filename, limits, capped)
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
        filled, beside, read = [], [], None
        for name in [one.name for one in about]:
            found = book.get_sheet_by_name(name)
            if name not in visible or read is not None or name != (wanted or name):
                filled += [name] if name in visible and found.total_height else []
                beside += [name] if _has_figures(name, found, limits) else []
                continue
            Part(filename, limits).reach(found.total_height, found.total_width, 0)
            grid = found.to_python(skip_empty_area=False)
            rows = list(_rows(grid, measured.facts.get(name, Facts()), filename, blanks, limits))
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
                beside=tuple(beside),
                macros=measured.macros,
                _source=rows,
            )
    except PasswordError:
        raise SpreadsheetError(f"'{filename}' has a password. Save it without one and send that.") from None
    except CalamineError:
        raise damaged(filename) from None
    raise SpreadsheetError(f"'{filename}' has no visible sheet with anything in it.")


def _has_figures(name: str, sheet: CalamineSheet, limits: Limits) -> bool:
    """Does a sheet that nobody reads say more than words? What is too large to be looked through may."""
    if sheet.total_height * sheet.total_width > limits.cells:
        return True
    for row in sheet.iter_rows():
        for value in row:
            if isinstance(value, str):
                if name not in _OURS and any(map(str.isdecimal, value)):
                    return True
            elif value is not None:
                return True
    return False


def _rows(
    grid: list[list[object]], facts: Facts, filename: str, blanks: bool, limits: Limits
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
