-- A budget belongs to the transaction that opened its year: nothing is added to it afterwards, even in balance.
alter table ledger_budget add column txid xid8 not null default pg_current_xact_id();

create function ledger_budget_is_of_now() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    new.txid := pg_current_xact_id();
    return new;
end
$$;
create trigger ledger_budget_is_of_now before insert on ledger_budget
    for each row execute function ledger_budget_is_of_now();
alter table ledger_budget enable always trigger ledger_budget_is_of_now;

create function ledger_budget_is_complete() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (select from ledger_budget where id = new.budget_id and alliance_id = new.alliance_id
                   and txid = pg_current_xact_id()) then
        raise exception using errcode = 'check_violation',
            message = 'An agreed budget takes no more lines or contributions; money moves by virement (rules 30, 31).';
    end if;
    return new;
end
$$;
create trigger ledger_budgetline_comes_with_its_budget before insert on ledger_budgetline
    for each row execute function ledger_budget_is_complete();
create trigger ledger_contribution_comes_with_its_budget before insert on ledger_contribution
    for each row execute function ledger_budget_is_complete();
alter table ledger_budgetline enable always trigger ledger_budgetline_comes_with_its_budget;
alter table ledger_contribution enable always trigger ledger_contribution_comes_with_its_budget;

-- Who confirmed a return, when it was posted and what took its place is said once; its course goes one way.
create function ledger_return_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if old.accepted_at is not null
            and (old.accepted_at, old.accepted_by_id) is distinct from (new.accepted_at, new.accepted_by_id)
        or old.posted_at is not null and old.posted_at is distinct from new.posted_at
        or old.replaced_by_id is not null and old.replaced_by_id is distinct from new.replaced_by_id
        or old.same_as_id is not null and old.same_as_id is distinct from new.same_as_id then
        raise exception using errcode = 'check_violation',
            message = 'Who confirmed a return, and what became of it, is said once (rule 27).';
    end if;
    if old.status <> new.status and (
        old.status = 'posting' and new.status <> 'posted'
        or old.status = 'posted' and new.status <> 'reversed'
        or old.status in ('reversed', 'known', 'replaced', 'withdrawn')
        or new.status = 'posting' and old.status <> 'ready'
        or new.status = 'posted' and old.status <> 'posting'
        or new.status = 'reversed' and not exists (
            select from ledger_journal where alliance_id = new.alliance_id and reverses_id = new.journal_id)
        or new.status = 'posted' and new.journal_id is null) then
        raise exception using errcode = 'check_violation',
            message = format('A return does not go from %s to %s.', old.status, new.status);
    end if;
    return new;
end
$$;
create trigger ledger_return_keeps_its_course before update on ledger_costreturn
    for each row execute function ledger_return_keeps_its_course();
alter table ledger_costreturn enable always trigger ledger_return_keeps_its_course;

-- Rows are read while a return is checked: what was confirmed takes no more of them.
create function ledger_lines_are_read_while_checking() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if exists (select from came_in c left join ledger_costreturn r
                   on r.id = c.cost_return_id and r.alliance_id = c.alliance_id
               where r.id is null or r.status in ('posting', 'posted', 'reversed', 'known', 'replaced', 'withdrawn')) then
        raise exception using errcode = 'check_violation',
            message = 'A return that was confirmed or put away takes no more rows (rule 27).';
    end if;
    return null;
end
$$;
create trigger ledger_lines_are_read_while_checking after insert on ledger_returnline
    referencing new table as came_in for each statement execute function ledger_lines_are_read_while_checking();
alter table ledger_returnline enable always trigger ledger_lines_are_read_while_checking;
