"""The database and the queue around Concordat: given by URL, else embedded ones of this folder's own."""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from alliance.local import roles
from alliance.local.identity import Notebook, end
from alliance.local.servers import APP, OWNER, Postgres, ServerTrouble, Valkey, secret
from alliance.local.talking import Stop, say

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
GIVEN_BY_FILE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL")


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with every NAME_FILE read into NAME; an empty variable counts as none."""
    found = {name: value for name, value in environment.items() if value != ""}
    for name in GIVEN_BY_FILE:
        if name not in found and (file := found.get(f"{name}_FILE")):
            try:
                found[name] = Path(file).read_text().strip()
            except OSError as problem:
                raise Stop(f"{name}_FILE names a file that cannot be read ({problem}).") from None
    return found


def port_of(environment: Mapping[str, str]) -> int:
    said = environment.get("PORT", "8000")
    if not said.isdigit() or not 0 < int(said) < 65536:
        raise Stop(f"PORT is {said!r}. Give a number from 1 to 65535, for example: make run PORT=8080")
    return int(said)


class Surroundings:
    """The database and the queue: the ones given by URL, else embedded ones; and the variables that name them."""

    def __init__(self, environment: Mapping[str, str], local: Path = LOCAL):
        self.given, self.local = environment, local
        self.notebook = Notebook(local / "pids")
        logs = local / "logs"
        self.postgres = (
            None if "DATABASE_URL" in environment else Postgres(local / "postgres", logs / "postgresql.log")
        )
        self.valkey = None if "REDIS_URL" in environment else Valkey(local / "valkey", logs / "valkey.log")

    @property
    def servers(self) -> list[Postgres | Valkey]:
        """In the order of their start; they stop in the opposite one."""
        return [server for server in (self.postgres, self.valkey) if server]

    def start(self) -> None:
        for server in self.servers:
            self.start_one(server)
        if self.postgres:
            roles.prepare(self.postgres)

    def start_one(self, server: Postgres | Valkey) -> None:
        server.start()
        self.notebook.note(server.name, server.pid)

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()
            self.notebook.forget(server.name)

    def recover(self) -> None:
        """End what a killed supervisor left behind, in the order of a proper stop."""
        leftovers = self.notebook.leftovers()
        if leftovers:
            say("  … The last run was cut off; clearing up after it")
        for name in ("beat", "worker", "web", Valkey.name, Postgres.name):
            if name in leftovers:
                end(
                    leftovers[name],
                    gently=signal.SIGINT if name == Postgres.name else signal.SIGTERM,
                    within=15,
                )
                self.notebook.forget(name)

    def environment(self) -> dict[str, str]:
        """What the settings read. Raises ServerTrouble if a given server does not answer."""
        defaults = {
            "BASE_URL": f"http://localhost:{port_of(self.given)}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DEBUG": "0",
            "DEMO": "1",
        }
        if "SECRET_KEY" not in self.given:
            defaults["SECRET_KEY"] = secret(self.local / "secret-key")
        return {**os.environ, **defaults, **self.given, **self._database(), **self._queue()}

    def _database(self) -> dict[str, str]:
        if self.postgres:
            return {"DATABASE_URL": self.postgres.url(APP), "DATABASE_OWNER_URL": self.postgres.url(OWNER)}
        url, owner = self.given["DATABASE_URL"], self.given.get("DATABASE_OWNER_URL")
        if owner is None:  # one URL: it is the owner's, and we make the login role ourselves
            return {
                "DATABASE_URL": roles.login_url(url, secret(self.local / "database-password")),
                "DATABASE_OWNER_URL": url,
            }
        roles.must_open("DATABASE_URL", url)
        roles.must_open("DATABASE_OWNER_URL", owner)
        return {"DATABASE_URL": url, "DATABASE_OWNER_URL": owner}

    def _queue(self) -> dict[str, str]:
        if self.valkey:
            return {"REDIS_URL": self.valkey.url}
        try:
            redis.from_url(self.given["REDIS_URL"], socket_timeout=5, retry=Retry(NoBackoff(), 0)).ping()
        except (redis.RedisError, ValueError) as problem:
            raise ServerTrouble(f"The server in REDIS_URL does not answer: {problem}") from None
        return {"REDIS_URL": self.given["REDIS_URL"]}


@contextlib.contextmanager
def only_one(local: Path) -> Iterator[bool]:
    """True for whoever holds the folder. The kernel lets go of the lock when its holder dies, however it dies."""
    local.mkdir(parents=True, exist_ok=True)
    with (local / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
