"""Spreadsheets that people send, read without trusting them; spreadsheets that we send, safe to open.

Reading gives text, row by row, with the row's own number, so that whoever parses it can say "Row 14: …". CSV is
read as it comes, with flat memory. XLSX and ODS are measured before they are opened, because a file of a few
kilobytes can unpack into all the memory there is; `read_table_apart` also reads them in a process of its own, with
a cap on its memory and time. Whatever is wrong is a `SpreadsheetError` with a sentence.
"""

from .apart import Room, read_table_apart
from .reading import find_header, read_table
from .shapes import LIMITS, Header, Limits, Row, SpreadsheetError, Table
from .writing import Column, Sheet, write_csv, write_xlsx

__all__ = [
    "LIMITS",
    "Column",
    "Header",
    "Limits",
    "Room",
    "Row",
    "Sheet",
    "SpreadsheetError",
    "Table",
    "find_header",
    "read_table",
    "read_table_apart",
    "write_csv",
    "write_xlsx",
]
