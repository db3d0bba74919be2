-- What PostgreSQL promises about conflicts of interest, delegated limits and ratification (rules 9 to 11, 14).

-- Does this person hold one of these roles for this participant on that day?
create function decisions_serves(person bigint, participant bigint, day date, variadic roles text[]) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a join participants_participant p on p.id = a.participant_id
        where a.person_id = person and a.participant_id = participant and a.role = any (roles)
            and a.from_on <= day and (a.until_on is null or a.until_on >= day) and a.ended_at is null
            and (p.left_on is null or p.left_on > day))
$$;

-- ── The register of interests ──

create function decisions_interest_is_ones_own() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    day date := decisions_day(case tg_op when 'INSERT' then new.declared_at else new.ended_at end);
    actor bigint := case tg_op when 'INSERT' then new.declared_by_id else new.ended_by_id end;
begin
    if tg_op = 'UPDATE' then
        if (to_jsonb(old) - '{ended_on,ended_at,ended_by_id}'::text[])
            is distinct from (to_jsonb(new) - '{ended_on,ended_at,ended_by_id}'::text[])
            or new.ended_at is null or new.ended_on is null or new.ended_on < new.from_on then
            perform decisions_refuse('An interest is ended, and otherwise stays as it was declared.');
        end if;
    else
        if new.ended_at is not null or new.ended_on is not null then
            perform decisions_refuse('An interest is declared before it ends.');
        end if;
        if not exists (
            select from participants_roleappointment a
            where a.person_id = new.person_id and a.alliance_id = new.alliance_id
                and a.participant_id is not distinct from new.participant_id
                and a.from_on <= day and (a.until_on is null or a.until_on >= day) and a.ended_at is null) then
            perform decisions_refuse('The register is of people of the alliance, each with their own organisation.');
        end if;
    end if;
    if actor <> new.person_id
        and not coalesce(decisions_serves(actor, new.participant_id, day, 'representative'), false) then
        perform decisions_refuse('One declares one''s own interests; a representative may for the organisation''s people.');
    end if;
    return new;
end
$$;
create trigger decisions_interest_is_ones_own before insert or update on decisions_interest
    for each row execute function decisions_interest_is_ones_own();
alter table decisions_interest enable always trigger decisions_interest_is_ones_own;

-- ── A declaration on one proposal ──

-- Those who are asked besides the one that declared; what they say; whether that settles it (rules 9, 11).
create function decisions_conflict_comes_to(declaration bigint) returns text
    language sql stable set search_path = pg_catalog, public as
$$
    with others as (
        select r.participant_id, v.stance
        from decisions_declaration d
        join decisions_rollentry r on r.proposal_id = d.proposal_id and r.participant_id <> d.participant_id
        left join decisions_declarationvote v on v.declaration_id = d.id and v.participant_id = r.participant_id
        where d.id = declaration
            and not exists (select from decisions_rolldeparture away where away.entry_id = r.id)),
    said as (
        select count(*) as all_of_them,
               count(*) filter (where stance = 'admit') as admit,
               count(*) filter (where stance = 'shared') as shared,
               count(*) filter (where stance = 'leave') as leave
        from others)
    select case when (admit + shared) * 2 > all_of_them then case when shared > admit then 'shared' else 'admitted' end
                when (all_of_them - leave) * 2 <= all_of_them then 'left'
                else 'declared' end
    from said
$$;

create function decisions_declaration_comes_first() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.declared_at);
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.alliance_id <> new.alliance_id or new.settled_at is not null
        or new.number <> 1 + (select count(*) from decisions_declaration where proposal_id = put.id) then
        perform decisions_refuse('Declarations on a proposal are numbered one after another.');
    end if;
    if new.interest_id is not null and not exists (
        select from decisions_interest i where i.id = new.interest_id and i.alliance_id = new.alliance_id
            and i.person_id = new.person_id) then
        perform decisions_refuse('A declaration cites an interest of the person whose conflict it is.');
    end if;
    if new.state = 'found' then
        if put.state <> 'agreed' or not (put.participant_id = new.participant_id or exists (
            select from decisions_rollentry where proposal_id = put.id and participant_id = new.participant_id)) then
            perform decisions_refuse('A conflict is found afterwards of somebody who took part in a decision (rule 9).');
        end if;
        if not exists (select from participants_participant p where p.alliance_id = new.alliance_id
                       and decisions_serves(new.declared_by_id, p.id, day, 'representative', 'deputy')) then
            perform decisions_refuse('Whoever speaks for a participant reports a conflict that was found.');
        end if;
        return new;
    end if;
    if new.state <> 'declared' or put.state <> 'open' or day > put.answer_by then
        perform decisions_refuse('A conflict of interest is declared while a proposal is open (rule 9).');
    end if;
    if not decisions_is_asked(put.id, new.participant_id) or not exists (
        select from participants_roleappointment a where a.participant_id = new.participant_id
            and decisions_speaks(a.id, new.declared_by_id, new.participant_id, a.role, day)) then
        perform decisions_refuse('Who speaks for a participant on the roll declares its conflicts (rule 9).');
    end if;
    if exists (
        select from decisions_position p where p.proposal_id = put.id and p.participant_id = new.participant_id
            and p.wording_id = put.current_wording_id and p.stance <> 'taken_back'
            and not exists (select from decisions_position later where later.replaces_id = p.id)) then
        perform decisions_refuse('A conflict of interest is declared before taking part (rule 9).');
    end if;
    return new;
