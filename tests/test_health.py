"""Whether everything is well, asked of each part itself."""

import pytest

from alliance import health
from alliance.local.servers import free_port

pytestmark = pytest.mark.django_db


def test_the_queue_is_not_well_because_the_cache_does_without_it(settings):
    assert health.parts()["queue"] == "ok"
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert health.parts()["queue"] == "does not answer (ConnectionError)"
