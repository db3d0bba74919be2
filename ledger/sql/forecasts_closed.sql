-- A forecast is said for the participant by somebody who sends its returns; a profile's months sum to its amount.
-- Nothing is said of a closed year: whoever says something takes turns with whoever closes it.
create or replace function ledger_forecast_is_said() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    perform from ledger_fund where alliance_id = new.alliance_id for share;
    if exists (select from ledger_yearend y join ledger_budgetline l on l.budget_id = y.budget_id
               where l.id = new.budget_line_id) then
        raise exception using errcode = 'check_violation',
            message = 'The year is closed: nothing is expected of its lines any more (rule 42).';
    end if;
    if new.version <> 1 + (select coalesce(max(version), 0) from ledger_forecast where alliance_id = new.alliance_id
            and budget_line_id = new.budget_line_id and participant_id = new.participant_id) then
        raise exception using errcode = 'check_violation',
            message = 'The versions of a forecast follow one another.';
    end if;
    if new.months is not null and new.amount is distinct from (select sum(part) from unnest(new.months) part) then
        raise exception using errcode = 'check_violation',
            message = 'The months of a profile sum to its amount (rule 37).';
    end if;
    if not ledger_acts_for(new.appointment_id, new.said_by_id, new.participant_id,
                           array['finance_lead', 'pool_manager', 'representative'],
                           (new.said_at at time zone 'Europe/London')::date) then
        raise exception using errcode = 'check_violation',
            message = 'A participant''s forecast is said by somebody who sends its returns.';
    end if;
    return new;
end
$$;
