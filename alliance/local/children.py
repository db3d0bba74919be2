"""Web, worker and beat: how each is started, started again when it dies, and stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from alliance.local.surroundings import LOCAL, ROOT

LOG_LIMIT = 10_000_000  # bytes


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
