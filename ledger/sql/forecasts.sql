-- Forecasts and action plans (rule 40). Every function runs as the owner with a fixed search_path; every trigger is
-- ALWAYS.

-- A forecast is said for the participant by somebody who sends its returns; a profile's months sum to its amount.
create function ledger_forecast_is_said() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
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
create trigger ledger_forecast_is_said before insert on ledger_forecast
    for each row execute function ledger_forecast_is_said();
alter table ledger_forecast enable always trigger ledger_forecast_is_said;

-- The clock opens a plan for a line whose forecast is beyond the percentage of what is agreed for it now.
create function ledger_plan_is_opened() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state <> 'open'
        or new.number <> 1 + (select coalesce(max(number), 0) from ledger_actionplan where alliance_id = new.alliance_id)
        or abs(new.forecast - new.agreed) * 100 <= new.percent * new.agreed then
        raise exception using errcode = 'check_violation',
            message = 'An action plan begins open, with the next number, for a forecast beyond the percentage.';
    end if;
    if new.agreed <> (select amount + coalesce((select sum(amount) from ledger_move where budget_line_id = l.id), 0)
                      from ledger_budgetline l where l.id = new.budget_line_id) then
        raise exception using errcode = 'check_violation',
            message = 'An action plan names what is agreed for its line at that moment.';
    end if;
    return new;
end
$$;
create trigger ledger_plan_is_opened before insert on ledger_actionplan
    for each row execute function ledger_plan_is_opened();
alter table ledger_actionplan enable always trigger ledger_plan_is_opened;

create function ledger_plan_after(verb text) returns text
    language sql immutable set search_path = pg_catalog, public as
$$
    select case verb when 'write' then 'written' when 'finish' then 'done' when 'let_go' then 'not_needed' end
$$;

-- A step is possible in the plan's state, and said for a participant that spends on the line, or by the pool manager.
create function ledger_plan_step_is_said() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    about ledger_actionplan%rowtype;
    day date := (new.said_at at time zone 'Europe/London')::date;
begin
    select * into strict about from ledger_actionplan where id = new.plan_id for no key update;
    if new.number <> 1 + (select coalesce(max(number), 0) from ledger_planstep where plan_id = about.id) then
        raise exception using errcode = 'check_violation',
            message = 'The steps of an action plan are numbered one after another.';
    end if;
    if about.state not in ('open', 'written') or new.verb = 'finish' and about.state <> 'written' then
        raise exception using errcode = 'check_violation',
            message = format('An action plan that is %s takes no such step (%s).', about.state, new.verb);
    end if;
    if not (ledger_acts_for(new.appointment_id, new.said_by_id, new.participant_id, array['pool_manager'], day)
        or ledger_acts_for(new.appointment_id, new.said_by_id, new.participant_id,
                           array['finance_lead', 'representative', 'deputy'], day)
            and (exists (select from ledger_balance b where b.alliance_id = new.alliance_id
                             and b.budget_line_id = about.budget_line_id and b.participant_id = new.participant_id)
                 or exists (select from ledger_forecast f where f.alliance_id = new.alliance_id
                             and f.budget_line_id = about.budget_line_id
                             and f.participant_id = new.participant_id))) then
        raise exception using errcode = 'check_violation',
            message = 'A plan is written for a participant that spends on the line, or by the pool manager.';
    end if;
    return new;
end
$$;
create trigger ledger_plan_step_is_said before insert on ledger_planstep
    for each row execute function ledger_plan_step_is_said();
alter table ledger_planstep enable always trigger ledger_plan_step_is_said;

-- A plan moves by its newest step, does not reopen, and stays what it was opened for.
create function ledger_plan_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    last ledger_planstep%rowtype;
begin
    select * into last from ledger_planstep where plan_id = old.id order by number desc limit 1;
    if old.state in ('done', 'not_needed')
        or (to_jsonb(new) - array['state', 'ended_at', 'ended_by_id'])
            <> (to_jsonb(old) - array['state', 'ended_at', 'ended_by_id'])
        or new.state is distinct from coalesce(ledger_plan_after(last.verb), 'open')
        or new.ended_at is not null
            and (new.ended_at, new.ended_by_id) is distinct from (last.said_at, last.said_by_id) then
        raise exception using errcode = 'check_violation',
            message = 'An action plan stays as it was opened, moves by its steps, and does not reopen.';
    end if;
    return new;
end
$$;
create trigger ledger_plan_keeps_its_course before update on ledger_actionplan
    for each row execute function ledger_plan_keeps_its_course();
create trigger ledger_plan_is_never_deleted before delete on ledger_actionplan
    for each row execute function core_refuse('An action plan stays: it is done, or no longer needed.');
create trigger ledger_plan_is_never_emptied before truncate on ledger_actionplan
    for each statement execute function core_refuse('An action plan stays: it is done, or no longer needed.');
alter table ledger_actionplan enable always trigger ledger_plan_keeps_its_course;
alter table ledger_actionplan enable always trigger ledger_plan_is_never_deleted;
alter table ledger_actionplan enable always trigger ledger_plan_is_never_emptied;

-- At commit: a step has moved its plan.
create function ledger_step_moves_its_plan() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (
        select from ledger_actionplan p join lateral (
            select verb from ledger_planstep where plan_id = p.id order by number desc limit 1) last on true
        where p.id = new.plan_id and p.state = ledger_plan_after(last.verb)) then
        raise exception using errcode = 'check_violation', message = 'A step takes its action plan on.';
    end if;
    return null;
end
$$;
create constraint trigger ledger_step_moves_its_plan after insert on ledger_planstep
    deferrable initially deferred for each row execute function ledger_step_moves_its_plan();
alter table ledger_planstep enable always trigger ledger_step_moves_its_plan;
