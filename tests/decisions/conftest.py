"""What most tests of deciding begin with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.models import Proposal
from tests.factories.decisions import make_proposal


@pytest.fixture
def proposal(cast) -> Proposal:
    """Open, and put by the council."""
    return make_proposal(cast.council, cast.carol)


@pytest.fixture
def at(monkeypatch):
    """`at(days=3)`: it is three days later."""
    real = timezone.now

    def go(**later):
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**later))

    return go
