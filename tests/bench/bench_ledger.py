"""`make bench-ledger LINES=…`: the same lines of cost into the book and into others, and its pages as it grows.

A report, not a test. `LINES` (1,000,000 by itself) go in by our two ways; the first `OTHERS` of them (100,000), enough
for a rate, into the slower ones. All databases are of one PostgreSQL, which for a bench does not wait for the disk.
"Processor" counts the program and its database session; on a quiet machine it is nearly the clock.

Then the pages, with 10,000 lines in the book, with a million, with ten, each a database of its own, asked in turn.
"""

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from statistics import median

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse

from alliance.core.invariants import REGISTER
from alliance.local import servers
from alliance.local.pytest_servers import RUNNING, TEST
from ledger.explaining import trial_balance
from ledger.models import Journal, Stretch
from tests.bench.bench_pages import RUNS, Browser
from tests.bench.contest import field, lines
from tests.bench.contest.field import Result
from tests.bench.contest.timing import Stopwatch
from tests.factories.ledger import make_book
from tests.factories.participants import make_participant, make_person

LINES = int(os.environ.get("LINES") or 1_000_000)
OTHERS = min(LINES, int(os.environ.get("OTHERS") or 100_000))
SIZES = sorted({size for size in (10_000, 1_000_000, 10_000_000) if size < LINES} | {LINES})
ROUNDS = 5
IN_ONE_LOAD = 1_000_000  # lines in one transaction of ledger/bulk.py
MONTHS = [(2026, month) for month in range(4, 11)]
MORE = ("Anchor Trust", "Lantern", "Quayside Advice", "Tideway", "Mariners’ Rest", "Breakwater")
MEGABYTE = 1 << 20


def open_the_book(cast, owner, folder) -> list[tuple[int, int]]:
    """A book with a few lines in it, and eight providers with whoever sends their returns, by their keys.

    The database has looked at its tables once, as autovacuum does in service; else it plans for empty ones.
    """
    make_book(cast)
    beacons = make_person(cast.alliance, "Fay Finance", "finance_lead", cast.beacon)
    senders = [(cast.haven.pk, cast.finn.pk), (cast.beacon.pk, beacons.pk)]
    for name in MORE:
        party = make_participant(cast.alliance, name)
        senders.append((party.pk, make_person(cast.alliance, f"Lead of {name}", "finance_lead", party).pk))
    files = lines.write(folder, 200, providers=len(senders), months=MONTHS, in_one=20, first=2_000_000_000)
    by_returns(files, senders)
    owner.autocommit = True
    owner.execute("analyze")
    return senders


def by_returns(files, senders) -> Result:
    files = list(files)
    took = field.ours("returns", files=[field.told_of(file) for file in files], senders=senders)
    how = "CSV read, checked by row, staged, confirmed, posted; every guard on"
    return Result("Concordat, returns", how, sum(one.rows for one in files), took)


def by_two_workers(files, senders) -> Result:
    """As `make run` and the compose file have it: two of the worker's processes take returns as they come."""
    halves = files[::2], files[1::2]
    with ThreadPoolExecutor() as pool:
        one, other = pool.map(lambda half: by_returns(half, senders), halves)
    how = "the same, by two processes as a worker has them"
    return Result("Concordat, two at a time", how, one.lines + other.lines, one.took.beside(other.took))


def in_bulk(cast, senders, files) -> Result:
    files = list(files)
    asked = {"senders": senders, "host": cast.hana.pk, "source": f"bench {files[0].begins}"}
    took = field.ours("bulk", files=[field.told_of(file) for file in files], **asked)
    how = "CSV read, load_costs: staged, checked in sets, posted; every guard on"
    return Result("Concordat, in bulk", how, sum(one.rows for one in files), took)


