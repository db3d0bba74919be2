"""Guards taken away one after another, in a transaction that is rolled back, until what was forbidden passes."""

import re
from collections.abc import Iterator

import psycopg
from psycopg import sql

from alliance.local.servers import APP, OWNER

VERBS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")

TRIGGERS = """
select t.tgrelid::regclass::text, t.tgname, p.proname, pg_get_triggerdef(t.oid), t.tgtype & 32 > 0, t.tgenabled
from pg_trigger t join pg_proc p on p.oid = t.tgfoid
where not t.tgisinternal and t.tgrelid::regclass::text like %s order by 1, 2
"""
CONSTRAINTS = """
select conrelid::regclass::text, conname from pg_constraint
where contype in ('c', 'f', 'x') and conrelid::regclass::text like %(tables)s
union
select indrelid::regclass::text, indexrelid::regclass::text from pg_index
where indisunique and indrelid::regclass::text like %(tables)s
"""
PRIVILEGES = """
select c.relname, v.verb from pg_class c cross join unnest(%(verbs)s::text[]) as v(verb)
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname like %(tables)s and not exists (
    select from information_schema.role_table_grants g
    where g.grantee = %(role)s and g.table_name = c.relname and g.privilege_type = v.verb)
"""
COLUMNS = """
select a.attname, format_type(a.atttypid, null), exists (
    select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = any (k.conkey)),
    a.attidentity <> ''
from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
# Another value of each type, never the same one.
ANOTHER = {
    "bigint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "character varying": "case {0} when 'x' then 'y' else 'x' end",
    "text": "case {0} when 'x' then 'y' else 'x' end",
    "citext": "case {0} when 'x' then 'y' else 'x' end",
    "date": "coalesce({0}, '2026-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 day'",
    "boolean": "{0} is not true",
    "jsonb": "'[1]'",
    "bytea": "coalesce({0}, '') || 'x'",
    "text[]": "array_append({0}, 'x')",
    "numeric[]": "array_append({0}, 1)",
    "xid8": "'1'",
}
NOBODY = "coalesce({0}, 0) + 1000003"  # for a foreign key


class Refusal:
    """What PostgreSQL said to a statement."""

    def __init__(self, error: psycopg.Error):
        said = error.diag
        self.state, self.message, self.detail = said.sqlstate, said.message_primary, said.message_detail or ""
        self.constraint, self.table = said.constraint_name, said.table_name
        self.functions = re.findall(r"function (\w+)\(", said.context or "")

    @property
    def key(self) -> tuple:
        return (self.state, self.message, self.detail, self.constraint, tuple(self.functions))

    def __str__(self) -> str:
        return f"{self.message} {self.detail} ({self.state}, {self.constraint or self.functions})"


class Bench:
    """One room's tables in the hands of a superuser, and statements tried as the application's login role."""

    def __init__(self, connection: psycopg.Connection, room: str):
        self.connection, self.tables = connection, f"{room}\\_%"

    def names_of_tables(self) -> list[str]:
        return [
            name
            for (name,) in self.connection.execute(
                "select relname from pg_class where relkind = 'r' and relname like %s order by 1",
                [self.tables],
            )
        ]

    def guards(self) -> set[str]:
        """By name: "table: trigger", "table: constraint", "table: no UPDATE"."""
        facts = {"tables": self.tables, "verbs": list(VERBS), "role": APP}
        triggers = self.connection.execute(TRIGGERS, [self.tables])
        found = {f"{table}: {name}" for table, name, *_ in triggers}
        found |= {f"{table}: {name}" for table, name in self.connection.execute(CONSTRAINTS, facts)}
        return found | {f"{table}: no {verb}" for table, verb in self.connection.execute(PRIVILEGES, facts)}

    # ── Trying ──

    def tried(self, statement: str) -> Refusal | None:
        """As the login role and up to the commit; nothing stays of it. None if it passes."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(f"set local role {APP}")
                self.connection.execute(statement)
                self.connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            return Refusal(error)
        return None

    def peeled(self, statement: str) -> list[str]:
        """The guards that refuse it, one behind the other, until none is left and it passes."""
        found = []
        with self.connection.transaction(force_rollback=True):
            refusal = self.tried(statement)
            while refusal:
                found.append(self._take_away(statement, refusal))
                after = self.tried(statement)
                assert after is None or after.key != refusal.key, f"{found[-1]} is gone, and still: {refusal}"
                refusal = after
                assert len(found) < 60, found
        return found

    def _take_away(self, statement: str, refusal: Refusal) -> str:
        if refusal.state == psycopg.errors.InsufficientPrivilege.sqlstate:
            return self._allow(statement, refusal)
        if kept := re.fullmatch(r"Kept by (\w+: \w+)", refusal.message):  # the statement itself found out
            table, _, name = kept[1].partition(": ")
            self._run("drop trigger {} on {}", name, table)
            return kept[1]
        if refusal.constraint:
            return self._drop_constraint(refusal.table, refusal.constraint)
        return self._drop_trigger(statement, refusal)

    def _allow(self, statement: str, refusal: Refusal) -> str:
        if table := re.fullmatch(r"permission denied for table (\w+)", refusal.message):
            verb = statement.split()[0].upper()
            assert verb in VERBS, statement
            self._run("grant {} on {} to {}", sql.SQL(verb), table[1], APP)
            return f"{table[1]}: no {verb}"
        if parameter := re.fullmatch(r'permission denied to set parameter "(\w+)"', refusal.message):
            self._run("grant set on parameter {} to {}", parameter[1], APP)
            return f"parameter {parameter[1]}"
        if schema := re.fullmatch(r"permission denied for schema (\w+)", refusal.message):
            self._run("grant create on schema {} to {}", schema[1], APP)
            return f"schema {schema[1]}"
        if refusal.message.startswith("must be owner of"):
            self._run("grant {} to {}", OWNER, APP)
            return "ownership"
        raise AssertionError(str(refusal))

    def _drop_constraint(self, table: str, name: str) -> str:
        there = self.connection.execute(
            "select from pg_constraint where conrelid = %s::regclass and conname = %s", [table, name]
        )
        if there.rowcount:
            self._run("alter table {} drop constraint {} cascade", table, name)
        else:
            self._run("drop index {}", name)
        return f"{table}: {name}"

    def _drop_trigger(self, statement: str, refusal: Refusal) -> str:
        """Of those that call what spoke: dropped until it says something else. The last one was it."""
        for table, name in self._suspects(refusal):
            self._run("drop trigger {} on {}", name, table)
            after = self.tried(statement)
            if after is None or after.key != refusal.key:
                return f"{table}: {name}"
        raise AssertionError(f"Nothing that we know of refuses {statement!r}: {refusal}")

    def _suspects(self, refusal: Refusal) -> Iterator[tuple[str, str]]:
        still = self.connection.execute(TRIGGERS, ["%"]).fetchall()
        for table, name, function, definition, on_truncate, _ in still:
            if function not in refusal.functions:
                continue
            if function == "core_refuse":
                verb, _, where = refusal.detail.partition(" on ")
                said = refusal.message.replace("'", "''")
                if where != table or said not in definition or on_truncate != (verb == "TRUNCATE"):
                    continue
            yield table, name

    def _run(self, statement: str, *names) -> None:
        made = [one if isinstance(one, sql.SQL) else sql.Identifier(one) for one in names]
        self.connection.execute(sql.SQL(statement).format(*made))

    # ── What is tried with every table ──

    def statements_for(self, table: str) -> Iterator[str]:
        """All of it changed, deleted, emptied, written again, written of nobody (twice), set to less than nothing."""
        columns = self.connection.execute(COLUMNS, [table]).fetchall()
        named = [(f'"{name}"', kind, cites) for name, kind, cites, _ in columns]
        changed = [(NOBODY if cites else ANOTHER[kind]).format(name) for name, kind, cites in named]
        names = ", ".join(name for name, *_ in named)
        facts = [(f'"{name}"', cites) for name, _, cites, is_identity in columns if not is_identity]
        of_nobody = ", ".join(NOBODY.format(name) if cites else name for name, cites in facts)
        nobody = f"insert into {table} ({', '.join(name for name, _ in facts)}) select {of_nobody} from {table} limit 1"
        yield f"update {table} set ({names}) = row({', '.join(changed)})"
        yield f"delete from {table}"
        yield f"truncate {table} cascade"
        yield f"insert into {table} select * from {table} limit 1"
        yield f"{nobody}; {nobody}"
        counted = [f"{name} = -1" for name, kind, _ in named if kind in ("integer", "smallint")]
        if counted:
            yield f"update {table} set {', '.join(counted)}"
