-- What PostgreSQL promises about risks and their acceptance (rule 44).

-- A risk keeps its number and its kind; what it says now is the last of its versions.
create function decisions_risk_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or new.current_version_id is not null then
            perform decisions_refuse('A risk begins open, and says what it says in its versions.');
        end if;
        return new;
    end if;
    if (old.alliance_id, old.number, old.kind, old.raised_at, old.raised_by_id)
        is distinct from (new.alliance_id, new.number, new.kind, new.raised_at, new.raised_by_id) then
        perform decisions_refuse('A risk keeps its number, its kind and who raised it.');
    end if;
    if new.current_version_id is distinct from (
        select id from decisions_riskversion where risk_id = new.id order by version desc limit 1) then
        perform decisions_refuse('A risk says what its last version says (rule 44).');
    end if;
    return new;
end
$$;
create trigger decisions_risk_keeps_its_course before insert or update on decisions_risk
    for each row execute function decisions_risk_keeps_its_course();
alter table decisions_risk enable always trigger decisions_risk_keeps_its_course;

-- A version is the next one of an open risk, and says what its hashed bytes say.
create function decisions_risk_version_follows() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    held decisions_risk%rowtype;
    said jsonb := convert_from(new.body, 'UTF8')::jsonb;
begin
    select * into strict held from decisions_risk where id = new.risk_id for update;
    if held.state <> 'open' or held.alliance_id <> new.alliance_id then
        perform decisions_refuse('Only an open risk is told anew (rule 44).');
    end if;
    if new.version <> 1 + (select coalesce(max(version), 0) from decisions_riskversion where risk_id = new.risk_id) then
        perform decisions_refuse('Versions of a risk follow one another.');
    end if;
    if new.hash <> encode(sha256(convert_to('concordat/risk/1', 'UTF8') || new.body), 'hex') then
        perform decisions_refuse('A risk''s hash is that of its bytes.');
    end if;
    if (said ->> 'risk', said ->> 'version', said ->> 'kind', said -> 'steward' ->> 'id', said ->> 'title', said ->> 'causes',
        said ->> 'effects', said ->> 'controls', said ->> 'gaps', (said ->> 'likelihood')::int,
        (said ->> 'impact')::int, (said ->> 'amount')::numeric)
        is distinct from (held.number::text, new.version::text, held.kind::text, new.steward_id::text, new.title::text, new.causes,
        new.effects, new.controls, new.gaps, new.likelihood::int, new.impact::int, new.amount) then
        perform decisions_refuse('A risk''s columns must say what its bytes say.');
    end if;
    if not exists (select from participants_roleappointment
                   where person_id = new.steward_id and alliance_id = new.alliance_id) then
        perform decisions_refuse('A steward is somebody of the alliance (rule 44).');
    end if;
    return new;
end
$$;
create trigger decisions_risk_version_follows before insert on decisions_riskversion
    for each row execute function decisions_risk_version_follows();
alter table decisions_riskversion enable always trigger decisions_risk_version_follows;

-- An acceptance: of an open risk as it now stands, by somebody who speaks for an active participant that day.
create function decisions_risk_is_accepted() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    held decisions_risk%rowtype;
    day date := decisions_day(new.taken_at);
begin
    select r.* into strict held from decisions_risk r join decisions_riskversion v on v.risk_id = r.id
        where v.id = new.version_id for update of r;
    if held.alliance_id <> new.alliance_id or held.state <> 'open' or held.current_version_id <> new.version_id then
        perform decisions_refuse('An open risk is accepted as it stands (rule 44).');
    end if;
    if not decisions_speaks(new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day)
        or new.capacity not in ('representative', 'deputy') then
        perform decisions_refuse('Only a representative or deputy in force that day speaks for a participant (rule 8).');
    end if;
    if new.until_on < day or new.until_on > day + make_interval(months => (
        select accept_for from participants_alliance where id = new.alliance_id)) then
        perform decisions_refuse('An acceptance lasts from today, and no longer than the alliance agreed (rule 44).');
    end if;
    return new;
end
$$;
create trigger decisions_risk_is_accepted before insert on decisions_riskacceptance
    for each row execute function decisions_risk_is_accepted();
alter table decisions_riskacceptance enable always trigger decisions_risk_is_accepted;
