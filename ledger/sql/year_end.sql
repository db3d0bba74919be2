-- The end of a year (rules 39, 42): it closes once, when its months are closed, with what the book says, shared as the
-- decisions say; what it carries forward is what the next year brings forward (ADR 24).

-- What becomes of an underspend changes in the transaction of a seal that says so, and before the year is closed.
create function ledger_underspend_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_terms(new.alliance_id, new.decision_id, 'underspend',
        'What becomes of an underspend is agreed by a key decision, carried out by its seal (rule 39).');
begin
    perform ledger_as_agreed(new.budget_id = (terms ->> 'budget')::bigint
        and new.most is not distinct from case terms ->> 'what'
            when 'carry' then null when 'return' then 0.00 else (terms ->> 'amount')::numeric end);
    perform from ledger_fund where alliance_id = new.alliance_id for update;
    if exists (select from ledger_yearend where budget_id = new.budget_id) then
        raise exception using errcode = 'check_violation', message = 'The year is closed: its underspend is settled (rule 39).';
    end if;
    if new.version <> 1 + (select count(*) from ledger_underspend where budget_id = new.budget_id) then
        raise exception using errcode = 'check_violation', message = 'What is decided about an underspend follows by number.';
    end if;
    return new;
end
$$;
create trigger ledger_underspend_is_decided before insert on ledger_underspend
    for each row execute function ledger_underspend_is_decided();
alter table ledger_underspend enable always trigger ledger_underspend_is_decided;

-- A closed year's agreed money does not change; whoever changes it takes turns with whoever closes.
create function ledger_change_meets_no_closed_year() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    perform from ledger_fund where alliance_id = new.alliance_id for update;
    if exists (select from ledger_yearend where budget_id = new.budget_id) then
        raise exception using errcode = 'check_violation', message = 'The year is closed: its money does not move any more.';
    end if;
    return new;
end
$$;
create trigger ledger_change_meets_no_closed_year before insert on ledger_budgetchange
    for each row execute function ledger_change_meets_no_closed_year();
alter table ledger_budgetchange enable always trigger ledger_change_meets_no_closed_year;

-- A year that follows a closed one begins with what that one carried forward, to the penny; none comes before it, whose
-- rest nobody would bring forward.
create function ledger_budget_begins_with_what_was_carried() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    carried numeric;
begin
    perform from ledger_fund where alliance_id = new.alliance_id for update;
    select y.carried_forward into carried from ledger_yearend y join ledger_budget b on b.id = y.budget_id
        where b.alliance_id = new.alliance_id and b.starts_on = (new.starts_on - interval '1 year')::date;
    if found and carried <> new.brought_forward then
        raise exception using errcode = 'check_violation', message = format(
            'The year before was closed with %s carried forward, and this one would begin with %s (rule 42).',
            carried, new.brought_forward);
    end if;
    if exists (select from ledger_yearend y join ledger_budget b on b.id = y.budget_id
               where b.alliance_id = new.alliance_id and b.starts_on > new.starts_on) then
        raise exception using errcode = 'check_violation', message = 'No year is opened before one that is closed (rule 42).';
    end if;
    return new;
end
$$;
create trigger ledger_budget_begins_with_what_was_carried before insert on ledger_budget
    for each row execute function ledger_budget_begins_with_what_was_carried();
alter table ledger_budget enable always trigger ledger_budget_begins_with_what_was_carried;

-- A year closes after the one before it, when its twelve months are closed, with the sums of the book.
create function ledger_year_end_is_sound() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    budget ledger_budget;
    decided ledger_underspend;
    funded numeric;
    used numeric;
    contributed numeric;
    carried numeric;
    facts jsonb;
