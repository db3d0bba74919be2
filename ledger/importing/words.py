"""Texts of cells: names, days and amounts as people write them, and the words by which a row says that it is a sum."""

import re
from calendar import month_name
from collections.abc import Iterable
from datetime import date as Day  # noqa: N812 -- as the fields of a line are called
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from alliance.core.money import parse_pounds, pounds
from alliance.core.spreadsheets import Row

LISTED = 20  # row numbers in one note
DATE_WORDS = "write it like 22/11/2026"
# Days as spreadsheets count them: 36,526 is 1 January 2000, 73,050 is 31 December 2099.
SERIAL_ZERO, FIRST_SERIAL, LAST_SERIAL = Day(1899, 12, 30), 36_526, 73_050


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A name without case and punctuation."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def plain_value(text: str) -> str:
    return " ".join(text.casefold().split())


def short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def fit(text: str, room: int) -> str:
    """The whole text stays in the row's cells; the book has room for so much."""
    return text if len(text) <= room else text[: room - 1] + "…"


def not_one_of(what: str, said: str, known: Iterable[str]) -> str:
    choices = ", ".join(known)
    return (
        f"the {what} '{short(said)}' is not one of: {choices}"
        if said
        else f"the {what} is blank; use one of: {choices}"
    )


def rows_in_words(numbers: list[int]) -> str:
    """ "Row 4", "Rows 4, 7 and 9", "Rows 3 to 41 and 50", from rising numbers; the end of a long list is counted."""
    if len(numbers) == 1:
        return f"Row {numbers[0]:,}"
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts = []
    for run in runs:
        parts += [(f"{run[0]:,} to {run[-1]:,}", len(run))] if len(run) > 2 else [(f"{n:,}", 1) for n in run]
    if len(parts) == 1:
        return f"Rows {parts[0][0]}"
    shown = parts[:LISTED] if len(parts) > LISTED else parts[:-1]
    last = parts[-1][0]
    if len(parts) > LISTED:
        last = f"{len(numbers) - sum(count for _, count in shown):,} more"
    return f"Rows {', '.join(words for words, _ in shown)} and {last}"


def parse_date(text: str) -> Day:
    """A day as people in Britain write it, or ISO. ValueError with a sentence that reads on after a row number."""
    said = " ".join(text.split())
    if not said:
        raise ValueError(f"the date is blank; {DATE_WORDS}")
    if match := re.fullmatch(
        r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?",
        said,
    ):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(
        r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)?", said
    ):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if len(match[4]) == 2 else 0
    elif match := _IN_WORDS.fullmatch(said) or _MONTH_FIRST.fullmatch(said):
        first, second, year = match[1], match[2], int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        day, month = (int(first), second) if first.isdigit() else (int(second), first)
        month = _month_number(month)
        if not month:
            raise ValueError(f"the date '{short(said)}' has no month of that name")
    elif match := re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", said):
        year, month, day = map(int, match.groups())
    elif re.fullmatch(r"\d{5}(\.\d+)?", said) and FIRST_SERIAL <= int(said[:5]) <= LAST_SERIAL:
        return SERIAL_ZERO + timedelta(
            days=int(said[:5])
        )  # a day as spreadsheets keep it, without its format
    elif re.fullmatch(r"[A-Za-z]{3,9}\.?[- /]*(\d{4}|\d{2})|\d{1,2}/\d{4}|\d{4}-\d{2}", said):
        raise ValueError(f"the date '{short(said)}' has no day; {DATE_WORDS}")
    else:
        raise ValueError(f"the date '{short(said)}' is not one that can be read; {DATE_WORDS}")
    if not 1 <= month <= 12:
        raise ValueError(f"the date '{short(said)}' has the month {month}; the day comes first, {DATE_WORDS}")
    try:
        return Day(year, month, day)
    except ValueError:
        raise ValueError(f"the date '{short(said)}' is not a day in the calendar") from None


# "3 Nov 2026", "Tuesday 3rd November 2026", "3-Nov-26", "03NOV2026"; and, as some programs write it, "Nov 3, 2026"
_IN_WORDS = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[- ]?([A-Za-z]{3,9})\.?[- ,]*(\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
known_day = lru_cache(maxsize=4096)(parse_date)
EXACT = re.compile(r"-?\d{1,10}\.\d\d", re.ASCII)


def amount_of(text: str) -> Decimal:
    return pounds(Decimal(text)) if EXACT.fullmatch(text) else parse_pounds(text)


def _month_number(name: str) -> int:
    """1 to 12 from "Nov", "Sept" or "November"; 0 from anything else."""
    return next((n for n in range(1, 13) if month_name[n].lower().startswith(name.lower())), 0)


# What a row of sums says: "Sub-total:", "Grand total for November 2026"; "Total Cleaning Ltd" is somebody.
SUMS = {"total", "totals", "subtotal", "subtotals"}
OF_WHAT = {
    *("sub", "grand", "net", "overall", "of", "for", "in", "the", "this", "all", "to", "date"),
    *("cost", "costs", "spend", "spending", "spent", "amount", "expenditure"),
    *("month", "period", "year", "return", "page", *(name.lower() for name in month_name[1:])),
}


def is_day(text: str) -> bool:
    try:
        return bool(known_day(text))
    except ValueError:
        return False


def first_words(row: Row) -> str:
    return next((cell for cell in row.cells if cell.strip()), "")


def is_total_row(row: Row, text: dict) -> bool:
    """A row of sums: it says so in the place of its date, or first of all and has no date."""
    return is_wholly_total(text.get("date", "") or first_words(row))


def is_wholly_total(text: str) -> bool:
    if "total" not in text.casefold():
        return False
    words = re.findall(r"[a-z]+", text.casefold())
    return any(word in SUMS for word in words[:2]) and set(words) <= SUMS | OF_WHAT


def mentions_total(text: str) -> bool:
    """ "Housing first total", "Carried forward": a sum perhaps, if it is the sum of the rows above."""
    return bool(
        SUMS & set(re.findall(r"[a-z]+", text.casefold()))
        or re.search(r"forward|[bc]/f\b|balance", text, re.I)
    )
