"""What the closes of years promise, asked of the whole book each day."""

from collections.abc import Iterator

from django.db import connection

from alliance.core.invariants import invariant


@invariant("Each closed year says what the book and the record say of it (rule 42).")
def _closed_years_stand(alliance_id: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
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
               where y.alliance_id = %s order by 1""",
            [alliance_id],
        )
        found = cursor.fetchall()
    for starts_on, net, now, whole, told, shared in found:
        year = f"The year from {starts_on:%B %Y}"
        if net != now:
            yield f"{year} was closed with {net}; its book now says {now}."
        if not whole:
            yield f"{year} is kept with a hash that is not its own."
        if not told:
            yield f"{year} is closed, and the record does not tell of this account."
        if shared not in (net, 0):
            yield f"{year} was closed with {net}; its shares sum to {shared}."
