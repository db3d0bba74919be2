-- What PostgreSQL promises about risks that experiments touch: both are of the same alliance.
create function learning_risk_is_of_the_same_alliance() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (
        select from learning_experiment e join decisions_risk r on r.alliance_id = e.alliance_id
        where e.id = new.experiment_id and r.id = new.risk_id and e.alliance_id = new.alliance_id) then
        raise exception using errcode = 'check_violation',
            message = 'An experiment touches risks of its own alliance (rule 44).';
    end if;
    return new;
end
$$;
create trigger learning_risk_is_of_the_same_alliance before insert on learning_risktouched
    for each row execute function learning_risk_is_of_the_same_alliance();
alter table learning_risktouched enable always trigger learning_risk_is_of_the_same_alliance;
