-- What PostgreSQL promises about whoever left the alliance or is suspended: no seal counts it (rules 2, 22).

create function decisions_seal_counts_nobody_who_is_gone() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    perform from participants_participant p join decisions_rollentry r on r.participant_id = p.id
        where r.proposal_id = new.proposal_id for share of p;
    if exists (
        select from decisions_rollentry r join participants_participant p on p.id = r.participant_id
        where r.proposal_id = new.proposal_id and (p.left_on <= new.decided_on or p.suspended_on <= new.decided_on)
            and not exists (select from decisions_rolldeparture d where d.entry_id = r.id)) then
        perform decisions_refuse('Whoever left the alliance, or is suspended, leaves the roll before the seal (rule 2).');
    end if;
    return new;
end
$$;
create trigger decisions_seal_counts_nobody_who_is_gone before insert on decisions_decision
    for each row when (new.kind = 'key') execute function decisions_seal_counts_nobody_who_is_gone();
alter table decisions_decision enable always trigger decisions_seal_counts_nobody_who_is_gone;
