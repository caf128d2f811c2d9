"""Subscriptions: one resumable stream of events, and two thin ones over it.

Duplicates happen, wake-ups get lost, permission may have gone since the last event: before each
event the credentials are looked at again and everything is loaded anew.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import strawberry

from models import event
from models.event import CursorExpired, EventKind
from models.token import Scope
from schema import delivered
from schema.context import Context, ask_as, asking, viewer_id
from schema.event import (
    RequestAccepted,
    RequestReceived,
    event_of,
    reset_of,
    seq_of,
)
from schema.event_base import Event
from schema.lasting import still, woken_at_end
from schema.notification_live import NotificationSubscription
from schema.scalars import Cursor
from schema.scopes import needs

Kinds = Annotated[
    list[EventKind] | None,
    strawberry.argument(
        description="Only these kinds; all without, none for an empty list. Cursors are the same."
    ),
]
Behind = Annotated[
    Cursor | None,
    strawberry.argument(
        description="The cursor of the last event seen, or `viewer.eventCursor`; without it the "
        "stream begins with what happens from now on."
    ),
]


async def _follow(
    context: Context, after: str | None, kinds: frozenset[str] | None
) -> AsyncIterator[Any]:
    viewer = asking().viewer
    assert viewer is not None, "the gate refuses subscriptions without a viewer"
    member = viewer.id
    seq = seq_of(member, after) if after is not None else await event.last_seq(member)
    with woken_at_end(viewer):
        while True:
            try:
                async for batch in event.follow(member, seq):
                    now = await still(context, viewer)
                    if now is None:
                        context.refused = True
                        if context.close is not None:
                            await context.close()
                        return
                    for row in batch:
                        seq = row["seq"]
                        if kinds is None or row["kind"] in kinds:
                            if now.grant_id is not None:
                                delivered.note(now.grant_id)
                            ask_as(now)
                            yield event_of(member, row)
            except CursorExpired:
                seq = await event.last_seq(member)
                ask_as(viewer)
                yield reset_of(member, seq)


@strawberry.type(description="Streams, over graphql-transport-ws and GraphQL over SSE.")
class Subscription(NotificationSubscription):
    """Subscriptions."""

    @strawberry.subscription(
        description="The viewer's events, at least once, in order and without a gap. Keep the "
        "cursor of the last one and give it as `after` when you come back. Of a cursor older "
        "than `instance.limits.eventRetentionDays` the first item is StreamReset.",
        directives=needs(Scope.EVENTS_READ),
    )
    async def events(
        self, info: strawberry.Info[Context, None], after: Behind = None, kinds: Kinds = None
    ) -> AsyncIterator[Event]:
        """The one resumable stream."""
        if info.context.only is not None:
            yield event_of(viewer_id(), info.context.only)
            return
        chosen = None if kinds is None else frozenset(kinds)
        async for item in _follow(info.context, after, chosen):
            yield item

    @strawberry.subscription(
        description="`events` of kind REQUEST_RECEIVED. A cursor that is too old ends it with "
        "CURSOR_EXPIRED.",
        directives=needs(Scope.EVENTS_READ),
    )
    async def request_received(
        self, info: strawberry.Info[Context, None], after: Behind = None
    ) -> AsyncIterator[RequestReceived]:
        """For the integrator who wants just those."""
        async for item in _follow(info.context, after, frozenset({"REQUEST_RECEIVED"})):
            if not isinstance(item, RequestReceived):
                raise CursorExpired
            yield item

    @strawberry.subscription(
        description="`events` of kind REQUEST_ACCEPTED: new connections of the viewer. A cursor "
        "that is too old ends it with CURSOR_EXPIRED.",
        directives=needs(Scope.EVENTS_READ),
    )
    async def request_accepted(
        self, info: strawberry.Info[Context, None], after: Behind = None
    ) -> AsyncIterator[RequestAccepted]:
        """For the integrator who wants just those."""
        async for item in _follow(info.context, after, frozenset({"REQUEST_ACCEPTED"})):
            if not isinstance(item, RequestAccepted):
                raise CursorExpired
            yield item
