"""A worker is killed while it draws, the queue forgets everything: the report comes all the same, once."""

import pytest

from alliance.assurance import drawing
from alliance.assurance.models import Report
from alliance.core import outbox
from alliance.core.models import Document, Event
from tests import workers
from tests.workers import empty_the_queue, kill, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
start_worker = workers.start_worker


def test_a_worker_killed_while_drawing_and_a_queue_that_forgets_cost_nothing(
    requested, harbour_alliance, start_worker
):
    worker = start_worker()
    wait_until(lambda: requested.errand.stage == "Drawing the pages")
    kill(worker)
    empty_the_queue()
    requested.refresh_from_db()
    assert (requested.status, requested.errand.finished_at) == ("gathered", None)
    gathered = requested.snapshot_id

    start_worker()
    outbox.sweep()  # what the scheduler does every 20 seconds
    outbox.sweep()
    wait_until(lambda: Report.objects.get(pk=requested.pk).is_sealed)
    wait_until(lambda: requested.errand.finished_at)

    report = Report.objects.get(pk=requested.pk)
    assert report.snapshot_id == gathered
    assert bytes(report.pdf.content) == drawing.draw(report.contents)
    assert report.errand.attempts == 2
    assert Event.objects.filter(alliance=harbour_alliance, kind="assurance.report_sealed").count() == 1
    assert Document.objects.filter(alliance=harbour_alliance, media_type="application/pdf").count() == 1
