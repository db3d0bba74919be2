-- What PostgreSQL promises about key roles: once the alliance decides together, the best person for one is appointed,
-- and relieved of it, by a key decision (principle f). Stepping down stays free.

create function decisions_key_role_is_decided() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if tg_op = 'INSERT' and not exists (
        select from decisions_effects_now(new.alliance_id) e
        where e ->> 'kind' = 'role' and e ->> 'role' = new.role and (e ->> 'person')::bigint = new.person_id) then
        perform decisions_refuse('A key role is given by a key decision, carried out by its seal (principle f).');
    end if;
    if tg_op = 'UPDATE' and (new.ended_at is null or new.ended_by_id is distinct from new.person_id) and not exists (
        select from decisions_effects_now(new.alliance_id) e
        where (e ->> 'kind' = 'role' and e ->> 'role' = new.role and (e ->> 'takes_over')::boolean)
            or (e ->> 'kind' = 'role_end' and (e ->> 'appointment')::bigint = new.id)) then
        perform decisions_refuse('Who holds a key role steps down, or is relieved of it by a key decision (principle f).');
    end if;
    return new;
end
$$;
create trigger decisions_key_role_is_decided before insert or update on participants_roleappointment
    for each row
    when (new.role in ('pool_manager', 'learning_lead', 'system_steward') and decisions_has_begun(new.alliance_id))
    execute function decisions_key_role_is_decided();
alter table participants_roleappointment enable always trigger decisions_key_role_is_decided;