end
$$;
create trigger decisions_declaration_comes_first before insert on decisions_declaration
    for each row execute function decisions_declaration_comes_first();
alter table decisions_declaration enable always trigger decisions_declaration_comes_first;

-- It is settled by what the majority of the others says, or by leaving of one's own accord; nothing else changes.
create function decisions_declaration_is_settled() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    comes_to text := decisions_conflict_comes_to(new.id);
begin
    if new.settled_at is null or (to_jsonb(old) - '{state,settled_at,settled_by_id}'::text[])
        is distinct from (to_jsonb(new) - '{state,settled_at,settled_by_id}'::text[]) then
        perform decisions_refuse('A declaration stays as it was made until the others settle it (rule 9).');
    end if;
    if (select state from decisions_proposal where id = new.proposal_id for update) <> 'open' then
        perform decisions_refuse('A conflict of interest is settled while a proposal is open (rule 9).');
    end if;
    if new.state = 'left' and not decisions_is_asked(new.proposal_id, new.participant_id) then
        return new;
    end if;
    if new.state = 'left' and exists (
        select from participants_roleappointment a where a.participant_id = new.participant_id
            and decisions_speaks(a.id, new.settled_by_id, new.participant_id, a.role, decisions_day(new.settled_at))) then
        return new;
    end if;
    if new.state <> comes_to or comes_to = 'declared' then
        perform decisions_refuse('A majority of the others says whether one with a conflict takes part (rule 9).');
    end if;
    return new;
end
$$;
create trigger decisions_declaration_is_settled before update on decisions_declaration
    for each row execute function decisions_declaration_is_settled();
alter table decisions_declaration enable always trigger decisions_declaration_is_settled;

create function decisions_declaration_left_is_off_the_roll() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state = 'left' and decisions_is_asked(new.proposal_id, new.participant_id) then
        perform decisions_refuse('Who leaves for a conflict of interest leaves the roll (rule 9).');
    end if;
    return null;
end
$$;
create constraint trigger decisions_declaration_left_is_off_the_roll after update on decisions_declaration
    deferrable initially deferred for each row execute function decisions_declaration_left_is_off_the_roll();
alter table decisions_declaration enable always trigger decisions_declaration_left_is_off_the_roll;

create function decisions_vote_is_anothers() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    about decisions_declaration%rowtype;
    put decisions_proposal%rowtype;
    day date := decisions_day(new.taken_at);
begin
    select * into strict about from decisions_declaration where id = new.declaration_id;
    select * into strict put from decisions_proposal where id = about.proposal_id for update;
    if about.alliance_id <> new.alliance_id or about.state <> 'declared' or put.state <> 'open' or day > put.answer_by then
        perform decisions_refuse('The others say whether one takes part while that is open (rule 9).');
    end if;
    if new.stance not in ('admit', 'leave', 'shared') then
        perform decisions_refuse('One admits, asks to leave, or says that all share the interest (rules 9, 11).');
    end if;
    if new.participant_id = about.participant_id or not decisions_is_asked(put.id, new.participant_id) then
        perform decisions_refuse('The other participants on the roll say whether one with a conflict takes part (rule 9).');
    end if;
    if not decisions_speaks(new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day) then
        perform decisions_refuse('Only a representative or deputy in force that day speaks for a participant (rule 8).');
    end if;
    if new.capacity = 'senior' and not exists (
        select from decisions_deadlock d, jsonb_array_elements(d.stages) stage
        where d.proposal_id = put.id and stage ->> 'stage' = 'senior' and (stage ->> 'from')::date <= day) then
        perform decisions_refuse('A senior representative speaks once a deadlock has gone up to them (rule 18).');
    end if;
    return new;
