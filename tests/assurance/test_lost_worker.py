"""A worker is killed while it draws, the queue forgets everything: the report comes all the same, once."""

import os
import signal
import subprocess
import sys
import time

import pytest
import redis
from django.conf import settings

from alliance.assurance import drawing
from alliance.assurance.models import Report
from alliance.core import outbox
from alliance.core.models import Document, Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def start_worker():
    """Start a real Celery worker in a process group of its own; whatever is left of it goes at the end."""
    started = []

    def start() -> subprocess.Popen:
        worker = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "alliance",
                "worker",
                "--concurrency=1",
                "--loglevel=ERROR",
            ],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "alliance.settings"},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            kill(worker)


def kill(worker: subprocess.Popen) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_until(something, seconds: float = 60):
    until = time.monotonic() + seconds
    while not (found := something()):
        assert time.monotonic() < until, "It never came."
        time.sleep(0.02)
    return found


def test_a_worker_killed_while_drawing_and_a_queue_that_forgets_cost_nothing(
    requested, harbour_alliance, start_worker
):
    worker = start_worker()
    wait_until(lambda: requested.errand.stage == "Drawing the pages")
    kill(worker)
    redis.from_url(settings.REDIS_URL).flushall()
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
