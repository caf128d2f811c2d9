"""Clients that send more than they read, and more than anybody needs."""

import asyncio
import contextlib
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from tests.clients import socket
from tests.server import Server
from tests.sites import Join

pytestmark = pytest.mark.only_engine("sqlite")

HELLO = "{ __typename }"
TICK = "subscription { events { cursor } }"
TEXT, PING = 1, 9
MEGABYTE = 1_000_000


def memory(server: Server) -> float:
    """Megabytes of the server's memory."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1000


def frame(kind: int, payload: bytes) -> bytes:
    """A frame as a client sends it, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack("!H", size)
    return bytes([0x80 | kind]) + length + b"\0\0\0\0" + payload


async def shake_hands(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A socket without a library that would read for us."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(frame(TEXT, b'{"type":"connection_init"}'))
    assert b"connection_ack" in await reader.read(200)
    return reader, writer


@pytest.mark.slow
@pytest.mark.parametrize(
    "flood",
    [
        frame(PING, b"x" * 125),
        frame(TEXT, b'{"type":"ping","payload":{"a":"' + b"x" * 80 + b'"}}'),
        frame(TEXT, b'{"type":"subscribe","id":"1","payload":{"query":"{nothing}"}}'),
    ],
    ids=["pings", "messages", "operations"],
)
async def test_answers_that_nobody_reads(site: Server, flood: bytes) -> None:
    """The server stops reading: 60 MB would be its memory otherwise."""
    before = memory(site)
    _, writer = await shake_hands(site)
    transport: Any = writer.transport
    transport.pause_reading()
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < 60 * MEGABYTE:
            writer.write(flood * 1000)
            sent += len(flood) * 1000
            async with asyncio.timeout(1):
                await writer.drain()
    assert sent < 60 * MEGABYTE, "it read on"
    assert memory(site) - before < 20
    transport.abort()


async def test_ten_thousand_pings(site: Server) -> None:
    """All answered, in order, while others are served."""
    async with socket(site) as flooding, socket(site) as other:
        await other.init()

        async def flood() -> None:
            for number in range(10_000):
                await flooding.send({"type": "ping", "payload": {"n": number}})

        sending = asyncio.create_task(flood())
        for number in range(10_000):
            pong = await flooding.receive()
            assert pong["payload"] == {"n": number}
            if number % 1_000 == 0:
                await other.start(HELLO)
                assert await other.next() == {"__typename": "Query"}
                assert (await other.receive())["type"] == "complete"
        await sending


async def test_a_thousand_operations(site: Server, join: Join) -> None:
    """A hundred at once; the others are told, and the socket goes on."""
    ada = await join("ada")
    async with socket(site) as ws:
        await ws.init(ada.bearer)
        for _ in range(1_000):
            await ws.start(TICK)
        for number in range(101, 1_001):
            refused = await ws.receive()
            assert (refused["type"], refused["id"]) == ("error", str(number))
            assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        await ws.send({"type": "complete", "id": "7"})
        async with asyncio.timeout(10):
            while True:  # what was completed makes room once it has ended
                name = await ws.start(HELLO)
                answer = await ws.receive()
                assert answer["id"] == name
                if answer["type"] == "next":
                    break


@pytest.mark.slow
async def test_operations_that_are_completed_at_once(site: Server, join: Join) -> None:
    """What its client has completed counts until it has ended: no way around the bound."""
    ada = await join("ada")
    before = memory(site)
    async with socket(site) as ws:
        await ws.init(ada.bearer)
        began = time.monotonic()
        for number in range(5_000):
            payload = {"query": TICK}
            await ws.send({"type": "subscribe", "id": str(number), "payload": payload})
            await ws.send({"type": "complete", "id": str(number)})
        await ws.send({"type": "ping"})
        while (await ws.receive())["type"] != "pong":
            pass
        assert time.monotonic() - began < 60
    assert memory(site) - before < 20
    assert "Traceback" not in site.log()
