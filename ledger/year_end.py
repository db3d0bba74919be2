"""Whether a year can be closed, and what is still missing: computed from the book each time that somebody looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.money import format_pounds
from alliance.core.periods import Month
from alliance.core.questions import Question
from ledger import asking, querying, summaries
from ledger.memorandum import Memorandum, ended, gather, years
from ledger.models import Accrual, Budget, CostReturn, Period, Transfer
from participants.models import Participant

NAMED = 3  # that a sentence names before it counts


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at before a year is closed. `words` say how it stands; `stops`: the year waits for it.

    `told`: where it is not done the memorandum account says so. `is_put`: its link is for those who put proposals.
    """

    title: str
    words: str
    done: bool
    url: str = ""
    link: str = ""
    stops: bool = False
    told: bool = True
    is_put: bool = False


@dataclass(frozen=True, slots=True)
class MonthToClose:
    month: Month
    closed_at: object
    spent: Decimal
    reported: summaries.Reported


@dataclass(frozen=True, slots=True)
class Readiness:
    """A year before its close: its months, what is to be looked at, and its memorandum account so far."""

    budget: Budget
    months: tuple[MonthToClose, ...]
    checks: tuple[Check, ...]
    account: Memorandum

    @property
    def why_not(self) -> str:
        """Why the year cannot be closed yet, or ""."""
        return next((one.words for one in self.checks if one.stops and not one.done), "")

    @property
    def missing(self) -> tuple[Check, ...]:
        return tuple(one for one in self.checks if not one.done)

    @property
    def month_to_close(self) -> Month | None:
        """The next one to close, once the year is over and those before it are closed."""
        if any(one.stops and not one.done for one in self.checks[:2]):
            return None
        return next((one.month for one in self.months if one.closed_at is None), None)


def readiness(budget: Budget, closed_by: str = "", among: Sequence[Budget] | None = None) -> Readiness:
    """A constant number of queries. `closed_by` is who is about to close it; `among` are all `years`, if at hand."""
    alliance, year = budget.alliance, budget.year
    today, among = timezone.localdate(), among or years(alliance)
    everybody = asking.everybody(alliance)
    spending = summaries.spending(alliance, year, budget, everybody=everybody)
    account = gather(budget, closed_by=closed_by, spending=spending, everybody=everybody, among=among)
    closed = dict(_closed(alliance=alliance.pk, first=year.start, last=year.end))
    spent = {one.value: one.spent for one in spending.by_month}
    told = summaries.reported(alliance, year.months, everybody)
    months = tuple(
        MonthToClose(month, closed[month.start], spent[month.slug], one)
        for month, one in zip(year.months, told, strict=True)
    )
    checks = (
        _ended(budget, today),
        _earlier(budget, among),
        _open_months(budget, months),
        _returns_missing(budget, months, today),
        _returns_in_hand(budget),
        _over_the_end(budget, everybody),
        _not_arrived(budget, account),
        _transfers(budget, everybody),
        _queries(budget),
        _decided(budget, account),
    )
    account = replace(account, missing=tuple(one.words for one in checks if one.told and not one.done))
    return Readiness(budget, months, checks, account)


@Question
def _closed(alliance: int, first: date, last: date):
    months = Period.objects.filter(alliance_id=alliance, month__range=(first, last))
    return months.values_list("month", "closed_at")


# ── Each thing to look at ────────────────────────────────────────────────────


def _ended(budget: Budget, today: date) -> Check:
    over = today > budget.year.end
    words = (
        f"{budget.year.label} ended on {_day(budget.year.end)}."
        if over
        else (f"{budget.year.label} ends on {_day(budget.year.end)}. It can be closed after that.")
    )
    return Check("The year is over", words, over, stops=True)


def _earlier(budget: Budget, among: Sequence[Budget]) -> Check:
    open_years = (one for one in reversed(among) if one.starts_on < budget.starts_on and not ended(one))
    if (earlier := next(open_years, None)) is None:
        return Check("The years before", "No earlier year is open.", True, stops=True)
    return Check(
        "The years before",
        f"{earlier.year.label} is not closed yet. Years are closed in their order.",
        False,
        _url("year_end", budget, earlier.year.slug),
        f"Close {earlier.year.label}",
        stops=True,
    )


def _open_months(budget: Budget, months: tuple[MonthToClose, ...]) -> Check:
    waiting = [one for one in months if one.closed_at is None]
    if not waiting:
        return Check("Months", "All twelve months are closed.", True, stops=True)
    many = len(waiting)
    names = "one month is" if many == 1 else f"{many} months are"
    return Check(
        "Months",
        f"{names.capitalize()} open. The first is {waiting[0].month.label}: months are closed in their order.",
        False,
        _url("close", budget, waiting[0].month.slug),
        f"Close {waiting[0].month.label}",
        stops=True,
    )


def _returns_missing(budget: Budget, months: tuple[MonthToClose, ...], today: date) -> Check:
    ended = [one for one in months if one.month.end < today]
    gaps = [f"{name} for {one.month.label}" for one in ended for name in one.reported.missing]
    if not gaps:
        return Check("Cost returns", "Every provider reported every month that has ended.", True)
    return Check(
        "Cost returns",
        f"{_count(gaps, 'cost return is', 'cost returns are')} missing: {_named(gaps)}.",
        False,
        _url("returns", budget),
        "The cost returns",
    )


