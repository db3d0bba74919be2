"""A worker's process is killed in the middle of a file, Redis forgets everything: the file is in the book, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from alliance.core import outbox
from alliance.core.models import Errand, Event
from alliance.core.periods import FinancialYear, Month
from ledger.models import Balance, CostReturn, Entry, Journal, ReturnLine
from ledger.services import accept_cost_return, submit_cost_return
from tests import workers
from tests.factories.ledger import cost, csv_of, make_book
from tests.workers import empty_the_queue, kill, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
start_worker = workers.start_worker
MANY = 25_000  # three pieces


@pytest.fixture
def _sunday_22_november_2026():
    """In these tests the workers' clock is the machine's, and so is ours."""


def send(cast, lines: int) -> CostReturn:
    """A return of last month with so many lines of 1.00 each, not yet checked."""
    month = Month.containing(timezone.localdate()).previous
    make_book(cast, year=FinancialYear.containing(month.start))
    day = f"{month.start + timedelta(days=2):%d/%m/%Y}"
    return submit_cost_return(
        participant=cast.haven,
        month=month,
        name="costs.csv",
        content=csv_of([cost("1.00", day, reference=f"INV-{n}") for n in range(lines)]),
        by=cast.finn,
    )


def errand_of(sent: CostReturn) -> Errand:
    """What was asked of a worker for the return last; not what its posting asks for in turn."""
    ours = Errand.objects.filter(
        alliance=sent.alliance, kind__in=["ledger.check_return", "ledger.post_return"]
    )
    return ours.latest("pk")


def until_it_is(sent: CostReturn, status: str) -> CostReturn:
    """Sweep, as the scheduler does every 20 seconds, until the return is so."""

    def there():
        outbox.sweep()
        sent.refresh_from_db()
        return sent.status == status and errand_of(sent).finished_at

    wait_until(there)
    return sent


def test_killed_while_a_file_is_checked(cast, start_worker):
    sent = send(cast, MANY)
    worker = start_worker()
    wait_until(lambda: errand_of(sent).stage == "Checking from row 10,002")
    kill(worker)
    empty_the_queue()
    sent.refresh_from_db()
    assert (sent.status, errand_of(sent).finished_at) == ("checking", None)
    assert ReturnLine.objects.filter(cost_return=sent).count() >= 10_000

    start_worker()
    until_it_is(sent, "ready")
    assert (sent.line_count, sent.lines_total) == (MANY, Decimal(MANY))
    assert ReturnLine.objects.filter(cost_return=sent, reading=sent.reading).count() == MANY
    assert errand_of(sent).attempts == 2


def test_killed_while_a_file_is_posted(cast, start_worker, owner_connection):
    """The chain's head is locked, so that the worker dies with every line written and nothing committed."""
    sent = send(cast, 2_000)
    outbox.do_all_due()
    sent.refresh_from_db()
    accept_cost_return(cost_return=sent, by=cast.finn)
    with owner_connection.cursor() as cursor:
        cursor.execute("select set_config('app.alliance', %s, true)", [str(cast.alliance.pk)])
        cursor.execute("select 1 from core_eventhead where alliance_id = %s for update", [cast.alliance.pk])

    worker = start_worker()
    wait_until(is_waiting_for_a_lock)
    kill(worker)
    empty_the_queue()
    owner_connection.rollback()
    assert not Journal.objects.filter(kind="cost_return").exists()

    start_worker()
    until_it_is(sent, "posted")
    for _ in range(3):
        outbox.sweep()
    assert Journal.objects.filter(kind="cost_return").count() == 1
    assert Entry.objects.filter(journal=sent.journal).count() == sent.journal.line_count
    assert Balance.objects.costs().net() == Decimal("2000.00")
    assert Event.objects.filter(alliance=cast.alliance, kind="ledger.return_posted").count() == 1
    assert errand_of(sent).attempts == 2


def is_waiting_for_a_lock() -> bool:
    """Does another of the application's sessions wait for somebody's lock?"""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
        return cursor.fetchone()[0] > 0
