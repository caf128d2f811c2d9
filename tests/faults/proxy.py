"""A wire to a server that can be cut, can fall silent, and can be mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """A TCP proxy on a free port."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.whole = True
        self.carrying = asyncio.Event()
        self.carrying.set()
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self.whole = False
        for writer in list(self._writers):
            writer.transport.abort()

    def hush(self) -> None:
        """Take everything and carry nothing, as a firewall that forgot its connections does."""
        self.carrying.clear()

    def mend(self) -> None:
        """Let new connections through, and carry what was held back."""
        self.whole = True
        self.carrying.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        if not self.whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self.target)
        self._writers |= {writer, back}
        pumps = [
            asyncio.create_task(self.pump(*ends)) for ends in ((reader, back), (there, writer))
        ]
        self._tasks |= set(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump_task in pumps:
            pump_task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self._tasks -= set(pumps)
        for end in (writer, back):
            end.transport.abort()
            self._writers.discard(end)

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes one way until either end is gone."""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self.carrying.wait()
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def wire(host: str, port: int) -> AsyncIterator[Wire]:
    """A wire while the block lasts."""
    made = Wire(host, port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.cut()
        server.close()
        await asyncio.sleep(0.05)
