-- What the agreement says about money changes only in the transaction in which a decision that says so is sealed or
-- finally ratified, and exactly as its sealed terms say (rules 30 to 33, 38; ADR 15). Before the alliance has put its
-- first proposal its founders are free.

-- The terms that this very transaction carries out for a row that names `decision`; refused when there are none.
create function ledger_terms(alliance bigint, decision bigint, wanted text, sentence text) returns jsonb
    language plpgsql volatile security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb;
begin
    if decision is null and not decisions_has_begun(alliance) then
        return null;
    end if;
    select e into terms from decisions_effects_now(alliance) e
        where (e ->> 'decision_id')::bigint = decision and e ->> 'kind' = wanted;
    if terms is null then
        raise exception using errcode = 'check_violation', message = sentence;
    end if;
    return terms;
end
$$;

create function ledger_agreed(alliance bigint, decision bigint, wanted text) returns jsonb
    language sql volatile security definer set search_path = pg_catalog, public as
$$
    select case when decision is not null then ledger_terms(alliance, decision, wanted, 'A decision does not say this.') end
$$;

create function ledger_as_agreed(is_so boolean) returns void
    language plpgsql immutable set search_path = pg_catalog, public as
$$
begin
    if is_so is not true then
        raise exception using errcode = 'check_violation',
            message = 'This is not what the decision says: the book does as the sealed words say, to the penny.';
    end if;
end
$$;

-- A text list of a wording's terms, in order, with its amounts: two lists that are compared whole.
create function ledger_list(terms jsonb, name text) returns text[]
    language sql immutable set search_path = pg_catalog, public as
$$
    select coalesce(array_agg(value order by place), '{}')
    from jsonb_array_elements_text(terms -> name) with ordinality as listed(value, place)
$$;

-- What stands under a heading belongs to the transaction that wrote the heading: nothing is added afterwards.
create function ledger_comes_with_its_heading() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    own boolean;
begin
    execute format('select txid = pg_current_xact_id() from %I where id = $1 and alliance_id = $2', tg_argv[0])
        into own using (to_jsonb(new) ->> tg_argv[1])::bigint, new.alliance_id;
    if own is not true then
        raise exception using errcode = 'check_violation',
            message = 'What was agreed takes nothing more; another decision changes it.';
    end if;
    return new;
end
$$;
create function ledger_heading_is_of_now() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    new.txid := pg_current_xact_id();
    return new;
end
$$;

do $headings$
declare
    one text[];
begin
    foreach one slice 1 in array array[
        ['ledger_budgetchange', 'ledger_move', 'change_id'],
        ['ledger_budgetchange', 'ledger_contributionchange', 'change_id'],
        ['ledger_shareterms', 'ledger_splitshare', 'terms_id'],
        ['ledger_overhead', 'ledger_overheadbasis', 'overhead_id']]
    loop
        execute format('alter table %I add column if not exists txid xid8 not null default pg_current_xact_id()', one[1]);
        execute format('create or replace trigger %I before insert on %I for each row execute function ledger_heading_is_of_now()',
            one[1] || '_is_of_now', one[1]);
        execute format('alter table %I enable always trigger %I', one[1], one[1] || '_is_of_now');
        execute format('create trigger %I before insert on %I for each row execute function ledger_comes_with_its_heading(%L, %L)',
            one[2] || '_comes_with_its_heading', one[2], one[1], one[3]);
        execute format('alter table %I enable always trigger %I', one[2], one[2] || '_comes_with_its_heading');
    end loop;
end $headings$;

-- Whether a decision says so is asked when the row comes; whether it is what the decision says, at commit, when what
-- stands under it has come too.
create function ledger_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    perform ledger_terms(new.alliance_id, new.decision_id, tg_argv[0], tg_argv[1]);
    return new;
end
$$;
create trigger ledger_budget_is_decided before insert on ledger_budget for each row execute function
    ledger_is_decided('year', 'A year of the book is opened by a key decision, carried out by its seal (rule 30).');
create trigger ledger_shareterms_is_decided before insert on ledger_shareterms for each row execute function
    ledger_is_decided('share_terms', 'How gain and pain are shared is agreed by a key decision, carried out by its seal (rule 38).');
create trigger ledger_overhead_is_decided before insert on ledger_overhead for each row execute function
    ledger_is_decided('overhead', 'How an overhead is shared is agreed by a key decision, carried out by its seal (rule 35).');
