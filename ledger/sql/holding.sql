-- An appointment by which somebody acts does not end while what they do is being written (as in decisions/sql).
create or replace function ledger_acts_for(appointment bigint, person bigint, for_participant bigint, roles text[], day date)
    returns boolean language plpgsql volatile set search_path = pg_catalog, public as
$$
begin
    perform from participants_roleappointment a
        where a.id = appointment and a.person_id = person and a.participant_id = for_participant
            and a.from_on <= day and a.ended_at is null and (a.until_on is null or a.until_on >= day)
            and case when roles is null then a.role not in ('board_member', 'auditor', 'learning_partner')
                else a.role = any (roles) end
        for share;
    return found and exists (
        select from participants_participant p
        where p.id = for_participant and (p.left_on is null or p.left_on > day));
end
$$;
