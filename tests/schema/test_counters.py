"""Where points are counted: a memory that forgets, and a Redis that may be away."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest

from schema import counters
from schema.counters import Counters

AWAY = "Redis is away"


@contextlib.asynccontextmanager
async def counting(url: str) -> AsyncIterator[Counters]:
    made = Counters(url)
    try:
        yield made
    finally:
        await made.close()


async def test_the_memory_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted is gone when its window is over, whoever comes next."""
    now = time.time()
    monkeypatch.setattr(counters.time, "time", lambda: now)
    async with counting("memory://") as here:
        for number in range(10_000):
            assert await here.add([f"token:{number}"], 3, 300) == [3]
        assert await here.add(["token:7"], 2, 300) == [5]
        assert len(here.memory.storage) == len(here.memory.expirations) == 10_000
        now += 299
        assert await here.add(["token:7"], 1, 300) == [6], "the first expiry stands"
        now += 12
        assert await here.add(["token:7"], 1, 300) == [1]
        assert list(here.memory.storage) == list(here.memory.expirations) == ["token:7"]
        assert not here.memory.locks
        assert here.memory.timer is None


@pytest.mark.redis
async def test_processes_share_a_redis(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "PATIENCE_SECONDS", 20)  # a busy machine is not a lost Redis
    key = f"test:{time.time_ns()}"
    async with counting(redis_url) as one, counting(redis_url) as other:
        assert await one.add([key, f"{key}:b"], 5, 60) == [5, 5]
        assert await other.add([key], 2, 60) == [7]
        found = await asyncio.gather(*(each.add([key], 1, 60) for each in [one, other] * 50))
        assert sorted(found) == [[n] for n in range(8, 108)], "each is counted once"
        assert await one.add([key], -7, 60) == [100], "given back"
        assert one.memory.storage == {}
        assert 0 < await one._shared.get_expiry(key) - time.time() <= 60  # type: ignore[union-attr]


Forward = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def to_redis(url: str) -> Forward:
    """Passes bytes on to the real one, so that it can be taken away."""
    address = urlsplit(url)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(pump(reader, ours), pump(theirs, writer))

    return forward


@pytest.mark.redis
async def test_redis_away_and_back(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Counted here meanwhile, said once, and asked again after a while."""
    key = f"test:{time.time_ns()}"
    monkeypatch.setattr(counters, "AWAY_SECONDS", 0.05)
    async with asyncio.timeout(20):
        server = await asyncio.start_server(to_redis(redis_url), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with counting(f"redis://127.0.0.1:{port}") as here:
            with caplog.at_level(logging.INFO, "mutual"):
                assert await here.add([key], 5, 60) == [5]
                server.close()
                await here._pool.disconnect()
                for number in range(1, 20):
                    assert await here.add([key], 1, 60) == [number]
                    await asyncio.sleep(0.02)
                assert [AWAY in r.getMessage() for r in caplog.records] == [True], "said once"
                server = await asyncio.start_server(to_redis(redis_url), "127.0.0.1", port)
                await asyncio.sleep(0.1)
                assert await here.add([key], 1, 60) == [6], "what it had before"
                assert "again" in caplog.records[-1].getMessage()
        server.close()


async def test_a_redis_that_does_not_answer_is_waited_for_once() -> None:
    asked = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started = time.perf_counter()
    async with counting(f"redis://127.0.0.1:{port}") as here:
        for number in range(1, 500):
            assert await here.add(["a"], 1, 60) == [number]
    server.close()
    assert asked == 1
    # Waited for at each, it would take ten times as long; a busy machine does not.
    assert time.perf_counter() - started < 50 * counters.PATIENCE_SECONDS
