"""Pytest's servers: a private PostgreSQL and Valkey, as real as the ones in service, for each run of the tests.

pytest-django reads the settings before any conftest, so this is loaded with `-p` and starts first. Tests log in as
the role that owns nothing.
"""

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from alliance.local import roles, servers
from alliance.local.bootstrap import digest
from alliance.local.identity import Notebook, birth, end

TEST, TEMPLATE = "concordat_test", "concordat_test_template"
ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("alliance", "participants", "decisions", "ledger", "learning")
KEPT = ROOT / ".local" / "test-clusters"
PREFIX = "concordat-test-"
MEMORY = Path(
    "/dev/shm"
)  # a database is a thousand files: copied here in a tenth of the time that a disk takes
ROOMY = 2_000_000_000  # bytes
RUNNING = pytest.StashKey["Servers"]()
LOOKS_ONLY = (
    "help",
    "version",
    "markers",
    "showfixtures",
    "show_fixtures_per_test",
    "cacheshow",
    "collectonly",
)


def is_in_memory() -> bool:
    """Some containers have 64 MB of it."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOMY


class Servers:
    """Both servers in one temporary folder, in memory where there is room, which goes when they stop."""

    def __init__(self):
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY if is_in_memory() else None))
        (self.folder / "run-by").write_text(f"{os.getpid()} {birth(os.getpid())}")
        self.postgres = servers.Postgres(self.folder / "pg", self.folder / "postgresql.log", durable=False)
        self.valkey = servers.Valkey(self.folder / "valkey", self.folder / "valkey.log", durable=False)
        self.notebook = Notebook(self.folder / "pids")
        self.is_seeded = False
        atexit.register(self.stop)

    def start(self) -> None:
        for server in (self.valkey, self.postgres):
            self._start(server)

    def _start(self, server: servers.Server) -> None:
        server.start()
        self.notebook.note(server.name, server.pid)

    def seed(self) -> None:
        """Begin with the migrated cluster that an earlier run kept, if it was made from this very schema."""
        kept = KEPT / schema()
        try:
            shutil.copytree(kept, self.postgres.data)
            kept.touch()
            self.is_seeded = True
        except OSError:  # there is none, or another run has just tidied it away
            shutil.rmtree(self.postgres.data, ignore_errors=True)

    def have_template(self, migrate: Callable[[], None]) -> None:
        """The database that all copies are made of is there: as kept, else migrated by this function, and kept."""
        if not self.is_seeded:
            roles.prepare(self.postgres, TEST)
            migrate()
            self.put_away(TEMPLATE)
            self.keep()

    def put_away(self, name: str) -> None:
        """The test database becomes one that copies are made of."""
        self.run(
            f"alter database {TEST} rename to {name}", f"alter database {name} with allow_connections false"
        )

    def copy(self, name: str, source: str) -> str:
        """The statement that makes this database, a copy of that one."""
        how = "file_copy" if MEMORY in self.postgres.data.parents else "wal_log"
        return f"create database {name} template {source} owner {servers.OWNER} strategy {how}"

    def run(self, *statements: str) -> None:
        with psycopg.connect(**self.postgres.parameters(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def keep(self) -> None:
        """Keep the migrated cluster for the next run, and only the three latest ones."""
        self.postgres.stop()
        half = KEPT / f"{self.folder.name}.half"
        shutil.copytree(self.postgres.data, half)
        with contextlib.suppress(OSError):  # another run was faster
            half.rename(KEPT / schema())
        shutil.rmtree(half, ignore_errors=True)
        for old in sorted(KEPT.iterdir(), key=lambda one: one.stat().st_mtime)[:-3]:
            shutil.rmtree(old, ignore_errors=True)
        self._start(self.postgres)

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
            "SECRET_KEY": "for-tests-alone-and-never-anywhere-else-0123456789-abcdefghijklmnop",
            "BASE_URL": "http://localhost:8000",
            "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
            "EMAIL_URL": "memorymail://",
            "STATIC_ROOT": str(self.folder / "static"),
            "DEBUG": "0",
            "DEMO": "1",
            "HASHED_STATIC": "0",
        }


def schema() -> str:
    """What a migrated database depends on. `pytest --create-db` migrates afresh whatever this says."""
    files = [
        ROOT / "requirements-dev.txt",
        ROOT / "alliance" / "settings.py",
        *(ROOT / "alliance" / "local").glob("*.py"),
    ]
    for room in ROOMS:
        for pattern in (
            "apps.py",
            "models.py",
            "models/*.py",
            "guards.py",
            "migrate.py",
            "migrations/*.py",
            "*.sql",
        ):
            files += (ROOT / room).glob(f"**/{pattern}")
    return digest(sorted(files))[:16]


def sweep() -> None:
    """Stop the servers and remove the folders of test runs that were killed."""
    for folder in [*MEMORY.glob(f"{PREFIX}*"), *Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]:
        with contextlib.suppress(OSError):
            pid, _, born = (folder / "run-by").read_text().partition(" ")
            if birth(int(pid)) == born:
                continue
            for leftover in Notebook(folder / "pids").leftovers().values():
                end(leftover, gently=signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Before pytest-django looks at the settings: servers, and the variables that name them."""
    options = early_config.known_args_namespace
    running = Servers()
    early_config.stash[RUNNING] = running
    os.environ.update(running.environment())
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the test
    os.environ.pop("DATABASE_URL_FILE", None)
    only_hands_out = getattr(options, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ
    if not only_hands_out and not any(getattr(options, name, False) for name in LOOKS_ONLY):
        try:
            if not getattr(options, "create_db", False):
                running.seed()
            running.start()
        except servers.ServerTrouble as trouble:
            running.stop()
            raise pytest.UsageError(str(trouble)) from None
        os.environ.update(running.environment())  # again: the queue's port is known only now
    return (yield)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: it works while the others wait for a browser or a server."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    # Registered after pytest-django, so that these fixtures win over its own.
    config.pluginmanager.import_plugin("alliance.local.pytest_database")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if running := config.stash.get(RUNNING, None):
        running.stop()
