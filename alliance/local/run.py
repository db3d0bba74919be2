"""`make run`: start everything, say how to sign in, keep it running, stop it in order.

With arguments it runs one management command against the same servers instead:
`python -m alliance.local.run load_demo --large`.
"""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import environ
import psycopg

from alliance.local.bootstrap import NO_ROOM
from alliance.local.children import Child, commands
from alliance.local.preparing import manage, prepare
from alliance.local.servers import ServerTrouble, is_free
from alliance.local.surroundings import LOCAL, ROOT, Surroundings, given, only_one, port_of
from alliance.local.talking import Stop, say

READY_WITHIN = 120.0  # seconds


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
    except (OSError, psycopg.errors.DiskFull) as problem:
        if isinstance(problem, OSError) and problem.errno != errno.ENOSPC:
            raise
        print(f"\n{NO_ROOM}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
