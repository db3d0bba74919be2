"""Is everything that an alliance needs alive? Each part answers "ok" or says what is wrong."""

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from alliance.celery import app
from alliance.core.models import Errand, Heartbeat

SCHEDULER_IS_LATE = timedelta(seconds=60)
WORK_IS_LATE = timedelta(minutes=5)  # invariant 9
PATIENCE = 1.0  # seconds until a worker has answered


def parts() -> dict[str, str]:
    """Each part by name: "ok", or a few words."""
    return {
        "web": "ok",
        "database": _said(_database),
        "queue": _said(_queue),
        "worker": _said(_worker),
        "scheduler": _said(_scheduler),
    }


def _said(look: Callable[[], str | None]) -> str:
    try:
        return look() or "ok"
    except Exception as problem:  # whatever it is, the page must answer
        return f"does not answer ({type(problem).__name__})"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _queue() -> None:
    """Redis itself: the cache would answer without it."""
    with redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
    ) as queue:
        queue.ping()


def _worker() -> str | None:
    if not app.control.inspect(timeout=PATIENCE, limit=1).ping():
        return "no worker answers"
    late = Errand.objects.due().filter(due_at__lt=timezone.now() - WORK_IS_LATE).count()
    return f"{late} errands have waited for more than 5 minutes" if late else None


def _scheduler() -> str | None:
    beat = Heartbeat.objects.filter(name="scheduler").first()
    if beat is None or beat.at < timezone.now() - SCHEDULER_IS_LATE:
        return "not heard for a minute" if beat else "not heard yet"
    return None
