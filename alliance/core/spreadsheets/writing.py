"""Spreadsheets that we send: nothing in them runs, and templates say what may be entered."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal


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


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip("' ") or "Sheet"
