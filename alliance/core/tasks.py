"""The doorbells. Each fetches by id and calls one function (house 34)."""

from celery import shared_task
from django.utils import timezone


@shared_task
def do_errand(errand_id: int) -> None:
    from alliance.core import outbox

    outbox.do(errand_id)


@shared_task
def sweep() -> None:
    from alliance.core import outbox

    outbox.sweep()


@shared_task
def tick() -> None:
    """Sent by the scheduler and done by a worker: hearing it shows that both are alive."""
    from alliance.core.models import Heartbeat

    Heartbeat.objects.update_or_create(name="scheduler", defaults={"at": timezone.now()})


@shared_task
def daily() -> None:
    """Runs hourly, asks for what each day needs once; a missed run is caught up by the next."""
    from alliance.core import schedule

    schedule.ask_for_what_is_due()
