-- What PostgreSQL promises about positions and seals, now that there are three classes of decisions, rolls that
-- somebody can leave, answers that are recorded on behalf and ones that are taken back. Replaces parts of guards.sql.

-- The transaction of the seal: what a decision carries out happens in it (or in that of the last ratification).
alter table decisions_decision add column txid xid8 not null default pg_current_xact_id();
alter table decisions_ratification add column txid xid8;

create function decisions_ratification_notes_its_moment() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    new.txid := case when new.settled_at is null then null else pg_current_xact_id() end;
    return new;
end
$$;
create trigger decisions_ratification_notes_its_moment before insert or update on decisions_ratification
    for each row execute function decisions_ratification_notes_its_moment();
alter table decisions_ratification enable always trigger decisions_ratification_notes_its_moment;

-- Is a decision that carries out one of these kinds of effect being sealed, or ratified, in this very transaction?
create function decisions_carries_out(alliance bigint, variadic kinds text[]) returns boolean
    language sql volatile security definer set search_path = pg_catalog, public as
$$
    select exists (
        select from decisions_decision d join decisions_wording w on w.id = d.wording_id
        where d.alliance_id = alliance and d.kind = 'key' and w.effect ->> 'kind' = any (kinds)
            and (d.txid = pg_current_xact_id() or exists (
                select from decisions_ratification r
                where r.decision_id = d.id and r.txid = pg_current_xact_id() and r.state = 'ratified'))
            and not exists (
                select from decisions_ratification r where r.decision_id = d.id and r.state <> 'ratified'))
$$;

-- The participant that an effect would exclude or suspend, and that is therefore heard and not asked (rule 22).
create function decisions_is_about(effect jsonb) returns bigint
    language sql immutable set search_path = pg_catalog, public as
$$
    select case when effect ->> 'kind' in ('exclusion', 'suspension') then (effect ->> 'participant')::bigint end
$$;

-- A proposal moves only along its lifecycle; what was frozen when it opened stays (rules 2, 6).
create or replace function decisions_proposal_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    day date := decisions_day(new.opened_at);
begin
    if (old.state, new.state) not in (
        ('draft', 'draft'), ('draft', 'open'), ('draft', 'discarded'),
        ('open', 'open'), ('open', 'agreed'), ('open', 'withdrawn'), ('open', 'no_decision'))
        and not (old.state = 'draft' and new.state = 'agreed' and old.kind <> 'key') then
        perform decisions_refuse(format('A proposal does not go from %s to %s.', old.state, new.state));
    end if;
    if old.state = 'draft' and new.state = 'open' and old.kind <> 'key' then
        perform decisions_refuse('What one person decides alone is not put to a roll (rule 12).');
    end if;
    if (old.alliance_id, old.number, old.kind, old.participant_id, old.drafted_at, old.drafted_by_id,
        old.delegation_id, old.matter_id, old.supersedes_id, old.follows_id, old.follows_as)
        is distinct from (new.alliance_id, new.number, new.kind, new.participant_id, new.drafted_at, new.drafted_by_id,
        new.delegation_id, new.matter_id, new.supersedes_id, new.follows_id, new.follows_as) then
        perform decisions_refuse('A proposal keeps its number, its kind, who put it and what it would supersede.');
    end if;
    if old.state <> 'draft' and (old.standing_aside, old.independent, old.template,
                                 old.opened_at, old.opened_by_id, old.draft)
        is distinct from (new.standing_aside, new.independent, new.template,
                          new.opened_at, new.opened_by_id, new.draft) then
        perform decisions_refuse('The settings of a proposal are frozen when it opens (rules 2, 6).');
    end if;
    if old.state = 'open' and new.answer_by < old.answer_by
        and old.current_wording_id is not distinct from new.current_wording_id then
        perform decisions_refuse('A deadline moves only to a later day.');
    end if;
    if new.state in ('open', 'agreed', 'withdrawn', 'no_decision') and new.current_wording_id is distinct from (
        select id from decisions_wording where proposal_id = new.id order by version desc limit 1) then
        perform decisions_refuse('The current wording is the last one that was written (rule 20).');
    end if;
    if old.state = 'draft' and new.state = 'open'
        and (select count(*) from decisions_rollentry where proposal_id = new.id) < 2 then
        perform decisions_refuse('A key decision needs at least two participants on its roll (rule 10).');
    end if;
    if old.state = 'draft' and new.state = 'open' and (
        select array_agg(participant_id order by participant_id) from decisions_rollentry where proposal_id = new.id)
        is distinct from (
        select array_agg(p.id order by p.id) from participants_participant p
        where p.alliance_id = new.alliance_id and p.joined_on <= day and (p.left_on is null or p.left_on > day)
            and (p.suspended_on is null or p.suspended_on > day)
            and p.id is distinct from (select decisions_is_about(effect) from decisions_wording
                                       where id = new.current_wording_id)) then
        perform decisions_refuse(
            'Asked is everybody who is active that day, but for whoever it would exclude or suspend (rules 2, 22).');
    end if;
    if old.state = 'draft' and new.state = 'open' and (new.opened_at < old.drafted_at or new.opened_at is distinct from (
        select written_at from decisions_wording where id = new.current_wording_id)) then
        perform decisions_refuse('A proposal opens after it was drafted, when its wording is written (rule 2).');
    end if;
    if old.state = 'draft' and new.state = 'open' and not exists (
        select from participants_alliance where id = new.alliance_id
            and (standing_aside, independent) = (new.standing_aside, new.independent)) then
        perform decisions_refuse('A proposal''s settings are those of the alliance (rule 6).');
    end if;
    if new.state = 'open' and new.current_wording_id is distinct from old.current_wording_id and exists (
        select from participants_principle p where p.alliance_id = new.alliance_id and p.superseded_on is null
            and not exists (select from decisions_principletest t
                            where t.wording_id = new.current_wording_id and t.principle_id = p.id)) then
        perform decisions_refuse('What is put to all was tested against every principle (rule 15).');
    end if;
    if new.state = 'agreed' and not exists (select from decisions_decision where proposal_id = new.id) then
        perform decisions_refuse('A proposal is agreed only by the seal of a decision (rule 3).');
    end if;
    return new;
