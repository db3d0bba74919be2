"""Costs by the million: COPY into a staging table, validate in sets, INSERT … SELECT through the same guards.

For loads that are not one participant's return: a host's old ledger, the large demonstration. One transaction, one
event; each `key` becomes one journal, and a key that is in the book already with the same lines is left alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from alliance.core.copying import copied, is_harmless
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import chart, permissions, posting
from ledger.models import Category, Fund, Journal
from ledger.pay import TOO_FEW
from ledger.recovery import courses
from participants.models import Alliance, Participant

AT_A_TIME = 500  # lines on their way to the database, which takes them in while the next are made


class Cost(NamedTuple):
    """One line. `month` is the first day of its month; `key` says which journal it belongs to."""

    key: str
    month: date
    date: date
    participant: int
    account: int
    budget_line: int
    amount: Decimal
    supplier: str
    description: str
    reference: str


@dataclass(frozen=True)
class Loaded:
    journals: int
    lines: int
    known: int  # journals that were in the book already


@transaction.atomic
def load_costs(*, alliance: Alliance, costs: Iterable[Cost], source: str, by) -> Loaded:
    """Post every line of `costs`, or nothing. `source` sets the keys of one origin apart from another's."""
    permissions.keep_the_pool.check(by, alliance=alliance)
    posting.take_your_time()
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        with cursor.copy(COPY) as copy:
            coming = iter(costs)
            while some := list(islice(coming, AT_A_TIME)):
                copy.write("".join(map(_staged, some)))
        cursor.execute("set local default_statistics_target = 10; analyze ledger_bulk")
        _all_open(cursor, alliance.pk)
        _sound(cursor)
        _no_recovered_vat(cursor, alliance.pk)
        cursor.execute(PAY, {"alliance": alliance.pk, "staff": Category.DIRECT_STAFF, "said": TOO_FEW})
        cursor.execute(GATHER)
        known = _already_there(cursor, alliance.pk, source)
        cursor.execute("select count(*), coalesce(sum(lines), 0) from ledger_bulk_journal")
        journals, lines = cursor.fetchone()
        if not journals:
            return Loaded(0, 0, known)
        facts = {
            "alliance": alliance.pk,
            "before": posting.next_journals(alliance.pk, journals) - 1,
            "source": source,
            "kind": Journal.Kind.COSTS_LOADED,
            "now": timezone.now(),
            "by": by.pk,
            "owed": chart.accounts(alliance.pk)[chart.OWED].pk,
        }
        cursor.execute(JOURNALS, facts)
        cursor.execute(ENTRIES, facts)
        cursor.execute(
            "select encode(sha256(string_agg(hash::bytea, ''::bytea order by key)), 'hex') from ledger_bulk_journal"
        )
        (digest,) = cursor.fetchone()
    record(
        "ledger.costs_loaded",
        Fund.objects.get(alliance=alliance),
        by=by,
        source=source,
        journals=journals,
        first=facts["before"] + 1,
        lines=int(lines),
        digest=digest,
    )
    return Loaded(journals, int(lines), known)


STAGING = """
drop table if exists pg_temp.ledger_bulk;
drop table if exists pg_temp.ledger_bulk_journal;
create temporary table ledger_bulk (
    n bigint generated always as identity, key text, month date, date date, participant_id bigint, account_id bigint,
    budget_line_id bigint, amount numeric(15, 2), supplier text, description text, reference text
) on commit drop
"""
COPY = """copy ledger_bulk (key, month, date, participant_id, account_id, budget_line_id, amount, supplier,
    description, reference) from stdin"""
