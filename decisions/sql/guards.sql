-- What PostgreSQL promises about decisions, whoever asks and however. Rule numbers are those of rules.md.
-- Every writer locks the proposal's row first, so that a wording, a position and a seal come one after another.

create function decisions_refuse(said text) returns void
    language plpgsql set search_path = pg_catalog, public as
$$
begin
    raise exception using errcode = 'check_violation', message = said;
end
$$;

create function decisions_day(moment timestamptz) returns date
    language sql immutable strict set search_path = pg_catalog, public as
$$
    select (moment at time zone 'Europe/London')::date
$$;

-- A proposal moves only along its lifecycle; what was frozen when it opened stays (rules 2, 6).
create function decisions_proposal_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if (old.state, new.state) not in (
        ('draft', 'draft'), ('draft', 'open'), ('draft', 'discarded'),
        ('open', 'open'), ('open', 'agreed'), ('open', 'withdrawn')) then
        perform decisions_refuse(format('A proposal does not go from %s to %s.', old.state, new.state));
    end if;
    if (old.alliance_id, old.number, old.kind, old.participant_id, old.drafted_at, old.drafted_by_id)
        is distinct from (new.alliance_id, new.number, new.kind, new.participant_id, new.drafted_at, new.drafted_by_id) then
        perform decisions_refuse('A proposal keeps its number, its kind and who put it.');
    end if;
    if old.state <> 'draft' and (old.standing_aside, old.opened_at, old.opened_by_id, old.draft)
        is distinct from (new.standing_aside, new.opened_at, new.opened_by_id, new.draft) then
        perform decisions_refuse('The settings of a proposal are frozen when it opens (rules 2, 6).');
    end if;
    if new.state in ('open', 'agreed', 'withdrawn') and new.current_wording_id is distinct from (
        select id from decisions_wording where proposal_id = new.id order by version desc limit 1) then
        perform decisions_refuse('The current wording is the last one that was written (rule 20).');
    end if;
    if old.state = 'draft' and new.state = 'open'
        and (select count(*) from decisions_rollentry where proposal_id = new.id) < 2 then
        perform decisions_refuse('A key decision needs at least two participants on its roll (rule 10).');
    end if;
    if new.state = 'agreed' and not exists (select from decisions_decision where proposal_id = new.id) then
        perform decisions_refuse('A proposal is agreed only by the seal of a decision (rule 3).');
    end if;
    return new;
end
$$;
create trigger decisions_proposal_keeps_its_course before update on decisions_proposal
    for each row execute function decisions_proposal_keeps_its_course();
alter table decisions_proposal enable always trigger decisions_proposal_keeps_its_course;

create function decisions_proposal_begins_as_a_draft() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state <> 'draft' or new.current_wording_id is not null then
        perform decisions_refuse('A proposal begins as a draft.');
    end if;
    if not exists (select from participants_participant where id = new.participant_id and alliance_id = new.alliance_id) then
        perform decisions_refuse('A proposal is put by a participant of its alliance.');
    end if;
    return new;
end
$$;
create trigger decisions_proposal_begins_as_a_draft before insert on decisions_proposal
    for each row execute function decisions_proposal_begins_as_a_draft();
alter table decisions_proposal enable always trigger decisions_proposal_begins_as_a_draft;

-- The roll is written before the proposal opens and never after (rule 2).
create function decisions_roll_is_frozen() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state <> 'draft' then
        perform decisions_refuse('The roll is frozen when a proposal opens (rule 2).');
    end if;
    if put.alliance_id <> new.alliance_id or not exists (
        select from participants_participant where id = new.participant_id and alliance_id = new.alliance_id) then
        perform decisions_refuse('The roll names participants of the proposal''s alliance.');
    end if;
    return new;
end
$$;
create trigger decisions_roll_is_frozen before insert on decisions_rollentry
    for each row execute function decisions_roll_is_frozen();
alter table decisions_rollentry enable always trigger decisions_roll_is_frozen;

