-- What PostgreSQL promises about meetings, their minutes and papers (rules 7, 21).

-- A meeting is planned; then it was held, or it was cancelled. Once it was held, when and where it was stays.
create function decisions_meeting_keeps_its_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('A meeting is never deleted: it is cancelled.');
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'planned' or new.changed <> 0 then
            perform decisions_refuse('A meeting begins as a planned one.');
        end if;
        return new;
    end if;
    if (old.state, new.state) not in (('planned', 'planned'), ('planned', 'held'), ('planned', 'cancelled'),
                                      ('held', 'held')) then
        perform decisions_refuse(format('A meeting does not go from %s to %s.', old.state, new.state));
    end if;
    if (old.alliance_id, old.number, old.uid, old.called_at, old.called_by_id)
        is distinct from (new.alliance_id, new.number, new.uid, new.called_at, new.called_by_id)
        or new.changed < old.changed then
        perform decisions_refuse('A meeting keeps its number, its calendar entry and who called it.');
    end if;
    if new.state <> 'planned' and (old.body, old.starts_at, old.lasts, old.place, old.link)
        is distinct from (new.body, new.starts_at, new.lasts, new.place, new.link) then
        perform decisions_refuse('When and where a meeting was stays as it was held.');
    end if;
    if old.state = 'held' and (old.held_at, old.held_by_id) is distinct from (new.held_at, new.held_by_id) then
        perform decisions_refuse('A meeting is held once.');
    end if;
    if new.state = 'held' and (new.held_at is null or decisions_day(new.held_at) < decisions_day(new.starts_at)) then
        perform decisions_refuse('A meeting is held on its day, not before.');
    end if;
    return new;
end
$$;
create trigger decisions_meeting_keeps_its_course before insert or update or delete on decisions_meeting
    for each row execute function decisions_meeting_keeps_its_course();
alter table decisions_meeting enable always trigger decisions_meeting_keeps_its_course;

-- Has the paper on this meeting gone out? Then its agenda and who was there stay until it is written anew.
create function decisions_minutes_are_out(meeting bigint) returns boolean
    language sql volatile set search_path = pg_catalog, public as
$$
    select exists (select from decisions_minutes where meeting_id = meeting and state in ('issued', 'official'))
$$;

create function decisions_agenda_is_of_its_alliance() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    met decisions_meeting%rowtype;
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('What was on an agenda is dropped, not deleted.');
    end if;
    select * into strict met from decisions_meeting where id = new.meeting_id for update;
    if met.alliance_id <> new.alliance_id or (new.proposal_id is not null and not exists (
        select from decisions_proposal where id = new.proposal_id and alliance_id = new.alliance_id
            and state not in ('draft', 'discarded'))) then
        perform decisions_refuse('An agenda names what was put to the meeting''s own alliance.');
    end if;
    if met.state = 'cancelled' or decisions_minutes_are_out(met.id) then
        perform decisions_refuse('The agenda stays once the meeting is cancelled or its minutes are issued.');
    end if;
    if tg_op = 'UPDATE' and (old.alliance_id, old.meeting_id, old.title, old.proposal_id)
        is distinct from (new.alliance_id, new.meeting_id, new.title, new.proposal_id) then
        perform decisions_refuse('An item of an agenda moves or is dropped; its words stay.');
    end if;
    return new;
end
$$;
create trigger decisions_agenda_is_of_its_alliance before insert or update or delete on decisions_agendaitem
    for each row execute function decisions_agenda_is_of_its_alliance();
alter table decisions_agendaitem enable always trigger decisions_agenda_is_of_its_alliance;

