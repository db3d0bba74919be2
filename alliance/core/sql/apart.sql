-- Alliances are kept apart: what belongs to one names nothing of another, and never moves to another. Which columns
-- name what is read from the foreign keys. `migrate` runs this each time at its end, so that a new table is kept too.

-- Every column of a table of alliances that names a row of such a table.
create or replace function core_citations()
    returns table (citing regclass, by_column name, cited regclass, cited_column name)
    language sql stable set search_path = pg_catalog, public as
$$
    select k.conrelid::regclass, a.attname, k.confrelid::regclass, c.attname
    from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
    join pg_attribute c on c.attrelid = k.confrelid and c.attnum = any (k.confkey)
    join pg_attribute own on own.attrelid = k.conrelid and own.attname = 'alliance_id'
    join pg_attribute its on its.attrelid = k.confrelid and its.attname = 'alliance_id'
    where k.contype = 'f' and a.attname <> 'alliance_id'
    order by 1, 2
$$;

-- How many rows of this alliance name something of another: none, by the triggers below.
create or replace function core_citations_of_others(of_alliance bigint)
    returns table (citing regclass, by_column name, how_many bigint)
    language plpgsql stable set search_path = pg_catalog, public as
$$
declare
    one record;
begin
    for one in select * from core_citations() loop
        return query execute format(
            'select %L::regclass, %L::name, count(*) from %s n join %s c on c.%I = n.%I '
            'where n.alliance_id = $1 and c.alliance_id <> $1 having count(*) > 0',
            one.citing, one.by_column, one.citing, one.cited, one.cited_column, one.by_column)
            using of_alliance;
    end loop;
end
$$;

-- One look at all the rows that a statement wrote, for each table with its own plan: cheap for one row and for many.
do $apart$
declare
    one record;
begin
    for one in
        select citing, string_agg(format(
            'select %L::text as by_column from came_in n where n.%I is not null and not exists (
                select from %s c where c.%I = n.%I and c.alliance_id = n.alliance_id)',
            by_column, by_column, cited, cited_column, by_column), ' union all ') as strangers
        from core_citations() group by citing
    loop
        execute format(
            $function$
            create or replace function %I() returns trigger
                language plpgsql security definer set search_path = pg_catalog, public as
            $body$
            declare
                odd text := (select stranger.by_column from (%s) stranger limit 1);
            begin
                if odd is not null then
                    raise exception using errcode = 'check_violation',
                        message = 'What belongs to an alliance names nothing of another.',
                        detail = format('%%s on %%s', odd, tg_table_name);
                end if;
                return null;
            end
            $body$
            $function$, one.citing || '_cites_its_own', one.strangers);
        continue when exists (select from pg_trigger where tgrelid = one.citing and tgname = one.citing || '_cites_its_own');
        execute format(
            'create trigger %1$I after insert on %3$s
                referencing new table as came_in for each statement execute function %1$I();
            create trigger %2$I after update on %3$s
                referencing new table as came_in for each statement execute function %1$I();
            alter table %3$s enable always trigger %1$I;
            alter table %3$s enable always trigger %2$I',
            one.citing || '_cites_its_own', one.citing || '_still_cites_its_own', one.citing);
    end loop;
    for one in
        select c.oid::regclass as kept
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'alliance_id' and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
            select from pg_trigger where tgrelid = c.oid and tgname = c.relname || '_keeps_its_alliance')
    loop
        execute format(
            'create trigger %1$I before update on %2$s
                for each row when (old.alliance_id is distinct from new.alliance_id)
                execute function core_refuse(''What belongs to an alliance stays with it.'');
            alter table %2$s enable always trigger %1$I', one.kept || '_keeps_its_alliance', one.kept);
    end loop;
end $apart$;
