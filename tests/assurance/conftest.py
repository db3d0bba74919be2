"""The quarter that every test here reports on, and the worker's stages one by one."""

import pytest

from alliance.assurance import services
from alliance.core.periods import Quarter

QUARTER = Quarter(2026, 2)  # July to September 2026, over when these tests run


@pytest.fixture
def quarter() -> Quarter:
    return QUARTER


@pytest.fixture
def requested(harbour_alliance, carol, quarter):
    return services.request_report(alliance=harbour_alliance, quarter=quarter, by=carol)


@pytest.fixture
def sealed(requested, run_errands):
    run_errands()
    requested.refresh_from_db()
    assert requested.is_sealed
    return requested
