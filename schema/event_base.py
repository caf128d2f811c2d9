"""What every event has."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.member import Member
from schema.scalars import Cursor

Person = Annotated["Member", strawberry.lazy("schema.member")]

MEMBER_ID = strawberry.field(description="The other member's id; stays when they are gone.")
MEMBER = strawberry.field(
    description="The other member as the receiver sees them now; null when they no longer may."
)


@strawberry.interface(
    description="A fact addressed to one member, numbered for them alone. Delivered at least "
    "once and in order; kept for `instance.limits.eventRetentionDays`."
)
class Event:
    """What every event has."""

    cursor: Cursor = strawberry.field(
        description="Keep it: `events(after:)` goes on behind it, at least once, in order, no gap."
    )
    occurred_at: datetime = strawberry.field(
        description="When it was recorded; later than the fact where that could be undone first."
    )
