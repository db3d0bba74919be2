-- Pay is staged together: without a name or a number by which it could be one person's (rule 29).
create function ledger_pay_goes_together() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if exists (select from came_in c join ledger_account a on a.id = c.account_id
               where a.category = 'direct_staff' and (c.supplier, c.reference, c.evidence) <> ('', '', '')) then
        raise exception using errcode = 'check_violation',
            message = 'Pay is never by name: rows of direct staff go together before they are staged (rule 29).';
    end if;
    return null;
end
$$;
create trigger ledger_pay_goes_together after insert on ledger_returnline
    referencing new table as came_in for each statement execute function ledger_pay_goes_together();
alter table ledger_returnline enable always trigger ledger_pay_goes_together;