def _returns_in_hand(budget: Budget) -> Check:
    found = [
        f"return {number} ({name})"
        for number, name in _in_hand(
            alliance=budget.alliance_id, first=budget.year.start, last=budget.year.end
        )
    ]
    if not found:
        return Check("Returns in hand", "No return of the year waits to be confirmed.", True)
    return Check(
        "Returns in hand",
        f"{_count(found, 'return is', 'returns are')} sent and not in the book: {_named(found)}.",
        False,
        _url("returns", budget),
        "The cost returns",
    )


@Question
def _in_hand(alliance: int, first: date, last: date):
    returns = CostReturn.objects.filter(alliance_id=alliance, month__range=(first, last)).in_hand()
    return returns.order_by("number").values_list("number", "participant__short_name")


def _over_the_end(budget: Budget, everybody: Iterable[Participant]) -> Check:
    """What stands over the year's end is right as it is, and worth a look."""
    end, name = budget.year.months[-1], {one.pk: one.short_name for one in everybody}
    found = [
        f"{one} of {name[one.participant_id]}, {format_pounds(one.amount)}"
        for one in _accruals(alliance=budget.alliance_id, first=budget.year.start, last=budget.year.end)
        if one.period.shifted(one.months) > end
    ]
    if not found:
        return Check("Accruals and prepayments", "None reaches over the year's end.", True)
    return Check(
        "Accruals and prepayments",
        f"{_count(found, 'accrual or prepayment reaches', 'accruals or prepayments reach')} over the year's end: "
        f"{_named(found)}. What the next year takes back or uses belongs there (rule 34).",
        False,
        _url("accruals", budget),
        "Accruals and prepayments",
    )


@Question
def _accruals(alliance: int, first: date, last: date):
    return Accrual.objects.filter(alliance_id=alliance, month__range=(first, last)).order_by("number")


def _not_arrived(budget: Budget, account: Memorandum) -> Check:
    due = [f"{format_pounds(one.due)} from {one.name}" for one in account.funding if one.due > 0]
    if not due:
        return Check("Contributions", "All contributions have arrived.", True)
    return Check(
        "Contributions",
        f"{_count(due, 'contribution has', 'contributions have')} not arrived in full: {_named(due)}.",
        False,
        _url("budget", budget) + f"?year={budget.year.slug}",
        "The contributions",
    )


def _transfers(budget: Budget, everybody: Iterable[Participant]) -> Check:
    name = {one.pk: one.short_name for one in everybody}
    agreed = _agreed(alliance=budget.alliance_id)
    waiting = [f"{format_pounds(amount)} to {name[to]}" for amount, to in agreed]
    if not waiting:
        return Check("Transfers", "No transfer waits for its payment.", True)
    return Check(
        "Transfers",
        f"{_count(waiting, 'transfer waits', 'transfers wait')} for payment: {_named(waiting)}. "
        "A transfer counts in the year in which it leaves the pool.",
        False,
        _url("payments", budget),
        "The payments",
    )


@Question
def _agreed(alliance: int):
    waiting = Transfer.objects.filter(alliance_id=alliance, state=Transfer.State.AGREED)
    return waiting.order_by("number").values_list("amount", "participant")


def _queries(budget: Budget) -> Check:
    unresolved = querying.unresolved(budget.alliance, budget.year)
    if not unresolved.count:
        return Check("Queries", "No query on a line of the year is unresolved.", True)
    return Check(
        "Queries", unresolved.sentence, False, _url("queries", budget) + "?state=open", "The queries"
    )


def _decided(budget: Budget, account: Memorandum) -> Check:
    title = "The underspend"
    if account.net < 0:
        asked = account.asked
        words = f"{format_pounds(-account.net)} more was used than there was. "
        if asked != -account.net:
            return Check(title, words + "Nobody contributes to it: decide who bears it.", False, stops=True)
        return Check(
            title, words + "The participants meet it in proportion to their contributions (rule 39).", True
        )
    if account.decision:
        return Check(title, f"What becomes of it is decided, by decision {account.decision}.", True)
    if not account.net:
        return Check(title, "Nothing is left, and nothing is missing.", True)
    if not account.contributed:
        return Check(title, "Nobody contributed: what is left stays in the pool.", True)
    return Check(
        title,
        f"Nothing is decided about {format_pounds(account.net)} that is left: it is returned in proportion to "
        "contributions (rule 39).",
        False,
        reverse("decisions:propose", args=[budget.alliance.slug]) + "?template=underspend",
        "Propose something else",
        told=False,
        is_put=True,
    )


def _url(name: str, budget: Budget, *more: str) -> str:
    return reverse(f"ledger:{name}", args=[budget.alliance.slug, *more])


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _count(found: list, one: str, many: str) -> str:
    return f"1 {one}" if len(found) == 1 else f"{len(found)} {many}"


def _named(found: list[str]) -> str:
    shown = "; ".join(found[:NAMED])
    return f"{shown}; and {len(found) - NAMED} more" if len(found) > NAMED else shown