begin
    perform from ledger_fund where alliance_id = new.alliance_id for update;
    select * into budget from ledger_budget where id = new.budget_id and alliance_id = new.alliance_id;
    if (select count(*) from ledger_period where alliance_id = new.alliance_id and closed_at is not null
            and month >= budget.starts_on and month < budget.starts_on + interval '1 year') <> 12 then
        raise exception using errcode = 'check_violation', message = 'A year closes when its twelve months are closed (rule 33).';
    end if;
    if exists (select from ledger_budget b where b.alliance_id = new.alliance_id and b.starts_on < budget.starts_on
               and not exists (select from ledger_yearend where budget_id = b.id)) then
        raise exception using errcode = 'check_violation', message = 'Years are closed in their order.';
    end if;
    select coalesce(sum(c.amount), 0) + coalesce((select sum(v.amount) from ledger_contributionchange v
            join ledger_contribution of_it on of_it.id = v.contribution_id where of_it.budget_id = new.budget_id), 0)
        into contributed from ledger_contribution c where c.budget_id = new.budget_id;
    select coalesce((select y.carried_forward from ledger_yearend y join ledger_budget b on b.id = y.budget_id
        where b.alliance_id = new.alliance_id and b.starts_on = (budget.starts_on - interval '1 year')::date),
        budget.brought_forward) + contributed into funded;
    select coalesce(sum(b.debit - b.credit), 0) into used
        from ledger_balance b join ledger_account a on a.id = b.account_id
        where b.alliance_id = new.alliance_id and a.kind in ('cost', 'transferred')
            and b.month >= budget.starts_on and b.month < budget.starts_on + interval '1 year';
    select * into decided from ledger_underspend where budget_id = new.budget_id order by version desc limit 1;
    carried := case when new.net <= 0 then 0 when contributed = 0 then new.net when decided.id is null then 0
        when decided.most is null then new.net else least(new.net, decided.most) end;
    if new.net <> funded - used or new.carried_forward <> carried or new.underspend_id is distinct from decided.id then
        raise exception using errcode = 'check_violation', message = format(
            'The book says that %s is left, of which %s is carried forward; the year would close with %s and %s (rules 39, 42).',
            funded - used, carried, new.net, new.carried_forward);
    end if;
    facts := convert_from(new.body, 'UTF8')::jsonb;
    if new.sha256 <> encode(sha256(new.body), 'hex')
        or (facts ->> 'net', facts ->> 'carried_forward')
            is distinct from (new.net::text, new.carried_forward::text) then
        raise exception using errcode = 'check_violation', message = 'A memorandum account is kept with its hash and its figures.';
    end if;
    return new;
end
$$;
create trigger ledger_year_end_is_sound before insert on ledger_yearend
    for each row execute function ledger_year_end_is_sound();
alter table ledger_yearend enable always trigger ledger_year_end_is_sound;

alter table ledger_yearend add column txid xid8 not null default pg_current_xact_id();
create trigger ledger_yearend_is_of_now before insert on ledger_yearend
    for each row execute function ledger_heading_is_of_now();
alter table ledger_yearend enable always trigger ledger_yearend_is_of_now;
create trigger ledger_yearshare_comes_with_its_heading before insert on ledger_yearshare
    for each row execute function ledger_comes_with_its_heading('ledger_yearend', 'year_end_id');
alter table ledger_yearshare enable always trigger ledger_yearshare_comes_with_its_heading;

-- At commit: the shares are everybody's who contributed, sum to the whole, none a penny from its exact share (37, 39),
-- and what is not carried forward is posted.
create function ledger_year_is_shared(new ledger_yearend) returns void
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    contributed numeric;
    settles numeric := new.net - new.carried_forward;
begin
    if (select coalesce(array_agg((participant_id, contribution)::text order by participant_id), '{}')
        from ledger_yearshare where year_end_id = new.id)
        is distinct from
       (select coalesce(array_agg((c.participant_id, (c.amount + coalesce((select sum(v.amount)
            from ledger_contributionchange v where v.contribution_id = c.id), 0))::numeric(15, 2))::text
            order by c.participant_id), '{}')
        from ledger_contribution c where c.budget_id = new.budget_id) then
        raise exception using errcode = 'check_violation', message = 'Everybody who contributed to a year has a share of it (rule 42).';
    end if;
    select coalesce(sum(contribution), 0) into contributed from ledger_yearshare where year_end_id = new.id;
    if (select (coalesce(sum(carried), 0), coalesce(sum(settled), 0)) from ledger_yearshare where year_end_id = new.id)
            is distinct from (case when contributed = 0 then 0.00 else new.carried_forward end, settles)
        or exists (select from ledger_yearshare s where s.year_end_id = new.id
            and (abs(s.settled * contributed - settles * s.contribution) >= 0.01 * greatest(contributed, 0.01)
                or contributed <> 0
                    and abs(s.carried * contributed - new.carried_forward * s.contribution) >= 0.01 * contributed)) then
        raise exception using errcode = 'check_violation',
            message = 'The shares of a year sum to its net position, in proportion to contributions, to the penny (rules 37, 39).';
    end if;
    if (new.journal_id is not null) <> (settles <> 0)
        or new.journal_id is not null and (
            (select array_agg((e.participant_id, a.kind::text, e.amount)::text order by e.participant_id, a.kind::text)
             from ledger_entry e join ledger_account a on a.id = e.account_id
             where e.alliance_id = new.alliance_id and e.journal_id = new.journal_id)
            is distinct from
            (select array_agg((s.participant_id, side.kind, side.sign * s.settled)::text order by s.participant_id, side.kind)
             from ledger_yearshare s cross join (values ('contributions', 1),
                (case when settles > 0 then 'owed' else 'due' end, -1)) as side(kind, sign)
             where s.year_end_id = new.id and s.settled <> 0)
            or not exists (select from ledger_journal where id = new.journal_id and kind = 'year_end'
                and txid = pg_current_xact_id())) then
        raise exception using errcode = 'check_violation',
            message = 'What a year does not carry forward is posted as owed to its participants, or due from them (rule 39).';
    end if;
