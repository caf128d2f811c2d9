"""The subscription to the notifications themselves: how they stand, whenever that changes.

A state and not a log: what happens between two looks is one item. So there is nothing to resume,
and a wake-up that is lost costs time alone, as it looks again once in a while.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import strawberry

from models import bell, notification_list
from models.settings import settings
from models.token import Scope
from schema.context import Context, ask_as, asking
from schema.lasting import LOST_SECONDS, still, woken_at_end
from schema.notification import Notification, notification_of
from schema.scopes import needs


@strawberry.type(
    description="How the viewer's notifications stand.",
    directives=needs(Scope.NOTIFICATIONS_READ),
)
class NotificationState:
    """The state."""

    unread_count: int = strawberry.field(description="Unread notifications that are shown.")
    notification: Notification | None = strawberry.field(
        description="The one that came, changed or was read last, of those that are there; null "
        "without any."
    )


@strawberry.type
class NotificationSubscription:
    """Subscriptions about notifications."""

    @strawberry.subscription(
        description="How the viewer's notifications stand: now, and again after each change. It "
        "is the state, not a log: several changes at once are one item, and there is no cursor to "
        "come back with. Who needs every fact follows `events`.",
        directives=needs(Scope.NOTIFICATIONS_READ),
    )
    async def notification_changed(
        self, info: strawberry.Info[Context, None]
    ) -> AsyncIterator[NotificationState]:
        """models.notification_list.standing, followed by the bell and by looking now and then."""
        context, viewer = info.context, asking().viewer
        assert viewer is not None, "the gate refuses subscriptions without a viewer"
        told: object = None
        with woken_at_end(viewer), bell.listening(viewer.id) as rung:
            rung.polled = False  # the poll looks for events alone
            while True:
                rung.clear()
                now = await still(context, viewer, Scope.NOTIFICATIONS_READ)
                if now is None:
                    context.refused = True
                    if context.close is not None:
                        await context.close()
                    return
                unread, last = await notification_list.standing(viewer.id)
                mark = (unread, last and tuple(last[name] for name in _MARKS))
                if mark != told:
                    told = mark
                    ask_as(now)
                    yield NotificationState(
                        unread_count=unread,
                        notification=notification_of(last) if last else None,
                    )
                poll = settings().bell_poll_seconds
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOST_SECONDS if context.beside_events else poll):
                        await rung.wait()


_MARKS = ("id", "changed_at", "read_at", "times", "other_name")