end
$$;

-- A proposal names a delegation to its own organisation; what is reserved to it was listed before (rule 12).
create or replace function decisions_proposal_begins_as_a_draft() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.state <> 'draft' or new.current_wording_id is not null then
        perform decisions_refuse('A proposal begins as a draft.');
    end if;
    if not exists (select from participants_participant where id = new.participant_id and alliance_id = new.alliance_id) then
        perform decisions_refuse('A proposal is put by a participant of its alliance.');
    end if;
    if new.delegation_id is not null and not exists (
        select from decisions_delegation where id = new.delegation_id and alliance_id = new.alliance_id
            and participant_id = new.participant_id) then
        perform decisions_refuse('An operational decision cites a delegation to its own organisation (rule 1).');
    end if;
    if new.matter_id is not null and not exists (
        select from decisions_reservedmatter where id = new.matter_id and alliance_id = new.alliance_id
            and holder_id = new.participant_id and listed_at <= new.drafted_at and ended_on is null) then
        perform decisions_refuse('What is reserved is listed before the decision is begun, for its one holder (rule 12).');
    end if;
    if new.kind <> 'key' and exists (select from decisions_decision where id = new.supersedes_id and kind = 'key') then
        perform decisions_refuse('What all have decided is superseded by all (rule 20).');
    end if;
    return new;
end
$$;

-- A wording is the next version, says what its hashed bytes say, and comes while the proposal can still change.
create or replace function decisions_wording_follows() returns trigger
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
    if put.state = 'open' and decisions_is_about(new.effect) is distinct from (
        select decisions_is_about(effect) from decisions_wording where id = put.current_wording_id) then
        perform decisions_refuse('What a proposal carries out stays about the same organisation (rule 22).');
    end if;
    if new.version <> 1 + (select coalesce(max(version), 0) from decisions_wording where proposal_id = new.proposal_id) then
        perform decisions_refuse('Versions of a wording follow one another.');
    end if;
    if new.written_at < (select max(told) from (
        select max(written_at) from decisions_wording where proposal_id = new.proposal_id
        union all select max(taken_at) from decisions_position where proposal_id = new.proposal_id) earlier (told)) then
        perform decisions_refuse('A wording is not written before what was said about the one before it (rule 20).');
    end if;
    if new.hash <> encode(sha256(convert_to('concordat/wording/1', 'UTF8') || new.body), 'hex') then
        perform decisions_refuse('A wording''s hash is that of its bytes.');
    end if;
    if (said ->> 'proposal', said ->> 'version', said ->> 'title', said ->> 'text', said ->> 'why',
        said ->> 'alternatives', said ->> 'affected', said ->> 'heard', said ->> 'legal_basis', said ->> 'consulted',
        (said ->> 'amount')::numeric, (said ->> 'review_on')::date, said -> 'effect', said -> 'risks', said -> 'files')
        is distinct from (put.number::text, new.version::text, new.title::text, new.text, new.why,
        new.alternatives, new.affected, new.heard, new.legal_basis, new.consulted,
        new.amount, new.review_on, new.effect, to_jsonb(new.risks), new.files) then
        perform decisions_refuse('A wording''s columns must say what its bytes say.');
    end if;
    return new;
