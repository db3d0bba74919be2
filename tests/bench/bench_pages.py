"""`make bench`: how long the server takes for each page of the demonstration, and how much it asks the database.

A report, not a test: these machines are noisy, so it prints the least and the median of each page's times and says
whose median is over the house's 50 ms.
"""

from statistics import median
from time import perf_counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.assurance.models import Report
from decisions.models import Decision, Proposal
from learning.models import Action, Experiment, Measure, Review
from ledger.models import CostReturn, Journal, Period, ReturnLine
from participants.models import Alliance, Participant, RoleAppointment
from tests.test_doors import INSIDE

RUNS, LIMIT = 15, 0.050


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


def pages(alliance: Alliance):
    things = things_of(alliance)
    for door in INSIDE:
        if door.get is None or "draft" in door.at or any(name not in things for name in door.at):
            continue
        tries = [()] if not door.at else list(zip(*(things[name] for name in door.at), strict=False))
        for arguments in tries[:2]:
            yield door.name, reverse(door.name, args=[alliance.slug, *arguments])


@pytest.mark.django_db
def test_bench_every_page_of_the_demonstration(capsys):
    call_command("load_demo", verbosity=0)
    alliance = Alliance.objects.filter(is_demonstration=True).order_by("pk").first()
    host = RoleAppointment.objects.in_force().get(alliance=alliance, role="pool_manager").person
    voice = RoleAppointment.objects.in_force().filter(alliance=alliance, role="representative").first().person
    rows = []
    for person in (voice, host):
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        for name, address in pages(alliance):
            if (status := client.get(address).status_code) != 200:
                if status != 403:
                    rows.append((name, address, None, None, status, 0))
                continue
            with CaptureQueriesContext(connection) as asked:
                size = len(b"".join(client.get(address)))
            questions = len(asked)
            times = []
            for _ in range(RUNS):
                start = perf_counter()
                b"".join(client.get(address))
                times.append(perf_counter() - start)
            rows.append((name, address, min(times), median(times), questions, size))
    best = {}
    for row in rows:
        if row[1] not in best:
            best[row[1]] = row
    with capsys.disabled():
        print(f"\n{'page':<32}{'least ms':>9}{'median':>8}{'queries':>9}{'KB':>6}  address")
        for name, address, least, middle, asked, size in sorted(
            best.values(), key=lambda row: -(row[3] or 9)
        ):
            if least is None:
                print(f"{name:<32}   answered {asked}: {address}")
            else:
                over = "  over 50 ms" if middle > LIMIT else ""
                print(
                    f"{name:<32}{least * 1000:>9.1f}{middle * 1000:>8.1f}{asked:>9}{size / 1024:>6.0f}  {address}{over}"
                )
        timed = [row for row in best.values() if row[2]]
        over = sum(row[3] > LIMIT for row in timed)
        print(
            f"{len(timed)} pages, slowest median {max(row[3] for row in timed) * 1000:.1f} ms, {over} over 50 ms"
        )
