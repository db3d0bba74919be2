"""For the open book's tests it is always the same Sunday, so that what has ended stays ended."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sunday_22_november_2026(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def on_day(monkeypatch):
    """`on_day(12)`: it is 12 days later."""

    def of(days: int) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY + timedelta(days=days))

    return of


@pytest.fixture
def url(cast):
    """`url("query", 1)` is the address of that page of the book."""

    def of(name: str, *args) -> str:
        return reverse(f"ledger:{name}", args=[cast.alliance.slug, *args])

    return of


@pytest.fixture
def says(client_of):
    """`says(pat, url)` is the page's text, its white space made plain; with `given` it is what a POST answers."""

    def of(user, address: str, given: dict | None = None, status: int = 200) -> str:
        client = client_of(user)
        answer = client.get(address) if given is None else client.post(address, given)
        assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[:2000])
        return " ".join(answer.content.decode().split())

    return of