end
$$;
create trigger decisions_vote_is_anothers before insert on decisions_declarationvote
    for each row execute function decisions_vote_is_anothers();
alter table decisions_declarationvote enable always trigger decisions_vote_is_anothers;

-- ── Leaving the roll ──

create function decisions_departure_has_its_cause() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    entry decisions_rollentry%rowtype;
    put decisions_proposal%rowtype;
    party participants_participant%rowtype;
    day date := decisions_day(new.departed_at);
begin
    select * into strict entry from decisions_rollentry where id = new.entry_id;
    select * into strict put from decisions_proposal where id = entry.proposal_id for update;
    select * into strict party from participants_participant where id = entry.participant_id;
    if put.alliance_id <> new.alliance_id or put.state <> 'open' then
        perform decisions_refuse('The roll is left while a proposal is open (rules 2, 9).');
    end if;
    if new.because = 'conflict' and not exists (
        select from decisions_declaration d where d.id = new.declaration_id and d.state = 'left'
            and d.proposal_id = put.id and d.participant_id = party.id) then
        perform decisions_refuse('One leaves the roll for a conflict that was declared and settled so (rule 9).');
    end if;
    if (new.because = 'left' and (party.left_on is null or party.left_on > day))
        or (new.because = 'suspended' and (party.suspended_on is null or party.suspended_on > day)) then
        perform decisions_refuse('A participant of the alliance stays on the roll (rule 2).');
    end if;
    if new.because = 'concerned' and not exists (
        select from decisions_wording w where w.id = put.current_wording_id
            and decisions_is_about(w.effect) = party.id) then
        perform decisions_refuse('The decision is not about this participant (rule 22).');
    end if;
    return new;
end
$$;
create trigger decisions_departure_has_its_cause before insert on decisions_rolldeparture
    for each row execute function decisions_departure_has_its_cause();
alter table decisions_rolldeparture enable always trigger decisions_departure_has_its_cause;

-- Rule 10: a proposal ends without a decision only when nobody could decide it any more.
create function decisions_no_decision_is_rule_ten() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    members integer;
    commissioners integer;
begin
    select count(*), count(*) filter (where p.kind = 'commissioner') into members, commissioners
        from decisions_rollentry r join participants_participant p on p.id = r.participant_id
        where r.proposal_id = new.id
            and not exists (select from decisions_rolldeparture d where d.entry_id = r.id);
    if members >= 2 and commissioners >= 1 then
        perform decisions_refuse('Those who are left on the roll can still decide (rule 10).');
    end if;
    return new;
end
$$;
create trigger decisions_no_decision_is_rule_ten before update on decisions_proposal
    for each row when (new.state = 'no_decision' and old.state <> 'no_decision')
    execute function decisions_no_decision_is_rule_ten();
alter table decisions_proposal enable always trigger decisions_no_decision_is_rule_ten;

-- ── Delegated limits ──

create function decisions_limit_is_set_by_others() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    held participants_roleappointment%rowtype;
    day date := decisions_day(new.set_at);
begin
    select * into strict held from participants_roleappointment where id = new.appointment_id;
    if held.alliance_id <> new.alliance_id or held.role not in ('representative', 'deputy', 'senior') then
        perform decisions_refuse('A limit is that of somebody who speaks for a participant (rule 14).');
    end if;
    if new.from_on < day then
        perform decisions_refuse('A limit holds from the day that it is set, or later (rule 14).');
    end if;
    if new.set_by_id = held.person_id
        or not decisions_serves(new.set_by_id, held.participant_id, day, 'representative', 'board_member') then
        perform decisions_refuse('A limit is set by another of the same organisation, never by oneself (rule 14).');
    end if;
    return new;
end
$$;
create trigger decisions_limit_is_set_by_others before insert on participants_delegatedlimit
    for each row execute function decisions_limit_is_set_by_others();
alter table participants_delegatedlimit enable always trigger decisions_limit_is_set_by_others;

-- The limit that held on a day: the latest by its first day (None lifts it).
create function decisions_limit_of(appointment bigint, day date, known_at timestamptz) returns numeric
    language sql stable set search_path = pg_catalog, public as
$$
    select l.amount from participants_delegatedlimit l
    where l.appointment_id = appointment and l.from_on <= day and l.set_at <= known_at
    order by l.from_on desc, l.id desc limit 1
$$;

-- ── Ratification ──