-- A wording is the next version, says what its hashed bytes say, and comes while the proposal can still change.
create function decisions_wording_follows() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    said jsonb := convert_from(new.body, 'UTF8')::jsonb;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state not in ('draft', 'open') or put.alliance_id <> new.alliance_id then
        perform decisions_refuse('A wording is written before a proposal is sealed or withdrawn (rule 20).');
    end if;
    if new.version <> 1 + (select coalesce(max(version), 0) from decisions_wording where proposal_id = new.proposal_id) then
        perform decisions_refuse('Versions of a wording follow one another.');
    end if;
    if new.hash <> encode(sha256(convert_to('concordat/wording/1', 'UTF8') || new.body), 'hex') then
        perform decisions_refuse('A wording''s hash is that of its bytes.');
    end if;
    if (said ->> 'proposal', said ->> 'version', said ->> 'title', said ->> 'text', said ->> 'why',
        said ->> 'alternatives', said ->> 'affected', said ->> 'heard', (said ->> 'amount')::numeric,
        (said ->> 'review_on')::date)
        is distinct from (put.number::text, new.version::text, new.title::text, new.text, new.why,
        new.alternatives, new.affected, new.heard, new.amount, new.review_on) then
        perform decisions_refuse('A wording''s columns must say what its bytes say.');
    end if;
    return new;
end
$$;
create trigger decisions_wording_follows before insert on decisions_wording
    for each row execute function decisions_wording_follows();
alter table decisions_wording enable always trigger decisions_wording_follows;

-- The tests against the principles are written with their wording, before it becomes the current one.
create function decisions_tests_come_with_the_wording() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.alliance_id <> (select alliance_id from decisions_wording where id = new.wording_id)
        or exists (select from decisions_proposal p join decisions_wording w on w.proposal_id = p.id
                   where w.id = new.wording_id and p.current_wording_id >= w.id) then
        perform decisions_refuse('The tests against the principles are written with their wording (rule 15).');
    end if;
    return new;
end
$$;
create trigger decisions_tests_come_with_the_wording before insert on decisions_principletest
    for each row execute function decisions_tests_come_with_the_wording();
alter table decisions_principletest enable always trigger decisions_tests_come_with_the_wording;

-- Did this person speak for this participant on that day? (rule 8)
create function decisions_speaks(appointment bigint, person bigint, participant bigint, capacity text, day date)
    returns boolean language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a join participants_participant p on p.id = a.participant_id
        where a.id = appointment and a.person_id = person and a.participant_id = participant and a.role = capacity
            and a.role in ('representative', 'deputy') and a.from_on <= day
            and (a.until_on is null or a.until_on >= day) and a.ended_at is null
            and (p.left_on is null or p.left_on > day))
$$;

-- A position: while it is open, in time, on the current wording, by somebody authorised, replacing the last one.
create function decisions_position_is_allowed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state <> 'open' or put.alliance_id <> new.alliance_id then
        perform decisions_refuse('Positions are taken while a proposal is open.');
    end if;
    if decisions_day(new.taken_at) > put.answer_by then
        perform decisions_refuse('The time to answer this proposal is over (rule 3).');
    end if;
    if put.current_wording_id is distinct from new.wording_id then
        perform decisions_refuse('A position is taken on the current wording (rule 3).');
    end if;
    if not exists (select from decisions_rollentry
                   where proposal_id = new.proposal_id and participant_id = new.participant_id) then
        perform decisions_refuse('Only a participant on the roll takes a position (rule 2).');
    end if;
    if new.stance = 'stand_aside' and not put.standing_aside then
        perform decisions_refuse('Standing aside is not possible on this proposal (rule 6).');
    end if;
    if new.stance not in ('agree', 'stand_aside', 'abstain', 'object') then
        perform decisions_refuse('A position is to agree, stand aside, abstain or object.');
    end if;
    if new.replaces_id is not null and not exists (
        select from decisions_position
        where id = new.replaces_id and proposal_id = new.proposal_id and participant_id = new.participant_id) then
        perform decisions_refuse('A position replaces one of the same participant on the same proposal (rule 4).');
    end if;
    if not decisions_speaks(new.appointment_id, new.taken_by_id, new.participant_id, new.capacity,
                            decisions_day(new.taken_at)) then
        perform decisions_refuse('Only a representative or deputy in force that day speaks for a participant (rule 8).');
    end if;
    return new;
end
$$;
create trigger decisions_position_is_allowed before insert on decisions_position
    for each row execute function decisions_position_is_allowed();
alter table decisions_position enable always trigger decisions_position_is_allowed;

-- An objection comes with the position that objects.
create function decisions_objection_is_raised() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.resolved_at is not null or not exists (
        select from decisions_position p
        where p.id = new.position_id and p.stance = 'object' and p.alliance_id = new.alliance_id
            and (p.proposal_id, p.wording_id, p.participant_id, p.taken_by_id, p.appointment_id, p.taken_at)
              = (new.proposal_id, new.wording_id, new.participant_id, new.taken_by_id, new.appointment_id, new.taken_at)) then
        perform decisions_refuse('An objection belongs to the position that objects (rule 17).');
    end if;
    if (select state from decisions_proposal where id = new.proposal_id for update) <> 'open' then
        perform decisions_refuse('Objections are raised while a proposal is open.');
    end if;
    if exists (select from unnest(new.principles) named (id) where not exists (
        select from participants_principle p where p.id = named.id and p.alliance_id = new.alliance_id)) then
        perform decisions_refuse('An objection names principles of its alliance (rule 17).');
    end if;
    return new;
