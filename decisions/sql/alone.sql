-- What PostgreSQL promises about deciding alone, about what a seal carries out, and about urgent safety action.
-- What everybody signed changes only inside the transaction in which a decision that says so is sealed or ratified.

-- The effects that decisions carry out in this very transaction, each with the id of its decision as "decision_id".
create function decisions_effects_now(alliance bigint) returns setof jsonb
    language sql volatile security definer set search_path = pg_catalog, public as
$$
    select w.effect || jsonb_build_object('decision_id', d.id)
    from decisions_decision d join decisions_wording w on w.id = d.wording_id
    where d.alliance_id = alliance and d.kind = 'key' and w.effect <> '{}'::jsonb
        and (d.txid = pg_current_xact_id() or exists (
            select from decisions_ratification r
            where r.decision_id = d.id and r.txid = pg_current_xact_id() and r.state = 'ratified'))
        and not exists (select from decisions_ratification r where r.decision_id = d.id and r.state <> 'ratified')
$$;

-- The founding is over when the alliance has put its first proposal.
create function decisions_has_begun(alliance bigint) returns boolean
    language sql volatile security definer set search_path = pg_catalog, public as
$$
    select exists (select from decisions_proposal where alliance_id = alliance and opened_at is not null)
$$;

-- ── Joining, leaving, suspending (rule 22) ──

create function decisions_membership_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not decisions_has_begun(new.alliance_id) then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.left_on is not null or new.suspended_on is not null or not exists (
            select from decisions_effects_now(new.alliance_id) e
            where e ->> 'kind' = 'accession' and e ->> 'name' = new.name and e ->> 'role' = new.kind
                and (e ->> 'joined_on')::date <= new.joined_on) then
            perform decisions_refuse('An organisation joins by a key decision, carried out by its seal (rule 22).');
        end if;
        return new;
    end if;
    if old.left_on is distinct from new.left_on and (new.left_on is null or not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'kind' in ('exit', 'exclusion') and (e ->> 'participant')::bigint = new.id
            and (e ->> 'left_on')::date <= new.left_on)) then
        perform decisions_refuse('A participant leaves, or is excluded, by a key decision, carried out by its seal (rule 22).');
    end if;
    if old.suspended_on is distinct from new.suspended_on and not exists (
        select from decisions_effects_now(new.alliance_id) e
        where (e ->> 'participant')::bigint = new.id
            and ((e ->> 'kind' = 'suspension' and (e ->> 'suspended_on')::date <= new.suspended_on)
                or (e ->> 'kind' = 'readmission' and new.suspended_on is null))) then
        perform decisions_refuse('A participant is suspended and readmitted by a key decision, carried out by its seal (rule 22).');
    end if;
    return new;
end
$$;
create trigger decisions_membership_is_decided before insert or update on participants_participant
    for each row execute function decisions_membership_is_decided();
alter table participants_participant enable always trigger decisions_membership_is_decided;

-- ── Principles and settings (rule 20) ──

create function decisions_principles_are_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not decisions_has_begun(new.alliance_id) then
        return new;
    end if;
    if tg_op = 'INSERT' and not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'title' = new.title and e ->> 'wording' = new.wording
            and ((e ->> 'kind' = 'principle_change' and e ->> 'letter' = new.letter)
                or (e ->> 'kind' = 'principle_new' and not exists (
                    select from participants_principle p
                    where p.alliance_id = new.alliance_id and p.letter = new.letter)))) then
        perform decisions_refuse('A principle is worded by a key decision, carried out by its seal (rule 20).');
    end if;
    if tg_op = 'UPDATE' and old.superseded_on is distinct from new.superseded_on and not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'letter' = new.letter and (e ->> 'kind' = 'principle_change'
            or (e ->> 'kind' = 'principle_end' and not new.is_best_for_people))) then
        perform decisions_refuse('A principle is superseded by a key decision, carried out by its seal (rule 20).');
    end if;
    return new;
end
$$;
create trigger decisions_principles_are_decided before insert or update on participants_principle
    for each row execute function decisions_principles_are_decided();
alter table participants_principle enable always trigger decisions_principles_are_decided;

create function decisions_settings_are_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    setting text;
    ladder jsonb := to_jsonb(old) -> 'ladder';
