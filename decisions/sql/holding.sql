-- An appointment by which somebody speaks does not end while what they say is being written: its end waits for the
-- commit, or what they say for the end, and is refused. Looked at after the wait, as it then is (rule 8).
create or replace function decisions_speaks(appointment bigint, person bigint, participant bigint, capacity text, day date)
    returns boolean language plpgsql volatile set search_path = pg_catalog, public as
$$
begin
    perform from participants_roleappointment a
        where a.id = appointment and a.person_id = person and a.participant_id = participant and a.role = capacity
            and a.role in ('representative', 'deputy', 'senior') and a.from_on <= day
            and (a.until_on is null or a.until_on >= day) and a.ended_at is null
        for share;
    return found and exists (
        select from participants_participant p
        where p.id = participant and (p.left_on is null or p.left_on > day)
            and (p.suspended_on is null or p.suspended_on > day));
end
$$;
