"""The open book's promises, each a query over the whole book (ledger-and-record.md, Invariants 1 to 4 and 10)."""

from collections.abc import Iterator

from django.db import connection

from alliance.core.invariants import in_parts, invariant


def _rows(statement: str, alliance_id: int, **more) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"alliance": alliance_id} | more)
        return cursor.fetchall()


@invariant(
    "Every journal sums to 0.00, with as many lines as it declares, and no line is without its journal."
)
def _journals_balance(alliance_id: int) -> Iterator[str]:
    for number, journal, lines, declared, total in _rows(
        """select j.number, e.journal_id, coalesce(e.lines, 0), j.line_count, coalesce(e.total, 0)
           from ledger_journal j full join (
               select journal_id, count(*) as lines, sum(amount) as total,
                      sum(amount) filter (where amount > 0) as debit
               from ledger_entry where alliance_id = %(alliance)s group by journal_id) e on e.journal_id = j.id
           where (j.id is null or j.alliance_id = %(alliance)s)
             and (j.id is null or e.lines is distinct from j.line_count or e.total <> 0 or e.debit <> j.debit)
           order by 1""",
        alliance_id,
    ):
        if number is None:
            yield f"{lines} lines name a journal ({journal}) that does not exist."
        else:
            yield f"Journal {number} declares {declared} lines and has {lines}, which sum to {total}."


@invariant("Journals are numbered from 1 without a gap.")
def _numbers_have_no_gap(alliance_id: int) -> Iterator[str]:
    for count, last, handed_out in _rows(
        """select count(j.id), coalesce(max(j.number), 0), f.last_journal
           from ledger_fund f left join ledger_journal j on j.alliance_id = f.alliance_id
           where f.alliance_id = %(alliance)s group by f.last_journal
           having count(j.id) <> coalesce(max(j.number), 0) or f.last_journal <> coalesce(max(j.number), 0)""",
        alliance_id,
    ):
        yield f"There are {count} journals; the last is number {last}, and {handed_out} numbers were handed out."


@invariant("Every balance equals the sum of its lines.")
def _balances_equal_lines(alliance_id: int) -> Iterator[str]:
    for account, participant, month, kept, summed in _rows(
        """select coalesce(b.account_id, e.account_id), coalesce(b.participant_id, e.participant_id),
                  coalesce(b.month, e.month), b.debit - b.credit, e.debit - e.credit
           from (select * from ledger_balance where alliance_id = %(alliance)s) b
           full join (
               select account_id, participant_id, coalesce(budget_line_id, 0) as budget_line, month, count(*) as count,
                      coalesce(sum(amount) filter (where amount > 0), 0) as debit,
                      coalesce(-sum(amount) filter (where amount < 0), 0) as credit
               from ledger_entry where alliance_id = %(alliance)s group by 1, 2, 3, 4) e
             on (b.account_id, b.participant_id, coalesce(b.budget_line_id, 0), b.month)
                = (e.account_id, e.participant_id, e.budget_line, e.month)
           where (b.debit, b.credit, b.count) is distinct from (e.debit, e.credit, e.count)
           order by 1, 2, 3""",
        alliance_id,
    ):
        yield (
            f"The balance of account {account}, participant {participant}, {month:%B %Y} says {kept}; "
            f"its lines say {summed}."
        )


