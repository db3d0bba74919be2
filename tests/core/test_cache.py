"""Redis may be away at any time: signing in goes on, and so does counting the attempts."""

import pytest
from django.core.cache import caches
from django.test import Client

from alliance.core.cache import RedisOrMemory


@pytest.fixture
def no_redis(monkeypatch):
    """A cache whose server nobody answers for."""
    away = RedisOrMemory("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})
    away._memory.clear()
    monkeypatch.setattr(caches._connections, "default", away, raising=False)
    yield away
    away._memory.clear()


def test_without_redis_the_process_remembers_for_itself(no_redis):
    assert no_redis.get("tries") is None
    no_redis.set("tries", 1)
    assert no_redis.incr("tries") == 2
    assert no_redis.add("tries", 9) is False
    assert no_redis.get("tries") == 2
    no_redis.delete("tries")
    assert no_redis.get("tries", 0) == 0


@pytest.mark.django_db
def test_people_sign_in_and_guesses_are_counted_without_redis(no_redis, cast):
    cast.pat.set_password("three random words")
    cast.pat.save()
    client = Client()
    right = client.post("/account/login/", {"login": cast.pat.email, "password": "three random words"})
    assert right.status_code == 302
    guesses = [
        Client().post("/account/login/", {"login": cast.rosa.email, "password": f"guess {n}"})
        for n in range(20)
    ]
    assert all(one.status_code in (200, 429) for one in guesses)
    assert "Too many" in guesses[-1].content.decode() or guesses[-1].status_code == 429
