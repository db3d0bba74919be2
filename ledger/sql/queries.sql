-- Queries on a line, and evidence. Every function runs as the owner with a fixed search_path; every trigger is ALWAYS.

-- Does this appointment let this person act in the name of this participant that day, in one of these roles?
-- Without roles: in any that does more than read.
create function ledger_acts_for(appointment bigint, person bigint, for_participant bigint, roles text[], day date)
    returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a join participants_participant p on p.id = a.participant_id
        where a.id = appointment and a.person_id = person and a.participant_id = for_participant
            and a.from_on <= day and a.ended_at is null and (a.until_on is null or a.until_on >= day)
            and (p.left_on is null or p.left_on > day)
            and case when roles is null then a.role not in ('board_member', 'auditor', 'learning_partner')
                else a.role = any (roles) end)
$$;

-- A query is about a line of cost of another organisation, and is asked in the name of one.
create function ledger_query_is_asked() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state <> 'asked'
        or new.number <> 1 + (select coalesce(max(number), 0) from ledger_query where alliance_id = new.alliance_id) then
        raise exception using errcode = 'check_violation',
            message = 'Queries begin by being asked, and are numbered one after another.';
    end if;
    if not exists (
        select from ledger_entry e where e.alliance_id = new.alliance_id and e.journal_id = new.journal_id
            and e.line = new.line and e.participant_id = new.answering_id
            and e.budget_line_id = new.budget_line_id and e.month = new.month) then
        raise exception using errcode = 'check_violation',
            message = 'A query is about a line of cost, and goes to the organisation whose line it is.';
    end if;
    if not ledger_acts_for(new.appointment_id, new.asked_by_id, new.asking_id, null,
                           (new.asked_at at time zone 'Europe/London')::date) then
        raise exception using errcode = 'check_violation',
            message = 'A query is asked in the name of an organisation, by somebody who has a role there.';
    end if;
    return new;
end
$$;
create trigger ledger_query_is_asked before insert on ledger_query
    for each row execute function ledger_query_is_asked();
alter table ledger_query enable always trigger ledger_query_is_asked;

create function ledger_query_after(verb text) returns text
    language sql immutable set search_path = pg_catalog, public as
$$
    select case verb when 'answer' then 'answered' when 'ask_again' then 'asked'
        when 'settle' then 'settled' when 'withdraw' then 'withdrawn' end
$$;

-- A reply is possible in the query's state, and said for the organisation whose part it is.
create function ledger_reply_is_said() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    asked ledger_query%rowtype;
    day date := (new.said_at at time zone 'Europe/London')::date;
begin
    select * into strict asked from ledger_query where id = new.query_id for no key update;
    if new.number <> 1 + (select coalesce(max(number), 0) from ledger_queryreply where query_id = asked.id) then
        raise exception using errcode = 'check_violation',
            message = 'Replies to a query are numbered one after another.';
    end if;
    if asked.state not in ('asked', 'answered')
        or new.verb not in ('answer', 'withdraw') and asked.state <> 'answered' then
        raise exception using errcode = 'check_violation',
            message = format('A query that is %s takes no such reply (%s).', asked.state, new.verb);
    end if;
    if new.verb = 'answer' and (new.participant_id <> asked.answering_id or not ledger_acts_for(
            new.appointment_id, new.said_by_id, asked.answering_id,
            array['finance_lead', 'pool_manager', 'representative', 'deputy'], day))
        or new.verb <> 'answer' and (new.participant_id <> asked.asking_id or not ledger_acts_for(
            new.appointment_id, new.said_by_id, asked.asking_id, null, day)) then
        raise exception using errcode = 'check_violation',
            message = 'The organisation whose line it is answers; the one that asked settles.';
    end if;
    return new;
end
$$;
create trigger ledger_reply_is_said before insert on ledger_queryreply
    for each row execute function ledger_reply_is_said();
alter table ledger_queryreply enable always trigger ledger_reply_is_said;

-- A query moves by its newest reply and stays what was asked.
create function ledger_query_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    last ledger_queryreply%rowtype;
begin
    select * into last from ledger_queryreply where query_id = old.id order by number desc limit 1;
    if old.state in ('settled', 'withdrawn')
        or (to_jsonb(new) - array['state', 'ended_at', 'ended_by_id'])
            <> (to_jsonb(old) - array['state', 'ended_at', 'ended_by_id'])
        or new.state is distinct from coalesce(ledger_query_after(last.verb), 'asked')
        or new.ended_at is not null
            and (new.ended_at, new.ended_by_id) is distinct from (last.said_at, last.said_by_id) then
        raise exception using errcode = 'check_violation',
            message = 'A query stays as it was asked, and moves by what is replied.';
    end if;
    return new;
