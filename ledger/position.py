"""Where the money stands, as the book's page shows it: the chart of the year, and the totals in one of four ways.

Nothing is ranked and nothing is judged; each total has the address of the lines under it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alliance.core.charts import Chart, course_chart
from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.templatetags.concordat import in_words
from ledger.summaries import Rate, Reported, Spending, Total

WAYS = {
    "line": "Budget line",
    "participant": "Participant",
    "category": "Category",
    "month": "Month",
}
WIDE = 1000  # units of a bar's drawing, from its lowest end to its highest


@dataclass(frozen=True)
class Bar:
    """A total drawn beside others, in thousandths of the row: from `x`, `width` wide.

    `zero` is where nothing stands, and `track` how far from there what was agreed reaches.
    """

    zero: int
    x: int
    width: int
    track: int | None


@dataclass(frozen=True)
class Row:
    total: Total
    url: str
    bar: Bar
    note: str = ""
    queries: int = 0  # unresolved ones about it


@dataclass(frozen=True)
class Group:
    """The totals in one way. `budget` and `left` are sums, and there where a budget line's own budget is shown."""

    way: str
    rows: tuple[Row, ...]
    has_budget: bool

    @property
    def heading(self) -> str:
        return WAYS[self.way]

    @property
    def budget(self) -> Decimal:
        return sum((row.total.budget or ZERO for row in self.rows), ZERO)

    @property
    def left(self) -> Decimal:
        return self.budget - sum((row.total.spent for row in self.rows), ZERO)


def totals_by(way: str, shown: Spending) -> tuple[Total, ...]:
    return getattr(shown, f"by_{way}")


def group(
    way: str,
    shown: Spending,
    url: Callable[[str, str], str],
    *,
    has_budget: bool = False,
    notes: dict[str, str] | None = None,
    queries: dict[str, int] | None = None,
) -> Group:
    """`url(way, value)` is the address of a total's lines; `notes` and `queries` are by the total's value."""
    totals = totals_by(way, shown)
    bars = _bars(totals, has_budget)
    rows = (
        Row(
            total,
            url(way, total.value),
            bar,
            (notes or {}).get(total.value, ""),
            (queries or {}).get(total.value, 0),
        )
        for total, bar in zip(totals, bars, strict=True)
    )
    return Group(way, tuple(rows), has_budget)


def _bars(totals: Sequence[Total], has_budget: bool) -> list[Bar]:
    """All on one scale, so that they compare at a glance; a negative total goes left from nothing."""
    budgets = [total.budget for total in totals if has_budget and total.budget is not None]
    ends = [ZERO, *(total.spent for total in totals), *budgets]
    low, high = min(ends), max(ends)
    scale = WIDE / (high - low) if high > low else ZERO

    def place(amount: Decimal) -> int:
        return round((amount - low) * scale)

    return [
        Bar(
            zero=place(ZERO),
            x=place(min(ZERO, total.spent)),
            width=place(max(ZERO, total.spent)) - place(min(ZERO, total.spent)),
            track=place(total.budget) - place(ZERO) if has_budget and total.budget is not None else None,
        )
        for total in totals
    ]


def month_notes(told: Iterable[Reported], today: Month) -> dict[str, str]:
    """For the months that have begun: who of those expected has reported."""
    return {
        one.month.slug: _who(one, today) for one in told if one.month <= today and (one.expected or one.done)
    }


def _who(one: Reported, today: Month) -> str:
    words = f"{len(one.done)} of {one.expected} reported"
    if one.missing and one.month < today:
        words += f", not yet {in_words(one.missing)}"
    return words


def course(
    title: str,
    shown: Spending,
    told: Sequence[Reported],
    rate: Rate | None,
    agreed: Decimal | None,
) -> Chart | None:
    """The year so far against what was agreed; None before anything was spent. `shown` and `told` are of its months."""
    begun = max((n for n, total in enumerate(shown.by_month, 1) if total.entries), default=0)
    if not begun:
        return None
    partly = [n for n, one in enumerate(told) if one.missing]
    whole = [n for n, one in enumerate(told[:begun], 1) if not one.missing]
    return course_chart(
        title,
        [one.month.short_label for one in told],
        [total.spent for total in shown.by_month[:begun]],
        partly=partly,
        ahead=(whole[-1], rate.by_year_end) if rate and whole else None,
        agreed=agreed,
        words=("Spent", "At this rate, by year-end", "Agreed for the year"),
    )
