"""The WebSocket protocol of uvicorn, with two bounds that it lacks.

As shipped, control frames are answered at once, whether or not the client reads the answers: a
flood of pings grows the server's memory without end (120 MB of them by 100 MB). And the frames
that one read brings are taken apart in one go: 40,000 of them stop everything else for 200 ms.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# How much is taken apart before others have a turn.
SLICE = 8 * 1024


class Wire(WebSocketsSansIOProtocol):
    """One socket's bytes, in and out. Reads nothing while there is something left to do."""

    _rest = b""

    def data_received(self, data: bytes) -> None:
        """Take a slice now and the rest in turns."""
        waits = bool(self._rest)
        self._rest += data
        if not waits:
            self._go_on()

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._settle()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._rest:
            self.loop.call_soon(self._go_on)
        self._settle()

    async def receive(self) -> Any:
        """The application's next message."""
        message = await super().receive()
        self._settle()
        return message

    def _go_on(self) -> None:
        if not self._rest or not self.writable.is_set():
            return  # nothing left, or not until it is
        piece, self._rest = self._rest[:SLICE], self._rest[SLICE:]
        super().data_received(piece)
        if self.transport.is_closing():
            self._rest = b""
        elif self._rest and self.writable.is_set():
            self.loop.call_soon(self._go_on)
        self._settle()

    def _settle(self) -> None:
        if self._rest or self.read_paused or not self.writable.is_set():
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
