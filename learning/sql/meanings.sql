-- What a gate was asked about is what is tried (rule 46), and an experiment ends only after it ran.
create function learning_experiment_keeps_its_words() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
begin
    if new.version < old.version then
        raise exception using errcode = 'check_violation', message = 'An experiment''s versions only go forward.';
    end if;
    if old.status = 'proposed' and (new.version = old.version or new.status <> 'proposed')
        and (new.title, new.question, new.trying, new.how_we_learn, new.size, new.place, new.ends_on)
            is distinct from
            (old.title, old.question, old.trying, old.how_we_learn, old.size, old.place, old.ends_on) then
        raise exception using errcode = 'check_violation',
            message = 'Other words are a new version, and both gates are asked again (rule 46).';
    end if;
    if old.status = 'proposed' and new.status not in ('proposed', 'running', 'withdrawn')
        or old.status = 'running' and new.status = 'withdrawn' then
        raise exception using errcode = 'check_violation',
            message = 'An experiment ends with what was learned, after it ran (rule 46).';
    end if;
    return new;
end
$$;
create trigger learning_experiment_keeps_its_words before update on learning_experiment
    for each row execute function learning_experiment_keeps_its_words();
alter table learning_experiment enable always trigger learning_experiment_keeps_its_words;