alter table ledger_budget enable always trigger ledger_budget_is_decided;
alter table ledger_shareterms enable always trigger ledger_shareterms_is_decided;
alter table ledger_overhead enable always trigger ledger_overhead_is_decided;

-- A year (rule 30). At commit, because its lines and contributions follow the heading.
create function ledger_year_is_decided(new ledger_budget) returns void
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_agreed(new.alliance_id, new.decision_id, 'year');
begin
    if terms is null then
        return;
    end if;
    perform ledger_as_agreed(new.starts_on = (terms ->> 'starts_on')::date
        and new.brought_forward = (terms ->> 'brought_forward')::numeric
        and (select coalesce(array_agg(name::text order by place), '{}') from ledger_budgetline
             where budget_id = new.id and not is_contingency) = ledger_list(terms, 'lines')
        and (select coalesce(array_agg(amount order by place), '{}') from ledger_budgetline
             where budget_id = new.id and not is_contingency) = ledger_list(terms, 'amounts')::numeric[]
        and (select coalesce(sum(amount), 0) from ledger_budgetline
             where budget_id = new.id and is_contingency) = (terms ->> 'contingency')::numeric
        and (select coalesce(array_agg((participant_id, amount)::text order by participant_id), '{}')
             from ledger_contribution where budget_id = new.id)
            = (select coalesce(array_agg((p::bigint, a::numeric(15, 2))::text order by p::bigint), '{}')
               from unnest(ledger_list(terms, 'participants'), ledger_list(terms, 'contributions')) as agreed(p, a)));
end
$$;

-- A virement sums to 0.00; a variation keeps both sides of the budget equal; no line falls below nothing (30, 31).
create function ledger_change_is_decided(new ledger_budgetchange) returns void
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_terms(new.alliance_id, new.decision_id, new.kind,
        'Agreed money moves by a key decision, carried out by its seal (rule 31).');
    moved numeric;
    varied numeric;
    short record;
begin
    if terms is null then
        raise exception using errcode = 'check_violation', message = 'Agreed money moves by a decision (rule 31).';
    end if;
    perform from ledger_budget where id = new.budget_id and alliance_id = new.alliance_id for update;
    select coalesce(sum(amount), 0) into moved from ledger_move where change_id = new.id;
    select coalesce(sum(amount), 0) into varied from ledger_contributionchange where change_id = new.id;
    if moved <> varied or new.kind = 'virement' and (moved <> 0 or exists (
            select from ledger_contributionchange where change_id = new.id))
        or not exists (select from ledger_move where change_id = new.id) then
        raise exception using errcode = 'check_violation', message = format(
            'The lines change by %s and the contributions by %s: a virement sums to 0.00, a variation is equal (rules 30, 31).',
            moved, varied);
    end if;
    if exists (select from ledger_move m join ledger_budgetline l on l.id = m.budget_line_id
               where m.change_id = new.id and (l.budget_id, l.alliance_id) <> (new.budget_id, new.alliance_id))
        or exists (select from ledger_contributionchange v join ledger_contribution c on c.id = v.contribution_id
               where v.change_id = new.id and (c.budget_id, c.alliance_id) <> (new.budget_id, new.alliance_id)) then
        raise exception using errcode = 'check_violation', message = 'A change stays within one budget.';
    end if;
    select l.name, l.amount + sum(m.amount) as left_there into short
        from ledger_budgetline l join ledger_move m on m.budget_line_id = l.id
        where l.budget_id = new.budget_id group by l.id having l.amount + sum(m.amount) < 0 limit 1;
    if found then
        raise exception using errcode = 'check_violation',
            message = format('%s would fall to %s: no line is less than nothing.', short.name, short.left_there);
    end if;
    if exists (select from ledger_contribution c join ledger_contributionchange v on v.contribution_id = c.id
               where c.budget_id = new.budget_id group by c.id having c.amount + sum(v.amount) < 0) then
        raise exception using errcode = 'check_violation', message = 'No contribution is less than nothing.';
    end if;
    perform ledger_as_agreed(new.budget_id = (terms ->> 'budget')::bigint
        and (select array_agg((budget_line_id, amount)::text order by budget_line_id) from ledger_move
             where change_id = new.id)
            = (select array_agg((l::bigint, a::numeric(15, 2))::text order by l::bigint)
               from unnest(ledger_list(terms, 'lines'), ledger_list(terms, 'amounts')) as agreed(l, a))
        and (select coalesce(array_agg((c.participant_id, v.amount)::text order by c.participant_id), '{}')
             from ledger_contributionchange v join ledger_contribution c on c.id = v.contribution_id
             where v.change_id = new.id)
            = (select coalesce(array_agg((p::bigint, a::numeric(15, 2))::text order by p::bigint), '{}')
               from unnest(ledger_list(terms, 'participants'), ledger_list(terms, 'contributions')) as agreed(p, a)));