end
$$;

-- Did this person speak for this participant on that day? (rule 8) Nobody does for one that is suspended.
create or replace function decisions_speaks(appointment bigint, person bigint, participant bigint, capacity text, day date)
    returns boolean language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a join participants_participant p on p.id = a.participant_id
        where a.id = appointment and a.person_id = person and a.participant_id = participant and a.role = capacity
            and a.role in ('representative', 'deputy', 'senior') and a.from_on <= day
            and (a.until_on is null or a.until_on >= day) and a.ended_at is null
            and (p.left_on is null or p.left_on > day)
            and (p.suspended_on is null or p.suspended_on > day))
$$;

-- Is this participant asked on this proposal: on its roll, and did not leave it? (rules 2, 9)
create function decisions_is_asked(proposal bigint, participant bigint) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from decisions_rollentry r
        where r.proposal_id = proposal and r.participant_id = participant
            and not exists (select from decisions_rolldeparture d where d.entry_id = r.id))
$$;

-- A position: while it is open, in time, on the current wording, by somebody authorised, replacing the last one.
create or replace function decisions_position_is_allowed() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.taken_at);
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state <> 'open' or put.alliance_id <> new.alliance_id then
        perform decisions_refuse('Positions are taken while a proposal is open.');
    end if;
    if day > put.answer_by then
        perform decisions_refuse('The time to answer this proposal is over (rule 3).');
    end if;
    if put.current_wording_id is distinct from new.wording_id then
        perform decisions_refuse('A position is taken on the current wording (rule 3).');
    end if;
    if new.taken_at < (select written_at from decisions_wording where id = new.wording_id) then
        perform decisions_refuse('A position on a wording is not taken before it was written (rule 3).');
    end if;
    if new.taken_at < (select max(taken_at) from decisions_position where proposal_id = new.proposal_id) then
        perform decisions_refuse('A position is not taken before the one that came before it (rule 4).');
    end if;
    if not decisions_is_asked(new.proposal_id, new.participant_id) then
        perform decisions_refuse('Only a participant on the roll takes a position (rule 2).');
    end if;
    if exists (select from decisions_declaration where proposal_id = new.proposal_id
               and participant_id = new.participant_id and state = 'declared') then
        perform decisions_refuse('The others say first whether one with a declared conflict takes part (rule 9).');
    end if;
    if new.stance = 'stand_aside' and not put.standing_aside then
        perform decisions_refuse('Standing aside is not possible on this proposal (rule 6).');
    end if;
    if new.stance not in ('agree', 'reservation', 'stand_aside', 'abstain', 'object', 'taken_back') then
        perform decisions_refuse('A position is to agree, stand aside, abstain, object, or take the answer back.');
    end if;
    if new.replaces_id is not null and not exists (
        select from decisions_position
        where id = new.replaces_id and proposal_id = new.proposal_id and participant_id = new.participant_id) then
        perform decisions_refuse('A position replaces one of the same participant on the same proposal (rule 4).');
    end if;
    if new.typed_by_id is not null then
        if new.stance in ('object', 'taken_back') or new.typed_by_id = new.taken_by_id or not exists (
            select from participants_roleappointment a
            where a.participant_id <> new.participant_id and decisions_is_asked(new.proposal_id, a.participant_id)
                and decisions_speaks(a.id, new.typed_by_id, a.participant_id, a.role, day)) then
            perform decisions_refuse('An answer is recorded on behalf by somebody who speaks for another participant (rule 24).');
        end if;
        if new.contestable_until <= day or new.contestable_until >= put.answer_by then
            perform decisions_refuse('Who is spoken for has the next working day to contest it, within the time to answer (rule 24).');
        end if;
        if exists (select from decisions_position p where p.id = new.replaces_id
                   and p.typed_by_id is null and p.wording_id = new.wording_id) then
            perform decisions_refuse('Nobody records over what a participant said itself (rule 19).');
        end if;
    end if;
    if not decisions_speaks(new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day) then
        perform decisions_refuse('Only a representative or deputy in force that day speaks for a participant (rule 8).');
    end if;
    if new.capacity = 'senior' and not exists (
        select from decisions_deadlock d, jsonb_array_elements(d.stages) stage
        where d.proposal_id = new.proposal_id and stage ->> 'stage' = 'senior' and (stage ->> 'from')::date <= day) then
        perform decisions_refuse('A senior representative speaks once a deadlock has gone up to them (rule 18).');
    end if;
    return new;
