"""The database and the queue that `make run` brings: real ones, started and killed."""

import os
import signal
import socket
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from alliance.local import roles
from alliance.local.servers import APP, OWNER, Postgres, ServerTrouble, Valkey, is_free, secret


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def postgres(folder):
    with Postgres(folder / "pg", folder / "pg.log", durable=False) as server:
        roles.prepare(server)
        yield server


def as_role(server: Postgres, role: str) -> psycopg.Connection:
    return psycopg.connect(roles.libpq(server.url(role)), autocommit=True)


def test_the_login_role_owns_nothing_and_may_create_nothing(postgres):
    with as_role(postgres, APP) as connection:
        owned = connection.execute(
            "select count(*) from pg_database where datdba = to_regrole(current_user)::oid"
        ).fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine ()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"set role {OWNER}")


def test_the_owner_may_create_tables_and_is_no_superuser(postgres):
    with as_role(postgres, OWNER) as connection:
        connection.execute("create table ours ()")
        assert connection.execute(
            "select rolsuper from pg_roles where rolname = current_user"
        ).fetchone() == (False,)


def test_nothing_but_the_socket_listens_and_only_its_owner_may_enter(postgres):
    with as_role(postgres, OWNER) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert postgres.host.stat().st_mode & 0o777 == 0o700


def test_what_was_committed_survives_a_kill(folder):
    server = Postgres(folder / "pg", folder / "pg.log")
    server.start()
    try:
        roles.prepare(server)
        with as_role(server, OWNER) as connection:
            connection.execute("create table kept as select 7 as seven")
        os.kill(server.pid, signal.SIGKILL)
        server.process.wait()
        assert not server.is_running()
        server.start()
        with as_role(server, OWNER) as connection:
            assert connection.execute("select seven from kept").fetchone() == (7,)
    finally:
        server.stop()


def test_a_server_left_by_a_killed_supervisor_is_taken_over(folder):
    left = Postgres(folder / "pg", folder / "pg.log", durable=False)
    left.start()
    with Postgres(folder / "pg", folder / "pg.log", durable=False) as fresh:
        assert left.process.wait(5) == 0  # it was asked, and closed its files properly
        roles.prepare(fresh)
        with as_role(fresh, APP) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_number_that_now_belongs_to_a_stranger_is_not_killed(folder):
    server = Postgres(folder / "pg", folder / "pg.log", durable=False)
    with server:
        pass
    (server.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server.data}\n1\n5432\n{server.host}\n\n\nready\n"
    )
    with server:  # had it believed the file, this test would have been killed
        assert server.is_running()


def test_an_interrupted_first_start_is_begun_again(folder):
    half = folder / "pg" / "data"
    half.mkdir(parents=True)
    (half / "base").mkdir()
    with Postgres(folder / "pg", folder / "pg.log", durable=False) as server:
        assert (server.data / "PG_VERSION").exists()


def test_a_project_deep_in_the_tree_gets_a_short_socket(folder):
    deep = folder.joinpath(*["a-rather-long-name-of-a-folder"] * 5)
    with Postgres(deep / "pg", folder / "pg.log", durable=False) as server:
        assert len(f"{server.host}/.s.PGSQL.5432") <= 107
        roles.prepare(server)
        with as_role(server, APP) as connection:
            assert connection.execute("select current_user").fetchone() == (APP,)


def test_a_database_of_another_version_is_refused_with_the_cure(folder):
    server = Postgres(folder / "pg", folder / "pg.log", durable=False)
    with server:
        pass
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerTrouble, match=r"made by PostgreSQL 12; the one here is \d+\. Back it up"):
        server.start()


def test_django_reads_the_url_of_the_socket(folder):
    import environ

    server = Postgres(Path("/srv/an alliance+1/pg"), folder / "pg.log")
    read = environ.Env.db_url_config(server.url(APP))
    assert (read["HOST"], read["USER"], read["NAME"]) == ("/srv/an alliance+1/pg/socket", APP, "concordat")


def test_given_one_url_the_login_role_is_made_and_then_left_alone(postgres):
    url = postgres.url("postgres")
    first = roles.login_url(url, "a password / with @ signs")
    assert roles.login_url(url, "a password / with @ signs") == first
    with psycopg.connect(roles.libpq(first)) as connection:
        assert connection.execute("select current_user").fetchone() == (APP,)


def test_whoever_may_not_create_roles_is_given_the_sql(postgres):
    with psycopg.connect(**postgres.parameters(), autocommit=True) as connection:
        connection.execute(f"drop role {APP}")
    with pytest.raises(ServerTrouble, match=f"create role {APP} login password"):
        roles.login_url(postgres.url(OWNER), "secret")


def test_a_url_that_does_not_let_us_in_is_named_without_its_password(folder):
    with pytest.raises(ServerTrouble) as refused:
        roles.login_url(f"postgres://boss:hunter2@/{folder}/books", "secret")
    assert str(refused.value).startswith("The database in DATABASE_URL does not let us in: ")
    assert "hunter2" not in str(refused.value)


def test_the_queue_keeps_its_address_and_asks_for_its_password(folder):
    with Valkey(folder / "valkey", folder / "valkey.log") as first:
        redis.from_url(first.url).set("errand", "7")
        port = first.port
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()
    with Valkey(folder / "valkey", folder / "valkey.log") as second:
        assert second.port == port
        assert redis.from_url(second.url).get("errand") == b"7"


def test_a_second_queue_beside_the_first_gets_a_port_of_its_own(folder):
    with Valkey(folder / "one", folder / "one.log") as one:
        (folder / "two").mkdir()
        (folder / "two" / "port").write_text(str(one.port))
        assert not is_free(one.port)
        with Valkey(folder / "two", folder / "two.log") as two:
            assert two.port != one.port


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_is_taken_whichever_loopback_address_somebody_listens_at(family, host):
    with socket.socket(family) as somebody:
        try:
            somebody.bind((host, 0))
        except OSError:
            pytest.skip("This machine has no IPv6.")
        somebody.listen()
        port = somebody.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_secret_is_made_once_and_is_for_its_owner_only(folder):
    made = secret(folder / "secret-key")
    assert secret(folder / "secret-key") == made
    assert len(made) >= 50
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600