begin
    if not decisions_has_begun(new.id) then
        return new;
    end if;
    if old.ends_on is distinct from new.ends_on and not exists (
        select from decisions_effects_now(new.id) e
        where e ->> 'kind' = 'extension' and (e ->> 'ends_on')::date = new.ends_on) then
        perform decisions_refuse('The last day of an alliance moves by a key decision, carried out by its seal.');
    end if;
    foreach setting in array '{standing_aside,answer_within,independent,ratify_within,risk_scores,accept_for}'::text[] loop
        if to_jsonb(old) -> setting is distinct from to_jsonb(new) -> setting and not exists (
            select from decisions_effects_now(new.id) e
            where e ->> 'kind' = 'settings' and e -> setting = to_jsonb(new) -> setting) then
            perform decisions_refuse('A setting of the alliance changes by a key decision, carried out by its seal.');
        end if;
    end loop;
    if old.ladder is distinct from new.ladder and not exists (
        select from decisions_effects_now(new.id) e
        where e ->> 'kind' = 'settings' and new.ladder = jsonb_build_array(
            jsonb_build_object('stage', 'leadership', 'days', coalesce(e -> 'leadership_days', ladder -> 0 -> 'days')),
            jsonb_build_object('stage', 'senior', 'days', coalesce(e -> 'senior_days', ladder -> 1 -> 'days'),
                               'statements', coalesce(e -> 'statement_days', ladder -> 1 -> 'statements')),
            jsonb_build_object('stage', 'independent', 'days', coalesce(e -> 'independent_days', ladder -> 2 -> 'days')))) then
        perform decisions_refuse('The stages of a deadlock change by a key decision, carried out by its seal (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_settings_are_decided before update on participants_alliance
    for each row execute function decisions_settings_are_decided();
alter table participants_alliance enable always trigger decisions_settings_are_decided;

-- ── By what right one person decides (rules 1, 12) ──

create function decisions_delegation_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.ended_on is not null or not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'kind' = 'delegation' and (e ->> 'decision_id')::bigint = new.granted_by_id
            and (e ->> 'person')::bigint = new.person_id and (e ->> 'participant')::bigint = new.participant_id
            and e ->> 'scope' = new.scope and (e ->> 'limit')::numeric is not distinct from new."limit"
            and (e ->> 'until_on')::date is not distinct from new.until_on) then
        perform decisions_refuse('A delegation is what a key decision says, given by its seal (rule 1).');
    end if;
    return new;
end
$$;
create trigger decisions_delegation_is_decided before insert on decisions_delegation
    for each row execute function decisions_delegation_is_decided();
alter table decisions_delegation enable always trigger decisions_delegation_is_decided;

create function decisions_reserved_matter_is_listed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.ended_on is not null or not exists (
        select from participants_participant where id = new.holder_id and alliance_id = new.alliance_id) then
        perform decisions_refuse('What is reserved has one holder, a participant of the alliance (rule 12).');
    end if;
    if new.listed_with_id is null and not decisions_has_begun(new.alliance_id) then
        return new;
    end if;
    if not exists (
        select from decisions_effects_now(new.alliance_id) e
        join decisions_decision d on d.id = (e ->> 'decision_id')::bigint
        where e ->> 'kind' = 'reserved_matter' and d.id = new.listed_with_id and d.sealed_at <= new.listed_at
            and e ->> 'title' = new.title and e ->> 'category' = new.category
            and e ->> 'legal_basis' = new.legal_basis and (e ->> 'participant')::bigint = new.holder_id) then
        perform decisions_refuse('What is reserved is listed by a key decision, once the alliance has begun (rule 12).');
    end if;
    return new;
end
$$;
create trigger decisions_reserved_matter_is_listed before insert on decisions_reservedmatter
    for each row execute function decisions_reserved_matter_is_listed();
alter table decisions_reservedmatter enable always trigger decisions_reserved_matter_is_listed;

-- Such a right ends once, by a key decision whose effect (first argument) names it (second), and changes in nothing else.
create function decisions_right_is_ended() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if (to_jsonb(old) - '{ended_on,ended_with_id}'::text[]) is distinct from (to_jsonb(new) - '{ended_on,ended_with_id}'::text[])
        or old.ended_on is not null or new.ended_on is null or not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'kind' = tg_argv[0] and (e ->> tg_argv[1])::bigint = new.id
            and (e ->> 'decision_id')::bigint = new.ended_with_id) then
        perform decisions_refuse(tg_argv[2]);
    end if;
    return new;
