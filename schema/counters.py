"""Where points are counted: in this process, or in a Redis that all processes share."""

import asyncio
import logging
import time
from typing import Any

import redis.asyncio as redis
from limits.aio.storage import MemoryStorage, RedisStorage
from redis.exceptions import RedisError

from models.settings import settings

log = logging.getLogger("mutual.schema")

# A storage that does not answer is left alone for a while: nobody waits for it meanwhile.
PATIENCE_SECONDS = 0.25
AWAY_SECONDS = 5
TIDY_SECONDS = 10


class Memory(MemoryStorage):
    """The library's storage, tidied now and then.

    As shipped, every hit starts a task that walks all keys: 1 ms each with 10,000 askers.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tidied = time.time()

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a key, which lives until its first expiry."""
        now = time.time()
        if now - self._tidied >= TIDY_SECONDS:
            self._tidied = now
            for old in [k for k, at in self.expirations.items() if at <= now]:
                self.storage.pop(old, None)
                self.expirations.pop(old, None)
        if self.expirations.get(key, 0) <= now:
            self.storage.pop(key, None)
            self.expirations[key] = now + expiry
        self.storage[key] += amount
        return self.storage[key]


class Counters:
    """Numbers that are added to until their window ends.

    With Redis away each process counts for itself: an API whose limits are somewhat too wide is
    better than one that does not answer.
    """

    def __init__(self, url: str) -> None:
        self.memory = Memory()
        self._pool: Any = None
        self._shared: RedisStorage | None = None
        self._away_until = 0.0
        if url != "memory://":
            self._pool = redis.ConnectionPool.from_url(url, socket_connect_timeout=PATIENCE_SECONDS)
            self._shared = RedisStorage(
                f"async+{url}",
                implementation="redispy",
                key_prefix="mutual",
                connection_pool=self._pool,
            )

    async def add(self, keys: list[str], amount: int, expiry: int) -> list[int]:
        """Add to each key, and what they hold then."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    found = [self._shared.incr(key, expiry, amount) for key in keys]
                    counts = list(await asyncio.gather(*found))
            except (RedisError, OSError, TimeoutError) as error:
                if not self._away_until:
                    log.warning("points are counted per process: Redis is away: %r", error)
                self._away_until = time.monotonic() + AWAY_SECONDS
            else:
                if self._away_until:
                    log.warning("points are counted in Redis again")
                    self._away_until = 0.0
                return counts
        return [await self.memory.incr(key, expiry, amount) for key in keys]

    async def close(self) -> None:
        """Let the connections go."""
        if self._pool is not None:
            await self._pool.disconnect()


_counters: Counters | None = None


def counters() -> Counters:
    """The counters of this process."""
    global _counters
    if _counters is None:
        _counters = Counters(settings().limits_url)
    return _counters


async def close() -> None:
    """Forget the counters, before the event loop they belong to ends."""
    global _counters
    found, _counters = _counters, None
    if found is not None:
        await found.close()
