-- What participants state of themselves: their VAT, and their own books. Both are append-only.

-- The finance lead (where there is none, the representative) or the pool manager says how much VAT is recovered.
create function ledger_vat_is_stated() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    day date := (new.stated_at at time zone 'Europe/London')::date;
begin
    perform from participants_participant where id = new.participant_id for no key update;
    if new.version <> 1 + (select coalesce(max(version), 0) from ledger_vatstatement
                           where participant_id = new.participant_id) then
        raise exception using errcode = 'check_violation',
            message = 'VAT statements of a participant are numbered one after another.';
    end if;
    if not ledger_acts_for(new.appointment_id, new.stated_by_id, new.participant_id,
                           array['finance_lead', 'pool_manager', 'representative'], day)
        and not exists (
            select from participants_roleappointment a
            where a.id = new.appointment_id and a.alliance_id = new.alliance_id and a.role = 'pool_manager'
                and ledger_acts_for(a.id, new.stated_by_id, a.participant_id, array['pool_manager'], day)) then
        raise exception using errcode = 'check_violation',
            message = 'How much VAT a participant recovers is stated by its own people or the pool manager (rule 36).';
    end if;
    return new;
end
$$;
create trigger ledger_vat_is_stated before insert on ledger_vatstatement
    for each row execute function ledger_vat_is_stated();
alter table ledger_vatstatement enable always trigger ledger_vat_is_stated;

-- Own books are confirmed by the participant itself, of a month that has ended, beside what the book says then.
create function ledger_own_books_are_confirmed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    day date := (new.confirmed_at at time zone 'Europe/London')::date;
begin
    perform from participants_participant where id = new.participant_id for no key update;
    if new.version <> 1 + (select coalesce(max(version), 0) from ledger_ownbooks
                           where participant_id = new.participant_id and month = new.month) then
        raise exception using errcode = 'check_violation',
            message = 'Confirmations of a month are numbered one after another.';
    end if;
    if not exists (select from ledger_period where alliance_id = new.alliance_id and month = new.month)
        or (new.month + interval '1 month')::date > day then
        raise exception using errcode = 'check_violation',
            message = 'Own books are confirmed of a month of the book that has ended.';
    end if;
    if not ledger_acts_for(new.appointment_id, new.confirmed_by_id, new.participant_id,
                           array['finance_lead', 'pool_manager', 'representative'], day) then
        raise exception using errcode = 'check_violation',
            message = 'A participant confirms its own books itself.';
    end if;
    if new.book <> (
        select coalesce(sum(b.debit - b.credit), 0) from ledger_balance b join ledger_account a on a.id = b.account_id
        where b.alliance_id = new.alliance_id and b.participant_id = new.participant_id and b.month = new.month
            and a.kind = 'cost') then
        raise exception using errcode = 'check_violation',
            message = 'The figure beside its own books is what the open book says at that moment.';
    end if;
    return new;
end
$$;
create trigger ledger_own_books_are_confirmed before insert on ledger_ownbooks
    for each row execute function ledger_own_books_are_confirmed();
alter table ledger_ownbooks enable always trigger ledger_own_books_are_confirmed;
