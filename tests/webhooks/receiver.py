"""What deliveries are posted to: a small HTTP server in the test's own loop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple


class Received(NamedTuple):
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Notes what comes and answers as it is told: a status, bytes as they are, or a wait."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.received: list[Received] = []
        self.answers: list[int | bytes | float] = []
        self.standard: int | bytes = 204
        self.at_once = self.most = 0
        self._came = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=b"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")[1:]
            pairs = (line.split(": ", 1) for line in lines if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.received.append(Received(headers, body))
            self._came.set()
            answer = self.answers.pop(0) if self.answers else self.standard
            if isinstance(answer, float):
                await asyncio.sleep(answer)
                answer = 204
            if isinstance(answer, int):
                answer = b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nok" % answer
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once -= 1
            writer.close()

    async def until(self, number: int) -> list[Received]:
        """Everything received, once it is so many."""
        async with asyncio.timeout(30):
            while len(self.received) < number:
                self._came.clear()
                await self._came.wait()
        return self.received


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    """A receiver that listens, for the length of a block."""
    receiver = Receiver(port)
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", port)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
