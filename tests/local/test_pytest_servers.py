"""The test servers themselves: who the tests are, and what a committing test leaves behind (nothing)."""

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from alliance.local.servers import APP, OWNER


def user_and_database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_database()")
        return cursor.fetchone()


def test_tests_log_in_as_the_role_that_owns_nothing(db):
    assert user_and_database() == (APP, "concordat_test")


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_what_a_test_commits_the_next_one_does_not_see(transactional_db, turn):
    assert not ContentType.objects.filter(app_label="left-behind").exists()
    ContentType.objects.create(app_label="left-behind", model="something")


def test_whoever_is_still_connected_does_not_hold_up_the_next_test(transactional_db, owner_connection):
    idle = psycopg.connect(**owner_connection.info.get_parameters())
    assert idle.execute("select 1").fetchone() == (1,)  # and is left open, inside a transaction


def test_after_committing_tests_the_migrated_data_is_still_there(db):
    assert ContentType.objects.filter(app_label="contenttypes").exists()


def test_the_owner_is_at_hand_for_what_even_the_owner_is_refused(owner_connection):
    assert owner_connection.execute("select current_user").fetchone() == (OWNER,)