end
$$;

-- How gain and pain are shared (rule 38).
create function ledger_share_is_decided(new ledger_shareterms) returns void
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_agreed(new.alliance_id, new.decision_id, 'share_terms');
begin
    if not exists (select from ledger_budget where id = new.budget_id and alliance_id = new.alliance_id)
        or exists (select from ledger_splitshare s join participants_participant p on p.id = s.participant_id
                   where s.terms_id = new.id and p.alliance_id <> new.alliance_id) then
        raise exception using errcode = 'check_violation', message = 'Share terms name only what is of their alliance.';
    end if;
    if new.version <> (select count(*) from ledger_shareterms where budget_id = new.budget_id and id <= new.id)
        or not exists (select from ledger_splitshare where terms_id = new.id) then
        raise exception using errcode = 'check_violation',
            message = 'Share terms follow each other by number, and say among whom they split.';
    end if;
    if terms is not null then
        perform ledger_as_agreed(new.budget_id = (terms ->> 'budget')::bigint
            and (new.target, new.neutral_band, new.gain_share, new.pain_share, new.gain_cap, new.pain_cap)
                = ((terms ->> 'target')::numeric, (terms ->> 'neutral_band')::numeric,
                   (terms ->> 'gain_share')::numeric, (terms ->> 'pain_share')::numeric,
                   (terms ->> 'gain_cap')::numeric, (terms ->> 'pain_cap')::numeric)
            and (select array_agg((participant_id, weight)::text order by place) from ledger_splitshare
                 where terms_id = new.id)
                = (select array_agg((p::bigint, w::numeric(9, 4))::text order by place)
                   from unnest(ledger_list(terms, 'participants'), ledger_list(terms, 'weights'))
                       with ordinality as agreed(p, w, place)));
    end if;
end
$$;

-- How the book is kept (rule 40).
create function ledger_book_terms_are_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_terms(new.alliance_id, new.decision_id, 'book_terms',
        'How the book is kept is agreed by a key decision, carried out by its seal.');
begin
    if new.version <> 1 + (select count(*) from ledger_bookterms where alliance_id = new.alliance_id) then
        raise exception using errcode = 'check_violation', message = 'The terms of the book follow each other by number.';
    end if;
    if terms is not null then
        perform ledger_as_agreed((new.forecast_percent, new.plan_days, new.report_cycle::text, new.contributions_vary)
            = ((terms ->> 'forecast_percent')::numeric, (terms ->> 'plan_days')::int, terms ->> 'report_cycle',
               terms ->> 'contributions_vary'));
    end if;
    return new;
end
$$;
create trigger ledger_book_terms_are_decided before insert on ledger_bookterms
    for each row execute function ledger_book_terms_are_decided();
alter table ledger_bookterms enable always trigger ledger_book_terms_are_decided;

-- The driver of an overhead, the same all year (rule 35).
create function ledger_overhead_is_as_decided(new ledger_overhead) returns void
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_agreed(new.alliance_id, new.decision_id, 'overhead');
begin
    if not exists (select from ledger_budgetline where id = new.budget_line_id and budget_id = new.budget_id
                   and alliance_id = new.alliance_id)
        or exists (select from ledger_overheadbasis b join participants_participant p on p.id = b.participant_id
                   where b.overhead_id = new.id and p.alliance_id <> new.alliance_id) then
        raise exception using errcode = 'check_violation', message = 'An overhead is a line of its own budget.';
    end if;
    if terms is not null then
        perform ledger_as_agreed(new.budget_line_id = (terms ->> 'budget_line')::bigint
            and new.driver::text = terms ->> 'driver'
            and (select coalesce(array_agg((participant_id, quantity)::text order by place), '{}')
                 from ledger_overheadbasis where overhead_id = new.id)
                = (select coalesce(array_agg((p::bigint, q::numeric(12, 2))::text order by place), '{}')
                   from unnest(ledger_list(terms, 'participants'), ledger_list(terms, 'quantities'))
                       with ordinality as agreed(p, q, place)));
    end if;
