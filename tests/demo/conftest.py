"""The story is told once for all the tests in this folder, on a fixed day, in a transaction that is taken back."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from alliance.demo.agenda import LONDON
from alliance.demo.story import tell
from alliance.demo.story.world import World

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=LONDON)


@pytest.fixture(scope="package")
def told(request, django_db_setup, django_db_blocker) -> World:
    # Pytest wants to be the first to import a plugin of its.
    from alliance.local.pytest_database import COPIES

    with django_db_blocker.unblock():
        request.config.stash[COPIES].change_to(None)
        with transaction.atomic():
            yield tell(NOW)
            transaction.set_rollback(True)


@pytest.fixture
def story(told) -> World:
    """The world as it was told, at the moment when it was told; what a test does to it is undone."""
    with time_machine.travel(NOW.astimezone(ZoneInfo("UTC"))), transaction.atomic():
        yield told
        transaction.set_rollback(True)


@pytest.fixture
def merrowport(story):
    return story.alliance
