"""/live: the viewer's events as HTML, for every open page of theirs.

The same subscription an integrator uses, rendered. A page that was away for long is refreshed
rather than replayed; who is signed out is told so and not left to try again for ever.
"""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema import schema
from schema.context import Context, authenticate
from web.documents import documents
from web.errors import Failed
from web.run import failed, run
from web.sessions import COOKIE
from web.settings import settings
from web.templating import HEADERS, render_text

log = logging.getLogger("mutual.live")

# Further behind than this, one refresh is kinder than a replay.
REPLAYED = 20
PING_SECONDS = 15


async def live(request: Request) -> Response:
    """GET /live?after=<cursor>; Last-Event-ID wins, as it is the newer."""
    after = request.headers.get("last-event-id") or request.query_params.get("after") or None
    return EventSourceResponse(
        _messages(request, after),
        headers=HEADERS,
        ping=PING_SECONDS,
        send_timeout=settings().socket_drain_seconds,
    )


async def _messages(request: Request, after: str | None) -> AsyncIterator[ServerSentEvent]:
    if request.state.viewer is None:
        yield _signed_out()
        return
    caught_up, refresh = await _catch_up(request, after)
    if refresh:
        yield await _refresh(request, caught_up)
    # Credentials, not a known viewer: the stream looks at them again before each event.
    context = Context(cookie=request.cookies.get(COOKIE))
    stream = await schema.subscribe(
        documents()["LiveEvents"],
        variable_values={"after": caught_up},
        context_value=context,
        operation_name="LiveEvents",
    )
    async with aclosing(stream):
        async for result in stream:
            if result.errors:
                error = failed(result.errors[0])
                if error.code == "UNAUTHENTICATED":
                    break
                raise error
            assert result.data is not None
            yield await _told(request, result.data["events"])
    if context.refused or await _is_signed_out(context):
        yield _signed_out()


async def _is_signed_out(context: Context) -> bool:
    return await authenticate(context) is None


async def _catch_up(request: Request, after: str | None) -> tuple[str, bool]:
    """Where to begin, and whether the page has missed too much to be told one by one."""
    now = (await run(request, "LiveCursor")).data["viewer"]["eventCursor"]
    if after is None:
        return now, False
    try:
        missed = await run(request, "LiveMissed", after=after, first=REPLAYED)
    except Failed as error:
        if error.code not in ("CURSOR_EXPIRED", "BAD_REQUEST"):
            raise
        return now, True
    behind = missed.data["viewer"]["events"]["pageInfo"]["hasNextPage"]
    return (now, True) if behind else (after, False)


async def _told(request: Request, event: dict[str, Any]) -> ServerSentEvent:
    """The event as HTML; one that cannot be shown becomes a refresh. A stream that broke off
    here would come back to the same event for ever.
    """
    try:
        return await _event(request, event)
    except Exception:
        log.exception("an event of type %s cannot be shown", event["__typename"])
        return await _refresh(request, event["cursor"])


async def _event(request: Request, event: dict[str, Any]) -> ServerSentEvent:
    if event["__typename"] == "StreamReset":
        return await _refresh(request, event["cursor"])
    now = (await run(request, "LiveNow")).data
    # In quiet hours it is shown, and not announced.
    quiet = bool(now["viewer"] and now["viewer"]["quietHours"]["endsAt"])
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", event["__typename"]).lower()
    html = render_text(f"live/{name}.html", {**now, "quiet": quiet, "event": event})
    return ServerSentEvent(html, id=event["cursor"])


async def _refresh(request: Request, cursor: str) -> ServerSentEvent:
    badges = await run(request, "LiveBadges")
    return ServerSentEvent(render_text("live/refresh.html", badges.data), id=cursor)


def _signed_out() -> ServerSentEvent:
    # An ending answer would be tried again every half second: htmx closes on this event.
    return ServerSentEvent("signed out", event="signed-out")


routes = [Route("/live", live)]
