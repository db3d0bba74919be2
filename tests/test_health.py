"""Whether everything is well, asked of each part itself."""

import pytest

from alliance import health
from alliance.local.servers import free_port

pytestmark = pytest.mark.django_db


def test_the_queue_is_not_well_because_the_cache_does_without_it(settings):
    assert health.parts()["queue"] == "ok"
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert health.parts()["queue"] == "does not answer (ConnectionError)"


def test_another_hosts_name_is_a_bad_request_and_no_fault_of_ours(client, settings):
    settings.ALLOWED_HOSTS = ["alliance.example"]
    answer = client.get("/", headers={"host": "other.example"})
    assert answer.status_code == 400
    assert b"We could not read that request" in answer.content