end
$$;
create trigger ledger_query_keeps_its_course before update on ledger_query
    for each row execute function ledger_query_keeps_its_course();
create trigger ledger_query_is_never_deleted before delete on ledger_query
    for each row execute function core_refuse('A query stays: it is settled or withdrawn.');
create trigger ledger_query_is_never_emptied before truncate on ledger_query
    for each statement execute function core_refuse('A query stays: it is settled or withdrawn.');
alter table ledger_query enable always trigger ledger_query_keeps_its_course;
alter table ledger_query enable always trigger ledger_query_is_never_deleted;
alter table ledger_query enable always trigger ledger_query_is_never_emptied;

-- At commit: a reply has moved its query.
create function ledger_reply_moves_its_query() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (
        select from ledger_query q join lateral (
            select verb from ledger_queryreply where query_id = q.id order by number desc limit 1) last on true
        where q.id = new.query_id and q.state = ledger_query_after(last.verb)) then
        raise exception using errcode = 'check_violation', message = 'A reply takes its query a step.';
    end if;
    return null;
end
$$;
create constraint trigger ledger_reply_moves_its_query after insert on ledger_queryreply
    deferrable initially deferred for each row execute function ledger_reply_moves_its_query();
alter table ledger_queryreply enable always trigger ledger_reply_moves_its_query;

-- Evidence is added to a return that is in hand or in the book, on a row that its file has.
create function ledger_evidence_is_added() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    shown ledger_costreturn%rowtype;
begin
    select * into strict shown from ledger_costreturn where id = new.cost_return_id;
    if shown.status in ('known', 'replaced', 'withdrawn', 'nil') or new.scan <> 'not_scanned'
        or new.number <> 1 + (select coalesce(max(number), 0) from ledger_evidence where cost_return_id = shown.id) then
        raise exception using errcode = 'check_violation',
            message = 'Evidence is added, not yet scanned, to a return that is in hand or in the book, one after another.';
    end if;
    if new.row is not null and not exists (
        select from ledger_returnline l where l.alliance_id = new.alliance_id and l.cost_return_id = shown.id
            and l.row = new.row) then
        raise exception using errcode = 'check_violation', message = 'Evidence is of a row that the file has.';
    end if;
    if new.supersedes_id is not null and not exists (
        select from ledger_evidence e where e.id = new.supersedes_id and e.cost_return_id = shown.id
            and e.row is not distinct from new.row) then
        raise exception using errcode = 'check_violation',
            message = 'Evidence takes the place of other evidence of the same return and row.';
    end if;
    return new;
end
$$;
create trigger ledger_evidence_is_added before insert on ledger_evidence
    for each row execute function ledger_evidence_is_added();
alter table ledger_evidence enable always trigger ledger_evidence_is_added;

-- Only what a scanner said of it is written afterwards, and what it found stays said.
create function ledger_evidence_is_only_scanned() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if old.scan in ('clean', 'infected') or new.scan = 'not_scanned'
        or (to_jsonb(new) - array['scan', 'scanned_at', 'found'])
            <> (to_jsonb(old) - array['scan', 'scanned_at', 'found']) then
        raise exception using errcode = 'check_violation',
            message = 'Evidence stays as it was added, and what a scanner found stays said.';
    end if;
    return new;
end
$$;
create trigger ledger_evidence_is_only_scanned before update on ledger_evidence
    for each row execute function ledger_evidence_is_only_scanned();
create trigger ledger_evidence_is_never_removed before delete on ledger_evidence
    for each row execute function core_refuse('Evidence is never removed; other evidence takes its place.');
create trigger ledger_evidence_is_never_emptied before truncate on ledger_evidence
    for each statement execute function core_refuse('Evidence is never removed; other evidence takes its place.');
alter table ledger_evidence enable always trigger ledger_evidence_is_only_scanned;
alter table ledger_evidence enable always trigger ledger_evidence_is_never_removed;
alter table ledger_evidence enable always trigger ledger_evidence_is_never_emptied;
