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
from ledger.exporting.reading import A_PAGE, evidence_of, journals_of, pages_of
from ledger.forms.costs import CostsForm
from ledger.models import (
    Account,
    Accrual,
    Balance,
    BudgetLine,
    ContributionChange,
    CostReturn,
    Journal,
    Move,
    Restatement,
    Stretch,
    Transfer,
)
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


def list_file(
    alliance: Alliance,
    key: str,
    label: str,
    columns: tuple[Column, ...],
    rows: Iterable[tuple],
    file_format: str,
) -> HttpResponse:
    """The download of a page's list, as CSV of any length or as a workbook; `rows` are as the columns."""
    name = f"{alliance.slug}-{key}"
    if file_format == "csv":
        return download_csv(name, [column.heading for column in columns], rows, alliance_id=alliance.pk)
    content = write_xlsx([Sheet(label, columns, rows, title=f"{alliance}: {label.lower()}")], empty_rows=0)
    return download_file(content, name=f"{name}.xlsx", media_type=XLSX)


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
    headed, rows = table.written(form, new_after)
    if file_format == "csv":
        return download_csv(name, [column.heading for column in headed], rows, alliance_id=alliance.pk)
    if why_not := too_large(table, form):
        raise NotPossible(why_not)
    title = f"{alliance}: {table.label.lower()}, {form.span.label}"
    content = write_xlsx([Sheet(table.label, headed, rows, title=title)], empty_rows=0)
    return download_file(content, name=f"{name}.xlsx", media_type=XLSX)


# ── The tables ───────────────────────────────────────────────────────────────


def _lines(form: CostsForm):
    for page in pages_of(form.within(Stretch.objects).told()):
        evidence = evidence_of(form.alliance.pk, page)
        for cost in page:
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
                    evidence.get((cost.cost_return, cost.source_row)),
                    cost.amount,
                    cost.journal,
                    cost.cost_return,
                    cost.source_row,
                ),
            )


def _entries(form: CostsForm):
    accounts = {one.pk: one for one in Account.objects.filter(alliance=form.alliance)}
    who = {one.pk: one.name for one in form.participants}
    lines = dict(BudgetLine.objects.filter(alliance=form.alliance).values_list("pk", "name"))
    for month in summaries.months_of(form.span):
        for journal, entries in journals_of(form.alliance.pk, month):
            for one in entries:
                account = accounts[one.account_id]
                yield (
                    journal.number,
                    (
                        *(journal.number, one.line, month.slug, one.date, journal.get_kind_display()),
                        *(account.code, account.name, who[one.participant_id], lines.get(one.budget_line_id)),
                        *(one.supplier, one.description, one.reference, one.debit, one.credit),
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


def _accruals_found(form: CostsForm):
    found = Accrual.objects.of(form.alliance).filter(month__gte=form.span.start, month__lte=form.span.end)
    return found.filter(participant=form.participant_asked) if form.participant_asked else found


def _accruals(form: CostsForm):
    found = (
        _accruals_found(form)
        .order_by("number")
        .select_related(
            *("participant", "account", "budget_line", "reason", "journal__reversed_by", "made_by")
        )
    )
    for one in found.iterator(chunk_size=A_PAGE):
        back = getattr(one.journal, "reversed_by", None)
        yield (
            one.journal.number,
            (
                *(one.number, one.get_kind_display(), f"{one.month:%Y-%m}", one.months, one.participant.name),
                *(one.budget_line.name, one.account.name, one.amount, str(one.reason), one.journal.number),
                *(back and back.number, timezone.localdate(one.made_at), str(one.made_by)),
            ),
        )


def _decided(form: CostsForm):
    """A year's money as it was opened, then what decisions changed of it, in their order: each row one amount."""
    budget = form.budget
    opened = [
        *((one.participant.name, one.amount) for one in budget.contributions.select_related("participant")),
        *((one.name, one.amount) for one in budget.lines_now),
    ]
    moves = Move.objects.filter(change__budget=budget).select_related("budget_line", "change__decision")
    varied = ContributionChange.objects.filter(change__budget=budget)
    varied = varied.select_related("contribution__participant", "change__decision")
    first, last = budget.year.start, budget.year.end
    transfers = Transfer.objects.of(form.alliance).filter(journal__month__range=(first, last))
    restated = Restatement.objects.of(form.alliance).filter(month__range=(first, last))
    rows = [
        *(
            (one.change.decision, one.change.get_kind_display(), one.budget_line.name, one.amount, None)
            for one in moves
        ),
        *(
            (
                one.change.decision,
                one.change.get_kind_display(),
                one.contribution.participant.name,
                one.amount,
                None,
            )
            for one in varied
        ),
        *(
            (one.decision, "Transfer out of the pool", one.participant.name, -one.amount, one.journal.number)
            for one in transfers.select_related("decision", "participant", "journal")
        ),
        *(
            (
                one.decision,
                f"Restatement of {one.period.label}",
                f"{one.participant.name}, {one.budget_line.name}, {one.account.name.lower()}",
                one.correction,
                one.journal.number,
            )
            for one in restated.with_what_it_names().select_related("decision")
        ),
    ]
    by = budget.decision
    for of, amount in opened:
        yield None, (by and by.number, by and by.decided_on, f"{budget.year.label} opened", of, amount, None)
    for decision, what, of, amount, journal in sorted(rows, key=lambda row: row[0].number):
        yield journal, (decision.number, decision.decided_on, what, of, amount, journal)


def columns(*headings: str) -> tuple[Column, ...]:
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
            columns(
                *("Date @", "Month", "Participant", "Budget line", "Category", "Supplier", "Description"),
                *("Reference", "Evidence", "Amount £", "Journal #", "Return #", "Row in the return #"),
            ),
            _lines,
            lambda form: form.within(Balance.objects).sums()["entries"],
        ),
        Table(
            "entries",
            "Entries, both sides",
            ("month",),
            columns(
                *("Journal #", "Line #", "Month", "Date @", "Kind", "Code", "Account", "Participant"),
                *("Budget line", "Supplier", "Description", "Reference", "Debit £", "Credit £"),
            ),
            _entries,
            lambda form: Balance.objects.of(form.alliance).within(form.span).sums()["entries"],
        ),
        Table(
            "journals",
            "Journals",
            ("month",),
            columns(
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
            columns(
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
            columns(
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
            columns(
                *("Return #", "Participant", "Month", "Reference", "State", "Lines #", "Total £"),
                *("Declared total £", "Sent @", "Sent by", "Confirmed @", "Confirmed by", "Journal #"),
            ),
            _returns,
            lambda form: _returns_found(form).count(),
        ),
        Table(
            "accruals",
            "Accruals and prepayments",
            ("month", "participant"),
            columns(
                *("Number #", "Kind", "Month", "Months after #", "Participant", "Budget line", "Category"),
                *("Amount £", "Why", "Journal #", "Taken back by journal #", "Posted @", "Posted by"),
            ),
            _accruals,
            lambda form: _accruals_found(form).count(),
        ),
        Table(
            "decided",
            "What was agreed, and what decisions changed",
            (),
            columns("Decision #", "Decided @", "What", "Name", "Amount £", "Journal #"),
            _decided,
            lambda form: sum(1 for _ in _decided(form)),
        ),
    )
}


def named(keys: Iterable[str]) -> list[str]:
    words = {"month": "month", "participant": "participant", "line": "budget line", "category": "category"}
    return [words[key] for key in keys]
