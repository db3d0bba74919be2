-- What PostgreSQL promises about what is said around a proposal: remarks, stewards of objections, other words for it.

-- Does this person take part in the alliance on that day, and not only read?
create function decisions_takes_part(alliance bigint, person bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a left join participants_participant p on p.id = a.participant_id
        where a.alliance_id = alliance and a.person_id = person and a.from_on <= day and a.ended_at is null
            and (a.until_on is null or a.until_on >= day) and (p.left_on is null or p.left_on > day)
            and a.role not in ('board_member', 'auditor', 'learning_partner'))
$$;

-- Is this person in the alliance at all?
create function decisions_is_a_member(alliance bigint, person bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a left join participants_participant p on p.id = a.participant_id
        where a.alliance_id = alliance and a.person_id = person and a.from_on <= day and a.ended_at is null
            and (a.until_on is null or a.until_on >= day) and (p.left_on is null or p.left_on > day))
$$;

-- Does this person speak for this participant that day, as its representative or deputy?
create function decisions_has_a_voice(person bigint, participant bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a
        where a.participant_id = participant and a.role in ('representative', 'deputy')
            and decisions_speaks(a.id, person, participant, a.role, day))
$$;

-- A remark: while the proposal can still change, by somebody who takes part, in one thread, one level deep.
create function decisions_comment_is_written() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    above decisions_comment%rowtype;
    day date := decisions_day(new.written_at);
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.alliance_id <> new.alliance_id or put.state <> 'open' or decisions_status_quo(put.id, day) then
        perform decisions_refuse('A proposal is talked over while it is open.');
    end if;
    if new.number <> 1 + (select coalesce(max(number), 0) from decisions_comment where proposal_id = put.id) then
        perform decisions_refuse('Remarks on a proposal are numbered one after another.');
    end if;
    if not decisions_takes_part(new.alliance_id, new.written_by_id, day) then
        perform decisions_refuse('A remark is made by somebody who takes part in the alliance.');
    end if;
    if new.participant_id is not null and not exists (
        select from participants_roleappointment a where a.alliance_id = new.alliance_id
            and a.person_id = new.written_by_id and a.participant_id = new.participant_id) then
        perform decisions_refuse('A remark names the organisation of whoever made it.');
    end if;
    if new.objection_id is not null and not exists (
        select from decisions_objection where id = new.objection_id and proposal_id = put.id)
        or new.amendment_id is not null and not exists (
        select from decisions_amendment where id = new.amendment_id and proposal_id = put.id) then
        perform decisions_refuse('A remark is about something of its own proposal.');
    end if;
    if new.parent_id is not null then
        select * into strict above from decisions_comment where id = new.parent_id;
        if above.parent_id is not null or new.is_question
            or (above.proposal_id, coalesce(above.objection_id, 0), coalesce(above.amendment_id, 0))
            <> (new.proposal_id, coalesce(new.objection_id, 0), coalesce(new.amendment_id, 0)) then
            perform decisions_refuse('A reply stays in its thread, one level deep.');
        end if;
    end if;
    return new;
end
$$;
create trigger decisions_comment_is_written before insert on decisions_comment
    for each row execute function decisions_comment_is_written();
alter table decisions_comment enable always trigger decisions_comment_is_written;

create function decisions_mention_is_of_a_member() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    said decisions_comment%rowtype;
begin
    select * into strict said from decisions_comment where id = new.comment_id;
    if said.alliance_id <> new.alliance_id
        or not decisions_is_a_member(said.alliance_id, new.person_id, decisions_day(said.written_at)) then
        perform decisions_refuse('A remark mentions people of its alliance.');
    end if;
    return new;
end
$$;
create trigger decisions_mention_is_of_a_member before insert on decisions_mention
    for each row execute function decisions_mention_is_of_a_member();
alter table decisions_mention enable always trigger decisions_mention_is_of_a_member;

-- A steward: somebody of the alliance, named by whoever raised the objection or put the proposal, while it stands.
create function decisions_steward_is_named() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    raised decisions_objection%rowtype;
    put decisions_proposal%rowtype;
    day date := decisions_day(new.named_at);
