"""A thousand open subscriptions in one worker: what they weigh, and how soon an event arrives."""

import asyncio
import time
from typing import Any, NamedTuple

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.client import Wire, without_pauses
from bench.contenders import EVENTS, MUTUAL, Send, mutual_send
from bench.material import Material
from bench.servers import Server
from models import ids

SUBSCRIBERS = 1000
EVENTS_PER_SECOND = 100
SETTLE_SECONDS = 4.0
# So many at once are opened, and so many connections send.
OPENING, SENDING = 20, 8
WARM = 40
# The first sends find every statement unprepared on every connection; they are not counted.
WARM_SENDS = 100


class Subscriptions(NamedTuple):
    """What was measured."""

    subscribers: int
    kib: float
    events: int
    lost: int
    # Milliseconds from the start of the mutation's HTTP request to the frame, and from its answer
    # (which follows the commit) to the frame; 0 where the frame came first. Sorted.
    from_request: list[float]
    from_answer: list[float]


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(share * len(values)))]


class _Listener:
    """Members' open subscriptions, and when which event came."""

    def __init__(self, server: Server, tokens: dict[int, str]) -> None:
        self._address = f"ws://127.0.0.1:{server.port}/graphql"
        self._tokens = tokens
        self._sockets: list[ClientConnection] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.came: dict[tuple[str, int], float] = {}
        self._closing = False

    async def open(self, members: list[int]) -> None:
        """Subscribe each of these members, each over a socket of their own."""
        gate = asyncio.Semaphore(OPENING)

        async def one(member: int) -> None:
            async with gate:
                await self._subscribe(member)

        await asyncio.gather(*(one(member) for member in members))

    async def _subscribe(self, member: int) -> None:
        # Offers compression, as browsers and most clients do.
        socket = await connect(
            self._address,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            ping_interval=None,
        )
        token = {"authorization": f"Bearer {self._tokens[member]}"}
        await socket.send(orjson.dumps({"type": "connection_init", "payload": token}).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        message = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}
        await socket.send(orjson.dumps(message).decode())
        self._sockets.append(socket)
        self._tasks.append(asyncio.create_task(self._listen(member, socket)))

    async def _listen(self, member: int, socket: ClientConnection) -> None:
        async for text in socket:
            at = time.perf_counter()
            message: Any = orjson.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type":"pong"}')
                continue
            assert message["type"] == "next", message
            event = message["payload"]["data"]["events"]
            self.came.setdefault((event["requestId"], member), at)
        assert self._closing, "the server closed a subscription"

    async def close(self) -> None:
        """Hang up."""
        self._closing = True
        await asyncio.gather(*(socket.close() for socket in self._sockets))
        await asyncio.gather(*self._tasks)


async def measure(server: Server, material: Material, seconds: float) -> Subscriptions:
    """On a fresh server, first weigh, then send between the subscribers at a steady pace."""
    members = material.subscribers(SUBSCRIBERS + WARM)
    warm = _Listener(server, material.tokens)
    await warm.open(members[SUBSCRIBERS:])  # what the first ones load once is not per subscriber
    await warm.close()
    await asyncio.sleep(1)
    before = server.memory()
    members = members[:SUBSCRIBERS]
    listener = _Listener(server, material.tokens)
    await listener.open(members)
    await asyncio.sleep(SETTLE_SECONDS)
    kib = (server.memory() - before) / len(members)

    count = int(EVENTS_PER_SECOND / 2 * seconds)
    pairs = await material.pairs(members, members, WARM_SENDS + count)
    await _send_steadily(server, material, pairs[:WARM_SENDS])
    pairs = pairs[WARM_SENDS:]
    with without_pauses():
        sent = await _send_steadily(server, material, pairs)
    await asyncio.sleep(1)
    await listener.close()
    from_request, from_answer = [], []
    for (sender, recipient), (request, started, answered) in zip(pairs, sent, strict=True):
        for member in (sender, recipient):
            came = listener.came.get((request, member))
            if came is not None:
                from_request.append(1000 * (came - started))
                from_answer.append(1000 * max(0.0, came - answered))
    return Subscriptions(
        len(members),
        kib,
        len(from_request),
        2 * len(pairs) - len(from_request),
        sorted(from_request),
        sorted(from_answer),
    )


async def _send_steadily(
    server: Server, material: Material, pairs: list[tuple[int, int]]
) -> list[tuple[str, float, float]]:
    """Two events a send, at a fixed pace whatever the answers take: request, start, answer."""
    wires: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(SENDING):
        wires.put_nowait(await Wire.open(server.port))
    beginning = time.perf_counter()

    async def one(number: int, pair: tuple[int, int]) -> tuple[str, float, float]:
        await asyncio.sleep(beginning + number * 2 / EVENTS_PER_SECOND - time.perf_counter())
        wire = await wires.get()
        asked = mutual_send(Send(material.tokens[pair[0]], ids.encode(ids.MEMBER, pair[1])))
        started = time.perf_counter()
        _, body = await wire.ask(asked)
        answered = time.perf_counter()
        wires.put_nowait(wire)
        assert MUTUAL.good(body), body
        return MUTUAL.says(body)["id"], started, answered

    return await asyncio.gather(*(one(n, pair) for n, pair in enumerate(pairs)))
