"""Many ask at the same moment, and one report is made (house 13, 14)."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from alliance.assurance import gathering, services
from alliance.assurance.models import Report
from alliance.core import invariants, outbox
from alliance.core import record as chain
from alliance.core.models import Errand, Event
from alliance.core.record import record
from alliance.core.tenancy import within_alliance

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def all_at_once(*acts):
    """Every act in a thread of its own, begun together; their results in order."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_six_requests_at_once_are_one_report(cast, quarter):
    people = [cast.carol, cast.pat, cast.rosa, cast.hana, None, None]

    def ask(person):
        return lambda: within_alliance(
            cast.alliance.pk,
            lambda: services.request_report(alliance=cast.alliance, quarter=quarter, by=person),
        )

    asked = all_at_once(*[ask(person) for person in people])
    assert len(asked) == AT_ONCE
    assert {one.pk for one in asked} == {Report.objects.get().pk}
    assert Errand.objects.filter(kind=Report.ERRAND).count() == 1
    assert Event.objects.filter(kind="assurance.report_requested").count() == 1


def test_workers_who_take_the_same_errand_make_one_report(requested, harbour_alliance):
    errand = requested.errand
    done = all_at_once(*[lambda: outbox.do(errand.pk)] * 3)
    assert done.count(True) == 1
    assert Event.objects.filter(kind="assurance.report_sealed").count() == 1


def test_what_happens_while_the_facts_are_read_waits_until_they_are(requested, harbour_alliance, monkeypatch):
    invariants.self_check(harbour_alliance.pk)
    really_gather = gathering.gather

    def tell_news():
        try:
            news = within_alliance(
                harbour_alliance.pk,
                lambda: record("participants.alliance_founded", harbour_alliance, by=None, name="News"),
            )
            return news.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        told = []

        def gather_slowly(report, head):
            told.append(thread.submit(tell_news))
            time.sleep(0.5)
            assert not told[0].done()
            return really_gather(report, head)

        monkeypatch.setattr(gathering, "gather", gather_slowly)
        report = services.gather_report(report=requested)
        news = Event.objects.get(pk=told[0].result())
    assert news.seq == report.head_seq + 1


def test_a_self_check_beside_a_busy_alliance_finds_no_break_that_is_none(harbour_alliance, monkeypatch):
    """A report would freeze such a false alarm."""
    really_head = chain.head

    def head_and_then_news(alliance_id):
        end = really_head(alliance_id)
        within_alliance(
            alliance_id,
            lambda: record("participants.alliance_founded", harbour_alliance, by=None, name="News"),
        )
        return end

    monkeypatch.setattr(chain, "head", head_and_then_news)
    assert list(chain.breaks_in_chain(harbour_alliance.pk)) == []
