-- The promises of the open book. Every function runs as the owner with a fixed search_path; every trigger is ENABLE
-- ALWAYS. Lock order of a posting: period (for share), fund's numbers, balances (sorted), the record's head (last).

-- A journal belongs to the transaction that wrote it, and to an open period.
alter table ledger_journal add column txid xid8 not null default pg_current_xact_id();

create function ledger_journal_opens() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    closed timestamptz;
begin
    new.txid := pg_current_xact_id();
    select closed_at into closed from ledger_period
        where alliance_id = new.alliance_id and month = new.month for share;
    if not found then
        raise exception using errcode = 'check_violation',
            message = format('%s is not a month of this book.', to_char(new.month, 'FMMonth YYYY'));
    end if;
    if closed is not null then
        raise exception using errcode = 'check_violation',
            message = format('%s is closed: it takes no posting (rule 33).', to_char(new.month, 'FMMonth YYYY'));
    end if;
    if new.reverses_id is not null and not exists (
        select from ledger_journal where id = new.reverses_id and alliance_id = new.alliance_id and reverses_id is null
    ) then
        raise exception using errcode = 'check_violation',
            message = 'A reversal names a journal of the same book that is not itself a reversal (rule 27).';
    end if;
    return new;
end
$$;
create trigger ledger_journal_opens before insert on ledger_journal
    for each row execute function ledger_journal_opens();
alter table ledger_journal enable always trigger ledger_journal_opens;

-- At commit, once per journal: as many entries as declared, two at least, sum exactly 0.00; a reversal is exact.
create function ledger_journal_balances() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    lines bigint;
    total numeric;
    debits numeric;
begin
    select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where amount > 0), 0)
        into lines, total, debits
        from ledger_entry where alliance_id = new.alliance_id and journal_id = new.id;
    if lines < 2 or lines <> new.line_count then
        raise exception using errcode = 'check_violation',
            message = format('Journal %s declares %s entries and has %s.', new.number, new.line_count, lines);
    end if;
    if total <> 0 then
        raise exception using errcode = 'check_violation',
            message = format('Journal %s does not balance: its entries sum to %s (rule 26).', new.number, total);
    end if;
    if debits <> new.debit then
        raise exception using errcode = 'check_violation',
            message = format('Journal %s declares debits of %s and has %s.', new.number, new.debit, debits);
    end if;
    if new.reverses_id is not null and exists (
        select from (select * from ledger_entry where alliance_id = new.alliance_id and journal_id = new.reverses_id) was
            full join (select * from ledger_entry where alliance_id = new.alliance_id and journal_id = new.id) now
                using (line)
            where (was.account_id, was.participant_id, was.budget_line_id, -was.amount)
                is distinct from (now.account_id, now.participant_id, now.budget_line_id, now.amount)
    ) then
        raise exception using errcode = 'check_violation',
            message = format('Journal %s is not the exact reverse of the journal that it names (rule 27).', new.number);
    end if;
    return null;
end
$$;
create constraint trigger ledger_journal_balances after insert on ledger_journal
    deferrable initially deferred for each row execute function ledger_journal_balances();
alter table ledger_journal enable always trigger ledger_journal_balances;

-- Entries arrive in sets. Each belongs to a journal of this very transaction, of its month, that is not yet full
-- (so that nothing is added after the check above, even if that was asked for early). Then they fold into balances.
create function ledger_entries_are_folded() returns trigger
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
    insert into ledger_balance as kept
            (alliance_id, account_id, participant_id, budget_line_id, month, debit, credit, count)
        select alliance_id, account_id, participant_id, budget_line_id, month,
            coalesce(sum(amount) filter (where amount > 0), 0), coalesce(-sum(amount) filter (where amount < 0), 0),
            count(*)
        from came_in group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (alliance_id, account_id, participant_id, budget_line_id, month)
            do update set debit = kept.debit + excluded.debit, credit = kept.credit + excluded.credit,
                count = kept.count + excluded.count;
    return null;
end
$$;
create trigger ledger_entries_are_folded after insert on ledger_entry
    referencing new table as came_in for each statement execute function ledger_entries_are_folded();
alter table ledger_entry enable always trigger ledger_entries_are_folded;

-- A balance, and so every entry under it, stays inside one alliance; a cost has a budget line (rule 28).
create function ledger_balance_is_sound() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (select from ledger_account where id = new.account_id and alliance_id = new.alliance_id)
        or not exists (select from participants_participant
            where id = new.participant_id and alliance_id = new.alliance_id)
        or new.budget_line_id is not null and not exists (
            select from ledger_budgetline where id = new.budget_line_id and alliance_id = new.alliance_id) then
        raise exception using errcode = 'check_violation',
            message = 'An entry names something that does not belong to its alliance.';
    end if;
    if (select kind = 'cost' from ledger_account where id = new.account_id) <> (new.budget_line_id is not null) then
        raise exception using errcode = 'check_violation',
            message = 'A cost has a budget line, and nothing else has one (rule 28).';
    end if;
    if new.budget_line_id is not null and exists (
        select from ledger_budgetline l join ledger_budget b on b.id = l.budget_id
            where l.id = new.budget_line_id and new.month < b.starts_on
    ) then
        raise exception using errcode = 'check_violation',
            message = 'A cost does not come before the year of its budget line (rule 28).';
    end if;
    return new;