end
$$;
do $wholes$
declare
    one text[];
begin
    foreach one slice 1 in array array[['ledger_yearend', 'id'], ['ledger_yearshare', 'year_end_id']]
    loop
        execute format('create constraint trigger %I after insert on %I deferrable initially deferred
            for each row execute function ledger_whole_is_as_decided(%L, %L, %L)',
            one[1] || '_is_shared', one[1], 'ledger_yearend', 'ledger_year_is_shared', one[2]);
        execute format('alter table %I enable always trigger %I', one[1], one[1] || '_is_shared');
    end loop;
end $wholes$;

-- A journal of year-end shares comes with its closed year, and is not reversed.
create function ledger_year_end_journal_has_its_year() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.kind = 'year_end' and not exists (select from ledger_yearend where journal_id = new.id) then
        raise exception using errcode = 'check_violation', message = 'Year-end shares are posted by the close of a year (rule 39).';
    end if;
    if new.reverses_id is not null and exists (
            select from ledger_journal where id = new.reverses_id and kind = 'year_end') then
        raise exception using errcode = 'check_violation', message = 'What the close of a year posted is not reversed (rule 42).';
    end if;
    return null;
end
$$;
create constraint trigger ledger_year_end_journal_has_its_year after insert on ledger_journal
    deferrable initially deferred for each row execute function ledger_year_end_journal_has_its_year();
alter table ledger_journal enable always trigger ledger_year_end_journal_has_its_year;

-- A paper is drawn from the facts that it was asked for, and gets its one PDF.
create function ledger_memorandum_paper_stays() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.sha256 <> encode(sha256(new.body), 'hex')
        or tg_op = 'INSERT' and exists (select from ledger_yearend where budget_id = new.budget_id and sha256 <> new.sha256)
        or tg_op = 'UPDATE' and (old.document_id is not null
            or (old.alliance_id, old.budget_id, old.body, old.sha256, old.asked_at, old.asked_by_id)
                is distinct from (new.alliance_id, new.budget_id, new.body, new.sha256, new.asked_at, new.asked_by_id))
        or new.document_id is not null and not exists (select from core_document where id = new.document_id
            and alliance_id = new.alliance_id and media_type = 'application/pdf') then
        raise exception using errcode = 'check_violation', message = 'A paper stays what it was asked to be (rule 42).';
    end if;
    return new;
end
$$;
create trigger ledger_memorandum_paper_stays before insert or update on ledger_memorandumpaper
    for each row execute function ledger_memorandum_paper_stays();
alter table ledger_memorandumpaper enable always trigger ledger_memorandum_paper_stays;
create trigger ledger_memorandum_paper_is_never_deleted before delete on ledger_memorandumpaper
    for each row execute function core_refuse('A paper that was asked for stays.');
create trigger ledger_memorandum_paper_is_never_emptied before truncate on ledger_memorandumpaper
    for each statement execute function core_refuse('A paper that was asked for stays.');
alter table ledger_memorandumpaper enable always trigger ledger_memorandum_paper_is_never_deleted;
alter table ledger_memorandumpaper enable always trigger ledger_memorandum_paper_is_never_emptied;
