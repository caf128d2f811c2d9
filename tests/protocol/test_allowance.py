"""The allowance of points from outside: statuses, headers, frames and streams; and subscriptions
that end however they end.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.clients import Client, Socket, socket
from tests.server import Server, start
from tests.sites import Join, joining

POINTS = 40
STREAMS = 20
HELLO = "{ __typename }"
EVENTS = "subscription { events { __typename } }"
STRICT = "application/graphql-response+json"


@pytest.fixture(scope="module")
def tight(site_url: str) -> Iterator[Server]:
    with start(
        site_url,
        api_points=POINTS,
        api_member_points=POINTS * 100,
        subscriptions_per_token=STREAMS,
        subscriptions_per_member=STREAMS * 2,
    ) as server:
        yield server


@pytest.fixture
async def join(tight: Server, site_url: str) -> AsyncIterator[Join]:
    async with joining(site_url) as make:
        yield lambda handle, server=tight, **given: make(server, handle, **given)


async def post(who: Client, query: str, accept: str) -> httpx.Response:
    headers = {**who.with_token, "Accept": accept}
    async with httpx.AsyncClient(base_url=who.server.url) as web:
        return await web.post("/graphql", json={"query": query}, headers=headers)


@contextlib.asynccontextmanager
async def socket_of(who: Client) -> AsyncIterator[Socket]:
    """A socket that has been greeted."""
    async with socket(who.server) as ws:
        await ws.init(who.bearer)
        yield ws


async def exhaust(who: Client) -> None:
    while (await post(who, HELLO, STRICT)).status_code == 200:
        pass


def fields(header: str) -> dict[str, dict[str, int]]:
    """A structured field's items with their parameters."""
    found = {}
    for item in header.split(","):
        name, *parameters = item.strip().split(";")
        found[json.loads(name)] = {p.split("=")[0]: int(p.split("=")[1]) for p in parameters}
    return found


async def test_headers_tell_how_one_stands(join: Join) -> None:
    ada = await join("ada")
    for left in (POINTS - 1, POINTS - 2):
        answer = await post(ada, HELLO, STRICT)
        assert fields(answer.headers["ratelimit-policy"]) == {
            "token": {"q": POINTS, "w": 300},
            "member": {"q": POINTS * 100, "w": 300},
        }
        [(policy, now)] = fields(answer.headers["ratelimit"]).items()
        assert (policy, now["r"]) == ("token", left)
        assert 1 <= now["t"] <= 300
        assert answer.json()["extensions"]["cost"]["remaining"] == left
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {"ratelimit", "ratelimit-policy", "retry-after"} <= set(exposed.split(", "))
        assert "retry-after" not in answer.headers
    for broken in ("{", "{ nothing }"):
        answer = await post(ada, broken, STRICT)
        assert answer.status_code == 400
        assert "ratelimit" in answer.headers, "on every answer"


@pytest.mark.parametrize("accept", [STRICT, "application/json", "*/*"])
async def test_over_the_limit_by_http(join: Join, accept: str) -> None:
    ada = await join("ada")
    await exhaust(ada)
    answer = await post(ada, HELLO, accept)
    assert answer.status_code == 429
    [error] = answer.json()["errors"]
    assert "data" not in answer.json()
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(answer.headers["retry-after"]) == error["extensions"]["retryAfter"]
    [now] = fields(answer.headers["ratelimit"]).values()
    assert (now["r"], now["t"]) == (0, error["extensions"]["retryAfter"])


async def test_over_a_static_limit_is_no_429(join: Join) -> None:
    ada = await join("ada")
    query = "{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }"
    answer = await post(ada, query, STRICT)
    assert (answer.status_code, "retry-after" in answer.headers) == (400, False)
    assert answer.json()["errors"][0]["extensions"]["code"] == "COST_EXCEEDED"


async def test_over_the_limit_on_a_socket(join: Join) -> None:
    """An `error`, and the socket stays."""
    ada = await join("ada")
    async with socket_of(ada) as ws:
        await exhaust(ada)
        for name in ("a", "b", "a"):
            await ws.send({"type": "subscribe", "id": name, "payload": {"query": EVENTS}})
            frame = await ws.receive()
            assert (frame["type"], frame["id"]) == ("error", name)
            [error] = frame["payload"]
            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert error["extensions"]["retryAfter"] >= 1
        await ws.send({"type": "ping"})
        assert (await ws.receive())["type"] == "pong"


async def test_over_the_limit_on_a_stream(join: Join) -> None:
    ada = await join("ada")
    await exhaust(ada)
    async with ada.sse(EVENTS) as answer:
        text = "".join([part async for part in answer.aiter_text()])
    assert "RATE_LIMITED" in text
    assert "event: complete" in text


async def opened(ws: Socket, names: range) -> list[str]:
    """Codes of the subscriptions that were refused."""
    for name in names:
        await ws.send({"type": "subscribe", "id": str(name), "payload": {"query": EVENTS}})
    await ws.send({"type": "ping"})
    refused = []
    while (frame := await ws.receive())["type"] != "pong":
        refused.append(frame["payload"][0]["extensions"]["code"])
    # Those that are admitted say nothing; those that are not may be later than the pong.
    await asyncio.sleep(0.1)
    await ws.send({"type": "ping"})
    while (frame := await ws.receive())["type"] != "pong":
        refused.append(frame["payload"][0]["extensions"]["code"])
    return refused


async def test_no_more_subscriptions_than_a_token_may_have(join: Join) -> None:
    ada = await join("ada")
    async with socket_of(ada) as one, socket_of(ada) as two:
        assert await opened(one, range(STREAMS - 2)) == []
        assert await opened(two, range(4)) == ["TOO_MANY_SUBSCRIPTIONS"] * 2
        await one.send({"type": "complete", "id": "0"})
        await asyncio.sleep(0.2)
        assert await opened(two, range(10, 11)) == []
        answer = await post(ada, EVENTS, STRICT)
        assert answer.status_code == 400, "no subscription by plain HTTP"
        async with ada.sse(EVENTS) as stream:
            text = "".join([part async for part in stream.aiter_text()])
        assert "TOO_MANY_SUBSCRIPTIONS" in text


async def test_a_thousand_abrupt_closes_leave_nothing(site_url: str) -> None:
    """Every place is free again: cut sockets, closed ones, completed and broken operations."""
    with start(site_url, subscriptions_per_token=STREAMS) as server:
        async with joining(site_url) as make:
            ada = await make(server, "ada")
            for turn in range(1000 // STREAMS):
                async with asyncio.timeout(30):
                    while True:
                        async with socket_of(ada) as ws:
                            refused = await opened(ws, range(STREAMS))
                            if turn % 3 == 0:
                                ws.connection.transport.abort()
                            elif turn % 3 == 1:
                                await ws.send("no JSON")
                                assert await ws.closed() == 4400
                        if not refused:
                            break
                        await asyncio.sleep(0.05)
            assert "Traceback" not in server.log(), server.log()[-2000:]