end
$$;
create trigger ledger_balance_is_sound before insert on ledger_balance
    for each row execute function ledger_balance_is_sound();
alter table ledger_balance enable always trigger ledger_balance_is_sound;

-- Rule 30, at commit: lines plus contingency equal contributions plus brought forward, exactly.
create function ledger_budget_adds_up() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    wanted bigint := case when tg_table_name = 'ledger_budget' then (to_jsonb(new) ->> 'id')::bigint
        else (to_jsonb(new) ->> 'budget_id')::bigint end;
    planned numeric;
    funded numeric;
begin
    select coalesce(sum(amount), 0) into planned from ledger_budgetline where budget_id = wanted;
    select brought_forward + (select coalesce(sum(amount), 0) from ledger_contribution where budget_id = wanted)
        into funded from ledger_budget where id = wanted;
    if planned <> funded then
        raise exception using errcode = 'check_violation',
            message = format('The budget lines sum to %s, the contributions and what was brought forward to %s (rule 30).',
                planned, funded);
    end if;
    return null;
end
$$;
create constraint trigger ledger_budget_adds_up after insert on ledger_budget
    deferrable initially deferred for each row execute function ledger_budget_adds_up();
create constraint trigger ledger_budgetline_adds_up after insert on ledger_budgetline
    deferrable initially deferred for each row execute function ledger_budget_adds_up();
create constraint trigger ledger_contribution_adds_up after insert on ledger_contribution
    deferrable initially deferred for each row execute function ledger_budget_adds_up();
alter table ledger_budget enable always trigger ledger_budget_adds_up;
alter table ledger_budgetline enable always trigger ledger_budgetline_adds_up;
alter table ledger_contribution enable always trigger ledger_contribution_adds_up;

-- SHA-256 over every line of a posting, for its event: the digest of the lines' digests, in their order.
create function ledger_journal_digest(of_alliance bigint, of_journal bigint) returns text
    language sql stable set search_path = pg_catalog, public as
$$
    select encode(sha256(coalesce(string_agg(sha256(convert_to(array_to_json(array[
            line::text, account_id::text, participant_id::text, budget_line_id::text, month::text, amount::text,
            date::text, supplier, description, reference, source_row::text])::text, 'UTF8')), ''::bytea order by line),
        ''::bytea)), 'hex')
    from ledger_entry where alliance_id = of_alliance and journal_id = of_journal
$$;

-- The same for what a file says, whatever rows it stands in: two readings with one digest are the same return.
create function ledger_reading_digest(of_alliance bigint, of_return bigint, of_reading integer) returns text
    language sql stable set search_path = pg_catalog, public as
$$
    select encode(sha256(coalesce(string_agg(sha256(convert_to(array_to_json(array[
            account_id::text, budget_line_id::text, amount::text, date::text, supplier, description, reference,
            evidence])::text, 'UTF8')), ''::bytea order by "row"),
        ''::bytea)), 'hex')
    from ledger_returnline
    where alliance_id = of_alliance and cost_return_id = of_return and reading = of_reading
$$;

-- What was confirmed is what is posted: from then on a return's reading, file and meaning stand still.
create function ledger_return_stands() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if (old.alliance_id, old.number, old.participant_id, old.month, old.reference, old.declared_total, old.document_id,
            old.submitted_at, old.submitted_by_id)
        is distinct from (new.alliance_id, new.number, new.participant_id, new.month, new.reference,
            new.declared_total, new.document_id, new.submitted_at, new.submitted_by_id) then
        raise exception using errcode = 'check_violation', message = 'A return stays what was sent; send it again.';
    end if;
    if old.status in ('posting', 'posted', 'reversed', 'known', 'replaced', 'withdrawn')
        and ((old.reading, old.mapping, old.lines_hash, old.lines_total, old.line_count)
                is distinct from (new.reading, new.mapping, new.lines_hash, new.lines_total, new.line_count)
            or new.status in ('checking', 'mapping', 'attention', 'ready')
            or old.journal_id is not null and new.journal_id is distinct from old.journal_id) then
        raise exception using errcode = 'check_violation', message = 'A confirmed return is not changed (rule 27).';
    end if;
    return new;
end
$$;
create trigger ledger_return_stands before update on ledger_costreturn
    for each row execute function ledger_return_stands();
alter table ledger_costreturn enable always trigger ledger_return_stands;
create trigger ledger_return_is_never_deleted before delete on ledger_costreturn
    for each row execute function core_refuse('A return is never deleted; it can be withdrawn.');
create trigger ledger_return_is_never_emptied before truncate on ledger_costreturn
    for each statement execute function core_refuse('A return is never deleted; it can be withdrawn.');
alter table ledger_costreturn enable always trigger ledger_return_is_never_deleted;
alter table ledger_costreturn enable always trigger ledger_return_is_never_emptied;
create trigger ledger_balance_is_never_deleted before delete on ledger_balance
    for each row execute function core_refuse('A balance is kept for as long as its entries.');
create trigger ledger_balance_is_never_emptied before truncate on ledger_balance
    for each statement execute function core_refuse('A balance is kept for as long as its entries.');
alter table ledger_balance enable always trigger ledger_balance_is_never_deleted;
alter table ledger_balance enable always trigger ledger_balance_is_never_emptied;
