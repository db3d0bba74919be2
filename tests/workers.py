"""Real Celery workers, to be lost: each in a process group of its own, killed as the kernel kills."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen]]:
    """Start a real Celery worker; whatever is left of it goes at the end."""
    started = []

    def start() -> subprocess.Popen:
        command = "-m celery -A alliance worker --concurrency=1 --loglevel=ERROR"
        worker = subprocess.Popen(
            [sys.executable, *command.split()],
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


def empty_the_queue() -> None:
    redis.from_url(settings.REDIS_URL).flushall()


def wait_until(something: Callable, seconds: float = 60):
    """The first true thing that `something()` says."""
    until = time.monotonic() + seconds
    while not (found := something()):
        assert time.monotonic() < until, "It never came."
        time.sleep(0.02)
    return found
