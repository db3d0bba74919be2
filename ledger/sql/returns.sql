-- A return that states that nothing was spent has no rows and no journal; like a confirmed one it takes no more.
create or replace function ledger_return_keeps_its_course() returns trigger
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
        or old.status = 'nil' and new.status not in ('replaced', 'withdrawn')
        or new.status = 'nil' and (old.status <> 'checking' or old.reading <> 0)
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

create or replace function ledger_lines_are_read_while_checking() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if exists (select from came_in c left join ledger_costreturn r
                   on r.id = c.cost_return_id and r.alliance_id = c.alliance_id
               where r.id is null
                  or r.status in ('posting', 'posted', 'reversed', 'known', 'replaced', 'withdrawn', 'nil')) then
        raise exception using errcode = 'check_violation',
            message = 'A return that was confirmed or put away takes no more rows (rule 27).';
    end if;
    return null;
end
$$;

-- A row is put right while its return is in hand; what was confirmed is what was read.
create function ledger_fix_is_made_in_hand() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (select from ledger_costreturn where id = new.cost_return_id and alliance_id = new.alliance_id
                   and status in ('attention', 'ready')) then
        raise exception using errcode = 'check_violation',
            message = 'A row is put right while its return is in hand (rule 27).';
    end if;
    return new;
end
$$;
create trigger ledger_fix_is_made_in_hand before insert on ledger_rowfix
    for each row execute function ledger_fix_is_made_in_hand();
alter table ledger_rowfix enable always trigger ledger_fix_is_made_in_hand;