-- Who was there, in the capacity of that day (rules 7, 8).
create function decisions_attendance_is_of_that_day() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    met decisions_meeting%rowtype;
    day date;
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('Who was noted at a meeting is corrected, not deleted.');
    end if;
    select * into strict met from decisions_meeting where id = new.meeting_id for update;
    day := decisions_day(met.starts_at);
    if met.alliance_id <> new.alliance_id or met.state = 'cancelled' then
        perform decisions_refuse('Attendance belongs to a meeting of its alliance that was not cancelled.');
    end if;
    if decisions_minutes_are_out(met.id) then
        perform decisions_refuse('Who was there stays once the minutes are issued (rule 21).');
    end if;
    if new.how not in ('present', 'remote', 'apologies', 'absent') then
        perform decisions_refuse('Somebody is in the room, takes part from elsewhere, or is not there.');
    end if;
    if tg_op = 'UPDATE' and (old.alliance_id, old.meeting_id, old.person_id)
        is distinct from (new.alliance_id, new.meeting_id, new.person_id) then
        perform decisions_refuse('Attendance is of one person at one meeting.');
    end if;
    if tg_op = 'UPDATE' and old.noted_by_id = old.person_id and new.noted_by_id <> old.person_id
        and (old.noted_at >= least(met.starts_at, met.held_at) or exists (
            select from decisions_minutes where meeting_id = met.id and issued_at is not null)) then
        perform decisions_refuse('What somebody noted of themselves at a meeting, they alone change (rule 21).');
    end if;
    if new.person_id is null and (trim(new.name) = '' or trim(new.organisation) = '' or new.appointment_id is not null) then
        perform decisions_refuse('A guest without an account is noted by name and organisation.');
    end if;
    if (new.appointment_id is null and new.participant_id is not null) or (new.appointment_id is not null and not exists (
        select from participants_roleappointment a
        where a.id = new.appointment_id and a.person_id = new.person_id and a.alliance_id = new.alliance_id
            and a.participant_id is not distinct from new.participant_id
            and a.from_on <= day and (a.until_on is null or a.until_on >= day)
            and (a.ended_at is null or decisions_day(a.ended_at) >= day))) then
        perform decisions_refuse('Somebody attends by an appointment of their own that is in force that day (rule 8).');
    end if;
    return new;
end
$$;
create trigger decisions_attendance_is_of_that_day before insert or update or delete on decisions_attendance
    for each row execute function decisions_attendance_is_of_that_day();
alter table decisions_attendance enable always trigger decisions_attendance_is_of_that_day;

-- One version of the minutes counts at a time; the others were replaced.
create unique index decisions_minutes_one_in_hand on decisions_minutes (meeting_id) where state <> 'replaced';

create function decisions_minutes_keep_their_course() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    met decisions_meeting%rowtype;
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('Minutes are replaced by a later version, never deleted (rule 21).');
    end if;
    select * into strict met from decisions_meeting where id = new.meeting_id for update;
    if met.alliance_id <> new.alliance_id or met.state <> 'held' then
        perform decisions_refuse('Minutes are of a meeting of the alliance that was held.');
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'draft' or new.issued_at is not null or new.official_at is not null
            or new.version <> 1 + (select coalesce(max(version), 0) from decisions_minutes where meeting_id = met.id) then
            perform decisions_refuse('A version of the minutes begins as a draft, after the one before (rule 21).');
        end if;
        return new;
    end if;
    if (old.state, new.state) not in (('draft', 'draft'), ('draft', 'issued'), ('draft', 'replaced'),
                                      ('issued', 'official'), ('issued', 'replaced')) then
        perform decisions_refuse(format('Minutes do not go from %s to %s (rule 21).', old.state, new.state));
    end if;
    if (old.alliance_id, old.meeting_id, old.version, old.due_on)
        is distinct from (new.alliance_id, new.meeting_id, new.version, new.due_on) then
        perform decisions_refuse('Minutes keep their meeting, their version and their day.');
    end if;
    if (old.state <> 'draft' or new.state <> 'draft')
        and (old.text_id, old.note, old.written_at, old.written_by_id)
            is distinct from (new.text_id, new.note, new.written_at, new.written_by_id) then
        perform decisions_refuse('The words of minutes stay once they are issued; an amended version has its own (rule 21).');
    end if;
    if old.state <> 'draft' and (old.issued_at, old.issued_by_id) is distinct from (new.issued_at, new.issued_by_id)
        or not (case new.state
            when 'draft' then new.issued_at is null and new.official_at is null
            when 'issued' then new.issued_at is not null and new.official_at is null
            when 'official' then new.official_at is not null
            else new.official_at is null end) then
        perform decisions_refuse('Minutes are issued once, and official once (rule 21).');
    end if;
    if new.state = 'issued' and not exists (
        select from decisions_attendance
        where meeting_id = met.id and how in ('present', 'remote') and person_id is not null) then
        perform decisions_refuse('Minutes are issued to those who were there: nobody is noted (rule 21).');
    end if;
    if new.state = 'official' and (not exists (
        select from decisions_minutesacceptance where minutes_id = new.id) or exists (
        select from decisions_attendance a
        where a.meeting_id = met.id and a.how in ('present', 'remote')
            and decisions_is_a_member(a.alliance_id, a.person_id, decisions_day(new.official_at))
            and not exists (select from decisions_minutesacceptance s
                            where s.attendance_id = a.id and s.minutes_id = new.id))) then
        perform decisions_refuse('Minutes are official once every attendee has accepted this very version (rule 21).');
    end if;
    return new;