end
$$;

-- ── Money that leaves the pool (rule 32) ──

create function ledger_transfer_is_agreed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb;
begin
    if tg_op = 'INSERT' then
        terms := ledger_terms(new.alliance_id, new.decision_id, 'transfer',
            'Money leaves the pool when all have agreed to it before, by a key decision (rule 32).');
        if new.state <> 'agreed' or new.participant_id <> (terms ->> 'participant')::bigint
            or new.amount <> (terms ->> 'amount')::numeric then
            perform ledger_as_agreed(false);
        end if;
        return new;
    end if;
    if (old.alliance_id, old.number, old.participant_id, old.amount, old.purpose, old.decision_id, old.agreed_at,
            old.agreed_by_id)
        is distinct from (new.alliance_id, new.number, new.participant_id, new.amount, new.purpose, new.decision_id,
            new.agreed_at, new.agreed_by_id)
        or old.state = 'paid' then
        raise exception using errcode = 'check_violation', message = 'A transfer stays as it was agreed, and is paid once (rule 32).';
    end if;
    if new.state = 'paid' and not exists (
        select from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
            join ledger_account a on a.id = e.account_id
        where j.id = new.journal_id and j.alliance_id = new.alliance_id and j.kind = 'transfer_out'
            and j.txid = pg_current_xact_id() and j.line_count = 2
            and a.kind = 'transferred' and e.participant_id = new.participant_id and e.amount = new.amount) then
        raise exception using errcode = 'check_violation', message = 'A transfer is paid by a journal of its amount (rule 32).';
    end if;
    return new;
end
$$;
create trigger ledger_transfer_is_agreed before insert or update on ledger_transfer
    for each row execute function ledger_transfer_is_agreed();
alter table ledger_transfer enable always trigger ledger_transfer_is_agreed;

-- ── What a journal of a kind needs behind it, at commit ──

create function ledger_journal_has_its_reason() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.kind <> 'reversal' and exists (
            select from ledger_entry e join ledger_account a on a.id = e.account_id
            where e.alliance_id = new.alliance_id and e.journal_id = new.id
                and (a.kind = 'transferred' and new.kind <> 'transfer_out'
                    or a.kind in ('accrued', 'prepaid')
                        and new.kind not in ('accrual', 'prepayment', 'prepayment_used'))) then
        raise exception using errcode = 'check_violation',
            message = 'These accounts are written only by a transfer, an accrual or a prepayment (rules 32, 34).';
    end if;
    if (case new.kind
        when 'transfer_out' then not exists (select from ledger_transfer where journal_id = new.id)
        when 'accrual' then not exists (select from ledger_accrual where journal_id = new.id and kind = 'accrual')
            or not exists (select from ledger_journal where reverses_id = new.id
                           and month = (new.month + interval '1 month')::date)
        when 'prepayment' then not exists (
            select from ledger_accrual where journal_id = new.id and kind = 'prepayment')
        when 'correction' then not exists (select from ledger_correction where journal_id = new.id)
        when 'restatement' then not exists (select from ledger_restatement where journal_id = new.id)
        else false end) then
        raise exception using errcode = 'check_violation', message = case new.kind
            when 'transfer_out' then 'Money leaves the pool only as all agreed before (rule 32).'
            when 'accrual' then 'An accrual says what it is for, and reverses itself in the next month (rule 34).'
            when 'prepayment' then 'A prepayment says what it is for (rule 34).'
            when 'correction' then 'A correction names the line that it corrects (rule 27).'
            else 'A restatement names its month and its decision (rule 33).' end;
    end if;
    return null;
end
$$;
create constraint trigger ledger_journal_has_its_reason after insert on ledger_journal
    deferrable initially deferred for each row execute function ledger_journal_has_its_reason();
alter table ledger_journal enable always trigger ledger_journal_has_its_reason;

