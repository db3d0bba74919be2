"""The files in which the organisations send their costs, each in a layout of its own."""

import csv
from datetime import UTC, datetime
from functools import partial

from alliance.core.periods import Month
from alliance.core.spreadsheets import Column, Sheet, write_csv, write_xlsx

from .spending import Row

HEADINGS = (
    "Date",
    "Supplier",
    "Description",
    "Net amount",
    "Category",
    "Budget line",
    "Reference",
    "Evidence",
    "Grade",
    "Full-time equivalents",
)
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"


def _cells(row: Row) -> list:
    said = [row.day, row.supplier, row.what, row.amount, row.category, row.line, row.reference, row.evidence]
    return [*said, *row.pay]


def as_csv(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    lines = [[f"{row.day:%d/%m/%Y}", *_cells(row)[1:]] for row in rows]
    return f"{key}-{month.slug}.csv", CSV, b"".join(write_csv(HEADINGS, lines))


def as_workbook(key: str, month: Month, rows: list[Row], title: str = "") -> tuple[str, str, bytes]:
    kinds = ("date", "text", "text", "money", *["text"] * 6)
    sheet = Sheet(
        "Costs",
        [Column(heading, kind, 22) for heading, kind in zip(HEADINGS, kinds, strict=True)],
        [_cells(row) for row in rows],
        title,
    )
    made = datetime.combine(month.end, datetime.min.time(), UTC)
    return f"{key}-{month.slug}.xlsx", XLSX, write_xlsx([sheet], created=made, empty_rows=0)


def as_the_trusts_ledger(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    """An extract of the trust's own ledger: other headings, a title above them, a total below."""
    headings = [
        "Posting date", "Payee", "Narrative", "Net value (GBP)", "Cost category", "Budget heading",
        "Transaction number", "Pay band", "WTE",
    ]  # fmt: skip
    said = [["Merrow Coast Mental Health NHS Trust: extract of the ledger", month.label], [], headings]
    said += [
        [
            f"{row.day:%d-%b-%Y}",
            row.supplier,
            row.what,
            f"{row.amount:,.2f}",
            row.category,
            row.line,
            row.reference,
            *row.pay,
        ]
        for row in rows
    ]
    said.append(["", "Total", "", f"{sum(row.amount for row in rows):,.2f}"])
    return f"ledger-extract-{month.slug}.csv", CSV, b"".join(write_csv(said[0], said[1:]))


def as_the_treasurers_list(key: str, month: Month, rows: list[Row]) -> tuple[str, str, bytes]:
    """June's list, kept by hand on Sundays: day, whom, what for, how much."""
    said = [
        [f"{row.day.day}/{row.day.month}/{row.day.year}", row.supplier, row.what, f"£{row.amount:,.2f}"]
        for row in rows
    ]
    return (
        f"hatch {month.label}.csv",
        CSV,
        b"".join(write_csv(["Date", "Paid to", "What for", "Amount"], said)),
    )


LAYOUTS = {
    "longquay": as_workbook,
    "trust": as_the_trusts_ledger,
    "hatch": as_the_treasurers_list,
    "rowe": partial(as_workbook, title="Bollard & Rowe Support Ltd: monthly return"),
}


def spoiled(content: bytes) -> bytes:
    """Five mistakes, as they are made: a letter for a nought, an impossible day, a strange name, a blank, a guess."""
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    rows[2][3] = "2O1.40"
    rows[4][0] = f"31/02/{rows[4][0][-4:]}"
    rows[5][5] = "Peer suport"
    rows[7][4] = ""
    rows[9][3] = "approx. 230"
    return b"".join(write_csv(rows[0], rows[1:]))
