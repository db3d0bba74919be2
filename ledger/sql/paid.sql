-- Money leaves the pool only as it is owed, or as all agreed; and each kind of journal writes only its own accounts.

-- What a kind of journal is about; a kind that is not named here writes nothing. A reversal writes whatever it
-- reverses, line by line.
create function ledger_accounts_of(kind text) returns text[]
    language sql immutable set search_path = pg_catalog, public as
$$
    select case
        when kind in ('contributions_agreed', 'contributions_varied') then array['due', 'contributions']
        when kind = 'contribution_received' then array['bank', 'due']
        when kind in ('cost_return', 'costs_loaded', 'correction', 'restatement') then array['cost', 'owed']
        when kind = 'payment' then array['owed', 'bank']
        when kind = 'transfer_out' then array['transferred', 'bank']
        when kind = 'accrual' then array['cost', 'accrued']
        when kind in ('prepayment', 'prepayment_used') then array['cost', 'prepaid']
        when kind = 'year_end' then array['contributions', 'owed', 'due']
        else '{}' end
$$;

-- What is due from each participant by a journal of contributions, as its lines say it and as it was agreed.
create function ledger_due_by_lines(of_alliance bigint, of_journal bigint, of_account text) returns text[]
    language sql stable set search_path = pg_catalog, public as
$$
    select coalesce(array_agg((participant_id, due)::text order by participant_id), '{}') from (
        select e.participant_id, sum(case of_account when 'due' then e.amount else -e.amount end) as due
        from ledger_entry e join ledger_account a on a.id = e.account_id
        where e.alliance_id = of_alliance and e.journal_id = of_journal and a.kind = of_account
        group by e.participant_id) lines
$$;
create function ledger_due_as_agreed(posted ledger_journal) returns text[]
    language sql volatile set search_path = pg_catalog, public as
$$
    select coalesce(array_agg((participant_id, amount)::text order by participant_id), '{}') from (
        select c.participant_id, c.amount from ledger_contribution c join ledger_budget b on b.id = c.budget_id
            where posted.kind = 'contributions_agreed' and b.alliance_id = posted.alliance_id
                and b.txid = pg_current_xact_id() and b.starts_on = posted.month
        union all
        select c.participant_id, v.amount from ledger_contributionchange v
            join ledger_contribution c on c.id = v.contribution_id join ledger_budgetchange b on b.id = v.change_id
            where posted.kind = 'contributions_varied' and b.alliance_id = posted.alliance_id
                and b.txid = pg_current_xact_id() and b.number::text = posted.key
        ) agreed
$$;

-- At commit.
create or replace function ledger_journal_has_its_reason() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    ours text[] := ledger_accounts_of(new.kind);
    pays_out boolean := new.kind in ('payment', 'transfer_out');
    agreed text[];
begin
    if new.kind <> 'reversal' and exists (
            select from ledger_entry e join ledger_account a on a.id = e.account_id
            where e.alliance_id = new.alliance_id and e.journal_id = new.id
                and (a.kind <> all (ours) or a.kind = 'bank' and (e.amount < 0) <> pays_out)) then
        raise exception using errcode = 'check_violation', message =
            'Each kind of journal writes its own accounts, and the pool is paid from only by a payment or a transfer (rule 32).';
    end if;
    if new.kind in ('contributions_agreed', 'contributions_varied') then
        agreed := ledger_due_as_agreed(new);
        if ledger_due_by_lines(new.alliance_id, new.id, 'due') <> agreed
            or ledger_due_by_lines(new.alliance_id, new.id, 'contributions') <> agreed then
            raise exception using errcode = 'check_violation',
                message = 'What is due is what was agreed just now, by participant and to the penny (rule 30).';
        end if;
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

-- Whoever pays takes turns at the fund's row, before any balance: so what is owed is what the payment before it left.
-- It is written, not only locked, so that a transaction with an older view of the book has to begin again.
create function ledger_payment_takes_its_turn() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    update ledger_fund set last_journal = last_journal where alliance_id = new.alliance_id;
    return null;
end
$$;
create trigger ledger_payment_takes_its_turn after insert on ledger_journal
    for each row when (new.kind = 'payment') execute function ledger_payment_takes_its_turn();
alter table ledger_journal enable always trigger ledger_payment_takes_its_turn;

-- At commit: it was paid to one participant, whom the pool owed that much. A few balances, one for each month.
create function ledger_payment_is_owed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    paid_to bigint[];
    owed numeric;
begin
    select array_agg(distinct participant_id) into paid_to
        from ledger_entry where alliance_id = new.alliance_id and journal_id = new.id;
    if new.line_count <> 2 or cardinality(paid_to) <> 1 then
        raise exception using errcode = 'check_violation',
            message = format('Journal %s pays one participant, in two lines: what is owed falls, and the pool.', new.number);
    end if;
    select coalesce(sum(b.credit - b.debit), 0) into owed
        from ledger_balance b join ledger_account a on a.id = b.account_id
        where b.alliance_id = new.alliance_id and b.participant_id = paid_to[1] and a.kind = 'owed';
    if owed < 0 then
        raise exception using errcode = 'check_violation', message = format(
            'Journal %s pays %s more than is owed: that leaves the pool only by a transfer to which all agreed (rule 32).',
            new.number, -owed);
    end if;
    return null;
end
$$;
create constraint trigger ledger_payment_is_owed after insert on ledger_journal
    deferrable initially deferred for each row when (new.kind = 'payment') execute function ledger_payment_is_owed();
alter table ledger_journal enable always trigger ledger_payment_is_owed;

-- What all agreed is paid while they still do: to that partner, out of the pool, once.
create or replace function ledger_transfer_is_agreed() returns trigger
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
    if new.state <> 'paid' then
        return new;
    end if;
    if (select array_agg((a.kind, e.participant_id, e.amount)::text order by a.kind)
        from ledger_journal j join ledger_entry e on e.alliance_id = j.alliance_id and e.journal_id = j.id
            join ledger_account a on a.id = e.account_id
        where j.id = new.journal_id and j.alliance_id = new.alliance_id and j.kind = 'transfer_out'
            and j.txid = pg_current_xact_id() and j.line_count = 2)
        is distinct from array[('bank', new.participant_id, -new.amount)::text,
                               ('transferred', new.participant_id, new.amount)::text] then
        raise exception using errcode = 'check_violation', message = 'A transfer is paid by a journal of its amount (rule 32).';
    end if;
    if exists (select from decisions_ratification where decision_id = new.decision_id and state <> 'ratified')
        or exists (
            select from decisions_proposal p join decisions_decision d on d.proposal_id = p.id
            where p.supersedes_id = new.decision_id and not exists (
                select from decisions_ratification r where r.decision_id = d.id and r.state <> 'ratified')) then
        raise exception using errcode = 'check_violation',
            message = 'The decision is not in effect: nothing is paid on it (rule 32).';
    end if;
    return new;
end
$$;

-- What a decision posted is changed by a decision: also what is due from each participant.
create or replace function ledger_reversal_meets_no_correction() returns trigger
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
        select from ledger_journal where id = new.reverses_id and kind in ('contributions_agreed',
            'contributions_varied', 'transfer_out', 'restatement', 'prepayment', 'prepayment_used')) then
        raise exception using errcode = 'check_violation',
            message = 'What a decision or a prepayment posted is not reversed: it takes another (rules 30, 32, 33, 34).';
    end if;
    return null;
end
$$;
