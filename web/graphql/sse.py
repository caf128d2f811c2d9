"""GraphQL over SSE, distinct connections mode.

As shipped, Strawberry pumps a stream through a queue and two tasks beside the response and leaves
the operation's generator to the garbage collector when a client goes; and Starlette's streaming
response keeps the server from stopping. sse-starlette ends its streams with the server, pings, and
gives up who does not read.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import orjson
from sse_starlette import EventSourceResponse

from schema.errors import INTERNAL
from web.settings import settings

PING_SECONDS = 15

log = logging.getLogger("mutual.web")

Format = Callable[[Any], Awaitable[Any]]


def stream(results: Any, as_data: Format, request_id: str) -> EventSourceResponse:
    """The results of an operation as events; what fails before execution is one of them."""
    return EventSourceResponse(
        _events(results, as_data, request_id),
        # A proxy that compresses holds events back.
        headers={"Cache-Control": "no-store, no-transform"},
        ping=PING_SECONDS,
        send_timeout=settings().socket_drain_seconds,
    )


async def _events(results: Any, as_data: Format, request_id: str) -> AsyncIterator[bytes]:
    try:
        async with aclosing(results):
            async for result in results:
                yield _event("next", orjson.dumps(await as_data(result)))
    except Exception:
        log.exception("request %s failed while it was streamed", request_id)
        message = f"Something went wrong on our side. It is in the log as {request_id}."
        error = {"message": message, "extensions": {"code": INTERNAL, "requestId": request_id}}
        yield _event("next", orjson.dumps({"errors": [error]}))
    # An EventSource drops events without data.
    yield _event("complete", b"")


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\r\ndata: %b\r\n\r\n" % (name.encode(), data)
