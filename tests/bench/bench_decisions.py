"""`make bench-decisions`: the pages of deciding together with DECISIONS decisions in the register (10,000 by itself).

A report, not a test, as bench_pages.py has it: the least, the median and the 95th of a hundred of each page's times,
and the processor's.
The decisions are loaded in sets through every guard (decisions/bulk.py); one proposal carries 300 comments and one
300 acts of answering.
"""

import os
from datetime import timedelta
from itertools import islice
from time import perf_counter

import pytest
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse
from django.utils import timezone

from decisions import bulk, services
from decisions.models import Decision, Proposal
from participants.models import RoleAppointment
from tests.bench.bench_pages import HEADER, Browser
from tests.factories.decisions import answer, make_case, make_proposal

DECISIONS = int(os.environ.get("DECISIONS", "10000"))
SAID = 300
WORDS = ("shelter", "van", "kitchen", "outreach", "lease", "nurse", "garden", "phone", "winter", "bed")


def puts(cast):
    """One a few minutes after the other, the last 30 still waiting for Beacon."""
    voices = [
        RoleAppointment.objects.select_related("person", "participant").get(person=one, role="representative")
        for one in (cast.carol, cast.pat, cast.rosa)
    ]
    for place in range(DECISIONS):
        open_ = place >= DECISIONS - 30
        days = 2 if open_ else 3 + (DECISIONS - place) * 580 // DECISIONS
        title = f"Shall we have the {place}th {WORDS[place % 10]} for the {WORDS[place // 10 % 10]}?"
        yield bulk.Put(
            case=make_case(cast.alliance, title=title),
            by=voices[place % 3],
            at=timezone.now() - timedelta(days=days),
            agreeing=tuple(voices[: 2 if open_ else 3]),
        )


@pytest.mark.django_db(transaction=True)
def test_bench_the_register_with_thousands_of_decisions(cast, owner_connection, capsys):
    began = perf_counter()
    roll = [cast.council, cast.haven, cast.beacon]
    for appointment in RoleAppointment.objects.filter(alliance=cast.alliance):
        assert appointment.from_on <= timezone.localdate() - timedelta(days=590), (
            "The cast came before it all."
        )
    owner_connection.autocommit = True
    cases = puts(cast)
    sealed = bulk.load_decisions(cast.alliance, islice(cases, 500), roll)
    owner_connection.execute("analyze")  # the guards' plans are those of empty tables until then
    sealed += bulk.load_decisions(cast.alliance, cases, roll)
    loaded = perf_counter() - began
    talked, changed = make_proposal(cast.haven, cast.pat), make_proposal(cast.haven, cast.pat)
    for number in range(SAID):
        services.comment(proposal=talked, words=f"Remark {number}", by=cast.lee)
        answer(changed, cast.haven, cast.dev if number % 2 else cast.pat, reason=f"Once more, {number}")
    owner_connection.execute("analyze")
    here = [cast.alliance.slug]
    register, newest = reverse("decisions:register", args=here), Decision.objects.order_by("-number").first()
    addresses = {
        "home": reverse("alliance_home", args=here),
        "register": register,
        "register, last page": f"{register}?page={DECISIONS // 20}",
        "register, words": f"{register}?q=winter+lease",
        "register, words and state": f"{register}?q=winter&state=agreed",
        "register, principle, participant": f"{register}?principle=b&by=haven",
        "register, a quarter": f"{register}?period={cast.alliance.financial_year().quarters[0].slug}",
        "decision": newest.get_absolute_url(),
        "open proposal": Proposal.objects.open().order_by("number").first().get_absolute_url(),
        f"proposal with {SAID} comments": talked.get_absolute_url(),
        f"proposal with {SAID} acts": changed.get_absolute_url(),
        "record": reverse("record", args=here),
    }
    browser = Browser(cast.rosa)
    teardown_test_environment()
    try:
        timed = [browser.time(name, address) for name, address in addresses.items()]
    finally:
        setup_test_environment()
    with capsys.disabled():
        print(
            f"\n{DECISIONS:,} proposals, {sealed:,} sealed, loaded in {loaded:.1f} s ({sealed / loaded:,.0f} a second)"
        )
        print(HEADER, *(one.row for one in timed), sep="\n")
