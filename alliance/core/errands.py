"""What the floor does every day: the self-check of every alliance, and the sessions that ended."""

from datetime import date

from django.contrib.sessions.models import Session
from django.utils import timezone

from alliance.core import invariants
from alliance.core.models import EventHead
from alliance.core.outbox import Run, enqueue, errand
from alliance.core.schedule import every_day


@errand("core.self_check")
def self_check(run: Run) -> None:
    with run.step("Checking that everything adds up"):
        invariants.self_check(run.alliance_id)


@every_day
def ask_for_self_checks(today: date) -> None:
    for alliance_id in EventHead.objects.values_list("alliance_id", flat=True):
        enqueue("core.self_check", key=f"{alliance_id} {today}", alliance_id=alliance_id)


@every_day
def forget_ended_sessions(today: date) -> None:
    """With them goes what somebody typed and never came back for (ADR 10)."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
