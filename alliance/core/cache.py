"""The cache is a help, never a condition: without Redis each process remembers for itself.

Sign-in counts its attempts here. When Redis does not answer, the counting goes on in the process's own memory, so that
nobody is locked out and nobody may guess without end.
"""

import logging

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def _or_memory(name: str):
    def act(self, *args, **kwargs):
        try:
            return getattr(RedisCache, name)(self, *args, **kwargs)
        except RedisError as problem:
            log.warning("The cache did not answer (%s); this process remembers for itself.", problem)
            return getattr(self._memory, name)(*args, **kwargs)

    act.__name__ = name
    return act


class RedisOrMemory(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._memory = LocMemCache("while-redis-is-away", {})

    for _name in ("add", "get", "set", "touch", "delete", "has_key", "incr", "get_many", "set_many", "clear"):
        locals()[_name] = _or_memory(_name)
    del _name
