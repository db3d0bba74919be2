"""Pytest's servers: a private PostgreSQL and Valkey, as real as the ones in service, for each run of the tests.

pytest-django reads the settings before any conftest, so this is loaded with `-p` and starts first. Tests log in as
the role that owns nothing. The schema is migrated once, as the owner, and becomes a template; each test that commits
gets a fresh copy of it afterwards, because append-only tables refuse the TRUNCATE that Django would use.
"""

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from alliance.local import servers
from alliance.local.identity import Notebook, birth, end

TEST, TEMPLATE, SPARE = "concordat_test", "concordat_test_template", "concordat_test_spare"
PREFIX = "concordat-test-"
LOOKS_ONLY = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow", "collectonly")


class Servers:
    """Both servers in one temporary folder, which goes when they stop."""

    def __init__(self):
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        (self.folder / "run-by").write_text(f"{os.getpid()} {birth(os.getpid())}")
        self.postgres = servers.Postgres(self.folder / "pg", self.folder / "postgresql.log", durable=False)
        self.valkey = servers.Valkey(self.folder / "valkey", self.folder / "valkey.log", durable=False)
        self.notebook = Notebook(self.folder / "pids")
        atexit.register(self.stop)

    def start(self) -> None:
        for server in (self.valkey, self.postgres):
            server.start()
            self.notebook.note(server.name, server.pid)

    def stop(self) -> None:
        atexit.unregister(self.stop)
        for server in (self.valkey, self.postgres):
            if server.pid:  # nothing here is worth a clean goodbye
                end(server.pid, gently=signal.SIGQUIT, within=5)
                server.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.postgres.host, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What the settings read."""
        return {
            "DATABASE_URL": self.postgres.url(servers.APP, TEST),
            "DATABASE_OWNER_URL": self.postgres.url(servers.OWNER, TEST),
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "only-for-tests-and-never-anywhere-else-0123456789",
            "BASE_URL": "http://localhost:8000",
            "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
            "EMAIL_URL": "memorymail://",
            "STATIC_ROOT": str(self.folder / "static"),
            "DEBUG": "0",
            "DEMO": "1",
            "HASHED_STATIC": "0",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread of the test
        }


def sweep() -> None:
    """Stop the servers and remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            pid, _, born = (folder / "run-by").read_text().partition(" ")
            if birth(int(pid)) == born:
                continue
            for leftover in Notebook(folder / "pids").leftovers().values():
                end(leftover, gently=signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)


class Copies:
    """The test database and the copies of its template: one in use, one being made while the tests go on."""

    def __init__(self, postgres: servers.Postgres):
        self.postgres = postgres
        self.maker: threading.Thread | None = None
        self.trouble: Exception | None = None

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(**self.postgres.parameters(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def keep_template(self) -> None:
        """The migrated test database becomes the template; the first copies are made."""
        self.run(
            f"alter database {TEST} rename to {TEMPLATE}",
            f"alter database {TEMPLATE} with is_template true allow_connections false",
            self._copy(TEST),
        )
        self._make_spare()

    def renew(self) -> None:
        """Put a fresh copy in the place of the used database; whoever is still connected to the old one is cut off."""
        from django.db import connections

        connections.close_all()
        self._wait_for_spare()
        self.run(
            f"drop database {TEST} with (force)",
            f"alter database {SPARE} rename to {TEST}",
        )
        self._make_spare()

    @staticmethod
    def _copy(name: str) -> str:
        return f"create database {name} template {TEMPLATE} owner {servers.OWNER} strategy wal_log"

    def _make_spare(self) -> None:
        def make() -> None:
            try:
                self.run(self._copy(SPARE))
            except Exception as trouble:
                self.trouble = trouble

        self.maker = threading.Thread(target=make, name="spare database", daemon=True)
        self.maker.start()

    def _wait_for_spare(self) -> None:
        self.maker.join()
        if self.trouble:
            raise self.trouble


class Fixtures:
    """Takes the place of pytest-django's own way of making a database."""

    def __init__(self, running: Servers):
        self.running = running

    @pytest.fixture(scope="session")
    def django_db_setup(self, django_test_environment, django_db_blocker):
        from django.core.management import call_command
        from django.db import connections
        from django.test import TransactionTestCase

        from alliance.local import roles

        with django_db_blocker.unblock():
            roles.prepare(self.running.postgres, TEST)
            call_command("migrate", interactive=False, verbosity=0)
            connections.close_all()
        copies = Copies(self.running.postgres)
        copies.keep_template()

        def renew(_case) -> None:
            copies.renew()

        before = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = renew
        try:
            yield
        finally:
            TransactionTestCase._fixture_teardown = before
            with django_db_blocker.unblock():
                connections.close_all()
            copies.maker.join()

    @pytest.fixture
    def owner_connection(self, request, transactional_db):
        """A psycopg connection as the owner of the tables, for tests of what even the owner is refused."""
        import psycopg

        with psycopg.connect(**self.running.postgres.parameters(servers.OWNER, TEST)) as connection:
            yield connection
            connection.rollback()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Before pytest-django looks at the settings: servers, and the variables that name them."""
    options = early_config.known_args_namespace
    running = Servers()
    early_config.stash[RUNNING] = running
    os.environ.update(running.environment())
    os.environ.pop("DATABASE_URL_FILE", None)
    if not any(getattr(options, name, False) for name in LOOKS_ONLY):
        try:
            running.start()
        except servers.ServerTrouble as trouble:
            running.stop()
            raise pytest.UsageError(str(trouble)) from None
    return (yield)


RUNNING = pytest.StashKey[Servers]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    # Registered after pytest-django, so that these fixtures win over its own.
    if running := config.stash.get(RUNNING, None):
        config.pluginmanager.register(Fixtures(running), "concordat-fixtures")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if running := config.stash.get(RUNNING, None):
        running.stop()
