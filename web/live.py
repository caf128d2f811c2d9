"""/live: the viewer's events and the state of their notifications as HTML, for every open page.

The same subscriptions an integrator uses, rendered, as one stream. A page that was away for long is
refreshed rather than replayed; who is signed out is told so and not left to try again for ever.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator
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
# How long the state of the notifications waits for the event that goes with it.
BREATH_SECONDS = 0.5


async def live(request: Request) -> Response:
    """GET /live?after=<cursor>&unread=<count>; Last-Event-ID wins over both, as it is newer."""
    return EventSourceResponse(
        _messages(request),
        headers=HEADERS,
        ping=PING_SECONDS,
        send_timeout=settings().socket_drain_seconds,
    )


async def _messages(request: Request) -> AsyncIterator[ServerSentEvent]:
    if request.state.viewer is None:
        yield _signed_out()
        return
    page = _Page(request)
    caught_up, refresh = await _catch_up(request, page.after)
    if refresh:
        yield await page.refresh(caught_up)
    # Credentials, not a known viewer: the streams look at them again before each item.
    context = Context(cookie=request.cookies.get(COOKIE), beside_events=True)
    events = await _subscribe(context, "LiveEvents", after=caught_up)
    bell = _after_events(await _subscribe(context, "LiveBell"))
    async with aclosing(_both(events, bell)) as results:
        async for result in results:
            if result.errors:
                error = failed(result.errors[0])
                if error.code == "UNAUTHENTICATED":
                    break
                raise error
            if message := await page.message(result.data):
                yield message
    if context.refused or await _is_signed_out(context):
        yield _signed_out()


async def _subscribe(context: Context, name: str, **variables: Any) -> AsyncGenerator[Any]:
    stream: Any = await schema.subscribe(
        documents()[name],
        variable_values=variables,
        context_value=context,
        operation_name=name,
    )
    return stream


async def _after_events(states: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    """The states a moment later: mostly an event tells of the same, and more."""
    async with aclosing(states):
        async for state in states:
            await asyncio.sleep(BREATH_SECONDS)
            yield state


async def _both(*streams: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    """What comes from any of these, as it comes, until one of them ends."""
    coming = {asyncio.create_task(anext(stream, None)): stream for stream in streams}
    try:
        while True:
            done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                stream = coming.pop(task)
                if (item := task.result()) is None:
                    return
                yield item
                coming[asyncio.create_task(anext(stream, None))] = stream
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for stream in streams:
            await stream.aclose()


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


class _Page:
    """An open page: where it stands, and how many unread notifications it shows."""

    def __init__(self, request: Request) -> None:
        self.request = request
        before = request.headers.get("last-event-id")
        self.after = before or request.query_params.get("after") or None
        unread = request.query_params.get("unread", "")
        # None where it did not say: then what there is at first is what it shows.
        self.unread = int(unread) if re.fullmatch(r"[0-9]{1,9}", unread) else None
        # Who comes back may show another count by now, and by nothing that is an event.
        self.away = before is not None

    async def message(self, data: dict[str, Any]) -> ServerSentEvent | None:
        """What came, as HTML; None where the page shows it already."""
        if "events" in data:
            return await self.told(data["events"])
        return await self.rung(data["notificationChanged"]["unreadCount"])

    async def rung(self, unread: int) -> ServerSentEvent | None:
        """So many notifications are unread."""
        before, away = self.unread, self.away
        self.unread, self.away = unread, False
        if not away and before in (None, unread):
            return None
        badges = (await run(self.request, "LiveBadges")).data
        more = before is not None and unread > before
        return ServerSentEvent(render_text("live/bell.html", {**badges, "more": more}))

    async def told(self, event: dict[str, Any]) -> ServerSentEvent:
        """The event as HTML; one that cannot be shown becomes a refresh. A stream that broke off
        here would come back to the same event for ever.
        """
        try:
            return await self._event(event)
        except Exception:
            log.exception("an event of type %s cannot be shown", event["__typename"])
            return await self.refresh(event["cursor"])

    async def _event(self, event: dict[str, Any]) -> ServerSentEvent:
        if event["__typename"] == "StreamReset":
            return await self.refresh(event["cursor"])
        now = (await run(self.request, "LiveNow")).data
        # In quiet hours it is shown, and not announced.
        quiet = bool(now["viewer"] and now["viewer"]["quietHours"]["endsAt"])
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", event["__typename"]).lower()
        html = render_text(f"live/{name}.html", {**now, "quiet": quiet, "event": event})
        self._shows(now)
        return ServerSentEvent(html, id=event["cursor"])

    async def refresh(self, cursor: str) -> ServerSentEvent:
        """The counts, and that there is news."""
        badges = (await run(self.request, "LiveBadges")).data
        self._shows(badges)
        return ServerSentEvent(render_text("live/refresh.html", badges), id=cursor)

    def _shows(self, data: dict[str, Any]) -> None:
        if data["viewer"]:
            self.unread, self.away = data["viewer"]["unreadCount"], False


def _signed_out() -> ServerSentEvent:
    # An ending answer would be tried again every half second: htmx closes on this event.
    return ServerSentEvent("signed out", event="signed-out")


routes = [Route("/live", live)]
