"""graphql-transport-ws, rule by rule. Frames of the wrong shape: tests/live/test_protocol.py."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.clients import PROTOCOL, SEND, Socket, socket
from tests.protocol.node import run
from tests.server import Server
from tests.sites import Join
from web.cli.serving import MAX_MESSAGE

pytestmark = pytest.mark.only_engine("sqlite")

TICK = "subscription { events { cursor } }"
HELLO = "{ __typename }"
INIT = {"type": "connection_init"}


def subscribe(name: str, query: str, **variables: Any) -> dict[str, Any]:
    payload = {"query": query, "variables": variables}
    return {"type": "subscribe", "id": name, "payload": payload}


async def nothing(ws: Socket, within: float = 0.5) -> None:
    """Nothing more comes."""
    with pytest.raises(TimeoutError):
        raise AssertionError(await ws.receive(within))


async def end(connection: ClientConnection) -> tuple[int | None, str | None]:
    """How the server closes it."""
    async with asyncio.timeout(15):
        await connection.wait_closed()
    return connection.close_code, connection.close_reason


@pytest.mark.node
async def test_the_client_integrators_use(join: Join, node_path: str) -> None:
    ada, grace = await join("ada", name="Ada"), await join("grace")
    seen = await run(node_path, "subscriber.mjs", ada.server.socket_url, ada.bearer, grace.id)
    assert [each["data"] for each in seen["query"]] == [{"viewer": {"member": {"name": "Ada"}}}]
    for name, count in (("syntax", 1), ("validation", 2), ("coercion", 1)):
        [one] = seen[name]
        assert len(one["refused"]) == count, one
        for error in one["refused"]:
            assert error["extensions"] == {"code": "BAD_REQUEST"}
            assert error["locations"]
    [partial] = seen["partial"]
    assert partial["data"] is None
    assert partial["errors"][0]["path"] == ["members"]
    assert seen["wrong"] == [{"closed": 4403}]
    assert seen["stranger"] == [{"closed": 4403}]
    [done] = seen["mutation"]
    assert done["data"] == {"sendConnectionRequest": {"userErrors": []}}
    assert seen["event"]["data"]["events"]["__typename"] == "RequestSent"
    [after] = seen["after"]
    assert after["data"] == {"__typename": "Query"}, "an ended stream ends nothing else"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([PROTOCOL], PROTOCOL),
        (["graphql-ws", PROTOCOL], PROTOCOL),
        (["mqtt"], None),
        (["graphql-ws"], None),
        (["GRAPHQL-TRANSPORT-WS"], None),
        ([], None),
    ],
)
async def test_subprotocols(site: Server, offered: list[str], chosen: str | None) -> None:
    given: Any = offered or None
    async with websockets.connect(site.socket_url, subprotocols=given, proxy=None) as connection:
        assert connection.subprotocol == chosen
        if chosen is None:
            assert await end(connection) == (4406, "Subprotocol not acceptable")


async def test_close_reasons(join: Join) -> None:
    """Each rule's code, and a reason in words that fits into a frame."""
    ada = await join("ada")
    long = "💥" * 400
    cases: list[tuple[list[Any], int, str]] = [
        (["{"], 4400, "WebSocket message must be valid JSON"),
        ([b"{}"], 4400, "WebSocket message type must be text"),
        ([[]], 4400, "A message must be a JSON object"),
        ([{"type": long}], 4400, "Unknown message type: 💥"),
        ([subscribe("1", HELLO)], 4401, "Unauthorized"),
        ([{**INIT, "payload": {"authorization": "Bearer x"}}], 4403, "Forbidden"),
        ([INIT, INIT], 4429, "Too many initialisation requests"),
        (
            [{**INIT, "payload": {"authorization": f"Bearer {ada.bearer}"}}]
            + [subscribe(long, TICK)] * 2,
            4409,
            "Subscriber for 💥",
        ),
    ]
    for frames, code, reason in cases:
        async with socket(ada.server) as ws:
            for frame in frames:
                await ws.send(frame)
            assert await ws.closed() == code, frames
            said = ws.connection.close_reason
            assert said is not None
            assert said.startswith(reason)
            assert len(said.encode()) <= 123
    assert "Traceback" not in ada.server.log()


async def test_pings_at_any_time(site: Server) -> None:
    """Before the connection is acknowledged, too, and with what they bring."""
    async with socket(site) as ws:
        for payload in ({}, {"a": {"b": [1]}}, {"text": "💥"}):
            await ws.send({"type": "ping", "payload": payload})
            assert await ws.receive() == {"type": "pong", "payload": payload}
        for ping in ({"type": "ping"}, {"type": "ping", "payload": None}, {"type": "ping", "x": 1}):
            await ws.send(ping)
            assert await ws.receive() == {"type": "pong"}
        await ws.send({"type": "pong"})
        await ws.send({"type": "pong", "payload": {"unsolicited": True}})
        await ws.init()
        await ws.start(HELLO)
        assert await ws.next() == {"__typename": "Query"}


