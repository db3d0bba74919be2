"""Monthly figures from what people have: two columns pasted, or a spreadsheet with months and figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from alliance.core.forms import MONTHS
from alliance.core.periods import Month, PeriodError
from alliance.core.spreadsheets import Row, SpreadsheetError, find_header, read_table

HEADINGS = {
    "month": ("month", "date", "period", "month ending", "month starting", "when"),
    "figure": ("figure", "value", "count", "number", "total", "observation", "people"),
    "note": ("note", "notes", "comment", "comments", "remark"),
}
MOST = Decimal(10) ** 12


@dataclass
class Figures:
    """What could be read, and every problem in a sentence with its row (house 23)."""

    figures: dict[Month, Decimal] = field(default_factory=dict)
    notes: dict[Month, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_figures(content, filename: str, *, today: date) -> Figures:
    """`content` is an uploaded file or bytes. Months after `today`'s are problems, and so are months told twice."""
    read = Figures()
    try:
        rows = list(read_table(content, filename))
        header, month, figure, note = _columns(rows)
    except SpreadsheetError as problem:
        read.problems.append(str(problem))
        return read
    for row in rows:
        if row.number > header:
            _read_row(read, row, (month, figure, note), today)
    if not read.figures and not read.problems:
        read.problems.append("There are no figures in it. Give a month and a figure in each row.")
    return read


def read_pasted(text: str, *, today: date) -> Figures:
    """Rows as they come out of a spreadsheet, or typed: "Nov 2026 31"."""
    return read_figures(text.encode(), "what you pasted.csv", today=today)


def _columns(rows: Sequence[Row]) -> tuple[int, int, int, int | None]:
    """(number of the heading's row or 0, month's, figure's and note's column)."""
    try:
        header = find_header(rows, HEADINGS)
    except SpreadsheetError:  # none: the first column is the month, the second the figure
        header = None
    if header is None or "month" in header.missing or "figure" in header.missing:
        titled = rows and not any(character.isdigit() for character in " ".join(rows[0].cells))
        return (rows[0].number if titled else 0), 0, 1, 2
    return header.number, header.columns["month"], header.columns["figure"], header.columns.get("note")


def _read_row(read: Figures, row: Row, columns, today: date) -> None:
    cells = [cell.strip() for cell in row.cells]
    if len(cells) == 1 and not _is_month(cells[0]):
        cells = cells[0].rsplit(None, 1)
    said, figure, note = (cells[at] if at is not None and at < len(cells) else "" for at in columns)
    try:
        month = parse_month(said)
        value = parse_figure(figure)
    except ValueError as problem:
        read.problems.append(f"Row {row.number}: {problem}.")
        return
    if month > Month.containing(today):
        read.problems.append(f"Row {row.number}: {month.label} is still to come.")
    elif month in read.figures:
        read.problems.append(f"Row {row.number}: {month.label} is there twice.")
    else:
        read.figures[month] = value
        if note:
            read.notes[month] = note[:200]


def _is_month(text: str) -> bool:
    try:
        return bool(parse_month(text))
    except ValueError:
        return False


def parse_month(text: str) -> Month:
    """From "2026-11", "11/2026", "1/11/2026", "Nov 2026", "November 26", "2026-11-01"; else ValueError, a clause."""
    said = text.strip()
    if not said:
        raise ValueError("the month is missing")
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2}(?:[ T].*)?)?", said):
            return Month(int(match[1]), int(match[2]))
        if match := re.fullmatch(r"(?:\d{1,2}[/.])?(\d{1,2})[/.](\d{4})", said):
            return Month(int(match[2]), int(match[1]))
        if match := re.fullmatch(r"(?:\d{1,2}[ -])?([A-Za-z]{3,9})\.?[ -]?'?(\d{4}|\d{2})", said):
            found = [n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(match[1].lower())]
            if match[1].lower() == "sept":
                found = [9]
            if len(found) == 1:
                year = int(match[2])
                return Month(year + 2000 if year < 100 else year, found[0])
    except PeriodError:
        pass
    raise ValueError(f"“{said[:40]}” is not a month; write it like Nov 2026 or 2026-11")


def parse_figure(text: str) -> Decimal:
    """An exact number, at most four decimals; "1,204", "12.5 %". Else ValueError, a clause."""
    said = text.strip()
    if not said:
        raise ValueError("the figure is missing")
    plain = re.sub(r"\s*%$", "", said).replace("−", "-")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        value = Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain, re.ASCII) else None
    except InvalidOperation:
        value = None
    if value is None:
        raise ValueError(f"“{said[:40]}” is not a number")
    if value != round(value, 4):
        raise ValueError(f"“{said[:40]}” has more than four decimals")
    if abs(value) >= MOST:
        raise ValueError(f"“{said[:40]}” is too large")
    return value
