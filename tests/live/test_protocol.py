"""Sockets of clients that are broken, hostile or strangers: closed with a code, never a crash."""

import asyncio
import json
from typing import Any

import pytest
import websockets

from tests.clients import Closed, socket
from tests.server import Server, start
from tests.sites import Join

TICK = "subscription { events { cursor } }"
INIT = {"type": "connection_init"}


def subscribe(name: Any = "1", payload: Any = ...) -> dict[str, Any]:
    given = {"query": "{ __typename }"} if payload is ... else payload
    return {"type": "subscribe", "id": name, "payload": given}


BAD_FRAMES = [
    "7",
    "null",
    '"x"',
    "[]",
    "[{}]",
    "{",
    "",
    "{}",
    "\x00",
    "[" * 50_000,
    '{"type": 9' + "9" * 5000 + "}",
    {"type": None},
    {"type": {}},
    {"type": ["subscribe"]},
    {"type": "nothing"},
    {"type": "connection_ack"},
    {"type": "next", "id": "1", "payload": {}},
    {"type": "error", "id": "1", "payload": []},
    {"type": "subscribe"},
    {"type": "subscribe", "id": "1"},
    subscribe(payload=None),
    subscribe(payload=[]),
    subscribe(payload="x"),
    subscribe(payload={}),
    subscribe(payload={"query": None}),
    subscribe(payload={"query": 5}),
    subscribe(payload={"query": "{ __typename }", "variables": []}),
    subscribe(payload={"query": "{ __typename }", "variables": "x"}),
    subscribe(payload={"query": "{ __typename }", "operationName": 5}),
    subscribe(payload={"query": "{ __typename }", "extensions": []}),
    subscribe(payload={"query": "{ __typename }", "extensions": "x"}),
    subscribe(name=""),
    subscribe(name=None),
    subscribe(name=5),
    subscribe(name={}),
    {"type": "complete"},
    {"type": "complete", "id": 5},
    {"type": "complete", "id": []},
    {"type": "complete", "id": ""},
    {"type": "connection_init", "payload": []},
    {"type": "connection_init", "payload": "x"},
    {"type": "ping", "payload": []},
    {"type": "ping", "payload": "x"},
    {"type": "pong", "payload": 0},
    {"type": "pong", "payload": False},
    {"type": "Ping"},
    {"id": "1"},
    {"type": "💥" * 400},
]


@pytest.mark.only_engine("sqlite")
@pytest.mark.parametrize("ready", [False, True], ids=["before init", "after init"])
async def test_bad_frames(site: Server, ready: bool) -> None:
    """One server takes them all, and answers the next in its right mind."""
    for frame in BAD_FRAMES:
        async with socket(site) as ws:
            if ready:
                await ws.init()
            await ws.send(frame)
            code = await ws.closed()
            kind = frame.get("type") if isinstance(frame, dict) else None
            allowed = {4400, 4401} if kind == "subscribe" and not ready else {4400}
            if kind == "connection_init" and ready:
                allowed = {4400, 4429}
            assert code in allowed, (frame, code)
    async with socket(site) as ws:
        await ws.init()
        await ws.start("{ __typename }")
        assert await ws.next() == {"__typename": "Query"}
    assert "Traceback" not in site.log()


@pytest.mark.only_engine("sqlite")
async def test_binary_frames(site: Server) -> None:
    async with socket(site) as ws:
        await ws.send(json.dumps(INIT).encode())
        assert await ws.closed() == 4400
    assert "Traceback" not in site.log()


@pytest.mark.only_engine("sqlite")
async def test_harmless_frames(site: Server) -> None:
    async with socket(site) as ws:
        await ws.send({"type": "ping"})
        assert (await ws.receive())["type"] == "pong"
        await ws.send({"type": "pong", "payload": None})
        await ws.send({"type": "connection_init", "payload": None})
        assert (await ws.receive())["type"] == "connection_ack"
        await ws.send({"type": "complete", "id": "never begun"})
        await ws.send({"type": "ping", "payload": {"x": 1}})
        assert await ws.receive() == {"type": "pong", "payload": {"x": 1}}
        payload = {"query": "{ __typename }", "variables": None, "operationName": None}
        await ws.send(subscribe(payload={**payload, "extensions": None}))
        assert (await ws.receive())["type"] == "next"


@pytest.mark.only_engine("sqlite")
async def test_the_order_of_things(join: Join) -> None:
    ada = await join("ada")
    async with socket(ada.server) as ws:
        await ws.send(subscribe())
        assert await ws.closed() == 4401
    async with socket(ada.server) as ws:
        await ws.init()
        await ws.send(INIT)
        assert await ws.closed() == 4429
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.send(subscribe("same", {"query": TICK}))
        await ws.send(subscribe("same", {"query": TICK}))
        assert await ws.closed() == 4409
    async with socket(ada.server) as ws:
        await ws.send({**INIT, "payload": {"authorization": "Bearer mut_wrong"}})
        assert await ws.closed() == 4403
    for wrong in (5, [], "", "Basic x", "mut_x", None):
        async with socket(ada.server, ada.with_token) as ws:
            await ws.send({**INIT, "payload": {"authorization": wrong}})
            if wrong is None:  # says nothing: the handshake counts
                assert (await ws.receive())["type"] == "connection_ack"
            else:
                assert await ws.closed() == 4403, wrong


@pytest.mark.only_engine("sqlite")
async def test_as_many_as_allowed(site: Server, join: Join) -> None:
    ada = await join("ada")
    async with socket(site) as ws:
        await ws.init(ada.bearer)
        for _ in range(100):
            await ws.start(TICK)
        name = await ws.start(TICK)
        frame = await ws.receive()
        assert (frame["type"], frame["id"]) == ("error", name)
        await ws.send({"type": "complete", "id": "1"})
        await asyncio.sleep(0.1)
        await ws.start("{ __typename }")
        assert await ws.next() == {"__typename": "Query"}, "one may end to make room"


@pytest.mark.only_engine("sqlite")
async def test_who_says_nothing_is_let_go(site_url: str, database: str) -> None:
    with start(site_url) as server:
        async with socket(server) as ws:
            began = asyncio.get_running_loop().time()
            assert await ws.closed(15) == 4408
            assert asyncio.get_running_loop().time() - began < 13


@pytest.mark.only_engine("sqlite")
@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://sub.example"}, False),
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
)
async def test_a_foreign_page_comes_without_its_cookie(
    join: Join, headers: dict[str, str], known: bool
) -> None:
    """It is let in as a stranger, and with a token as whoever the token is."""
    ada = await join("ada")
    with_cookie = {"Cookie": f"session={ada.cookie}", **headers}
    async with socket(ada.server, with_cookie) as ws:
        await ws.init()
        await ws.start("{ viewer { member { id } } }")
        assert await ws.next() == {"viewer": {"member": {"id": ada.id}} if known else None}
    async with socket(ada.server, with_cookie) as ws:
        await ws.init(ada.bearer)
        await ws.start("{ viewer { member { id } } }")
        assert await ws.next() == {"viewer": {"member": {"id": ada.id}}}


@pytest.mark.only_engine("sqlite")
@pytest.mark.parametrize("protocol", ["graphql-ws", "mqtt"])
async def test_other_protocols(site: Server, protocol: str) -> None:
    """The legacy one skipped authentication once; it is off."""
    with pytest.raises((Closed, websockets.WebSocketException)):
        async with socket(site, protocol=protocol) as ws:
            await ws.send(INIT)
            await ws.receive()
            raise AssertionError("it answered")
