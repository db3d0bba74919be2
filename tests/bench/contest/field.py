"""Those who take part, each started the way that is quickest for it; every one answers with a `Result`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, sleep

import psycopg
from django.conf import settings

from alliance.core.tenancy import one_moment
from alliance.local import servers
from alliance.local.bootstrap import bench_python
from alliance.local.pytest_servers import TEST
from ledger.exporting.plain_text import DIALECTS, accounting_journal
from participants.models import Alliance
from tests.bench.contest.lines import File
from tests.bench.contest.timing import Stopwatch, Took, most_memory

HERE = Path(__file__).parent
PIECE = 1 << 17  # bytes given to COPY at a time
READ_BEANCOUNT = "import sys; from beancount import loader; sys.exit(bool(loader.load_file(sys.argv[1])[1]))"


@dataclass(frozen=True)
class Result:
    """`pence`: what the lines come to in its own books, None where it was not asked."""

    name: str
    how: str
    lines: int
    took: Took
    pence: int | None = None

    @property
    def rate(self) -> float:
        """Lines a second by the clock."""
        return self.lines / self.took.seconds

    @property
    def worked_rate(self) -> float:
        """Lines for a second of the processor, whoever else is busy."""
        return self.lines / (self.took.worked or self.took.seconds)


def bare_copy(postgres: servers.Postgres, files: Sequence[File]) -> Result:
    """The files' bytes as they are, into a table without a key, an index or a guard."""
    with _database(postgres, "bench_plain") as where, psycopg.connect(**where, autocommit=True) as connection:
        connection.execute("set datestyle = 'ISO, DMY'")
        connection.execute(
            "create table line (date date, supplier text, description text, amount numeric(15, 2), category text, "
            "budget_line text, reference text, evidence text)"
        )
        with Stopwatch(connection.info.backend_pid) as watch:
            for file in files:
                _copy(connection, "copy line from stdin (format csv, header)", file.path)
        ((lines, pence),) = connection.execute("select count(*), 100 * sum(amount) from line")
    return Result(
        "bare COPY",
        "the files' bytes into a table without key, index or guard",
        lines,
        watch.took,
        int(pence),
    )


def copy_with_keys(postgres: servers.Postgres, folder: Path) -> Result:
    """The posted entries as they stand in the book, into a table with its key and without its guards."""
    data = folder / "entries"
    with psycopg.connect(**postgres.parameters(servers.OWNER, TEST), autocommit=True) as connection:
        with data.open("wb") as file, connection.cursor().copy("copy ledger_entry to stdout") as copy:
            file.writelines(copy)
        connection.execute("create table bench_entry (like ledger_entry including indexes)")
        with Stopwatch(connection.info.backend_pid) as watch:
            _copy(connection, "copy bench_entry from stdin", data)
        ((lines,),) = connection.execute("select count(*) from bench_entry")
        connection.execute("drop table bench_entry")
    data.unlink()
    return Result(
        "COPY with the book's key",
        "ready entries into its table with its key, no guard",
        lines,
        watch.took,
    )


def _copy(connection: psycopg.Connection, statement: str, path: Path) -> None:
    with path.open("rb") as file, connection.cursor().copy(statement) as copy:
        while piece := file.read(PIECE):
            copy.write(piece)


def ours(how: str, **asked) -> Took:
    """A process of its own, as a worker is; `how` is "returns" or "bulk" (ours.py)."""
    said = _run(
        [sys.executable, "-m", "tests.bench.contest.ours", json.dumps({"how": how, **asked})],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR)},
    )
    return Took(**said)


def foreign(name: str, script: str, postgres: servers.Postgres, files: Sequence[File], **asked) -> Result:
    """A ledger that lives in the environment of requirements-bench.txt, in a database of its own."""
    with _database(postgres, f"bench_{script}") as where:
        database = {"NAME": where["dbname"], "USER": where["user"], "HOST": where["host"]}
        told = {"database": database, "files": [told_of(file) for file in files], **asked}
        said = _run([str(bench_python()), str(HERE / f"in_{script}.py"), json.dumps(told)], env=os.environ)
    lines, how, pence = said.pop("lines"), said.pop("how"), said.pop("pence")
    return Result(name, how, lines, Took(**said), pence)


def programs(alliance: Alliance, folder: Path, lines: int) -> Iterator[Result]:
    """Beancount and hledger read our own export of the book, with its assertions of every month's balances."""
    for dialect, name, command in (
        ("beancount", "Beancount", [sys.executable, "-c", READ_BEANCOUNT]),
        ("hledger", "hledger", ["hledger", "balance", "-f"]),
    ):
        path = folder / f"book.{DIALECTS[dialect].extension}"
        with one_moment(alliance.pk), path.open("w", encoding="utf-8") as file:
            file.writelines(accounting_journal(alliance, dialect))
        yield Result(name, "reads our export, into memory alone", lines, _timed([*command, str(path)]))


def told_of(file: File) -> dict:
    return asdict(file) | {"path": str(file.path), "provider": str(file.provider)}


def _timed(command: list[str]) -> Took:
    uncached = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    began = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=uncached)
    most = 0
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        most = max(most, most_memory(process.pid))
        sleep(0.02)
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Took(perf_counter() - began, used.ru_utime + used.ru_stime, 0.0, most)


def _run(command: list[str], **how) -> dict:
    done = subprocess.run(command, capture_output=True, text=True, **how)
    assert not done.returncode, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _database(postgres: servers.Postgres, name: str) -> Iterator[dict[str, str]]:
    """A new database beside the book's, in the same cluster; gone afterwards."""
    with psycopg.connect(**postgres.parameters(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    try:
        yield postgres.parameters(database=name)
    finally:
        with psycopg.connect(**postgres.parameters(), autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