end
$$;
create trigger decisions_delegation_is_ended before update on decisions_delegation
    for each row execute function decisions_right_is_ended('delegation_end', 'delegation',
        'A delegation ends once, by a key decision, and otherwise stays as it was given (rule 1).');
create trigger decisions_reserved_matter_is_ended before update on decisions_reservedmatter
    for each row execute function decisions_right_is_ended('reserved_matter_end', 'matter',
        'A reserved matter ends once, by a key decision, and otherwise stays as it was listed (rule 12).');
alter table decisions_delegation enable always trigger decisions_delegation_is_ended;
alter table decisions_reservedmatter enable always trigger decisions_reserved_matter_is_ended;

-- ── The money of a reserved decision is for all to decide (rule 13) ──

create function decisions_money_is_for_all() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.kind = 'reserved'
        and coalesce((select amount from decisions_wording where id = new.wording_id), 0) > 0
        and not exists (select from decisions_proposal
                        where follows_id = new.id and follows_as = 'money' and kind = 'key') then
        perform decisions_refuse('A reserved decision that moves money opens a key decision about it (rule 13).');
    end if;
    return null;
end
$$;
create constraint trigger decisions_money_is_for_all after insert on decisions_decision
    deferrable initially deferred for each row execute function decisions_money_is_for_all();
alter table decisions_decision enable always trigger decisions_money_is_for_all;

create function decisions_consequence_is_put() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    perform decisions_refuse('The money of a reserved decision is put to all, not put away (rule 13).');
end
$$;
create trigger decisions_consequence_is_put before update on decisions_proposal
    for each row when (new.state = 'discarded' and old.follows_as = 'money')
    execute function decisions_consequence_is_put();
alter table decisions_proposal enable always trigger decisions_consequence_is_put;

-- ── Urgent safety action (rule 23) ──

create function decisions_urgent_action_is_told() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'taken' or new.acted_at > new.taken_at
            or new.report_by <= decisions_day(new.acted_at) or new.report_by > decisions_day(new.acted_at) + 20
            or not exists (select from participants_participant
                           where id = new.participant_id and alliance_id = new.alliance_id)
            or not decisions_speaks(new.appointment_id, new.taken_by_id, new.participant_id, new.capacity,
                                    decisions_day(new.taken_at)) then
            perform decisions_refuse('Who speaks for an organisation tells what it did, after it did it (rule 23).');
        end if;
        return new;
    end if;
    if (to_jsonb(old) - '{state,reported_at,reported_by_id,report_id,meeting_id}'::text[])
        is distinct from (to_jsonb(new) - '{state,reported_at,reported_by_id,report_id,meeting_id}'::text[])
        or new.state <> 'reported' or not exists (
        select from participants_roleappointment a where a.participant_id = new.participant_id
            and decisions_speaks(a.id, new.reported_by_id, a.participant_id, a.role, decisions_day(new.reported_at))) then
        perform decisions_refuse('An urgent safety action is reported once, by whoever took it (rule 23).');
    end if;
    return new;
end
$$;
create trigger decisions_urgent_action_is_told before insert or update on decisions_urgentaction
    for each row execute function decisions_urgent_action_is_told();
alter table decisions_urgentaction enable always trigger decisions_urgent_action_is_told;

-- ── Whoever is to be excluded is heard (rule 22) ──

create function decisions_whoever_it_is_about_is_heard() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (
        select from decisions_proposal p join decisions_wording w on w.id = p.current_wording_id
        where p.id = new.proposal_id and p.state = 'open' and w.effect ->> 'kind' in ('exclusion', 'suspension')
            and (w.effect ->> 'participant')::bigint = new.participant_id)
        or new.capacity not in ('representative', 'deputy')
        or not exists (  -- suspended or not
            select from participants_roleappointment a
            where a.id = new.appointment_id and a.role = new.capacity and a.person_id = new.taken_by_id
                and a.participant_id = new.participant_id and a.ended_at is null
                and decisions_serves(a.person_id, a.participant_id, decisions_day(new.taken_at), a.role)) then
        perform decisions_refuse('Whoever a proposal would exclude makes its statement while it is open (rule 22).');
    end if;
    return new;
end
$$;
create trigger decisions_whoever_it_is_about_is_heard before insert on decisions_statement
    for each row when (new.occasion = 'exclusion') execute function decisions_whoever_it_is_about_is_heard();
alter table decisions_statement enable always trigger decisions_whoever_it_is_about_is_heard;
