"""Promises that PostgreSQL keeps, written once and used by every app's migrations.

Each function returns a migration operation. The triggers are ENABLE ALWAYS, so that no session setting switches them
off. The table's comment says which rights the login role gets (see `grant`): the database is the one source of that.
"""

from pathlib import Path

from django.db import migrations

APPEND_ONLY = "append-only"
KEPT_BY_TRIGGERS = "kept by triggers"
NEVER_DELETED = "never deleted"
APART = (Path(__file__).parent / "sql" / "apart.sql").read_text()


def _quoted(sentence: str) -> str:
    return sentence.replace("'", "''").replace("%", "%%")


def append_only(table: str, sentence: str) -> migrations.RunSQL:
    """Rows are inserted and never changed, deleted or truncated."""
    said = _quoted(sentence)
    return migrations.RunSQL(
        f"""
        comment on table {table} is '{APPEND_ONLY}';
        create trigger {table}_is_never_changed before update or delete on {table}
            for each row execute function core_refuse('{said}');
        create trigger {table}_is_never_emptied before truncate on {table}
            for each statement execute function core_refuse('{said}');
        alter table {table} enable always trigger {table}_is_never_changed;
        alter table {table} enable always trigger {table}_is_never_emptied;
        """,
        reverse_sql=f"""
        drop trigger {table}_is_never_changed on {table};
        drop trigger {table}_is_never_emptied on {table};
        comment on table {table} is null;
        """,
    )


def kept_by_triggers(table: str) -> migrations.RunSQL:
    """Only security-definer triggers write here: the login role may read."""
    return migrations.RunSQL(
        f"comment on table {table} is '{KEPT_BY_TRIGGERS}'", reverse_sql=f"comment on table {table} is null"
    )


def never_deleted(table: str) -> migrations.RunSQL:
    """For tables without an alliance_id that are as lasting as those with one: select, insert and update only."""
    return migrations.RunSQL(
        f"comment on table {table} is '{NEVER_DELETED}'", reverse_sql=f"comment on table {table} is null"
    )


def frozen_when(table: str, condition: str, sentence: str, name: str = "frozen") -> migrations.RunSQL:
    """No update or delete of a row for which `condition` (SQL over `old`) is true; no truncate at all."""
    said = _quoted(sentence)
    return migrations.RunSQL(
        f"""
        create trigger {table}_{name} before update or delete on {table}
            for each row when ({condition}) execute function core_refuse('{said}');
        create trigger {table}_{name}_truncate before truncate on {table}
            for each statement execute function core_refuse('{said}');
        alter table {table} enable always trigger {table}_{name};
        alter table {table} enable always trigger {table}_{name}_truncate;
        """,
        reverse_sql=f"drop trigger {table}_{name} on {table}; drop trigger {table}_{name}_truncate on {table};",
    )


def write_once(table: str, columns: list[str], sentence: str, name: str = "write_once") -> migrations.RunSQL:
    """These columns keep the value that they were inserted with."""
    changed = " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)
    return migrations.RunSQL(
        f"""
        create trigger {table}_{name} before update on {table}
            for each row when ({changed}) execute function core_refuse('{_quoted(sentence)}');
        alter table {table} enable always trigger {table}_{name};
        """,
        reverse_sql=f"drop trigger {table}_{name} on {table};",
    )


def moves_by_its_steps(
    table: str, *, steps: str, by: str, after: str, first: str, stays: str, moves: str
) -> migrations.RunSQL:
    """Rows move by their newest step alone, to where the function `after` says that its verb leads (sql/steps.sql).

    `by` is the column by which `steps` name the row, `first` the state before any; `stays` and `moves` are what is said
    to whoever changes a row otherwise, or writes a step that moves nothing.
    """
    return migrations.RunSQL(
        f"""
        create trigger {table}_keeps_its_course before update on {table} for each row
            execute function core_moves_by_its_steps('{steps}', '{by}', '{after}', '{first}', '{_quoted(stays)}');
        create constraint trigger {steps}_moves_it after insert on {steps} deferrable initially deferred
            for each row execute function core_step_moves_it('{table}', '{by}', '{after}', '{_quoted(moves)}');
        alter table {table} enable always trigger {table}_keeps_its_course;
        alter table {steps} enable always trigger {steps}_moves_it;
        """,
        reverse_sql=f"""
        drop trigger {table}_keeps_its_course on {table};
        drop trigger {steps}_moves_it on {steps};
        """,
    )


GRANT = """
do $grants$
declare
    app text := {role};
    one record;
begin
    execute format('grant usage on schema public to %I', app);
    for one in
        select c.oid::regclass as name, coalesce(obj_description(c.oid, 'pg_class'), '') as said,
               exists (select 1 from pg_attribute a
                       where a.attrelid = c.oid and a.attname = 'alliance_id' and not a.attisdropped) as owned
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    loop
        execute format('revoke all on %s from %I', one.name, app);
        execute format('grant %s on %s to %I',
            case when one.said = 'kept by triggers' or one.name::text = 'django_migrations' then 'select'
                 when one.said = 'append-only' then 'select, insert'
                 when one.owned or one.said = 'never deleted' then 'select, insert, update'
                 else 'select, insert, update, delete' end, one.name, app);
    end loop;
    execute format('grant usage, select on all sequences in schema public to %I', app);
end $grants$
"""


def grant(cursor, role: str) -> None:
    """Give the login role exactly its rights. What belongs to an alliance is never deleted (house 19)."""
    from psycopg import sql

    cursor.execute(sql.SQL(GRANT.replace("{role}", sql.Literal(role).as_string(None))).as_string(None))


def keep_apart(cursor) -> None:
    """Have every table of alliances refuse what names, or moves to, another alliance (sql/apart.sql).

    A migration that takes a foreign key away and then writes rows of its table calls this in between.
    """
    cursor.execute(APART)
