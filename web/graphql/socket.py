"""The wire of a socket: frames in and out, and its end.

As shipped, Strawberry's adapter handles all that a read brought without letting anyone else have
a turn, waits for ever for a client that does not read, closes twice, sends after the close, and
breaks on a reason of more than 123 bytes.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from web.settings import settings

# RFC 6455: a control frame holds 125 bytes, two of which are the code.
LONGEST_REASON = 123


class Adapter(ASGIWebSocketAdapter):
    """One socket. A client that takes nothing for 30 s is let go."""

    reader: asyncio.Task[Any] | None = None

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """The client's messages."""
        self.reader = asyncio.current_task()
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            yield message
            # One read may bring thousands of frames, which are there without waiting.
            await asyncio.sleep(0)

    @property
    def is_closed(self) -> bool:
        """Whether this side has said goodbye."""
        return self.ws.application_state == WebSocketState.DISCONNECTED

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, or give the socket up."""
        if self.is_closed:
            raise WebSocketDisconnected
        try:
            async with asyncio.timeout(settings().socket_drain_seconds):
                await super().send_json(message)
        except TimeoutError:
            if self.reader is not None:
                self.reader.cancel()
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        """Close once: a second close is an error of the server's."""
        if not self.is_closed:
            short = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
            await super().close(code, short)