def contest(cast, postgres, owner, folder, count: int, others: int, with_others: bool = True) -> list[Result]:
    """Everybody's results, bare COPY's first. What came into the books is what was in the files, to the penny."""
    senders = open_the_book(cast, owner, folder)
    of_all = {"providers": len(senders), "months": MONTHS}
    few = list(lines.write(folder, others, **of_all))
    rest = list(lines.write(folder, count - others, first=others, **of_all))
    results = [field.bare_copy(postgres, few + rest)]
    began = spent(cast)
    returned = by_returns(few, senders)
    programs = list(field.programs(cast.alliance, folder, trial_balance(cast.alliance).lines))
    if rest:
        more = by_returns(rest, senders)
        returned = Result(more.name, more.how, returned.lines + more.lines, returned.took + more.took)
    assert spent(cast) - began == results[0].pence == sum(one.pence for one in few + rest)
    results += [field.copy_with_keys(postgres, folder), returned]
    more = list(
        lines.write(folder, others, first=count, in_one=min(lines.IN_ONE_FILE, -(-others // 8)), **of_all)
    )
    results.append(by_two_workers(more, senders))
    began = spent(cast)
    results.append(in_bulk(cast, senders, few + rest))
    assert spent(cast) - began == sum(map(lines.pence_of, range(count)))
    assert [said for one in REGISTER for said in one.breaks(cast.alliance.pk)] == []
    for name, script in (
        (("django-hordak", "hordak"), ("django-ledger", "django_ledger")) if with_others else ()
    ):
        results.append(field.foreign(name, script, postgres, few))
        assert results[-1].pence == sum(one.pence for one in few)
    return results + programs


def spent(cast) -> int:
    """Pence."""
    accounts = trial_balance(cast.alliance).accounts
    return int(100 * sum(one.net for one in accounts if one.code.startswith("5")))


def told(results: list[Result]) -> str:
    """The table: rates by the clock and by the processor, the processor's beside bare COPY's and beside ours."""
    copy, ours = results[0], next(one for one in results if one.name == "Concordat, returns")
    heads = (
        ("lines", 12),
        ("s", 9),
        ("lines/s", 11),
        ("processor", 11),
        ("lines/s", 11),
        ("of COPY", 9),
        ("ours is", 9),
    )
    rows = [f"\n{'':<26}" + "".join(f"{head:>{width}}" for head, width in heads) + f"{'peak':>9}  how"]
    for one in results:
        faster = ours.worked_rate / one.worked_rate
        rows.append(
            f"{one.name:<26}{one.lines:>12,}{one.took.seconds:>9.1f}{one.rate:>11,.0f}{one.took.worked:>11.1f}"
            f"{one.worked_rate:>11,.0f}{one.worked_rate / copy.worked_rate:>9.3f}{faster:>8.1f}×"
            f"{one.took.peak / MEGABYTE:>6,.0f} MB  {one.how}"
        )
    return "\n".join(rows)


class Page:
    """A page as its book grows: by the clock, and the processor's seconds for a request, the program's and its
    database session's together; of `ROUNDS` times `RUNS` requests for each size.
    """

    def __init__(self, name: str):
        self.name, self.timed, self.worked, self.shown = name, defaultdict(list), defaultdict(list), {}

    def ask(self, browser: Browser, size: int, address: str) -> None:
        """Once more when the session was renewed meanwhile (CONN_MAX_AGE): its processor time went with it."""
        session = None
        while session is None or connection.connection.info.backend_pid != session:
            _, self.shown[size], *_ = browser.get(address)
            session = connection.connection.info.backend_pid
            with Stopwatch(session) as watch:
                timed = browser.time(self.name, address)
            assert timed.status == 200, (self.name, timed.status)
        self.timed[size].append(timed)
        self.worked[size].append(watch.took.worked / (RUNS + 2))

    def clock(self, size: int) -> float:
        """Seconds, the median of all."""
        return median(chain.from_iterable(one.times for one in self.timed[size]))

    def asked(self) -> set[int]:
        return {one.asked for many in self.timed.values() for one in many}


def addresses(cast) -> dict[str, str]:
    """The book's pages that are read daily, as it stands."""
    here = [cast.alliance.slug]
    book, of_lines = reverse("ledger:book", args=here), reverse("ledger:lines", args=here)
    stretches = Stretch.objects.filter(alliance=cast.alliance)
    statement = stretches.of_category(cast.alliance, "direct_other")
    journal = Journal.objects.get(alliance=cast.alliance, number=stretches.told()[:1][0].journal)
    return {
        "the book": book,
        "trial balance": reverse("ledger:explain", args=here),
        "a participant's month": f"{book}?participant=haven&month=2026-10",
        "its lines": f"{of_lines}?participant=haven&month=2026-10",
        "every line": of_lines,
        "every line, half-way": f"{of_lines}?after={half_way(stretches)}",
        "account statement": f"{of_lines}?category=direct_other",
        "account statement, half-way": f"{of_lines}?category=direct_other&after={half_way(statement)}",
        "a journal": journal.get_absolute_url(),
    }


def look(browser: Browser, books: dict[int, tuple[str, dict[str, str]]]) -> list[Page]:
    """Every page of every book in turn, so that whatever slows the machine slows all sizes of it."""
    pages = [Page(name) for name in next(iter(books.values()))[1]]
    teardown_test_environment()
    try:
        for _ in range(ROUNDS):
            for page in pages:
                for size, (database, at) in books.items():
                    read_from(database)
                    page.ask(browser, size, at[page.name])
    finally:
        setup_test_environment()
        read_from(TEST)
    for page in pages[:2]:
        assert len(set(page.shown.values())) == len(books), f"{page.name} shows one book for another"
    return pages


def read_from(database: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = database


def half_way(stretches) -> str:
    """The place in an address from which the older half of what these stretches hold follows."""
    found = stretches.order_by("-month", "-journal_id", "-begins")
    one = found[found.count() // 2]
    return f"{one.month:%Y-%m}.{one.journal_id}.{one.begins + 99}"


@pytest.fixture
def postgres(request):
    return request.config.stash[RUNNING].postgres


@pytest.mark.django_db(transaction=True)
def test_bench_the_same_lines_into_every_ledger(cast, postgres, owner_connection, tmp_path, capsys):
    results = contest(cast, postgres, owner_connection, tmp_path, LINES, OTHERS)
    with capsys.disabled():
        print(told(results))


@pytest.mark.django_db(transaction=True)
def test_bench_the_pages_as_the_book_grows(cast, request, tmp_path, capsys):
    """Each size is kept as a database of its own; then all of them are looked at side by side."""
    running = request.config.stash[RUNNING]
    as_owner = running.postgres.parameters(servers.OWNER, TEST)
    with psycopg.connect(**as_owner) as owner:
        senders = open_the_book(cast, owner, tmp_path)
    browser, books, there = Browser(cast.rosa), {}, 0
    every = len(senders) * len(
        MONTHS
    )  # balances by provider and month: the first ten thousand reach them all
    for size in SIZES:
        for first in range(there, size, IN_ONE_LOAD):
            count = min(IN_ONE_LOAD, size - first)
            files = lines.write(
                tmp_path, count, first=first, in_one=-(-count // every), providers=len(senders), months=MONTHS
            )
            in_bulk(cast, senders, files)
            for file in tmp_path.glob("costs-*.csv"):
                file.unlink()
        there = size
        with psycopg.connect(**as_owner, autocommit=True) as owner:
            owner.execute("vacuum analyze")  # as autovacuum does: else the first pages tidy up after the load
        books[size] = TEST if size == SIZES[-1] else f"bench_{size}", addresses(cast)
        connections.close_all()
        if size != SIZES[-1]:
            running.run(running.copy(f"bench_{size}", TEST))
    timed = look(browser, books)
    running.run(*(f"drop database bench_{size}" for size in SIZES[:-1]))
    with capsys.disabled():
        print(told_of_pages(timed))


def told_of_pages(pages: list[Page]) -> str:
    """By the clock, which others on the machine lengthen, and of the processor, which they hardly do."""
    sizes = "".join(f"{size:>20,}" for size in SIZES)
    said = [f"\n{'ms by the clock / processor':<30}{sizes}{'growth':>9}{'':>9}{'queries':>9}"]
    for page in pages:
        clock, worked = [page.clock(size) for size in SIZES], [median(page.worked[size]) for size in SIZES]
        cells = "".join(
            f"{1000 * one:>11.1f} /{1000 * other:>7.1f}" for one, other in zip(clock, worked, strict=True)
        )
        growth, asked = (clock[-1] / clock[0], worked[-1] / worked[0]), page.asked()
        said.append(
            f"{page.name:<30}{cells}{growth[0]:>8.2f}×{growth[1]:>8.2f}×{max(asked):>9}"
            + ("" if len(asked) == 1 else f" (not always: {asked})")
        )
    return "\n".join(said)
