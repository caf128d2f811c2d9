"""A server that is told to stop while clients listen."""

import asyncio
import signal
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.clients import Client, Closed, socket
from tests.server import start
from tests.sites import joining
from web.cli.serving import GRACE_SECONDS

TICK = "subscription { events { cursor } }"
EACH = 10
# A stream notices within half a second; the machine may be busy.
AT_ONCE = 4


async def _ends(lines: httpx.Response) -> None:
    """Read until the stream ends, in order or cut short."""
    try:
        async for _ in lines.aiter_lines():
            pass
    except httpx.RemoteProtocolError:
        pass


async def test_open_streams_end_at_once(database_url: str) -> None:
    """Sockets with 1012 or 1001, which clients take for "come back", and streams as they are."""
    assert AT_ONCE < GRACE_SECONDS / 2
    with start(database_url, sweep_seconds=3600, bell_poll_seconds=3600) as server:
        async with joining(database_url) as make, AsyncExitStack() as open_:
            ada: Client = await make(server, "ada")
            await ada.ask("{ __typename }")
            sockets = [await open_.enter_async_context(socket(server)) for _ in range(EACH)]
            for ws in sockets:
                await ws.init(ada.bearer)
                await ws.start(TICK)
            idle = await open_.enter_async_context(socket(server))
            streams = [await open_.enter_async_context(ada.sse(TICK)) for _ in range(EACH)]
            pages = [await open_.enter_async_context(ada.get("/live")) for _ in range(EACH)]
            await asyncio.sleep(0.5)
            took = await asyncio.to_thread(server.stop)
            assert took < AT_ONCE, server.log()[-3000:]
            async with asyncio.timeout(5):
                await asyncio.gather(*(_ends(each) for each in (*streams, *pages)))
                for ws in (*sockets, idle):
                    with pytest.raises(Closed) as closed:
                        await ws.receive()
                    assert closed.value.code in (1001, 1012)
        # uvicorn ends by the signal it was sent, once all is done.
        assert server.process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in server.log(), server.log()[-3000:]
        assert "graceful shutdown exceeded" not in server.log()