end
$$;
create trigger decisions_objection_is_raised before insert on decisions_objection
    for each row execute function decisions_objection_is_raised();
alter table decisions_objection enable always trigger decisions_objection_is_raised;

-- It changes once: whoever raised it says in words what resolved it, while the proposal is open.
create function decisions_objection_is_resolved_once() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op <> 'UPDATE' or old.resolved_at is not null or new.resolved_at is null
        or (to_jsonb(old) - '{resolved_at,resolved_by_id,resolved_by_name,resolved_as_id,resolution_id}'::text[])
            is distinct from
           (to_jsonb(new) - '{resolved_at,resolved_by_id,resolved_by_name,resolved_as_id,resolution_id}'::text[]) then
        perform decisions_refuse('An objection is resolved once, and otherwise stays as it was raised (rule 17).');
    end if;
    if (select state from decisions_proposal where id = new.proposal_id for update) <> 'open' then
        perform decisions_refuse('Objections are resolved while a proposal is open.');
    end if;
    if not exists (select from participants_roleappointment where id = new.resolved_as_id
                   and decisions_speaks(id, new.resolved_by_id, new.participant_id, role, decisions_day(new.resolved_at))) then
        perform decisions_refuse('Only the organisation that raised an objection resolves it (rule 17).');
    end if;
    return new;
end
$$;
create trigger decisions_objection_is_resolved_once before update or delete on decisions_objection
    for each row execute function decisions_objection_is_resolved_once();
alter table decisions_objection enable always trigger decisions_objection_is_resolved_once;
create trigger decisions_objection_is_never_emptied before truncate on decisions_objection
    for each statement execute function core_refuse('Objections are never deleted (rule 17).');
alter table decisions_objection enable always trigger decisions_objection_is_never_emptied;

-- Rule 3 itself: a decision is sealed only when everybody on the roll assents to the current wording.
create function decisions_decision_is_unanimous() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    worded decisions_wording%rowtype;
    members integer;
    agreeing integer;
    assenting integer;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    select * into strict worded from decisions_wording where id = new.wording_id;
    if put.state <> 'open' or put.alliance_id <> new.alliance_id then
        perform decisions_refuse('Only an open proposal is sealed.');
    end if;
    if put.current_wording_id is distinct from new.wording_id or worded.hash <> new.wording_hash
        or worded.version < (select max(version) from decisions_wording where proposal_id = put.id) then
        perform decisions_refuse('A decision is sealed on the current wording (rule 3).');
    end if;
    if new.decided_on <> decisions_day(new.sealed_at) or new.decided_on > put.answer_by then
        perform decisions_refuse('A decision is made on the day of its last assent, before the deadline is over (rule 3).');
    end if;
    select count(*),
           count(*) filter (where p.stance = 'agree'),
           count(*) filter (where p.stance = 'agree' or (p.stance = 'stand_aside' and put.standing_aside))
        into members, agreeing, assenting
        from decisions_rollentry r
        left join decisions_position p on p.proposal_id = r.proposal_id and p.participant_id = r.participant_id
            and p.wording_id = new.wording_id
            and not exists (select from decisions_position later where later.replaces_id = p.id)
        where r.proposal_id = put.id;
    if members < 2 or assenting <> members or agreeing = 0 then
        perform decisions_refuse('A decision needs the assent of every participant on its roll (rule 3).');
    end if;
    if exists (select from decisions_objection where proposal_id = put.id and resolved_at is null) then
        perform decisions_refuse('An objection stands unresolved (rule 17).');
    end if;
    return new;
end
$$;
create trigger decisions_decision_is_unanimous before insert on decisions_decision
    for each row execute function decisions_decision_is_unanimous();
alter table decisions_decision enable always trigger decisions_decision_is_unanimous;

create function decisions_decision_closes_its_proposal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if (select state from decisions_proposal where id = new.proposal_id) <> 'agreed' then
        perform decisions_refuse('A sealed proposal takes no further position (rule 20).');
    end if;
    return null;
end
$$;
create constraint trigger decisions_decision_closes_its_proposal after insert on decisions_decision
    deferrable initially deferred for each row execute function decisions_decision_closes_its_proposal();
alter table decisions_decision enable always trigger decisions_decision_closes_its_proposal;
