"""`make bench`: how long the application takes for each page of the demonstration, and how much it asks the database.

A report, not a test: it prints the least, the median and the 95th of a hundred of each page's times, and says whose
median is over the house's 50 ms. Beside them stand the milliseconds of processor that the application itself spent on
the page (the median; the database's are not among them), which a busy machine hardly changes.

It is the application as it runs in service: behind its WSGI door with every middleware, DEBUG off, templates cached,
the data committed, and nothing of the tests' listening in (Django's test environment tells of every template rendered,
with a copy of its context). Each page was asked for before, so that what a worker keeps from its first request on,
compiled templates, addresses and the words of questions, is at hand. What the server in front of it adds, gunicorn and
the network, is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, thread_time

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment
from django.urls import reverse

from alliance.assurance.models import Report
from alliance.wsgi import application
from decisions.models import Decision, Proposal
from learning.models import Action, Experiment, Measure, Review
from ledger.models import CostReturn, Journal, Period, ReturnLine
from participants.models import Alliance, Participant, RoleAppointment, User
from tests.test_doors import INSIDE

RUNS, LIMIT = 20, 0.050
HEADER = f"\n{'page':<36}{'least':>8}{'median':>8}{'95th':>8}{'work':>8}{'queries':>9}{'KB':>6}  address"


@dataclass(frozen=True)
class Timed:
    """One page, asked for `RUNS` times; or, when it did not answer 200, what it answered."""

    name: str
    address: str
    status: int
    times: tuple[float, ...] = ()  # seconds
    worked: tuple[float, ...] = ()  # seconds of processor
    asked: int = 0  # queries
    size: int = 0  # bytes

    @property
    def middle(self) -> float:
        return median(self.times)

    @property
    def late(self) -> float:
        return quantiles(self.times, n=20, method="inclusive")[-1]

    @property
    def row(self) -> str:
        """Its line in the report, under `HEADER`."""
        if not self.times:
            return f"{self.name:<36}  answered {self.status}  {self.address}"
        asked = (min(self.times), self.middle, self.late, median(self.worked))
        figures = "".join(f"{1000 * seconds:>8.1f}" for seconds in asked)
        over = "  over 50 ms" if self.middle > LIMIT else ""
        return f"{self.name:<36}{figures}{self.asked:>9}{self.size / 1024:>6.0f}  {self.address}{over}"


class Browser:
    """Somebody signed in, at the application's own door."""

    def __init__(self, person: User):
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def get(self, address: str) -> tuple[int, bytes, float, float]:
        """Status, body, seconds, and seconds of processor."""
        environ = RequestFactory(HTTP_COOKIE=self.cookie, HTTP_HOST="localhost").get(address).environ
        told = []
        start, at_work = perf_counter(), thread_time()
        answer = application(environ, lambda status, headers: told.append(status))
        body = b"".join(answer)
        answer.close()
        return int(told[0].split()[0]), body, perf_counter() - start, thread_time() - at_work

    def time(self, name: str, address: str) -> Timed:
        if (status := self.get(address)[0]) != 200:
            return Timed(name, address, status)
        with CaptureQueriesContext(connection) as asked:
            size = len(self.get(address)[1])
        questions = len(asked)  # now: the next request clears the log
        _, _, times, worked = zip(*(self.get(address) for _ in range(RUNS)), strict=True)
        return Timed(name, address, 200, times, worked, questions, size)


def things_of(alliance: Alliance) -> dict[str, list]:
    """By the names that the doors use: the numbers to try, a lived-in one each."""

    def newest(model, **only):
        return (
            model.objects.filter(alliance=alliance, **only)
            .order_by("-number")
            .values_list("number", flat=True)[:3]
        )

    posted = CostReturn.objects.filter(alliance=alliance, status="posted").order_by("-number").first()
    return {
        "participant": Participant.objects.filter(alliance=alliance).values_list("slug", flat=True)[:2],
        "proposal": newest(Proposal, state="open"),
        "version": [1],
        "decision": newest(Decision),
        "journal": newest(Journal),
        "return": [posted.number],
        "row": ReturnLine.objects.filter(cost_return=posted)
        .order_by("row")
        .values_list("row", flat=True)[:1],
        "year": [alliance.financial_year().slug],
        "month": [f"{Period.objects.filter(alliance=alliance).latest('month').month:%Y-%m}"],
        "review": newest(Review),
        "action": newest(Action),
        "experiment": newest(Experiment),
        "running": newest(Experiment, status="running"),
        "measure": newest(Measure),
        "report": newest(Report),
    }


def pages(alliance: Alliance) -> Iterator[tuple[str, str]]:
    things = things_of(alliance)
    for door in INSIDE:
        if door.get is None or "draft" in door.at or any(name not in things for name in door.at):
            continue
        tries = [()] if not door.at else list(zip(*(things[name] for name in door.at), strict=False))
        for arguments in tries[:2]:
            yield door.name, reverse(door.name, args=[alliance.slug, *arguments])


def time_all(alliance: Alliance) -> list[Timed]:
    """Each page once, by the representative; what is not theirs to see, by the pool manager. The slowest first."""
    host = RoleAppointment.objects.in_force().get(alliance=alliance, role="pool_manager").person
    voice = RoleAppointment.objects.in_force().filter(alliance=alliance, role="representative").first().person
    voice, host = Browser(voice), Browser(host)
    teardown_test_environment()
    try:
        timed = [voice.time(name, address) for name, address in pages(alliance)]
        timed = [host.time(one.name, one.address) if one.status == 403 else one for one in timed]
    finally:
        setup_test_environment()
    return sorted(timed, key=lambda one: -one.middle if one.times else 1)


@pytest.mark.django_db(transaction=True)
def test_bench_every_page_of_the_demonstration(owner_connection, capsys):
    call_command("load_demo", verbosity=0)
    owner_connection.autocommit = True
    owner_connection.execute("analyze")  # as autovacuum does in service
    timed = time_all(Alliance.objects.filter(is_demonstration=True).order_by("pk").first())
    with capsys.disabled():
        print(HEADER, *(one.row for one in timed), sep="\n")
        timed = [one for one in timed if one.times]
        middles, every = [one.middle for one in timed], [time for one in timed for time in one.times]
        over = sum(middle > LIMIT for middle in middles)
        print(
            f"{len(timed)} pages, {len(every)} requests: median {1000 * median(every):.1f} ms, "
            f"95th {1000 * quantiles(every, n=20)[-1]:.1f} ms, slowest page's median {1000 * max(middles):.1f} ms, "
            f"{over} over 50 ms"
        )
