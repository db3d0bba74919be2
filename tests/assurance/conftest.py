"""The quarter that every test here reports on, and the worker's stages one by one."""

from unittest.mock import patch

import pytest

from alliance.assurance import services
from alliance.assurance.models import Report
from alliance.core import outbox
from alliance.core.periods import Quarter
from tests.conftest import find_cast

QUARTER = Quarter(2026, 2)  # July to September 2026, over when these tests run


@pytest.fixture
def quarter() -> Quarter:
    return QUARTER


@pytest.fixture
def requested(harbour_alliance, carol, quarter):
    return services.request_report(alliance=harbour_alliance, quarter=quarter, by=carol)


@pytest.fixture
def run_errands():
    """Reports and all."""
    return outbox.do_all_due


@pytest.fixture(scope="session")
def stages(stages):
    """A report takes seconds to draw."""
    return stages | {"sealed": seal}


@patch.object(outbox, "ring", lambda errand_id: None)
def seal() -> int:
    cast = find_cast()
    made = services.request_report(alliance=cast.alliance, quarter=QUARTER, by=cast.carol)
    outbox.do_all_due()
    return made.pk


@pytest.fixture
def sealed(on_stage, db):
    report = Report.objects.get(pk=on_stage)
    assert report.is_sealed
    return report
