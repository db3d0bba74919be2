"""`make run`: start everything, say how to sign in, keep it running, stop it in order.

With arguments it runs one management command against the same servers instead:
`python -m alliance.local.run load_demo --large`.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environ
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from alliance.local import roles
from alliance.local.bootstrap import digest
from alliance.local.identity import Notebook, end
from alliance.local.servers import APP, OWNER, Postgres, ServerTrouble, Valkey, is_free, secret

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
ROOMS = ("alliance", "participants", "decisions", "ledger", "learning")
GIVEN_BY_FILE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL")
READY_WITHIN = 120.0
LOG_LIMIT = 10_000_000
TRUE = {"1", "true", "yes", "on"}


class Stop(Exception):
    """Something that a person must mend before anything can start; the message says how."""


# --- What is given, what is made --------------------------------------------------------------------------------


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


# --- Migrations, static files, the demonstration -----------------------------------------------------------------


def manage(environment: Mapping[str, str], *arguments: str, quiet: bool = True) -> str:
    """Run a management command; its output. Raises Stop with the end of what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    if done.returncode:
        said = "\n".join((done.stdout or "").strip().splitlines()[-25:])
        raise Stop(f"{said}\n\n`manage.py {arguments[0]}` failed; the message above says why.".lstrip())
    return done.stdout or ""


def code() -> list[Path]:
    """Whatever migrations and the demonstration may depend on."""
    kept = {".py", ".sql", ".csv", ".json"}
    found = (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.suffix in kept)
    return [ROOT / "requirements.txt", *sorted(found)]


def prepare(surroundings: Surroundings, environment: Mapping[str, str]) -> str:
    """Migrate, collect, load, if anything changed since the last time; how to sign in, in words."""
    with ThreadPoolExecutor() as beside:
        collecting = beside.submit(collect, surroundings.local, environment)
        people = migrate_and_load(surroundings, environment)
        collecting.result()
    return people


def collect(local: Path, environment: Mapping[str, str]) -> None:
    """Static files, hashed and compressed, where the settings look for them."""
    static = sorted(file for file in (ROOT / "static").rglob("*") if file.is_file())
    now = digest(
        [ROOT / "requirements.txt", ROOT / "alliance" / "settings.py", *static], environment["DEBUG"]
    )
    note = local / "stamps" / "collected"
    manifest = Path(environment.get("STATIC_ROOT", local / "static"), "staticfiles.json")
    if manifest.exists() and note.exists() and note.read_text() == now:
        return
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(now)


def migrate_and_load(surroundings: Surroundings, environment: Mapping[str, str]) -> str:
    now = digest(code(), environment["DEMO"])
    # The note lies with the database that it speaks of, so that they go together. A database of somebody else may
    # have changed since: there we always look.
    note = surroundings.postgres.folder / "prepared.json" if surroundings.postgres else None
    if note and note.exists() and (said := json.loads(note.read_text()))["digest"] == now:
        return said["people"]
    with telling("Bringing the database up to date"):
        manage(environment, "migrate", "--no-input", "--verbosity", "0")
    people = ""
    told = ROOT / "alliance" / "demo" / "management" / "commands" / "load_demo.py"
    if environment["DEMO"].lower() in TRUE and told.exists():
        with telling(
            "Loading the demonstration alliance, if there is none yet (a minute or so the first time)"
        ):
            manage(environment, "load_demo", "--if-empty")
            people = manage(environment, "demo_people")
    if note:
        note.write_text(json.dumps({"digest": now, "people": people}))
    return people


