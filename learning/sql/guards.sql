-- Guards of the learning room. Every function runs as the owner with a fixed search_path.

-- Answers and attendances join a review while it is being closed, never afterwards (rule 45).
create function learning_joins_a_review_in_preparation() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if not exists (select 1 from learning_review
                   where id = new.review_id and alliance_id = new.alliance_id and status = 'preparing') then
        raise exception using errcode = 'check_violation',
            message = 'A review that was held takes no more answers.';
    end if;
    return new;
end
$$;

create trigger learning_answer_joins before insert on learning_answer
    for each row execute function learning_joins_a_review_in_preparation();
alter table learning_answer enable always trigger learning_answer_joins;
create trigger learning_attendance_joins before insert on learning_attendance
    for each row execute function learning_joins_a_review_in_preparation();
alter table learning_attendance enable always trigger learning_attendance_joins;

-- An experiment is born as a proposal, starts only through both gates, and says the same from then on (rule 46).
create function learning_experiment_passes_its_gates() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    open_gates integer;
begin
    if tg_op = 'INSERT' then
        if new.status <> 'proposed' then
            raise exception using errcode = 'check_violation', message = 'An experiment begins as a proposal.';
        end if;
        return new;
    end if;
    if old.status = 'proposed' and new.status not in ('proposed', 'withdrawn') then
        select count(*) into open_gates
        from (values ('legal'), ('safe')) asked (gate)
        where not coalesce((select g.yes from learning_gateanswer g
                            where g.experiment_id = new.id and g.version = new.version and g.gate = asked.gate
                            order by g.id desc limit 1), false);
        if open_gates > 0 then
            raise exception using errcode = 'check_violation',
                message = 'An experiment starts only when “legal?” and “safe?” are both yes (rule 46).';
        end if;
    end if;
    if old.status = 'running' and (new.status = 'proposed' or (new.title, new.question, new.trying, new.how_we_learn,
            new.size, new.place, new.ends_on, new.version, new.started_at, new.started_by_id)
        is distinct from (old.title, old.question, old.trying, old.how_we_learn,
            old.size, old.place, old.ends_on, old.version, old.started_at, old.started_by_id)) then
        raise exception using errcode = 'check_violation',
            message = 'What a running experiment set out to do is not rewritten.';
    end if;
    return new;
end
$$;

create trigger learning_experiment_passes_its_gates before insert or update on learning_experiment
    for each row execute function learning_experiment_passes_its_gates();
alter table learning_experiment enable always trigger learning_experiment_passes_its_gates;

-- A correction stands in for a figure of the same measure and month.
create function learning_observation_replaces_its_own() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.replaces_id is not null and not exists (
        select 1 from learning_observation o
        where o.id = new.replaces_id and o.alliance_id = new.alliance_id
            and o.measure_id = new.measure_id and o.month = new.month) then
        raise exception using errcode = 'check_violation',
            message = 'A correction replaces a figure of the same measure and month.';
    end if;
    return new;
end
$$;

create trigger learning_observation_replaces_its_own before insert on learning_observation
    for each row execute function learning_observation_replaces_its_own();
alter table learning_observation enable always trigger learning_observation_replaces_its_own;
