"""The two database roles: an owner that migrates, and a login role that owns nothing."""

from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from alliance.local.servers import APP, DATABASE, OWNER, Postgres, ServerTrouble


def prepare(server: Postgres, database: str = DATABASE) -> None:
    """In a cluster of our own: both roles, and the database that the owner owns. Doing it twice is doing it once."""
    with psycopg.connect(**server.parameters(), autocommit=True) as connection:
        here = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role in {OWNER, APP} - here:
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )


def login_url(owner_url: str, password: str) -> str:
    """On somebody else's server: the login role exists with this password and may create nothing; its URL.

    `owner_url` names a role that may create roles. Raises ServerTrouble with the SQL for an administrator otherwise.
    """
    must_open("DATABASE_URL", owner_url)
    where = urlsplit(owner_url)
    host = where.netloc.rpartition("@")[2]
    url = urlunsplit(where._replace(netloc=f"{APP}:{quote(password, safe='')}@{host}"))
    if _opens(url):
        return url
    name = unquote(where.path.lstrip("/"))
    try:
        with psycopg.connect(libpq(owner_url), autocommit=True, connect_timeout=5) as connection:
            exists = connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone()
            verb = sql.SQL(
                "alter role {} with login password {}" if exists else "create role {} login password {}"
            )
            connection.execute(verb.format(sql.Identifier(APP), sql.Literal(password)))
            connection.execute("revoke create on schema public from public")
            connection.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(APP)
                )
            )
    except psycopg.errors.InsufficientPrivilege:
        raise ServerTrouble(
            "The user in DATABASE_URL may not create roles. Ask whoever keeps the database to run\n"
            f"    create role {APP} login password '…';\n"
            f"    grant connect on database {name} to {APP};\n"
            f"then set DATABASE_OWNER_URL to the URL you have now and DATABASE_URL to the one of {APP}."
        ) from None
    return url


def libpq(url: str) -> str:
    """The same URL as PostgreSQL's own library reads it: a socket's folder moves from the path into `host`."""
    where = urlsplit(url)
    if not where.path.startswith("//"):
        return url
    folder, _, database = unquote(where.path[1:]).rpartition("/")
    return urlunsplit(where._replace(path=f"/{quote(database)}", query=f"host={quote(folder, safe='')}"))


def must_open(name: str, url: str) -> None:
    """Raises ServerTrouble, naming the variable, if this URL does not let us in."""
    try:
        psycopg.connect(libpq(url), connect_timeout=5).close()
    except psycopg.Error as problem:
        raise ServerTrouble(f"The database in {name} does not let us in: {reason(problem)}") from None


def _opens(url: str) -> bool:
    try:
        must_open("", url)
    except ServerTrouble:
        return False
    return True


def reason(problem: Exception) -> str:
    """The last line of what PostgreSQL said; it names neither password nor URL."""
    return str(problem).strip().splitlines()[-1] if str(problem).strip() else type(problem).__name__
