"""`rateLimit`: how the asker stands."""

from datetime import datetime

import strawberry

from schema.points import account


@strawberry.type(
    description="The allowance of points the operation was taken from: the tighter one of the "
    "token's and the member's, or the host's of a signed-out client. The headers `RateLimit` and "
    "`RateLimit-Policy` and `extensions.cost` say the same."
)
class RateLimit:
    """A bucket as it stands after this operation."""

    limit: int = strawberry.field(description="Points in a full allowance.")
    cost: int = strawberry.field(
        description="Points this operation took: one for every 100 fields, lists counted with "
        "their page sizes, and at least one."
    )
    remaining: int = strawberry.field(description="Points left after this operation.")
    reset_at: datetime = strawberry.field(description="When the allowance is full again.")


def load_rate_limit() -> RateLimit | None:
    """How the asker of the operation under way stands; our own pages have no limit."""
    now = account.get()
    if now is None or now.standing is None:
        return None
    standing = now.standing
    return RateLimit(
        limit=standing.limit,
        cost=now.points,
        remaining=standing.remaining,
        reset_at=standing.reset_moment,
    )
