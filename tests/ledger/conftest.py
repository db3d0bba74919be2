"""For the open book's tests it is always the same Sunday, so that what has ended stays ended."""

from datetime import UTC, datetime

import pytest

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sunday_22_november_2026(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