end
$$;

-- Rule 3 itself: a key decision is sealed only when everybody who is asked assents to the current wording. The others
-- are decided by one person, by right of a delegation or of what the agreement reserves (rules 1, 12).
create or replace function decisions_decision_is_unanimous() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    worded decisions_wording%rowtype;
    members integer;
    commissioners integer;
    agreeing integer;
    assenting integer;
begin
    new.txid := pg_current_xact_id();
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    select * into strict worded from decisions_wording where id = new.wording_id;
    if put.alliance_id <> new.alliance_id or put.kind <> new.kind then
        perform decisions_refuse('A decision has the alliance and the kind of its proposal.');
    end if;
    if worded.proposal_id <> put.id or worded.hash <> new.wording_hash
        or worded.version < (select max(version) from decisions_wording where proposal_id = put.id) then
        perform decisions_refuse('A decision is sealed on the current wording (rule 3).');
    end if;
    if new.decided_on <> decisions_day(new.sealed_at) then
        perform decisions_refuse('A decision is made on the day of its seal.');
    end if;
    if new.kind <> 'key' then
        if worded.effect <> '{}'::jsonb then
            perform decisions_refuse('What one person decides alone carries nothing out (rules 1, 22).');
        end if;
        if put.state <> 'draft' or new.decided_as_id is null or not exists (
            select from participants_roleappointment a where a.id = new.decided_as_id
                and decisions_speaks(a.id, new.sealed_by_id, put.participant_id, a.role, new.decided_on)) then
            perform decisions_refuse('Who decides alone speaks for the organisation that may (rules 1, 12).');
        end if;
        if new.kind = 'operational' and not exists (
            select from decisions_delegation d where d.id = put.delegation_id and d.person_id = new.sealed_by_id
                and d.from_on <= new.decided_on and (d.until_on is null or d.until_on >= new.decided_on)
                and (d.ended_on is null or d.ended_on > new.decided_on)
                and (d."limit" is null or coalesce(worded.amount, 0) <= d."limit")) then
            perform decisions_refuse('An operational decision stays within a delegation in force (rule 1).');
        end if;
        if new.kind = 'reserved' and not exists (
            select from decisions_reservedmatter m where m.id = put.matter_id
                and (m.ended_on is null or m.ended_on > new.decided_on)) then
            perform decisions_refuse('A reserved decision is about a matter that the agreement reserves (rule 12).');
        end if;
        return new;
    end if;
    if put.state <> 'open' or put.current_wording_id is distinct from new.wording_id then
        perform decisions_refuse('Only an open proposal is sealed.');
    end if;
    if new.decided_on > put.answer_by then
        perform decisions_refuse('A decision is made before the deadline is over (rule 3).');
    end if;
    select count(*),
           count(*) filter (where o.kind = 'commissioner'),
           count(*) filter (where p.stance in ('agree', 'reservation')),
           count(*) filter (where p.stance in ('agree', 'reservation')
                            or (p.stance = 'stand_aside' and put.standing_aside))
        into members, commissioners, agreeing, assenting
        from decisions_rollentry r
        join participants_participant o on o.id = r.participant_id
        left join decisions_position p on p.proposal_id = r.proposal_id and p.participant_id = r.participant_id
            and p.wording_id = new.wording_id
            and not exists (select from decisions_position later where later.replaces_id = p.id)
            and (p.contestable_until is null or p.contestable_until < new.decided_on)
        where r.proposal_id = put.id and not exists (select from decisions_rolldeparture d where d.entry_id = r.id);
    if members < 2 or assenting <> members or agreeing = 0 then
        perform decisions_refuse('A decision needs the assent of every participant on its roll (rule 3).');
    end if;
    if exists (select from decisions_position p where p.proposal_id = put.id and p.wording_id = new.wording_id
               and p.taken_at > new.sealed_at) then
        perform decisions_refuse('A seal is not before the last assent (rule 3).');
    end if;
    if commissioners = 0 then
        perform decisions_refuse('Without a commissioner on the roll there is no decision (rule 10).');
    end if;
    if exists (select from decisions_objection where proposal_id = put.id and resolved_at is null
               and decisions_is_asked(put.id, participant_id)) then
        perform decisions_refuse('An objection stands unresolved (rule 17).');
    end if;
    if exists (select from decisions_declaration where proposal_id = put.id and state = 'declared'
               and decisions_is_asked(put.id, participant_id)) then
        perform decisions_refuse('A declared conflict of interest is not settled (rule 9).');
    end if;
    return new;
end
$$;
