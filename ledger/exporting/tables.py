"""The book's lists as tables for a spreadsheet, CSV or XLSX, narrowed as the pages are.

Text stays text and amounts stay numbers (alliance.core.spreadsheets). A CSV is of any size; a workbook is not.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F
from django.http import HttpResponse
from django.utils import timezone

from alliance.core.downloads import download_csv, download_file
from alliance.core.refusals import NotPossible
from alliance.core.spreadsheets import Column, Sheet, write_xlsx
from ledger import summaries
from ledger.exporting.reading import A_PAGE, costs_in_pages
from ledger.forms import CostsForm
from ledger.models import Balance, CostReturn, Journal, Stretch
from participants.models import Alliance

MOST_IN_A_WORKBOOK = 50_000  # rows that a workbook is made of while somebody waits
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEW = Column("Since your last export", width=14)

Rows = Iterator[tuple]


@dataclass(frozen=True)
class Table:
    """`rows(form, new_after)` are as the columns, and the journal's number of each comes first: it says what is new.

    `narrowed_by` names the form's fields that it follows.
    """

    key: str
    label: str
    narrowed_by: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[CostsForm], Iterator[tuple[int | None, tuple]]]
    count: Callable[[CostsForm], int]

    def written(self, form: CostsForm, new_after: int | None) -> tuple[tuple[Column, ...], Rows]:
        """The columns and rows; with `new_after`, a last column marks what journals after that number brought."""
        if new_after is None:
            return self.columns, (row for _, row in self.rows(form))
        marked = ((*row, "new" if number and number > new_after else "") for number, row in self.rows(form))
        return (*self.columns, NEW), marked


def too_large(table: Table, form: CostsForm) -> str:
    """Why a workbook is not made of it; empty when it is."""
    if (rows := table.count(form)) <= MOST_IN_A_WORKBOOK:
        return ""
    return (
        f"These are {rows:,} rows. A workbook is made of {MOST_IN_A_WORKBOOK:,} at most: "
        "take the CSV, or fewer rows, such as one month’s."
    )


def table_file(
    alliance: Alliance, table: Table, form: CostsForm, file_format: str, *, new_after: int | None = None
) -> HttpResponse:
    """The download. Refused when a workbook would be too large."""
    name = "-".join([alliance.slug, table.key, *(form.narrowed.values() or [form.budget.year.slug])])[:120]
    columns, rows = table.written(form, new_after)
    if file_format == "csv":
        return download_csv(name, [column.heading for column in columns], rows, alliance_id=alliance.pk)
    if why_not := too_large(table, form):
        raise NotPossible(why_not)
    title = f"{alliance}: {table.label.lower()}, {form.span.label}"
    content = write_xlsx([Sheet(table.label, columns, rows, title=title)], empty_rows=0)
    return download_file(content, name=f"{name}.xlsx", media_type=XLSX)


# ── The tables ───────────────────────────────────────────────────────────────


def _lines(form: CostsForm):
    for cost in costs_in_pages(form.within(Stretch.objects).told()):
        yield (
            cost.journal,
            (
                cost.date,
                f"{cost.month:%Y-%m}",
                cost.participant,
                cost.budget_line,
                cost.category,
                cost.supplier,
                cost.description,
                cost.reference,
                cost.amount,
                cost.journal,
                cost.cost_return,
                cost.source_row,
            ),
        )


def _journals_found(form: CostsForm):
    found = Journal.objects.of(form.alliance)
    return found.filter(month__gte=form.span.start, month__lte=form.span.end)


def _journals(form: CostsForm):
    found = _journals_found(form).select_related("posted_by", "reverses").order_by("number")
    last = 0
    while page := list(found.filter(number__gt=last)[:A_PAGE]):
        last = page[-1].number
        for one in page:
            yield (
                one.number,
                (
                    one.number,
                    f"{one.month:%Y-%m}",
                    one.date,
                    one.get_kind_display(),
                    one.description,
                    one.debit,
                    one.line_count,
                    one.reverses and one.reverses.number,
                    timezone.localdate(one.posted_at),
                    str(one.posted_by or "Concordat"),
                ),
            )


def _balances_found(form: CostsForm):
    """Of every account; a budget line or a category narrows them to costs, which alone have one."""
    found = Balance.objects.of(form.alliance).within(form.span)
    if form.participant_asked:
        found = found.filter(participant=form.participant_asked)
    if form.line_asked:
        found = found.filter(budget_line=form.line_asked)
    if form.category_asked:
        found = found.filter(account__category=form.category_asked)
    return found


def _balances(form: CostsForm):
    found = _balances_found(form).order_by(
        "month", "account__code", F("budget_line__place").asc(nulls_first=True), "participant__place"
    )
    for row in found.values_list(
        *("month", "account__code", "account__name", "participant__name", "budget_line__name"),
        *("debit", "credit", "count"),
    ):
        month, code, account, participant, line, debit, credit, count = row
        yield (
            None,
            (f"{month:%Y-%m}", code, account, participant, line, debit, credit, debit - credit, count),
        )


def _budget(form: CostsForm):
    budget = form.budget
    year = budget.year.label
    spent = summaries.spending(form.alliance, budget.year, budget).by_line
    by_slug = {total.value: total.spent for total in spent if total.budget is not None}
    arrived = {who.pk: received for who, _, received in summaries.pool(budget).by_participant}
    if budget.brought_forward:
        forward = budget.brought_forward
        yield None, (year, "Money in", "Brought forward", forward, None, forward, None, None)
    for one in budget.contributions.as_now().select_related("participant"):
        received = arrived.get(one.participant_id)
        yield (
            None,
            (
                *(year, "Money in", one.participant.name, one.amount, one.now - one.amount, one.now),
                *(received, one.now - (received or 0)),
            ),
        )
    for one in budget.lines_now:
        used = by_slug.get(one.slug)
        yield (
            None,
            (
                *(year, "Budget line", one.name, one.amount, one.now - one.amount, one.now),
                *(used, one.now - (used or 0)),
            ),
        )


def _returns_found(form: CostsForm):
    found = CostReturn.objects.of(form.alliance).filter(month__gte=form.span.start, month__lte=form.span.end)
    return found.filter(participant=form.participant_asked) if form.participant_asked else found


def _returns(form: CostsForm):
    found = _returns_found(form).order_by("number").for_lists()
    found = found.select_related("journal", "accepted_by", "participant", "submitted_by")
    for one in found.iterator(chunk_size=A_PAGE):
        journal = one.journal.number if one.journal else None
        yield (
            journal,
            (
                one.number,
                one.participant.name,
                f"{one.month:%Y-%m}",
                one.reference,
                one.get_status_display(),
                one.line_count,
                one.lines_total,
                one.declared_total,
                timezone.localdate(one.submitted_at),
                str(one.submitted_by),
                one.accepted_at and timezone.localdate(one.accepted_at),
                str(one.accepted_by) if one.accepted_by else None,
                journal,
            ),
        )


def _columns(*headings: str) -> tuple[Column, ...]:
    """ "Amount £" is money, "Lines #" a number, "Sent @" a day; any other is text."""
    kinds = {"£": "money", "#": "number", "@": "date"}
    found = []
    for heading in headings:
        name, _, sign = heading.rpartition(" ")
        kind = kinds.get(sign)
        wide = 34 if heading in {"Description", "Supplier", "Name", "Account", "Participant"} else 16
        found.append(Column(name, kind) if kind else Column(heading, width=wide))
    return tuple(found)


TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        Table(
            "lines",
            "Lines",
            ("month", "participant", "line", "category"),
            _columns(
                *("Date @", "Month", "Participant", "Budget line", "Category", "Supplier", "Description"),
                *("Reference", "Amount £", "Journal #", "Return #", "Row in the return #"),
            ),
            _lines,
            lambda form: form.within(Balance.objects).sums()["entries"],
        ),
        Table(
            "journals",
            "Journals",
            ("month",),
            _columns(
                *("Journal #", "Month", "Date @", "Kind", "Description", "Debits £", "Lines #", "Reverses #"),
                *("Posted @", "Posted by"),
            ),
            _journals,
            lambda form: _journals_found(form).count(),
        ),
        Table(
            "balances",
            "Balances",
            ("month", "participant", "line", "category"),
            _columns(
                *("Month", "Code", "Account", "Participant", "Budget line", "Debit £", "Credit £", "Net £"),
                "Lines #",
            ),
            _balances,
            lambda form: _balances_found(form).count(),
        ),
        Table(
            "budget",
            "Budget and contributions",
            (),
            _columns(
                *("Year", "Side", "Name", "Agreed first £", "Changed since £", "Now £"),
                *("Spent or received £", "Left or still due £"),
            ),
            _budget,
            lambda form: len(form.budget.lines_now) + form.budget.contributions.count() + 1,
        ),
        Table(
            "returns",
            "Cost returns",
            ("month", "participant"),
            _columns(
                *("Return #", "Participant", "Month", "Reference", "State", "Lines #", "Total £"),
                *("Declared total £", "Sent @", "Sent by", "Confirmed @", "Confirmed by", "Journal #"),
            ),
            _returns,
            lambda form: _returns_found(form).count(),
        ),
    )
}


def named(keys: Iterable[str]) -> list[str]:
    words = {"month": "month", "participant": "participant", "line": "budget line", "category": "category"}
    return [words[key] for key in keys]
