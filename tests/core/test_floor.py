"""Lifecycles, rules, tenancy, guards, settings: the floor that every room stands on."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, models, transaction

from alliance.core import tenancy
from alliance.core.guards import grant
from alliance.core.lifecycle import REGISTER, Lifecycle, Step
from alliance.core.permissions import rule
from alliance.core.refusals import NotAllowed, NotPossible


class State(models.TextChoices):
    OPEN = "open", "Open"
    SHUT = "shut", "Shut for good"


@pytest.fixture
def door():
    lifecycle = Lifecycle(
        "Door",
        State,
        State.OPEN,
        Step("knock", (State.OPEN,)),
        Step("shut", (State.OPEN,), State.SHUT),
        room="nowhere",
    )
    REGISTER.remove(lifecycle)
    return lifecycle


def test_a_lifecycle_permits_what_its_table_says_and_says_why_not(door):
    assert door.after("open", "shut") == "shut"
    assert door.after("open", "knock") == "open"
    assert door.reason("shut", "knock") == "This door is shut for good, so that is no longer possible."
    with pytest.raises(NotPossible, match="shut for good"):
        door.require("shut", "shut")


def test_a_lifecycle_draws_itself(door):
    assert door.draw().splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        "    open : Open",
        "    shut : Shut for good",
        "    [*] --> open",
        "    open --> open : knock",
        "    open --> shut : shut",
        "    shut --> [*]",
        "```",
    ]


def test_a_lifecycle_that_names_a_state_that_is_not_there_does_not_start():
    with pytest.raises(ValueError, match="unknown states"):
        Lifecycle("Door", State, State.OPEN, Step("burn", (State.OPEN,), "ash"), room="nowhere")


def test_every_state_of_every_lifecycle_is_reached_and_is_final_or_has_a_next_step():
    assert {one.noun for one in REGISTER} >= {"Proposal", "Return", "Experiment", "Report"}
    for lifecycle in REGISTER:
        assert lifecycle.reachable() == set(lifecycle.states.values), lifecycle.noun


def test_a_rule_is_asked_three_ways():
    @rule
    def enter(by, *, house):
        return "" if by == house else f"Only {house} comes in."

    assert enter.allows("Ann", house="Ann")
    assert enter.reason("Bob", house="Ann") == "Only Ann comes in."
    with pytest.raises(NotAllowed, match="Only Ann comes in"):
        enter.check("Bob", house="Ann")
    enter.check("Ann", house="Ann")


class Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_three_times_and_then_told(cast):
    tries = []

    def unlucky(times):
        def act():
            tries.append(1)
            if len(tries) <= times:
                raise OperationalError from Deadlock()
            return "done"

        return act

    assert tenancy.within_alliance(cast.alliance.pk, unlucky(2)) == "done"
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(OperationalError):
        tenancy.within_alliance(cast.alliance.pk, unlucky(9))
    assert len(tries) == tenancy.TRIES


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_somebody_else_is_told_so(cast):
    def too_long():
        raise OperationalError from type("LockNotAvailable", (Exception,), {"sqlstate": "55P03"})()

    with pytest.raises(NotPossible, match="Somebody else is at work"):
        tenancy.within_alliance(cast.alliance.pk, too_long)


@pytest.mark.django_db(transaction=True)
def test_the_alliance_is_set_for_the_transaction_only(cast):
    def setting():
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.alliance', true)")
            return cursor.fetchone()[0]

    with tenancy.alliance_context(cast.alliance.pk):
        assert setting() == str(cast.alliance.pk)
    assert setting() in (None, "")


def test_the_application_owns_nothing_and_deletes_nothing_of_an_alliance(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, count(*) filter (where tableowner = current_user) from pg_tables group by 1"
        )
        assert cursor.fetchone() == ("concordat_app", 0)
        cursor.execute(
            """
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'alliance_id'
            where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
              and (has_table_privilege(c.oid, 'delete') or has_table_privilege(c.oid, 'truncate'))
            """
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "select has_schema_privilege('public', 'create'), rolsuper, rolbypassrls, rolcreaterole"
            " from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.django_db(transaction=True)
def test_granting_twice_is_granting_once(owner_connection):
    query = (
        "select relname, relacl::text from pg_class where relnamespace = 'public'::regnamespace order by 1"
    )
    before = owner_connection.execute(query).fetchall()
    with owner_connection.cursor() as cursor:
        grant(cursor, "concordat_app")
    assert {name: sorted(acl or "") for name, acl in owner_connection.execute(query).fetchall()} == {
        name: sorted(acl or "") for name, acl in before
    }
    owner_connection.rollback()


def test_facts_have_authors(cast):
    with pytest.raises(IntegrityError, match="appointment_is_ended_by_somebody"), transaction.atomic():
        cast.bea.appointments.update(ended_by=cast.pat)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must be PostgreSQL"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'. Set it to 1 or 0."),
        ({"BASE_URL": "http://alliance.example"}, "needs https"),
        (
            {"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE names a file that cannot be read",
        ),
    ],
)
def test_a_wrong_variable_stops_the_boot_and_says_the_cure(changes, said):
    assert said in _manage(["check"], changes).stderr


def test_the_deployment_check_finds_nothing_when_debug_is_off():
    finished = _manage(
        ["check", "--deploy", "--fail-level", "WARNING"],
        {
            "BASE_URL": "https://alliance.example",
            "DEBUG": "0",
            "DEMO": "0",
            "DJANGO_ALLOW_ASYNC_UNSAFE": None,
            "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrs",
        },
    )
    assert finished.returncode == 0, finished.stderr


def _manage(arguments, changes):
    environment = {name: value for name, value in (os.environ | changes).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
