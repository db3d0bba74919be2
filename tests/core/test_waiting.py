"""What waits is asked for as it is now, though the questions are kept for a day (alliance/core/waiting.py)."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from participants.standing import standing

pytestmark = pytest.mark.django_db


def test_what_goes_between_two_questions_waits_no_more(cast, monkeypatch):
    """As when a month is closed while somebody else opens the home page."""

    def tell(rows, standing):
        (one,) = rows
        yield Waiting(one.session_key, "/", "It waits.", "me")

    kept = Session.objects.create(session_key="a thing", expire_date=timezone.now())
    sources = Sources([Source(lambda standing: Session.objects.filter(session_key="a thing"), tell)])
    whose, there = standing(cast.pat, cast.alliance), Sources._there
    assert [one.title for one in sources(whose)] == ["a thing"]

    def there_until_now(sources, standing):
        found = there(sources, standing)
        kept.delete()
        return found

    monkeypatch.setattr(Sources, "_there", there_until_now)
    assert sources(whose) == []