create function decisions_ratification_is_asked_by_the_seal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state <> 'awaited' or not exists (
        select from decisions_decision d
        join decisions_wording w on w.id = d.wording_id
        join decisions_position p on p.id = new.position_id and p.proposal_id = d.proposal_id
            and p.wording_id = d.wording_id and p.participant_id = new.participant_id
            and p.stance in ('agree', 'reservation', 'stand_aside')
        where d.id = new.decision_id and d.alliance_id = new.alliance_id and d.txid = pg_current_xact_id()
            and w.amount = new.amount and new."limit" < new.amount and new.due_on > d.decided_on
            and exists (select from participants_delegatedlimit l
                        where l.appointment_id = p.appointment_id and l.amount = new."limit"
                            and l.from_on <= decisions_day(p.taken_at))) then
        perform decisions_refuse('The seal itself asks a board whose speaker agreed above the limit (rule 14).');
    end if;
    return new;
end
$$;
create trigger decisions_ratification_is_asked_by_the_seal before insert on decisions_ratification
    for each row execute function decisions_ratification_is_asked_by_the_seal();
alter table decisions_ratification enable always trigger decisions_ratification_is_asked_by_the_seal;

create function decisions_seal_asks_the_boards() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if exists (
        select from decisions_position p join decisions_wording w on w.id = new.wording_id
        where p.proposal_id = new.proposal_id and p.wording_id = new.wording_id
            and p.stance in ('agree', 'reservation', 'stand_aside') and decisions_is_asked(new.proposal_id, p.participant_id)
            and not exists (select from decisions_position later where later.replaces_id = p.id)
            and decisions_limit_of(p.appointment_id, decisions_day(p.taken_at), new.sealed_at) < w.amount
            and not exists (select from decisions_ratification r where r.position_id = p.id)) then
        perform decisions_refuse('An assent above the speaker''s limit needs its board''s ratification (rule 14).');
    end if;
    return null;
end
$$;
create constraint trigger decisions_seal_asks_the_boards after insert on decisions_decision
    deferrable initially deferred for each row when (new.kind = 'key')
    execute function decisions_seal_asks_the_boards();
alter table decisions_decision enable always trigger decisions_seal_asks_the_boards;

create function decisions_ratification_is_the_boards() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    day date := decisions_day(new.settled_at);
begin
    if new.settled_at is null or new.state not in ('ratified', 'refused') or new.due_on <> old.due_on then
        perform decisions_refuse('A board ratifies or refuses, and nothing else changes (rule 14).');
    end if;
    if not decisions_serves(new.settled_by_id, new.participant_id, day, 'representative', 'deputy', 'board_member')
        and not (new.state = 'refused' and new.settled_by_id is null and exists (
            select from participants_participant where id = new.participant_id and left_on <= day)) then
        perform decisions_refuse('Its own organisation says what a board decided (rule 14).');
    end if;
    if new.state = 'ratified' and (
        new.board_met_on is null or new.board_met_on > day
        or new.board_met_on < (select decisions_day(w.written_at) from decisions_wording w
                               join decisions_decision d on d.wording_id = w.id where d.id = new.decision_id)
        or not exists (select from core_document where id = new.minute_id and alliance_id = new.alliance_id)) then
        perform decisions_refuse('A ratification has the day of the meeting and its minute (rule 14).');
    end if;
    if exists (select from decisions_ratification r
               where r.decision_id = new.decision_id and r.id <> new.id and r.state = 'refused') then
        perform decisions_refuse('Another board refused: the decision has no effect, and the question is open again (rule 14).');
    end if;
    return new;
end
$$;
create trigger decisions_ratification_is_the_boards before update on decisions_ratification
    for each row execute function decisions_ratification_is_the_boards();
alter table decisions_ratification enable always trigger decisions_ratification_is_the_boards;

create trigger decisions_ratification_is_never_deleted before delete on decisions_ratification
    for each row execute function core_refuse('What a board is asked stays in the record (rule 14).');
alter table decisions_ratification enable always trigger decisions_ratification_is_never_deleted;
create trigger decisions_declaration_is_never_deleted before delete on decisions_declaration
    for each row execute function core_refuse('What was declared stays in the record (rule 9).');
alter table decisions_declaration enable always trigger decisions_declaration_is_never_deleted;
create trigger decisions_interest_is_never_deleted before delete on decisions_interest
    for each row execute function core_refuse('What was declared stays in the register.');
alter table decisions_interest enable always trigger decisions_interest_is_never_deleted;
