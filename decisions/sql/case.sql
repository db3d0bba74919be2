-- What PostgreSQL promises about the case: its files, what it supersedes, and the looks back at what came of it.

-- A file is kept by whoever speaks for the proposer, in its next version, while the words can still change (rule 20);
-- or it comes along from another proposal to one that follows it.
create function decisions_attachment_is_kept() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    put decisions_proposal%rowtype;
begin
    select * into strict put from decisions_proposal where id = new.proposal_id for update;
    if put.state not in ('draft', 'open') then
        perform decisions_refuse('Files come while a proposal can still change (rule 20).');
    end if;
    if new.version <> 1 + (select coalesce(max(version), 0) from decisions_attachment
                           where proposal_id = new.proposal_id and title = new.title) then
        perform decisions_refuse('The versions of a file follow one another.');
    end if;
    if not exists (select from participants_roleappointment a
                   where a.person_id = new.added_by_id and a.participant_id = put.participant_id
                       and decisions_speaks(a.id, a.person_id, a.participant_id, a.role, decisions_day(new.added_at)))
        and not exists (select from decisions_attachment where document_id = new.document_id) then
        perform decisions_refuse('Only those who speak for the proposer add a file.');
    end if;
    return new;
end
$$;
create trigger decisions_attachment_is_kept before insert on decisions_attachment
    for each row execute function decisions_attachment_is_kept();
alter table decisions_attachment enable always trigger decisions_attachment_is_kept;

-- The files that a wording names are there, with these very bytes; so are the risks that it touches.
create function decisions_wording_names_what_is_there() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if exists (
        select from jsonb_array_elements(new.files) named where not exists (
            select from decisions_attachment a join core_document d on d.id = a.document_id
            where a.proposal_id = new.proposal_id and a.title = named ->> 'title'
                and a.version = (named ->> 'version')::integer and d.sha256 = named ->> 'sha256')) then
        perform decisions_refuse('A wording names files that were kept with its proposal (rule 20).');
    end if;
    if exists (select from unnest(new.risks) named (number) where not exists (
        select from decisions_risk r where r.alliance_id = new.alliance_id and r.number = named.number)) then
        perform decisions_refuse('A wording names risks of its alliance.');
    end if;
    return new;
end
$$;
create trigger decisions_wording_names_what_is_there before insert on decisions_wording
    for each row execute function decisions_wording_names_what_is_there();
alter table decisions_wording enable always trigger decisions_wording_names_what_is_there;

-- A decision is superseded once, unless a board refused what was to take its place (rules 14, 20).
create function decisions_decision_is_superseded_once() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    old_one bigint := (select supersedes_id from decisions_proposal where id = new.proposal_id);
begin
    if old_one is null then
        return new;
    end if;
    perform from decisions_decision where id = old_one for update;
    if exists (
        select from decisions_decision d join decisions_proposal p on p.id = d.proposal_id
        where p.supersedes_id = old_one and d.id <> new.id and not exists (
            select from decisions_ratification r where r.decision_id = d.id and r.state = 'refused')) then
        perform decisions_refuse('A decision is superseded once: supersede the one that took its place (rule 20).');
    end if;
    return new;
end
$$;
create trigger decisions_decision_is_superseded_once before insert on decisions_decision
    for each row execute function decisions_decision_is_superseded_once();
alter table decisions_decision enable always trigger decisions_decision_is_superseded_once;

-- May this person look back at decisions: a speaker of a participant, a learning lead, a system steward?
create function decisions_looks_back(alliance bigint, person bigint, day date) returns boolean
    language sql stable set search_path = pg_catalog, public as
$$
    select exists (
        select from participants_roleappointment a
        where a.alliance_id = alliance and a.person_id = person
            and (decisions_speaks(a.id, a.person_id, a.participant_id, a.role, day)
                 or a.role in ('learning_lead', 'system_steward') and a.from_on <= day
                    and (a.until_on is null or a.until_on >= day) and a.ended_at is null))
$$;

create function decisions_review_looks_back() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    sealed decisions_decision%rowtype;
begin
    select * into strict sealed from decisions_decision where id = new.decision_id;
    if new.held_on < sealed.decided_on or new.held_on > decisions_day(new.reviewed_at)
        or new.review_again_on <= decisions_day(new.reviewed_at) then
        perform decisions_refuse('A decision is looked back at after it was made, and again on a later day.');
    end if;
    if not decisions_looks_back(new.alliance_id, new.reviewed_by_id, decisions_day(new.reviewed_at)) then
        perform decisions_refuse('Speakers, learning leads and system stewards write down what was learned.');
    end if;
    return new;
end
$$;
create trigger decisions_review_looks_back before insert on decisions_decisionreview
    for each row execute function decisions_review_looks_back();
alter table decisions_decisionreview enable always trigger decisions_review_looks_back;

create function decisions_review_is_planned() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.alliance_id <> (select alliance_id from decisions_decision where id = new.decision_id)
        or new.review_on <= decisions_day(new.planned_at) then
        perform decisions_refuse('A review is planned for a later day, of a decision of the same alliance.');
    end if;
    if not decisions_looks_back(new.alliance_id, new.planned_by_id, decisions_day(new.planned_at)) then
        perform decisions_refuse('Speakers, learning leads and system stewards choose the day to look back.');
    end if;
    return new;
end
$$;
create trigger decisions_review_is_planned before insert on decisions_reviewplan
    for each row execute function decisions_review_is_planned();
alter table decisions_reviewplan enable always trigger decisions_review_is_planned;
