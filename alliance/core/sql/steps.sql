-- What moves by its steps alone: a query by its replies, an action plan by what is said of it. The row that moves has
-- `state`, `ended_at` and `ended_by_id`; its steps have `number`, `verb`, `said_at` and `said_by_id`; a function of the
-- room says to which state a verb leads. guards.moves_by_its_steps sets the triggers.

-- A row moves by its newest step, does not go on once it has ended, and stays what it was about.
-- (steps, column by which they name it, function from verb to state, first state, sentence)
create function core_moves_by_its_steps() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    moves constant text[] := array['state', 'ended_at', 'ended_by_id'];
    last record;
begin
    execute format('select %s(verb) as state, said_at, said_by_id from %I where %I = $1 order by number desc limit 1',
                   tg_argv[2], tg_argv[0], tg_argv[1]) into last using old.id;
    if old.ended_at is not null
        or (to_jsonb(new) - moves) <> (to_jsonb(old) - moves)
        or new.state is distinct from coalesce(last.state, tg_argv[3])
        or new.ended_at is not null
            and (new.ended_at, new.ended_by_id) is distinct from (last.said_at, last.said_by_id) then
        raise exception using errcode = 'check_violation', message = tg_argv[4];
    end if;
    return new;
end
$$;

-- At commit: a step has moved what it is a step of.
-- (what moves, column that names it, function from verb to state, sentence)
create function core_step_moves_it() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as
$$
declare
    moved boolean;
begin
    execute format('select state is not distinct from (
                        select %s(verb) from %I where %I = $1 order by number desc limit 1) from %I where id = $1',
                   tg_argv[2], tg_table_name, tg_argv[1], tg_argv[0])
        into moved using (to_jsonb(new) ->> tg_argv[1])::bigint;
    if moved is not true then
        raise exception using errcode = 'check_violation', message = tg_argv[3];
    end if;
    return null;
end
$$;
