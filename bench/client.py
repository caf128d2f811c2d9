"""A load generator that costs little itself: raw HTTP/1.1 on kept connections."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

_END = b"\r\n\r\n"


class Cell(NamedTuple):
    """What came of one operation on one contender in one round."""

    done: int
    failed: int
    seconds: float
    # Seconds of each answer, sorted.
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


class Wire(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._needed = 0
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> "Wire":
        """A connection to a server on this machine."""
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(cls, "127.0.0.1", port)
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._buffer += data
        if not self._needed:
            end = self._buffer.find(_END)
            if end < 0:
                return
            head = self._buffer[:end].lower()
            length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            self._needed = end + len(_END) + int(length)
        if len(self._buffer) >= self._needed and self._answer is not None:
            status = int(self._buffer[9:12])
            body = self._buffer[self._buffer.find(_END) + len(_END) : self._needed]
            self._buffer, self._needed = self._buffer[self._needed :], 0
            self._answer.set_result((status, body))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


@contextlib.contextmanager
def without_pauses() -> Iterator[None]:
    """Garbage is left lying for so long: a pause of ours would count as theirs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """An HTTP request as it goes over the wire."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(
    port: int,
    requests: Iterator[bytes],
    good: Callable[[bytes], bool],
    seconds: float,
    connections: int,
) -> Cell:
    """Ask without a pause on so many connections; stops early when there is nothing left to ask."""
    latencies: list[float] = []
    failed = 0
    wires = [await Wire.open(port) for _ in range(connections)]
    until = 0.0

    async def one(wire: Wire) -> None:
        nonlocal failed
        while (before := time.perf_counter()) < until:
            asked = next(requests, None)
            if asked is None:
                return
            status, body = await wire.ask(asked)
            if status == 200 and good(body):
                latencies.append(time.perf_counter() - before)
            else:
                failed += 1

    with without_pauses():
        started = time.perf_counter()
        until = started + seconds
        await asyncio.gather(*(one(wire) for wire in wires))
        took = time.perf_counter() - started
    for wire in wires:
        wire.close()
    return Cell(len(latencies), failed, took, sorted(latencies))
