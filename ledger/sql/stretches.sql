-- Costs are found by stretches of 256 lines (ADR 30). Whoever posts writes neither these nor balances: the entries do.
create trigger ledger_stretch_is_never_changed before update or delete on ledger_stretch
    for each row execute function core_refuse('A stretch is kept for as long as its entries.');
create trigger ledger_stretch_is_never_emptied before truncate on ledger_stretch
    for each statement execute function core_refuse('A stretch is kept for as long as its entries.');
alter table ledger_stretch enable always trigger ledger_stretch_is_never_changed;
alter table ledger_stretch enable always trigger ledger_stretch_is_never_emptied;

insert into ledger_stretch (alliance_id, account_id, month, journal_id, begins, participant_id, budget_line_id)
    select distinct alliance_id, account_id, month, journal_id, line / 256 * 256, participant_id, budget_line_id
    from ledger_entry where budget_line_id is not null order by 1, 2, 3, 4, 5, 6, 7;

-- As in book.sql; entries are summed once for both tables.
create or replace function ledger_entries_are_folded() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    odd record;
begin
    select came.journal_id, j.number, j.txid = pg_current_xact_id() as own, j.month as month into odd
        from (select alliance_id, journal_id, min(month) as first, max(month) as last from came_in group by 1, 2) came
        left join ledger_journal j on j.id = came.journal_id and j.alliance_id = came.alliance_id
        where j.id is null or j.txid <> pg_current_xact_id() or came.first <> j.month or came.last <> j.month
            or (select count(*) from ledger_entry e
                where e.alliance_id = came.alliance_id and e.journal_id = came.journal_id) > j.line_count
        limit 1;
    if found then
        raise exception using errcode = 'check_violation', message = case
            when odd.number is null then 'An entry names a journal that this book does not have.'
            when not odd.own then format('Journal %s is posted: nothing can be added to it (rule 27).', odd.number)
            else format('Journal %s has entries of another month, or more than it declares.', odd.number) end;
    end if;
    with summed as materialized (
        select alliance_id, account_id, participant_id, budget_line_id, month, journal_id, line / 256 * 256 as begins,
            sum(amount) filter (where amount > 0) as debit, -sum(amount) filter (where amount < 0) as credit,
            count(*) as count
        from came_in group by 1, 2, 3, 4, 5, 6, 7
    ), found_by as (
        insert into ledger_stretch (alliance_id, account_id, month, journal_id, begins, participant_id, budget_line_id)
            select alliance_id, account_id, month, journal_id, begins, participant_id, budget_line_id
            from summed where budget_line_id is not null order by 1, 2, 3, 4, 5
            on conflict do nothing
    )
    insert into ledger_balance as kept
            (alliance_id, account_id, participant_id, budget_line_id, month, debit, credit, count)
        select alliance_id, account_id, participant_id, budget_line_id, month,
            coalesce(sum(debit), 0), coalesce(sum(credit), 0), sum(count)
        from summed group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (alliance_id, account_id, participant_id, budget_line_id, month)
            do update set debit = kept.debit + excluded.debit, credit = kept.credit + excluded.credit,
                count = kept.count + excluded.count;
    return null;
end
$$;