end
$$;
create trigger decisions_minutes_keep_their_course before insert or update or delete on decisions_minutes
    for each row execute function decisions_minutes_keep_their_course();
alter table decisions_minutes enable always trigger decisions_minutes_keep_their_course;

create function decisions_acceptance_is_an_attendees() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    written decisions_minutes%rowtype;
begin
    select * into strict written from decisions_minutes where id = new.minutes_id for update;
    if written.state <> 'issued' or written.alliance_id <> new.alliance_id then
        perform decisions_refuse('Minutes are accepted while they are issued.');
    end if;
    if not exists (select from decisions_attendance a
                   where a.id = new.attendance_id and a.meeting_id = written.meeting_id
                       and a.person_id = new.accepted_by_id and a.how in ('present', 'remote')) then
        perform decisions_refuse('Only somebody who was there accepts minutes, and only for themselves (rule 21).');
    end if;
    return new;
end
$$;
create trigger decisions_acceptance_is_an_attendees before insert on decisions_minutesacceptance
    for each row execute function decisions_acceptance_is_an_attendees();
alter table decisions_minutesacceptance enable always trigger decisions_acceptance_is_an_attendees;

-- A position names the meeting in which it was taken: one of the same alliance, begun by then (rules 7, 24).
create function decisions_position_names_its_meeting() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (select from decisions_meeting m
                   where m.id = new.meeting_id and m.alliance_id = new.alliance_id and m.state <> 'cancelled'
                       and decisions_day(m.starts_at) <= decisions_day(new.taken_at)) then
        perform decisions_refuse('A position names a meeting of its alliance that has begun (rule 7).');
    end if;
    return new;
end
$$;
create trigger decisions_position_names_its_meeting before insert on decisions_position
    for each row when (new.meeting_id is not null) execute function decisions_position_names_its_meeting();
alter table decisions_position enable always trigger decisions_position_names_its_meeting;

-- A paper is of something final, and gets its one document from its own alliance.
create function decisions_paper_is_of_what_is_final() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'DELETE' then
        perform decisions_refuse('A paper stays as it was drawn.');
    end if;
    if tg_op = 'INSERT' and not exists (
        select from decisions_decision where id = new.decision_id and alliance_id = new.alliance_id
        union all
        select from decisions_minutes where id = new.minutes_id and alliance_id = new.alliance_id and state = 'official') then
        perform decisions_refuse('A paper is drawn of a sealed decision or of official minutes.');
    end if;
    if tg_op = 'UPDATE' and (old.alliance_id, old.decision_id, old.minutes_id, old.asked_at, old.asked_by_id)
        is distinct from (new.alliance_id, new.decision_id, new.minutes_id, new.asked_at, new.asked_by_id) then
        perform decisions_refuse('A paper stays what it was asked to be.');
    end if;
    if new.document_id is not null and not exists (
        select from core_document where id = new.document_id and alliance_id = new.alliance_id
            and media_type = 'application/pdf') then
        perform decisions_refuse('A paper''s document is a PDF of its alliance.');
    end if;
    return new;
end
$$;
create trigger decisions_paper_is_of_what_is_final before insert or update or delete on decisions_paper
    for each row execute function decisions_paper_is_of_what_is_final();
alter table decisions_paper enable always trigger decisions_paper_is_of_what_is_final;
