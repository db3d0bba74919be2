"""The lines of the contest: files of costs as providers send them, the same for everybody and in every run.

Standard library alone: ledgers that live in other environments read it too.
"""

import csv
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

IN_ONE_FILE = 50_000  # rows; a return may have twice as many
HEADINGS = ("Date", "Supplier", "Description", "Amount", "Category", "Budget line", "Reference", "Evidence")
CATEGORIES = ("Direct other", "Subcontract", "Overhead", "Margin", "Irrecoverable VAT")  # pay goes together
BUDGET_LINES = ("Housing first", "Street outreach", "Peer support")
STREETS = (
    "Quay",
    "Mill",
    "Station",
    "Chapel",
    "Abbey",
    "Harbour",
    "Orchard",
    "Castle",
    "Bridge",
    "Market",
    "Union",
)
TRADES = (
    "Cleaning",
    "Lettings",
    "Training",
    "Catering",
    "Removals",
    "Repairs",
    "Interpreters",
    "Taxis",
    "Locksmiths",
)
WHAT = ("Deep clean of a flat", "Rent deposit, two weeks", "Night shift, agency", "Welcome pack and bedding",
        "Bus passes for the week", "Mobile phone top-up", "Repair of a boiler", "Group work, room hire")  # fmt: skip


@dataclass(frozen=True)
class File:
    """One provider's costs of a month; `begins` with this line, which tells it from others of that month."""

    path: Path
    provider: int
    year: int
    month: int
    begins: int
    rows: int
    pence: int  # what its rows come to


def row(n: int, year: int, month: int) -> tuple[str, ...]:
    """The n-th line of all, as text. It depends on n alone, beside its month."""
    day = 1 + n % monthrange(year, month)[1]
    pence = pence_of(n)
    return (
        f"{day:02}/{month:02}/{year}",
        f"{STREETS[n // 7 % 11]} {TRADES[n // 3 % 9]} Ltd",
        f"{WHAT[n // 5 % 8]}, {n % 97 + 1}",
        f"{pence // 100}.{pence % 100:02}",
        CATEGORIES[n % 5],
        BUDGET_LINES[n // 5 % 3],
        f"INV-{n:08}",
        "invoice",
    )


def pence_of(n: int) -> int:
    return 1 + n * 7919 % 250_000


def write(
    folder: Path,
    count: int,
    *,
    providers: int,
    months: Sequence[tuple[int, int]],
    in_one: int = IN_ONE_FILE,
    first: int = 0,
) -> Iterator[File]:
    """CSV files with `count` lines in all, beginning with line `first`.

    Providers take turns; when each had its turn comes the next month.
    """
    for place, begin in enumerate(range(first, first + count, in_one)):
        numbers = range(begin, min(begin + in_one, first + count))
        turn, provider = divmod(place, providers)
        year, month = months[turn % len(months)]
        path = folder / f"costs-{begin:010}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            writer.writerows(row(n, year, month) for n in numbers)
        yield File(path, provider, year, month, begin, len(numbers), sum(map(pence_of, numbers)))
