"""What is open ends within a second of its credentials, on every server process, whether or not it
has a subscription; and what an app was handed is counted.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from models import app, app_review, app_token, bell, carriers, clock, grant, session, sql, token
from models.app import Description
from models.token import Scope
from tests.clients import Client, messages, socket
from tests.server import Server, start
from tests.sites import joining

pytestmark = pytest.mark.only_engine("postgres")

TICK = "subscription { events { cursor } }"
HELLO = "{ viewer { member { id } } }"
BACK = "https://crm.example/back"
SCOPES = [Scope.PROFILE_READ, Scope.EVENTS_READ]
# "Within a second", and what a busy machine adds to any test.
SOON = 3.0


class Pair(NamedTuple):
    """Two processes over one database, and a member."""

    servers: tuple[Server, Server]
    ada: Client
    other: Client


def _bell(site_url: str) -> str:
    return site_url.replace("asyncpg://", "postgres://")


@pytest.fixture(scope="module")
def servers(site_url: str) -> Iterator[tuple[Server, Server]]:
    quiet: dict[str, Any] = {
        "sweep_seconds": 3600,
        "bell_poll_seconds": 3600,
        "bell_url": _bell(site_url),
    }
    with start(site_url, **quiet) as one, start(site_url, **quiet) as two:
        yield one, two


@pytest.fixture
async def pair(servers: tuple[Server, Server], site_url: str) -> AsyncIterator[Pair]:
    async with joining(site_url) as make:
        # This process rings for what it writes, as a third server would.
        carrier = await carriers.open_carrier(_bell(site_url))
        assert carrier is not None
        bell.use(carrier)
        yield Pair(servers, await make(servers[0], "ada"), await make(servers[0], "eve"))
        bell.use(None)
        await carrier.close()


async def connected(pair: Pair) -> tuple[int, str, int]:
    """An app of the other member's that ada connected: its key, its token, the grant's key."""
    wanted = Description("CRM", "", "", [BACK], SCOPES)
    made, _ = await app.register(pair.other.key, wanted, confidential=True)
    await app_review.approve(made["id"])
    code = await grant.allow(made["id"], pair.ada.key, sorted(SCOPES), BACK, "challenge")
    found = await app_token.code(code)
    assert found
    issued = app_token.make()
    assert await app_token.redeem(found, issued)
    return made["id"], issued.access, found["grant_id"]


Ending = Callable[[Pair, int, int], Awaitable[object]]


async def _expire(pair: Pair, app_key: int, grant_key: int) -> None:
    await sql.change(
        "UPDATE app_token SET expires_at = $2 WHERE grant_id = $1",
        grant_key,
        clock.now() - timedelta(seconds=1),
    )
    await session.end_others(pair.ada.key, None)  # anything that rings


ENDINGS: dict[str, Ending] = {
    "the member stops it": lambda pair, _, key: grant.stop(pair.ada.key, key),
    "an operator stops it": lambda _pair, key, _: app_review.stop(key),
    "its owner deletes it": lambda pair, key, _: app.delete(pair.other.key, key),
    "its token has expired": _expire,
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_an_apps_sockets_and_streams_end(pair: Pair, name: str) -> None:
    app_key, access, grant_key = await connected(pair)
    bearer = {"Authorization": f"Bearer {access}"}
    one, two = pair.servers
    async with (
        socket(one) as idle,
        socket(two) as busy,
        socket(two) as idle_too,
        pair.ada.sse(TICK, bearer) as streamed,
    ):
        for each in (idle, busy, idle_too):
            await each.init(access)
        await busy.start(TICK)
        await asyncio.sleep(0.5)
        started = time.monotonic()
        await ENDINGS[name](pair, app_key, grant_key)
        codes = await asyncio.gather(*(each.closed(SOON) for each in (idle, busy, idle_too)))
        assert codes == [4403, 4403, 4403]
        async with asyncio.timeout(SOON):
            assert [each["event"] async for each in messages(streamed)] == ["complete"]
        assert time.monotonic() - started < SOON


async def test_personal_tokens_sessions_and_the_suspended(pair: Pair) -> None:
    row, secret = await token.create(pair.ada.key, "CRM", SCOPES, None)
    one, two = pair.servers
    for server, bearer, headers, ending in (
        (two, secret, None, lambda: token.revoke(pair.ada.key, row["id"])),
        (two, None, pair.ada.with_cookie, lambda: session.end_others(pair.ada.key, None)),
        (one, pair.other.bearer, None, lambda: _suspend(pair.other.key)),
    ):
        if headers is not None:
            headers = {**headers, "Origin": server.url}
        async with socket(server, headers) as idle:
            await idle.init(bearer)
            await asyncio.sleep(0.5)
            await ending()
            assert await idle.closed(SOON) == 4403


async def _suspend(key: int) -> None:
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", key, clock.now())
    await session.end_others(key, None)


async def test_a_ring_that_ends_nothing_closes_nothing(pair: Pair) -> None:
    _, access, _ = await connected(pair)
    async with socket(pair.servers[1]) as idle:
        await idle.init(access)
        for _ in range(3):
            await session.end_others(pair.ada.key, 0)
            await asyncio.sleep(0.3)
        await idle.start(HELLO)
        assert (await idle.next())["viewer"]["member"]["id"] == pair.ada.id


async def test_a_token_ends_at_its_time_without_a_ring(pair: Pair) -> None:
    _, access, grant_key = await connected(pair)
    await sql.change(
        "UPDATE app_token SET expires_at = $2 WHERE grant_id = $1",
        grant_key,
        clock.now() + timedelta(seconds=1.5),
    )
    one = pair.servers[0]
    bearer = {"Authorization": f"Bearer {access}"}
    async with socket(one) as idle, pair.ada.sse(TICK, bearer) as streamed:
        await idle.init(access)
        assert await idle.closed(SOON + 1.5) == 4403
        async with asyncio.timeout(SOON):
            assert [each["event"] async for each in messages(streamed)] == ["complete"]


async def test_what_was_handed_over_is_counted(pair: Pair) -> None:
    _, access, grant_key = await connected(pair)
    async with socket(pair.servers[1]) as busy:
        await busy.init(access)
        await busy.start(TICK)
        await asyncio.sleep(0.5)
        request = await pair.other.send(pair.ada)
        assert (await busy.next())["events"]["cursor"]
        await pair.ada.accept(request)
        assert (await busy.next())["events"]["cursor"]
    async with asyncio.timeout(15):
        while True:
            [row] = [each for each in await grant.of(pair.ada.key) if each["id"] == grant_key]
            if row["events_delivered"]:
                break
            await asyncio.sleep(0.2)
    assert row["events_delivered"] == 2
    assert row["used_at"]