# The pay of a journal is one line for each budget line: nobody knows of how many people it is (rule 29).
PAY = """
with paid as (
    delete from ledger_bulk where account_id = (
        select id from ledger_account where alliance_id = %(alliance)s and category = %(staff)s)
    returning *
)
insert into ledger_bulk (key, month, date, participant_id, account_id, budget_line_id, amount, supplier, description,
                         reference)
select key, month, max(date), participant_id, account_id, budget_line_id, sum(amount), '', %(said)s, ''
from paid group by key, month, participant_id, account_id, budget_line_id having sum(amount) <> 0
order by min(n)
"""
GATHER = """
create temporary table ledger_bulk_journal on commit drop as
select key, min(month) as month, min(participant_id) as participant_id, max(date) as date, count(*) as lines,
    sum(amount) as total, coalesce(sum(amount) filter (where amount > 0), 0) as debits,
    encode(sha256(string_agg(sha256(convert_to(array_to_json(array[month::text, date::text, participant_id::text,
        account_id::text, budget_line_id::text, amount::text, supplier, description, reference])::text, 'UTF8')),
        ''::bytea order by n)), 'hex') as hash
from ledger_bulk group by key
"""
JOURNALS = """
insert into ledger_journal (alliance_id, number, month, date, kind, description, source, key, input_hash, line_count,
                            debit, posted_at, posted_by_id)
select %(alliance)s, %(before)s + row_number() over (order by b.month, b.key), b.month, b.date, %(kind)s,
    'Costs of ' || p.name || ', ' || to_char(b.month, 'FMMonth YYYY'), %(source)s, b.key, b.hash,
    b.lines + (b.total <> 0)::int, b.debits + greatest(-b.total, 0), %(now)s, %(by)s
from ledger_bulk_journal b join participants_participant p on p.id = b.participant_id
order by b.month, b.key
"""
ENTRIES = """
with ours as (
    select j.id, j.month, j.date, b.key, b.participant_id, b.lines, b.total from ledger_bulk_journal b
    join ledger_journal j on j.alliance_id = %(alliance)s and j.source = %(source)s and j.key = b.key
)
insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id, budget_line_id, amount,
                          date, supplier, description, reference)
select %(alliance)s, ours.id, row_number() over (partition by ours.id order by l.n), l.month, l.account_id,
    l.participant_id, l.budget_line_id, l.amount, l.date, l.supplier, l.description, l.reference
from ledger_bulk l join ours using (key)
union all
select %(alliance)s, id, lines + 1, month, %(owed)s, participant_id, null, -total, date, '', 'Owed for these costs', ''
from ours where total <> 0
"""


def _staged(cost: Cost) -> str:
    """As COPY takes it."""
    key, month, day, participant, account, budget_line, amount, supplier, description, reference = cost
    if None in cost or not is_harmless(f"{key}{supplier}{description}{reference}"):
        return copied(cost)
    return (
        f"{key}\t{month}\t{day}\t{participant}\t{account}\t{budget_line}\t{amount}\t{supplier}\t{description}"
        f"\t{reference}\n"
    )


def _all_open(cursor, alliance_id: int) -> None:
    """Share every month that the lines name; refuse those that are closed or not of this book (rule 33)."""
    cursor.execute(
        """select month, closed_at from ledger_period
           where alliance_id = %s and month in (select month from ledger_bulk) order by month for share""",
        [alliance_id],
    )
    periods = dict(cursor.fetchall())
    cursor.execute("select distinct month from ledger_bulk order by month")
    for (month,) in cursor.fetchall():
        if month not in periods:
            raise NotPossible(f"{month:%B %Y} is not a month of this book: its year has not been opened.")
        if periods[month]:
            raise NotPossible(f"{month:%B %Y} is closed: it takes no posting (rule 33).")


def _sound(cursor) -> None:
    cursor.execute("select n, amount from ledger_bulk where amount is null or amount = 0 order by n limit 1")
    if odd := cursor.fetchone():
        raise NotPossible(f"Line {odd[0]} has the amount {odd[1]}; a line is never zero.")
    cursor.execute(
        """select key from ledger_bulk group by key
           having min(month) <> max(month) or min(participant_id) <> max(participant_id)
               or count(*) < 2 and sum(amount) = 0
           order by key limit 1"""
    )
    if odd := cursor.fetchone():
        raise NotPossible(f"“{odd[0]}” names more than one month or participant; one key is one journal.")


def _no_recovered_vat(cursor, alliance_id: int) -> None:
    """Refuse VAT that its participant, as it stated, recovers: that is never a cost (rule 36)."""
    cursor.execute(
        """select participant_id, date, min(n) from ledger_bulk where account_id in (
               select id from ledger_account where alliance_id = %s and category = %s)
           group by participant_id, date order by min(n)""",
        [alliance_id, Category.IRRECOVERABLE_VAT],
    )
    if not (found := cursor.fetchall()):
        return
    known = courses(alliance_id, Participant.objects.filter(alliance_id=alliance_id))
    for participant, day, line in found:
        if why := known[participant].not_a_cost(day):
            raise NotPossible(f"Line {line}: {why}.")


def _already_there(cursor, alliance_id: int, source: str) -> int:
    """Leave out the journals that are in the book with the same lines; refuse other lines under their key (rule 43)."""
    cursor.execute(
        """select b.key, j.number, b.hash = j.input_hash from ledger_bulk_journal b
           join ledger_journal j on j.alliance_id = %s and j.source = %s and j.key = b.key order by j.number""",
        [alliance_id, source],
    )
    known = cursor.fetchall()
    for key, number, same in known:
        if not same:
            raise NotPossible(f"“{key}” is in the book as journal {number}, with other lines (rule 43).")
    cursor.execute("delete from ledger_bulk_journal where key = any(%s)", [[key for key, *_ in known]])
    return len(known)