-- An accrual is what its journal posts; a prepayment is used up to the penny (rules 34, 37).
create function ledger_accrual_is_posted() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    sign integer := case new.kind when 'accrual' then 1 else -1 end;
begin
    if not exists (
        select from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
        where j.id = new.journal_id and j.alliance_id = new.alliance_id and j.kind = new.kind and j.month = new.month
            and j.txid = pg_current_xact_id() and j.line_count = 2 and e.account_id = new.account_id
            and e.participant_id = new.participant_id and e.budget_line_id = new.budget_line_id
            and e.amount = sign * new.amount) then
        raise exception using errcode = 'check_violation', message = 'An accrual is posted as it is written (rule 34).';
    end if;
    if new.kind = 'prepayment' and (
        select (count(*), coalesce(sum(e.amount), 0), min(j.month), max(j.month))
        from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
        where j.alliance_id = new.alliance_id and j.kind = 'prepayment_used' and j.key like new.number || '/%'
            and j.txid = pg_current_xact_id() and e.account_id = new.account_id
            and e.participant_id = new.participant_id and e.budget_line_id = new.budget_line_id)
        is distinct from (new.months::bigint, new.amount, (new.month + interval '1 month')::date,
            (new.month + new.months * interval '1 month')::date) then
        raise exception using errcode = 'check_violation',
            message = 'A prepayment is used up by the months that follow it, to the penny (rules 34, 37).';
    end if;
    return null;
end
$$;
create trigger ledger_accrual_is_posted after insert on ledger_accrual
    for each row execute function ledger_accrual_is_posted();
alter table ledger_accrual enable always trigger ledger_accrual_is_posted;

-- A line is corrected by its exact opposite and what is right; while that stands, neither it nor its journal again (27).
create function ledger_correction_is_exact() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    was ledger_entry;
begin
    perform from ledger_fund where alliance_id = new.alliance_id for update;
    select * into was from ledger_entry
        where alliance_id = new.alliance_id and journal_id = new.corrects_id and line = new.line;
    if was is null
        or exists (select from ledger_journal where alliance_id = new.alliance_id and reverses_id = new.corrects_id)
        or exists (select from ledger_journal where id = new.corrects_id and kind = 'reversal')
        or exists (select from ledger_correction c where c.alliance_id = new.alliance_id
                   and c.corrects_id = new.corrects_id and c.line = new.line and c.id <> new.id
                   and not exists (select from ledger_journal r where r.reverses_id = c.journal_id)) then
        raise exception using errcode = 'check_violation',
            message = 'A line is corrected once, and not when its journal is reversed (rule 27).';
    end if;
    if not exists (select from ledger_account where id = was.account_id and kind = 'cost') or not exists (
        select from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
        where j.id = new.journal_id and j.kind = 'correction' and j.txid = pg_current_xact_id() and e.line = 1
            and (e.account_id, e.participant_id, e.budget_line_id, e.amount)
                = (was.account_id, was.participant_id, was.budget_line_id, -was.amount))
        or exists (select from ledger_entry e where e.alliance_id = new.alliance_id and e.journal_id = new.journal_id
                   and e.participant_id <> was.participant_id) then
        raise exception using errcode = 'check_violation',
            message = 'A correction begins with the exact opposite of the line that it corrects (rule 27).';
    end if;
    return null;
end
$$;
create trigger ledger_correction_is_exact after insert on ledger_correction
    for each row execute function ledger_correction_is_exact();
alter table ledger_correction enable always trigger ledger_correction_is_exact;

create function ledger_reversal_meets_no_correction() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.reverses_id is not null and exists (
        select from ledger_correction c where c.alliance_id = new.alliance_id and c.corrects_id = new.reverses_id
            and not exists (select from ledger_journal r where r.reverses_id = c.journal_id)) then
        raise exception using errcode = 'check_violation',
            message = 'A journal with a corrected line is reversed after its correction (rule 27).';
    end if;
    if new.reverses_id is not null and exists (
        select from ledger_journal where id = new.reverses_id
            and kind in ('transfer_out', 'restatement', 'prepayment', 'prepayment_used')) then
        raise exception using errcode = 'check_violation',
            message = 'What a decision or a prepayment posted is not reversed: it takes another (rules 32, 33, 34).';
    end if;
    return null;
end
$$;
create trigger ledger_reversal_meets_no_correction after insert on ledger_journal
    for each row execute function ledger_reversal_meets_no_correction();