begin
    select * into strict raised from decisions_objection where id = new.objection_id;
    select * into strict put from decisions_proposal where id = raised.proposal_id for update;
    if raised.alliance_id <> new.alliance_id or put.state <> 'open' or raised.resolved_at is not null
        or decisions_status_quo(put.id, day) then
        perform decisions_refuse('An objection has a steward while it stands (rule 17).');
    end if;
    if not decisions_is_a_member(new.alliance_id, new.person_id, day) then
        perform decisions_refuse('A steward is somebody of the alliance.');
    end if;
    if not exists (
        select from participants_roleappointment a
        where a.participant_id in (raised.participant_id, put.participant_id)
            and decisions_speaks(a.id, new.named_by_id, a.participant_id, a.role, day)
            and (a.role <> 'senior' or decisions_is_with_seniors(put.id, day))) then
        perform decisions_refuse('A steward is named by whoever raised the objection or put the proposal.');
    end if;
    return new;
end
$$;
create trigger decisions_steward_is_named before insert on decisions_objectionsteward
    for each row execute function decisions_steward_is_named();
alter table decisions_objectionsteward enable always trigger decisions_steward_is_named;

-- Other words: offered on the current wording, by a participant that is asked and did not put the proposal.
create function decisions_amendment_is_offered() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.taken_at);
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.alliance_id <> new.alliance_id or put.state <> 'open' or decisions_status_quo(put.id, day)
        or new.state <> 'offered' then
        perform decisions_refuse('An amendment is offered while a proposal is open.');
    end if;
    if new.number <> 1 + (select coalesce(max(number), 0) from decisions_amendment where proposal_id = put.id) then
        perform decisions_refuse('Amendments of a proposal are numbered one after another.');
    end if;
    if put.current_wording_id is distinct from new.wording_id
        or new.text = (select text from decisions_wording where id = new.wording_id) or new.text = '' then
        perform decisions_refuse('An amendment offers other words for the current wording.');
    end if;
    if new.participant_id = put.participant_id or not decisions_is_asked(put.id, new.participant_id) then
        perform decisions_refuse('An amendment is offered by another participant that is asked (rule 20).');
    end if;
    if new.capacity = 'senior' or not decisions_speaks(
        new.appointment_id, new.taken_by_id, new.participant_id, new.capacity, day) then
        perform decisions_refuse('Only a representative or deputy in force that day speaks for a participant (rule 8).');
    end if;
    return new;
end
$$;
create trigger decisions_amendment_is_offered before insert on decisions_amendment
    for each row execute function decisions_amendment_is_offered();
alter table decisions_amendment enable always trigger decisions_amendment_is_offered;

-- It is settled once: taken over or declined by the proposer, or taken back by whoever offered it.
create function decisions_amendment_is_settled() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
    day date := decisions_day(new.settled_at);
    kept text[] := '{state,settled_at,settled_by_id,answer_id,became_id}';
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('An amendment stays in the record.');
    end if;
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if new.state = 'offered' or (to_jsonb(old) - kept) is distinct from (to_jsonb(new) - kept) then
        perform decisions_refuse('An amendment is settled once, and otherwise stays as it was offered.');
    end if;
    if put.state <> 'open' or decisions_status_quo(put.id, day) then
        perform decisions_refuse('An amendment is settled while its proposal is open.');
    end if;
    if not decisions_has_a_voice(new.settled_by_id,
            case new.state when 'taken_back' then new.participant_id else put.participant_id end, day) then
        perform decisions_refuse('The proposer takes an amendment over or declines it; who offered it takes it back.');
    end if;
    if (new.state = 'taken_over') <> (new.became_id is not null) or new.state = 'taken_over' and not exists (
        select from decisions_wording w join decisions_wording before on before.id = new.wording_id
        where w.id = new.became_id and w.id = put.current_wording_id and w.text = new.text
            and w.version > before.version) then
        perform decisions_refuse('An amendment that is taken over is the next wording, word by word (rule 20).');
    end if;
    return new;
end
$$;
create trigger decisions_amendment_is_settled before update or delete on decisions_amendment
    for each row execute function decisions_amendment_is_settled();
alter table decisions_amendment enable always trigger decisions_amendment_is_settled;
