"""The viewer's lists of requests, and how many they may still send."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import clock, request_list, standing
from models.familiarity import FAMILIAR
from models.request_list import Familiarity
from models.token import Scope
from schema.context import viewer_id
from schema.enums import described
from schema.paging import After, First
from schema.request import ConnectionRequestConnection, request_page
from schema.scalars import Cursor
from schema.scopes import needs
from schema.selection import wants

_REQUESTS = needs(Scope.REQUESTS_READ)
_PRIVATE = needs(Scope.PRIVATE_READ)

described(
    Familiarity,
    "Familiarity",
    "Which of the requests that wait, by how well the viewer seems to know the sender. That is "
    "worked out from confirmed evidence, 0 to 100, when a request is sent and when it is nudged, "
    "and again about once an hour; only the recipient's own lists tell of it.",
    {
        "ALL": "All of them.",
        "KNOWN": f"{FAMILIAR} and more: an introduction, a meeting, an earlier connection, a "
        "common employer or school, or more than three mutual connections.",
        "LOW": f"Under {FAMILIAR}.",
    },
)
Which = Annotated[
    Familiarity, strawberry.argument(description="Which of them, by how familiar they are.")
]
BackFrom = Annotated[
    Cursor | None,
    strawberry.argument(
        description="Instead of `after`: read from this cursor of the list, with what stands "
        "there, towards the front, the nearest first."
    ),
]


@strawberry.type(
    description="How many requests the viewer may still send. Derived from the "
    "requests of the window that did not become connections."
)
class RequestBudget:
    """The budget."""

    limit: int = strawberry.field(
        description="Requests per rolling 7 days; for an account under 7 days, per rolling day."
    )
    days: int = strawberry.field(
        description="How many days the window rolls over: 7, or 1 for a new account."
    )
    remaining: int = strawberry.field(description="How many are left now.")
    resets_at: datetime | None = strawberry.field(
        description="When the oldest counted request leaves the window; null when none counts."
    )


@strawberry.type
class RequestLists:
    """Fields of the viewer."""

    @strawberry.field(
        description="Requests that wait for the viewer's answer: those from members the viewer "
        "seems to know first, and among equals the newest or nudged.",
        directives=_REQUESTS,
    )
    async def received_requests(
        self,
        info: strawberry.Info,
        familiarity: Which = Familiarity.ALL,
        first: First = 20,
        after: After = None,
        back_from: BackFrom = None,
    ) -> ConnectionRequestConnection:
        """The inbox, in one statement."""
        page = await request_list.received(
            viewer_id(), first, after, wants(info), familiarity, back_from=back_from
        )
        return request_page(page, after or back_from)

    @strawberry.field(
        description="How many of the requests that wait are `LOW` in familiarity. `waitingCount` "
        "counts them as well.",
        directives=_REQUESTS,
    )
    async def less_familiar_count(self) -> int:
        """In one statement."""
        return await request_list.less_familiar(viewer_id())

    @strawberry.field(
        description="Requests the viewer set aside; they can be answered until they expire.",
        directives=_PRIVATE,
    )
    async def ignored_requests(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ConnectionRequestConnection:
        """Ignored requests, in one statement."""
        page = await request_list.ignored(viewer_id(), first, after, wants(info))
        return request_page(page, after)

    @strawberry.field(
        description="Requests the viewer accepted or declined, last answered first.",
        directives=_PRIVATE,
    )
    async def answered_requests(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ConnectionRequestConnection:
        """Answered requests, in one statement."""
        page = await request_list.answered(viewer_id(), first, after, wants(info))
        return request_page(page, after)

    @strawberry.field(
        description="Requests the viewer sent that are not connections, newest first, whatever "
        "became of them.",
        directives=_REQUESTS,
    )
    async def sent_requests(
        self, info: strawberry.Info, first: First = 20, after: After = None
    ) -> ConnectionRequestConnection:
        """Sent requests, in one statement."""
        page = await request_list.sent(viewer_id(), first, after, wants(info))
        return request_page(page, after)


async def budget_of(key: int) -> RequestBudget:
    """The budget of a member, now."""
    now = clock.now()
    budget = standing.budget(await standing.own_facts(key, now), now)
    return RequestBudget(
        limit=budget.limit,
        days=budget.days,
        remaining=budget.remaining,
        resets_at=budget.resets_at,
    )