@invariant("Every line of cost is found where it stands.")
def _costs_are_found(alliance_id: int) -> Iterator[str]:
    said = "The lines from {} of journal {} are not those that the book would find there."
    for journal, begins in _rows(
        """select journal_id, min(begins) from ledger_stretch s where alliance_id = %(alliance)s and not exists (
               select from ledger_journal j where j.id = s.journal_id and j.month = s.month)
           group by 1 order by 1""",
        alliance_id,
    ):
        yield said.format(begins, journal)
    journals = _rows(
        "select id, month, line_count from ledger_journal where alliance_id = %(alliance)s order by month, id",
        alliance_id,
    )
    months = {journal: month for journal, month, _ in journals}
    for some in in_parts({journal: lines for journal, _, lines in journals}):
        for journal, begins in _rows(
            """select journal_id, begins from (
                   select distinct account_id, participant_id, budget_line_id, month, journal_id,
                       line / 256 * 256 as begins
                   from ledger_entry
                   where alliance_id = %(alliance)s and journal_id = any(%(some)s) and budget_line_id is not null) e
               full join (
                   select *, true as is_kept from ledger_stretch
                   where alliance_id = %(alliance)s and month = any(%(months)s) and journal_id = any(%(some)s)) s
                   using (account_id, participant_id, budget_line_id, month, journal_id, begins)
               where e.journal_id is null or s.is_kept is null
               group by 1, 2 order by 1, 2""",
            alliance_id,
            some=some,
            months=list({months[journal] for journal in some}),
        ):
            yield said.format(begins, journal)


@invariant("Nothing was posted to a month after it was closed.")
def _nothing_after_the_close(alliance_id: int) -> Iterator[str]:
    """The close's event holds each account's totals: the balances of a closed month must still be those."""
    for month, account, told, kept in _rows(
        """with told as (
               select p.month, t ->> 'account' as account, (t ->> 'debit')::numeric as debit,
                      (t ->> 'credit')::numeric as credit
               from ledger_period p
               join core_event e on e.alliance_id = p.alliance_id and e.kind = 'ledger.period_closed'
                   and e.subject_id = p.id
               cross join lateral jsonb_array_elements(convert_from(e.body, 'UTF8')::jsonb -> 'facts' -> 'totals') t
               where p.alliance_id = %(alliance)s and p.closed_at is not null),
           kept as (
               select b.month, a.code as account, sum(b.debit) as debit, sum(b.credit) as credit
               from ledger_balance b join ledger_account a on a.id = b.account_id
               join ledger_period p on p.alliance_id = b.alliance_id and p.month = b.month and p.closed_at is not null
               where b.alliance_id = %(alliance)s group by 1, 2)
           select month, account, told.debit - told.credit, kept.debit - kept.credit
           from told full join kept using (month, account)
           where (told.debit, told.credit) is distinct from (kept.debit, kept.credit) order by 1, 2""",
        alliance_id,
    ):
        yield f"{month:%B %Y} was closed with {told} on account {account}; it now says {kept}."
    for (month,) in _rows(
        """select p.month from ledger_period p where p.alliance_id = %(alliance)s and p.closed_at is not null
           and (select count(*) from core_event e where e.alliance_id = p.alliance_id
                and e.kind = 'ledger.period_closed' and e.subject_id = p.id) <> 1""",
        alliance_id,
    ):
        yield f"{month:%B %Y} is closed, and the record does not tell of it exactly once."


@invariant("A journal is reversed at most once, and exactly.")
def _reversals_are_exact(alliance_id: int) -> Iterator[str]:
    for (number,) in _rows(
        """select distinct r.number from ledger_journal r
           join ledger_journal j on j.id = r.reverses_id
           left join lateral (
               select 1 as differs from
                   (select * from ledger_entry where alliance_id = j.alliance_id and journal_id = j.id) was
                   full join (select * from ledger_entry where alliance_id = r.alliance_id and journal_id = r.id) now
                       using (line)
               where (was.account_id, was.participant_id, was.budget_line_id, -was.amount)
                   is distinct from (now.account_id, now.participant_id, now.budget_line_id, now.amount)
               limit 1) d on true
           where r.alliance_id = %(alliance)s and (d.differs is not null or j.alliance_id <> r.alliance_id
               or j.reverses_id is not null)
           order by 1""",
        alliance_id,
    ):
        yield f"Journal {number} is not the exact reverse of the journal that it names."
    for number, times in _rows(
        """select j.number, count(*) from ledger_journal r join ledger_journal j on j.id = r.reverses_id
           where r.alliance_id = %(alliance)s group by j.number having count(*) > 1""",
        alliance_id,
    ):
        yield f"Journal {number} is reversed {times} times."


