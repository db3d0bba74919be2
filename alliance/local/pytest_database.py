"""The test database: migrated once, as the owner; then the tests set their stage in a copy of it, and every committing
test gets a fresh copy of that stage. What many tests want furnished at length has a stage of its own (`stages`).

Django would empty the tables with TRUNCATE after such a test; append-only tables refuse that, and so they should.
"""

import threading
from collections.abc import Callable

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase

from alliance.local import servers
from alliance.local.pytest_servers import RUNNING, TEMPLATE, TEST, Servers

STAGE, SPARE = "concordat_test_stage", "concordat_test_spare"
COPIES = pytest.StashKey["Copies"]()


class Copies:
    """The test database and the copies of its template: one in use, one being made while the tests go on."""

    def __init__(self, running: Servers):
        self.run, self.put_away = running.run, running.put_away
        self._copy_of = running.copy
        self.stage = STAGE
        self.furnished: dict[Callable, tuple[str, object]] = {}  # by its function: the stage, what that said
        self.maker: threading.Thread | None = None
        self.trouble: Exception | None = None

    def begin(self, set_stage: Callable[[], None]) -> None:
        """Set the stage in a copy of the template; then the first copies of the stage."""
        self.run(f"drop database if exists {STAGE} with (force)", self._copy(TEST, TEMPLATE))
        set_stage()
        connections.close_all()
        self.put_away(STAGE)
        self.run(self._copy(TEST))
        self._make_spare()

    def change_to(self, furnish: Callable[[], object] | None) -> object:
        """Go on in a copy of the stage that this function furnishes, once; None is the one that all begin with.

        What the function said.
        """
        is_there = furnish is None or furnish in self.furnished
        stage, said = self.furnished.get(furnish, (STAGE, None))
        if is_there and stage == self.stage:
            return said
        connections.close_all()
        self._wait_for_spare()
        self.run(f"drop database {TEST} with (force)", f"drop database {SPARE}")
        if not is_there:
            self.run(self._copy(TEST, STAGE))
            stage, said = f"{STAGE}_{len(self.furnished)}", furnish()
            connections.close_all()
            self.put_away(stage)
            self.furnished[furnish] = stage, said
        self.stage = stage
        self.run(self._copy(TEST))
        self._make_spare()
        return said

    def renew(self) -> None:
        """Put a fresh copy in the place of the used database; whoever is still connected to the old one is cut off."""
        connections.close_all()
        self._wait_for_spare()
        self.run(
            f"drop database {TEST} with (force)",
            f"alter database {SPARE} rename to {TEST}",
        )
        self._make_spare()

    def _copy(self, name: str, source: str | None = None) -> str:
        return self._copy_of(name, source or self.stage)

    def _make_spare(self) -> None:
        def make() -> None:
            try:
                self.run(self._copy(SPARE))
            except Exception as trouble:
                self.trouble = trouble

        self.maker = threading.Thread(target=make, name="spare database", daemon=True)
        self.maker.start()

    def _wait_for_spare(self) -> None:
        self.maker.join()
        if self.trouble:
            raise self.trouble


@pytest.fixture(scope="session")
def set_stage():
    """What every test finds in its database: nothing, unless a conftest.py gives another function."""
    return lambda: None


@pytest.fixture(scope="session")
def stages() -> dict[str, Callable[[], object]]:
    """By a fixture's name: what furnishes the stage of the tests that ask for it, once a process. A conftest.py gives
    them."""
    return {}


@pytest.fixture
def on_stage(request, stages, django_db_setup, django_db_blocker):
    """What was said by the function that furnished this test's stage."""
    name = next((one for one in stages if one in request.fixturenames), None)
    with django_db_blocker.unblock():
        return request.config.stash[COPIES].change_to(stages.get(name))


@pytest.fixture
def _django_db_helper(on_stage, _django_db_helper):
    """Pytest-django's own, after the stage was changed."""


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, set_stage):
    """Takes the place of pytest-django's own."""
    running = request.config.stash[RUNNING]
    copies = request.config.stash[COPIES] = Copies(running)

    def migrate() -> None:
        with django_db_blocker.unblock():
            call_command("migrate", interactive=False, verbosity=0)
            connections.close_all()

    running.have_template(migrate)
    with django_db_blocker.unblock():
        copies.begin(set_stage)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: copies.renew())
        yield
    with django_db_blocker.unblock():
        connections.close_all()
    copies.maker.join()


@pytest.fixture
def owner_connection(request, transactional_db):
    """A psycopg connection as the owner of the tables, for tests of what even the owner is refused."""
    postgres = request.config.stash[RUNNING].postgres
    with psycopg.connect(**postgres.parameters(servers.OWNER, TEST)) as connection:
        yield connection
        connection.rollback()