def say(line: str) -> None:
    """Print; nobody listening any more (`make run | head`) is no reason to stop."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def telling(what: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"  … {what}")
    yield
    say(f"    done in {time.monotonic() - began:.1f} s")


# --- Web, worker, beat --------------------------------------------------------------------------------------------


def commands(port: int, local: Path = LOCAL) -> dict[str, list[str]]:
    """The three processes, in the order of their start."""
    celery = [sys.executable, "-m", "celery", "-A", "alliance"]
    hosts = ["127.0.0.1", *(["[::1]"] if has_ipv6() else [])]
    web = [sys.executable, "-m", "gunicorn", "alliance.wsgi:application", "--preload", "--no-control-socket"]
    web += [part for host in hosts for part in ("--bind", f"{host}:{port}")]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
    worker = [*celery, "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
    # PDFs leave memory behind: a process is replaced after so many tasks.
    worker += ["--max-tasks-per-child", "50", "--without-gossip", "--without-mingle"]
    beat = [
        *celery,
        "beat",
        "--loglevel",
        "INFO",
        "--pidfile",
        "",
        "--schedule",
        str(local / "beat" / "schedule"),
    ]
    return {"web": web, "worker": worker, "beat": beat}


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


class Child:
    """A process that is started again when it dies, each time a little later."""

    def __init__(self, name: str, command: list[str], log: Path):
        self.name, self.command, self.log = name, command, log
        self.process: subprocess.Popen | None = None
        self.deaths = 0
        self.again_at = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> float:
        """Note the death; the seconds to wait before the next life: 1, 2, 4 … 30, and 1 again after a good minute."""
        self.deaths = 1 if time.monotonic() - self.started_at > 60 else self.deaths + 1
        wait = min(30.0, 2.0 ** (self.deaths - 1))
        with contextlib.suppress(ProcessLookupError):  # a killed worker leaves its own children
            os.killpg(self.process.pid, signal.SIGKILL)
        self.again_at, self.process = time.monotonic() + wait, None
        return wait

    def stop(self, within: float, hurry: threading.Event | None = None) -> None:
        """Ask it to finish; end it and its group after `within` seconds, or at once when `hurry` is set."""
        if self.process is None:
            return
        until = time.monotonic() + within
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        while self.process.poll() is None and time.monotonic() < until and not (hurry and hurry.is_set()):
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) if self.log.exists() else ""


class Supervisor:
    """Holds the servers and the three processes until it is told to stop."""

    STOPPING = (("beat", 5.0), ("worker", 60.0), ("web", 15.0))

    def __init__(self, surroundings: Surroundings):
        self.surroundings = surroundings
        self.port = port_of(surroundings.given)
        logs = surroundings.local / "logs"
        self.children = {
            name: Child(name, command, logs / f"{name}.log")
            for name, command in commands(self.port, surroundings.local).items()
        }
        self.notebook = surroundings.notebook
        self.told_to_stop, self.hurry = threading.Event(), threading.Event()

    def hear(self, *_) -> None:
        """A signal: once means stop, twice means now."""
        (self.hurry if self.told_to_stop.is_set() else self.told_to_stop).set()

    def run(self) -> int:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, self.hear)
        try:
            self.surroundings.recover()
            if not is_free(self.port):
                raise Stop(
                    f"Port {self.port} is taken by another program. Choose another: make run PORT={self.port + 1}"
                )
            self.surroundings.start()
            self.environment = self.surroundings.environment()
            people = prepare(self.surroundings, self.environment)
            (self.surroundings.local / "beat").mkdir(parents=True, exist_ok=True)
            say("  … Starting web, worker and scheduler")
            for child in self.children.values():
                self.begin(child)
            if self.wait_until_ready():
                self.greet(people)
            while not self.told_to_stop.wait(0.3):
                self.look_after()
        except Stop:
            if not self.told_to_stop.is_set():  # else the step that failed did so because of the same Ctrl-C
                raise
        finally:
            self.stop()
        return 0

    def begin(self, child: Child) -> None:
        child.start(self.environment)
        self.notebook.note(child.name, child.process.pid)

    def wait_until_ready(self) -> bool:
        """False if told to stop meanwhile. Raises Stop if a process dies or nothing is ready in time."""
        until = time.monotonic() + READY_WITHIN
        said = ""
        while not self.told_to_stop.is_set():
            for child in self.children.values():
                if child.has_died():
                    raise Stop(
                        f"{child.last_words()}\n\nThe {child.name} process ended; the lines above say why."
                    )
            is_ready, said = ask(self.port)
            if is_ready:
                return True
            if time.monotonic() > until:
                raise Stop(f"Not ready after {READY_WITHIN:.0f} s: {said}\nThe logs are in {self.logs()}.")
            time.sleep(0.25)
        return False

    def logs(self) -> Path:
        return self.surroundings.local / "logs"

    def greet(self, people: str) -> None:
        say(f"\n  Concordat is ready: {self.environment['BASE_URL']}/\n")
        if people.strip():
            say("\n".join(f"  {line}".rstrip() for line in people.strip().splitlines()) + "\n")
        say(f"  Logs are in {os.path.relpath(self.logs(), ROOT)}. Ctrl-C stops everything.")

    def look_after(self) -> None:
        """Start again whatever has died."""
        for server in self.surroundings.servers:
            if not server.is_running():
                say(f"  ! {server.name} stopped; starting it again.")
                self.surroundings.start_one(server)
                if (fresh := self.surroundings.environment()) != self.environment:
                    self.environment = fresh  # another port: everybody must hear of it
                    for child in self.children.values():
                        child.stop(5)
                        self.begin(child)
        for child in self.children.values():
            if child.has_died():
                code = child.process.returncode
                wait = child.bury()
                say(f"  ! The {child.name} process ended ({code}); starting it again in {wait:.0f} s.")
            elif child.process is None and time.monotonic() >= child.again_at:
                self.begin(child)

    def stop(self) -> None:
        """Beat, worker, web, Valkey, PostgreSQL: nobody loses what it still needs."""
        if any(child.process for child in self.children.values()):
            say("\n  … Stopping (what the worker has begun is finished first; Ctrl-C again to hurry)")
        for name, within in self.STOPPING:
            self.children[name].stop(within, self.hurry)
            self.notebook.forget(name)
        self.surroundings.stop()
        if self.told_to_stop.is_set():
            say("  Stopped.")


def ask(port: int) -> tuple[bool, str]:
    """Whether /health/ready says yes, and what it says."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/health/ready", headers={"Host": f"localhost:{port}"}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return answer.status == 200, answer.read().decode(errors="replace").strip()
    except urllib.error.HTTPError as answer:
        return False, answer.read().decode(errors="replace").strip()[:500]
    except OSError as problem:
        return False, f"the web process does not answer ({problem})"


def command_alone(arguments: list[str], surroundings: Surroundings, is_ours: bool) -> int:
    """One management command, with servers of its own unless `make run` already has them running."""
    if is_ours:
        surroundings.recover()
        surroundings.start()
    elif surroundings.valkey:
        surroundings.valkey.remember()
    try:
        environment = surroundings.environment()
        if is_ours:
            manage(environment, "migrate", "--no-input", "--verbosity", "0")
        return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment).returncode
    finally:
        if is_ours:
            surroundings.stop()


def main(arguments: list[str]) -> int:
    environ.Env.read_env(ROOT / ".env")
    try:
        surroundings = Surroundings(given(os.environ))
        with only_one(LOCAL) as is_ours:
            if arguments:
                return command_alone(arguments, surroundings, is_ours)
            if not is_ours:
                raise Stop(
                    "Concordat already runs from this folder. Stop it with Ctrl-C where it was started."
                )
            return Supervisor(surroundings).run()
    except (Stop, ServerTrouble) as trouble:
        print(f"\n{trouble}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