@invariant("Every return in the book was posted once, whole, and as it was confirmed.")
def _returns_posted_once(alliance_id: int) -> Iterator[str]:
    for number, said, posted in _rows(
        """select r.number, r.lines_total, coalesce(e.total, 0)
           from ledger_costreturn r join ledger_journal j on j.id = r.journal_id
           left join lateral (
               select sum(amount) as total, count(*) as lines from ledger_entry
               where alliance_id = j.alliance_id and journal_id = j.id and source_row is not null) e on true
           where r.alliance_id = %(alliance)s
             and (coalesce(e.total, 0) <> r.lines_total or coalesce(e.lines, 0) <> r.line_count
                  or j.input_hash <> r.lines_hash)
           order by 1""",
        alliance_id,
    ):
        yield f"Return {number} was confirmed with {said} and its journal holds {posted}, or other lines."


@invariant(
    "The budget lines and the contingency equal the contributions and what was brought forward (rule 30)."
)
def _budgets_add_up(alliance_id: int) -> Iterator[str]:
    for starts_on, planned, funded in _rows(
        """select starts_on, planned, funded from (
               select b.starts_on,
                   (select coalesce(sum(amount), 0) from ledger_budgetline where budget_id = b.id) as planned,
                   b.brought_forward
                       + (select coalesce(sum(amount), 0) from ledger_contribution where budget_id = b.id) as funded
               from ledger_budget b where b.alliance_id = %(alliance)s) sums
           where planned <> funded order by 1""",
        alliance_id,
    ):
        yield f"The budget from {starts_on:%B %Y} plans {planned} with {funded}."


@invariant("Each closed year says what the book and the record say of it (rule 42).")
def _closed_years_stand(alliance_id: int) -> Iterator[str]:
    for starts_on, net, now, whole, told, shared in _rows(
        """select b.starts_on, y.net, used.sum, y.sha256 = encode(sha256(y.body), 'hex') as whole,
              told.facts ->> 'memorandum' is not distinct from y.sha256 as told,
              coalesce(shared.sum, 0) as shared
           from ledger_yearend y join ledger_budget b on b.id = y.budget_id
           left join lateral (
               select (convert_from(y.body, 'UTF8')::jsonb ->> 'planned_forward')::numeric
                   + (convert_from(y.body, 'UTF8')::jsonb ->> 'difference')::numeric
                   + (select coalesce(sum(s.contribution), 0) from ledger_yearshare s where s.year_end_id = y.id)
                   - coalesce(sum(l.debit - l.credit), 0) as sum
               from ledger_balance l join ledger_account a on a.id = l.account_id
                   and a.kind in ('cost', 'transferred')
               where l.alliance_id = y.alliance_id and l.month >= b.starts_on
                   and l.month < b.starts_on + interval '1 year') used on true
           left join lateral (
               select sum(carried + settled) as sum from ledger_yearshare where year_end_id = y.id) shared on true
           left join lateral (
               select convert_from(e.body, 'UTF8')::jsonb -> 'facts' as facts from core_event e
               where e.alliance_id = y.alliance_id and e.kind = 'ledger.year_closed' and e.subject_id = y.id
               limit 1) told on true
           where y.alliance_id = %(alliance)s order by 1""",
        alliance_id,
    ):
        year = f"The year from {starts_on:%B %Y}"
        if net != now:
            yield f"{year} was closed with {net}; its book now says {now}."
        if not whole:
            yield f"{year} is kept with a hash that is not its own."
        if not told:
            yield f"{year} is closed, and the record does not tell of this account."
        if shared not in (net, 0):
            yield f"{year} was closed with {net}; its shares sum to {shared}."
