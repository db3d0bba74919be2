-- What PostgreSQL promises about deadlocks (rule 18). The stages are frozen with their dates when it is declared; where
-- it stands follows from the clock.

-- Has the ladder of this proposal run out by that day, so that the status quo stands?
create function decisions_status_quo(proposal bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from decisions_deadlock d join decisions_proposal p on p.id = d.proposal_id
        where d.proposal_id = proposal and p.state = 'open' and (d.stages -> -1 ->> 'until')::date < day)
$$;

-- Has its deadlock gone up to the senior representatives by that day?
create function decisions_is_with_seniors(proposal bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from decisions_deadlock d, jsonb_array_elements(d.stages) stage
        where d.proposal_id = proposal and stage ->> 'stage' = 'senior' and (stage ->> 'from')::date <= day)
$$;

-- One deadlock, declared by a participant that is asked, where something stands in the way of an open proposal.
create function decisions_deadlock_is_declared() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.taken_at);
    stage jsonb;
    last date := day - 1;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state <> 'open' or put.alliance_id <> new.alliance_id then
        perform decisions_refuse('A deadlock is declared while a proposal is open.');
    end if;
    if not decisions_is_asked(new.proposal_id, new.participant_id) or new.capacity = 'senior' or not decisions_speaks(
        new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day) then
        perform decisions_refuse('A deadlock is declared by a representative or deputy of a participant that is asked (rule 18).');
    end if;
    if new.named_at is not null then
        perform decisions_refuse('The independent person is named after a deadlock was declared.');
    end if;
    if day <= put.answer_by
        and not exists (select from decisions_objection o where o.proposal_id = put.id and o.resolved_at is null)
        and not exists (
            select from decisions_position p
            where p.proposal_id = put.id and p.wording_id = put.current_wording_id
                and (p.stance in ('object', 'abstain') or p.stance = 'stand_aside' and not put.standing_aside)
                and not exists (select from decisions_position later where later.replaces_id = p.id)) then
        perform decisions_refuse('A deadlock is declared when something stands in the way (rule 18).');
    end if;
    if jsonb_typeof(new.stages) <> 'array' or jsonb_array_length(new.stages) = 0 then
        perform decisions_refuse('A deadlock has its stages with their dates (rule 18).');
    end if;
    for stage in select value from jsonb_array_elements(new.stages) loop
        if (stage ->> 'stage') not in ('leadership', 'senior', 'independent')
            or (stage ->> 'from')::date is distinct from last + 1
            or (stage ->> 'until')::date < (stage ->> 'from')::date
            or (stage ->> 'statements_until')::date not between (stage ->> 'from')::date and (stage ->> 'until')::date then
            perform decisions_refuse('The stages of a deadlock follow one another without a gap (rule 18).');
        end if;
        last := (stage ->> 'until')::date;
    end loop;
    return new;
end
$$;
create trigger decisions_deadlock_is_declared before insert on decisions_deadlock
    for each row execute function decisions_deadlock_is_declared();
alter table decisions_deadlock enable always trigger decisions_deadlock_is_declared;

-- The proposal's time to answer lasts exactly as long as the ladder.
create function decisions_ladder_sets_the_time() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if (select answer_by from decisions_proposal where id = new.proposal_id)
        is distinct from (new.stages -> -1 ->> 'until')::date then
        perform decisions_refuse('In a deadlock the time to answer lasts as long as the ladder (rule 18).');
    end if;
    return null;
end
$$;
create constraint trigger decisions_ladder_sets_the_time after insert on decisions_deadlock
    deferrable initially deferred for each row execute function decisions_ladder_sets_the_time();
alter table decisions_deadlock enable always trigger decisions_ladder_sets_the_time;