async def test_an_acknowledgement_says_no_more(site: Server) -> None:
    for init in (INIT, {**INIT, "payload": None}, {**INIT, "payload": {"anything": 1}}):
        async with socket(site) as ws:
            await ws.send(init)
            assert await ws.receive() == {"type": "connection_ack"}


async def test_one_result_and_its_end(site: Server) -> None:
    """`next`, `complete`, and the name is free."""
    async with socket(site) as ws:
        await ws.init()
        for _ in range(3):
            await ws.send(subscribe("same", HELLO))
            answer = await ws.receive()
            assert answer["payload"].pop("extensions")["cost"]["requested"] == 1
            assert answer == {
                "type": "next",
                "id": "same",
                "payload": {"data": {"__typename": "Query"}},
            }
            assert await ws.receive() == {"type": "complete", "id": "same"}
        await nothing(ws)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("query A($id: ID!) { node(id: $id) { id } }", "BAD_REQUEST"),
        ("subscription A($a: Cursor!) { events(after: $a) { cursor } }", "BAD_REQUEST"),
        ("{ viewer { email } }", "FORBIDDEN_SCOPE"),
        ("fragment A on Query { __typename }", "BAD_REQUEST"),
        ("type A { a: Int }", "BAD_REQUEST"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(200)) + " }", "COST_EXCEEDED"),
    ],
)
async def test_an_error_is_the_end(join: Join, query: str, code: str) -> None:
    """An array of errors before execution, no `complete` after it, and the name is free."""
    ada = await join("ada")
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.send(subscribe("same", query))
        frame = await ws.receive()
        assert (frame["type"], frame["id"]) == ("error", "same"), frame
        assert frame["payload"], "at least one error"
        for error in frame["payload"]:
            assert error["message"]
            assert error["extensions"]["code"] == code
        await nothing(ws, 0.2)
        await ws.send(subscribe("same", HELLO))
        assert await ws.next() == {"__typename": "Query"}


async def test_errors_of_fields_come_with_the_result(site: Server) -> None:
    async with socket(site) as ws:
        await ws.init()
        await ws.send(subscribe("1", "{ members(first: 0) { nodes { id } } }"))
        frame = await ws.receive()
        assert frame["type"] == "next"
        assert frame["payload"]["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert await ws.receive() == {"type": "complete", "id": "1"}


async def test_names_of_what_runs_are_taken(join: Join) -> None:
    """Also of a query, and not those of another socket."""
    ada = await join("ada")
    async with socket(ada.server) as one, socket(ada.server) as other:
        for ws in (one, other):
            await ws.init(ada.bearer)
            await ws.send(subscribe("same", TICK))
        await other.send({"type": "complete", "id": "same"})
        await other.send(subscribe("same", TICK))
        await nothing(other)
        await one.send(subscribe("same", HELLO))
        assert await one.closed() == 4409


async def test_a_client_completes(join: Join) -> None:
    """Nothing more comes of it, and the name is free at once."""
    ada, grace = await join("ada"), await join("grace")
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for _ in range(20):
            await ws.send(subscribe("same", TICK))
            await ws.send({"type": "complete", "id": "same"})
        await ws.send(subscribe("same", HELLO))
        assert await ws.next() == {"__typename": "Query"}
        assert await ws.receive() == {"type": "complete", "id": "same"}
        for name in ("same", "never begun", "💥"):
            await ws.send({"type": "complete", "id": name})
        await ada.send(grace)
        await nothing(ws, 1)


async def test_a_single_result_that_nobody_waits_for(join: Join) -> None:
    """It is not sent, though the mutation is done."""
    ada = await join("ada")
    others = [await join("grace") for _ in range(4)]
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for number, other in enumerate(others):
            frames = (
                subscribe(str(number), SEND, to=other.id),
                {"type": "complete", "id": str(number)},
            )
            for frame in frames:
                await ws.send(frame)
        await ws.send(subscribe("last", HELLO))
        seen = [await ws.receive(), await ws.receive()]
        assert {frame["id"] for frame in seen} == {"last"}, seen
        await nothing(ws)


async def test_messages_that_are_too_large(site: Server) -> None:
    def ping(size: int) -> str:
        frame = json.dumps({"type": "ping", "payload": {"a": ""}})
        return frame.replace('""', json.dumps("x" * (size - len(frame))))

    async with socket(site) as ws:
        await ws.send(ping(MAX_MESSAGE))
        assert (await ws.receive())["type"] == "pong"
        await ws.send(ping(MAX_MESSAGE + 1))
        assert await ws.closed() == 1009
    async with socket(site) as ws:  # in fragments, of which none is too large
        with pytest.raises(websockets.ConnectionClosed):
            await ws.connection.send(["x" * 60_000] * 5)
            await ws.connection.recv()
        assert ws.connection.close_code == 1009
    assert "Traceback" not in site.log()


async def test_text_that_is_none(site: Server) -> None:
    """A text frame must hold UTF-8: the protocol below closes with its own code."""
    async with socket(site) as ws:
        await ws.connection.send(b'{"type":"\xff"}', text=True)
        assert await ws.closed() == 1007
    async with socket(site) as ws:
        await ws.send('{"type":"ping","payload":{"a":"\\ud800"}}')
        assert await ws.closed() == 4400
