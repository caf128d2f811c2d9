"""The bell: in one process, and through PostgreSQL and Redis between several."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from models import bell, carriers
from tests.models.acts import SetUp
from tests.models.gate import Gate

LARGEST = 2**63 - 1


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriers, "RETRY_SECONDS", 0.05)


@pytest.fixture(
    params=[
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("redis", marks=pytest.mark.redis),
    ]
)
def bell_url(request: pytest.FixtureRequest) -> str:
    """A server that carries rings; PostgreSQL's is written as DATABASE_URL is."""
    name = "postgres_database" if request.param == "postgres" else "redis_url"
    return str(request.getfixturevalue(name))


async def rung(event: asyncio.Event, seconds: float = 10) -> None:
    """Wait for a ring and clear it."""
    await asyncio.wait_for(event.wait(), seconds)
    event.clear()


@contextlib.asynccontextmanager
async def carrying(url: str) -> AsyncIterator[bell.Carrier]:
    """A carrier that stands: when it connects it wakes all who wait."""
    with bell.listening(0) as ready:
        carrier = await carriers.open_carrier(url)
        assert carrier is not None
        try:
            await rung(ready)
            yield carrier
        finally:
            await carrier.close()


async def test_rings_wake_those_who_wait_for_the_member() -> None:
    with bell.listening(1) as one, bell.listening(1) as other, bell.listening(2) as two:
        assert bell.waiting() == 3
        bell.ring([1, 3])
        assert (one.is_set(), other.is_set(), two.is_set()) == (True, True, False)
        one.clear()
        bell.ring([])
        assert not one.is_set()
    assert bell.waiting() == 0
    bell.ring([1])  # nobody waits: nothing happens


async def test_memory_has_no_carrier_and_unknown_addresses_are_refused() -> None:
    assert await carriers.open_carrier("memory://") is None
    assert not carriers.is_shared("memory://")
    assert carriers.is_shared("redis://x")
    for url in ("", "amqp://x", "http://x"):
        with pytest.raises(carriers.BellUrlError):
            await carriers.open_carrier(url)


async def test_the_watch_outlives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(bell_poll_seconds=0.001)
    polls: list[int] = []
    went_on = asyncio.Event()

    async def poll() -> None:
        polls.append(1)
        if len(polls) < 3:
            raise OSError("away")
        went_on.set()

    monkeypatch.setattr(bell, "poll", poll)
    with caplog.at_level(logging.CRITICAL, "mutual.bell"):
        watch = asyncio.create_task(bell.watch())
        await asyncio.wait_for(went_on.wait(), 10)
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch


def test_payloads_stay_under_what_postgresql_takes() -> None:
    payloads = list(carriers._payloads([LARGEST] * 1000))
    assert len(payloads) == 3
    assert max(map(len, payloads)) < 8000
    assert sum(len(payload.split(",")) for payload in payloads) == 1000
    assert list(carriers._payloads([])) == []


async def test_what_is_heard_need_not_be_ours() -> None:
    with bell.listening(7) as seven:
        carriers._heard("")
        carriers._heard("x,-7,7.0,١,")
        assert not seven.is_set()
        carriers._heard("6,7")
        assert seven.is_set()


async def test_a_ring_goes_through_the_server(bell_url: str) -> None:
    many = list(range(1, 2001))
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(bell.listening(m)) for m in (1, 390, 391, 2000, LARGEST)]
        async with carrying(bell_url) as carrier:
            for event in waiting:
                event.clear()
            carrier.send(many)
            carrier.send([LARGEST])
            for event in waiting:
                await rung(event)


async def test_a_ring_reaches_another_process_and_comes_back(bell_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.models.listener", bell_url, "41",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
        with bell.listening(42) as answer:
            async with carrying(bell_url) as carrier:
                bell.use(carrier)
                answer.clear()
                bell.ring([41])
                assert await asyncio.wait_for(process.stdout.readline(), 20) == b"rung\n"
                await rung(answer)
    finally:
        bell.use(None)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def behind(url: str, port: int) -> str:
    """The same address through a gate."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{port}"))


@pytest.mark.parametrize("away", [0, 0.2])
async def test_a_server_that_goes_away_and_comes_back(
    bell_url: str, away: float, caplog: pytest.LogCaptureFixture
) -> None:
    parts = urlsplit(bell_url)
    gate = Gate(parts.hostname or "127.0.0.1", parts.port or 0)
    await gate.open()
    caplog.set_level(logging.CRITICAL, "mutual.bell")
    try:
        with bell.listening(5) as five, bell.listening(6) as six:
            async with carrying(behind(bell_url, gate.port)) as carrier:
                for _ in range(3):
                    five.clear()
                    six.clear()
                    await gate.shut()
                    carrier.send([5])  # may be lost, must not fail
                    await asyncio.sleep(away)
                    await gate.open()
                    # Rings may have been missed: all who wait are woken once it stands again.
                    await rung(six)
                    five.clear()
                    carrier.send([5])
                    await rung(five)
    finally:
        await gate.shut()


async def test_a_carrier_that_never_connects_is_closed_at_once(
    bell_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "mutual.bell")
    gate = Gate("127.0.0.1", 1)
    await gate.open()
    await gate.shut()  # a port where nobody listens
    carrier = await carriers.open_carrier(behind(bell_url, gate.port))
    assert carrier is not None
    for _ in range(carriers.QUEUE + 5):  # more than it keeps: dropped, never raised
        carrier.send([1])
    await asyncio.sleep(0.1)
    await asyncio.wait_for(carrier.close(), 2)