create function decisions_proposal_obeys_its_ladder() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    ends date := (select (stages -> -1 ->> 'until')::date from decisions_deadlock where proposal_id = new.id);
begin
    if ends is null then
        return new;
    end if;
    if new.answer_by is distinct from ends then
        perform decisions_refuse('In a deadlock the time to answer lasts as long as the ladder (rule 18).');
    end if;
    if new.state = 'withdrawn' and decisions_day(new.withdrawn_at) > ends
        or new.state = 'no_decision' and decisions_day(new.ended_at) > ends then
        perform decisions_refuse('The ladder has run out: the status quo stands (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_proposal_obeys_its_ladder before update on decisions_proposal
    for each row when (old.state = 'open') execute function decisions_proposal_obeys_its_ladder();
alter table decisions_proposal enable always trigger decisions_proposal_obeys_its_ladder;

-- When the ladder has run out, nothing about the proposal is written any more.
create function decisions_no_wording_after_the_ladder() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if decisions_status_quo(new.proposal_id, decisions_day(new.written_at)) then
        perform decisions_refuse('The ladder has run out: the status quo stands (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_no_wording_after_the_ladder before insert on decisions_wording
    for each row execute function decisions_no_wording_after_the_ladder();
alter table decisions_wording enable always trigger decisions_no_wording_after_the_ladder;

-- A senior representative resolves an objection once a deadlock has gone up to them.
create function decisions_seniors_resolve_in_their_stage() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if decisions_status_quo(new.proposal_id, decisions_day(new.resolved_at)) then
        perform decisions_refuse('The ladder has run out: the status quo stands (rule 18).');
    end if;
    if (select role from participants_roleappointment where id = new.resolved_as_id) = 'senior'
        and not decisions_is_with_seniors(new.proposal_id, decisions_day(new.resolved_at)) then
        perform decisions_refuse('A senior representative speaks once a deadlock has gone up to them (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_seniors_resolve_in_their_stage before update on decisions_objection
    for each row when (new.resolved_at is not null) execute function decisions_seniors_resolve_in_their_stage();
alter table decisions_objection enable always trigger decisions_seniors_resolve_in_their_stage;

-- Of a deadlock only the independent person's name is written later, by somebody whose participant is asked.
create function decisions_independent_is_named() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.named_at);
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('A deadlock stays in the record (rule 18).');
    end if;
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if new.named_at is null or put.state <> 'open' or decisions_status_quo(new.proposal_id, day) then
        perform decisions_refuse('The independent person is named while the deadlock lasts (rule 18).');
    end if;
    if not exists (
        select from participants_roleappointment a
        where decisions_is_asked(new.proposal_id, a.participant_id)
            and decisions_speaks(a.id, new.named_by_id, a.participant_id, a.role, day)
            and (a.role <> 'senior' or decisions_is_with_seniors(new.proposal_id, day))) then
        perform decisions_refuse('Those who speak for a participant that is asked name the independent person (rule 18).');
    end if;
    if exists (select from decisions_statement s where s.proposal_id = new.proposal_id and s.occasion = 'independent') then
        perform decisions_refuse('An independent person who was heard stays named (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_independent_is_named before update or delete on decisions_deadlock
    for each row execute function decisions_independent_is_named();
create trigger decisions_deadlock_is_never_emptied before truncate on decisions_deadlock
    for each statement execute function core_refuse('A deadlock stays in the record (rule 18).');
alter table decisions_deadlock enable always trigger decisions_independent_is_named;
alter table decisions_deadlock enable always trigger decisions_deadlock_is_never_emptied;

-- A statement: by somebody who speaks for its participant, in its time, replacing the participant's last one. What a
-- participant says before an exclusion comes from one that may not be asked at all (rule 22).
create function decisions_statement_is_made() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.taken_at);
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.alliance_id <> new.alliance_id or put.state <> 'open' or day > put.answer_by then
        perform decisions_refuse('Statements are made while a proposal is open.');
    end if;
    if not exists (select from participants_participant where id = new.participant_id and alliance_id = new.alliance_id)
        or not exists (
            select from participants_roleappointment a where a.id = new.appointment_id
                and a.person_id = new.taken_by_id and a.participant_id = new.participant_id) then
        perform decisions_refuse('A statement is made by somebody of its participant.');
    end if;
    if new.replaces_id is distinct from (
        select s.id from decisions_statement s
        where s.proposal_id = new.proposal_id and s.participant_id = new.participant_id and s.occasion = new.occasion
            and not exists (select from decisions_statement later where later.replaces_id = s.id)) then
        perform decisions_refuse('A statement replaces the last one of its participant.');
    end if;
    if new.occasion = 'exclusion' then
        return new;
    end if;
    if not decisions_is_asked(new.proposal_id, new.participant_id) or not decisions_speaks(
        new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day)
        or (new.capacity = 'senior' and not decisions_is_with_seniors(new.proposal_id, day)) then
        perform decisions_refuse('In a deadlock those speak whose participant is asked (rules 8, 18).');
    end if;
    if not exists (
        select from decisions_deadlock d, jsonb_array_elements(d.stages) stage
        where d.proposal_id = new.proposal_id and day >= (stage ->> 'from')::date
            and case new.occasion
                when 'deadlock' then stage ->> 'stage' = 'senior' and day <= (stage ->> 'statements_until')::date
                when 'independent' then stage ->> 'stage' = 'independent' and d.named_at is not null
                    and day <= (stage ->> 'until')::date
                else false end) then
        perform decisions_refuse('A statement is made in its stage of the deadlock, and in its time (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_statement_is_made before insert on decisions_statement
    for each row execute function decisions_statement_is_made();
alter table decisions_statement enable always trigger decisions_statement_is_made;