alter table ledger_journal enable always trigger ledger_reversal_meets_no_correction;

-- Original, correction and restated; the correction is restated minus original, in the first open month (rule 33).
create function ledger_restatement_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    terms jsonb := ledger_terms(new.alliance_id, new.decision_id, 'restatement',
        'A closed month is restated by a key decision, carried out by its seal (rule 33).');
begin
    if terms is null then
        raise exception using errcode = 'check_violation', message = 'A closed month is restated by a decision (rule 33).';
    end if;
    perform ledger_as_agreed(
        (new.month, new.participant_id, new.budget_line_id, new.original, new.restated)
            = ((terms ->> 'month')::date, (terms ->> 'participant')::bigint, (terms ->> 'budget_line')::bigint,
               (terms ->> 'original')::numeric, (terms ->> 'restated')::numeric)
        and (select category::text from ledger_account where id = new.account_id) = terms ->> 'category');
    if not exists (select from ledger_period where alliance_id = new.alliance_id and month = new.month
                   and closed_at is not null) then
        raise exception using errcode = 'check_violation',
            message = 'An open month is corrected, not restated (rules 27, 33).';
    end if;
    if new.original <> (
        select coalesce(sum(debit - credit), 0) from ledger_balance
        where alliance_id = new.alliance_id and account_id = new.account_id and participant_id = new.participant_id
            and budget_line_id = new.budget_line_id and month = new.month) + (
        select coalesce(sum(restated - original), 0) from ledger_restatement
        where alliance_id = new.alliance_id and account_id = new.account_id and participant_id = new.participant_id
            and budget_line_id = new.budget_line_id and month = new.month and id <> new.id) then
        raise exception using errcode = 'check_violation',
            message = 'A restatement begins with what the book says of that month (rule 33).';
    end if;
    if not exists (
        select from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
        where j.id = new.journal_id and j.kind = 'restatement' and j.txid = pg_current_xact_id() and j.line_count = 2
            and (e.account_id, e.participant_id, e.budget_line_id, e.amount)
                = (new.account_id, new.participant_id, new.budget_line_id, new.restated - new.original)) then
        raise exception using errcode = 'check_violation',
            message = 'The correction is restated minus original (rule 33).';
    end if;
    return null;
end
$$;
create trigger ledger_restatement_is_decided after insert on ledger_restatement
    for each row execute function ledger_restatement_is_decided();
alter table ledger_restatement enable always trigger ledger_restatement_is_decided;

-- ── At commit, for what heads and for what stands under it: is it all as the decision says? ──

create function ledger_whole_is_as_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    execute format('select %I(h) from %I h where h.id = $1', tg_argv[1], tg_argv[0])
        using (to_jsonb(new) ->> tg_argv[2])::bigint;
    return null;
end
$$;
do $wholes$
declare
    one text[];
begin
    foreach one slice 1 in array array[
        ['ledger_budget', 'ledger_budget', 'ledger_year_is_decided', 'id'],
        ['ledger_budgetline', 'ledger_budget', 'ledger_year_is_decided', 'budget_id'],
        ['ledger_contribution', 'ledger_budget', 'ledger_year_is_decided', 'budget_id'],
        ['ledger_budgetchange', 'ledger_budgetchange', 'ledger_change_is_decided', 'id'],
        ['ledger_move', 'ledger_budgetchange', 'ledger_change_is_decided', 'change_id'],
        ['ledger_contributionchange', 'ledger_budgetchange', 'ledger_change_is_decided', 'change_id'],
        ['ledger_shareterms', 'ledger_shareterms', 'ledger_share_is_decided', 'id'],
        ['ledger_splitshare', 'ledger_shareterms', 'ledger_share_is_decided', 'terms_id'],
        ['ledger_overhead', 'ledger_overhead', 'ledger_overhead_is_as_decided', 'id'],
        ['ledger_overheadbasis', 'ledger_overhead', 'ledger_overhead_is_as_decided', 'overhead_id']]
    loop
        execute format('create constraint trigger %I after insert on %I deferrable initially deferred
            for each row execute function ledger_whole_is_as_decided(%L, %L, %L)',
            one[1] || '_is_as_decided', one[1], one[2], one[3], one[4]);
        execute format('alter table %I enable always trigger %I', one[1], one[1] || '_is_as_decided');
    end loop;
end $wholes$;
