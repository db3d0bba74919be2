"""Haven's return of November, and what Beacon asks about a line of it."""

from unittest.mock import patch

import pytest

from ledger.models import CostReturn, Query
from tests.conftest import find_cast
from tests.factories.ledger import ask, cost, make_book, post_return
from tests.ledger.conftest import TODAY


@pytest.fixture(scope="session")
def stages():
    return {"posted": furnish}


@patch("django.utils.timezone.now", lambda: TODAY)
def furnish() -> int:
    cast = find_cast()
    make_book(cast)
    rows = [cost("1200.00"), cost("300.00", line="Peer support", supplier="Ferry Lane Café")]
    return post_return(cast, rows).pk


@pytest.fixture
def posted(on_stage, cast) -> CostReturn:
    """Haven's return of November with two lines."""
    return CostReturn.objects.get(pk=on_stage)


@pytest.fixture
def asked(cast, posted) -> Query:
    return ask(posted, cast.beacon, cast.rosa)
