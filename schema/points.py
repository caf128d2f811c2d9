"""Points: what somebody may ask for in a window of time, counted where all processes see it.

An operation takes its points from each bucket of its asker: their token's and the member's, so
that fifty tokens are not fifty allowances; or, signed out, their host's. Windows are fixed, begin
at a moment of their own for each bucket, and so end when we say they do. Why, and the figures:
docs/decisions/0013.
"""

from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import NamedTuple
from zlib import crc32

from graphql import GraphQLError

from models import clock
from models.settings import settings
from schema.context import Viewer
from schema.counters import counters
from schema.errors import COST_EXCEEDED, RATE_LIMITED, coded


class Bucket(NamedTuple):
    """One allowance: whose, and how much."""

    policy: str
    owner: str
    limit: int


class Standing(NamedTuple):
    """How a bucket stands after an operation."""

    policy: str
    limit: int
    remaining: int
    reset_at: float

    @property
    def reset_moment(self) -> datetime:
        """When the bucket is full again."""
        return datetime.fromtimestamp(self.reset_at, UTC)

    @property
    def reset_after(self) -> int:
        """Seconds until the bucket is full again."""
        return max(1, ceil(self.reset_at - clock.now().timestamp()))


def buckets_of(viewer: Viewer | None, host: str) -> tuple[Bucket, ...]:
    """Whose allowances an operation is taken from, the tighter one first."""
    rules = settings()
    if viewer is None:
        return (Bucket("host", network_of(host), rules.api_points),)
    whole = Bucket("member", str(viewer.id), rules.api_member_points)
    if viewer.holder is None:
        return (whole,)
    return Bucket("token", str(viewer.holder), rules.api_points), whole


def network_of(host: str) -> str:
    """What stands for one client among the signed out: an IPv6 client holds a whole /64."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


class Account:
    """One operation's points: what it has taken, and how its asker stands."""

    def __init__(self, buckets: tuple[Bucket, ...]) -> None:
        self.buckets = buckets
        self.points = 0
        self.refused = False
        self.standing: Standing | None = None
        self._keys: list[str] = []
        self._ends: list[int] = []
        self._until = 0

    async def take(self, points: int) -> None:
        """Take points before the work. Raises RATE_LIMITED, and gives back more than one."""
        most = min(bucket.limit for bucket in self.buckets)
        if points >= most > 1:  # no waiting would help
            raise coded(f"This needs {points} points; all there are is {most}.", COST_EXCEEDED)
        standing, over = await self._add(points)
        if over:
            self.refused = True
            if points > 1:
                await self._add(-points)
            raise rate_limited(standing)
        self.points += points

    async def charge(self, points: int) -> None:
        """Take points for what is pushed: it is never held back, but what comes next may be."""
        await self._add(points)

    def _look_up(self) -> None:
        """The present window of each bucket."""
        window = settings().api_window_seconds
        now = clock.now().timestamp()
        if now < self._until:
            return
        self._keys, self._ends = [], []
        for bucket in self.buckets:
            name = f"{bucket.policy}:{bucket.owner}"
            phase = crc32(name.encode()) % window
            number = int(now + phase) // window
            self._keys.append(f"points:{name}:{number}")
            self._ends.append((number + 1) * window - phase)
        self._until = min(self._ends)

    async def _add(self, points: int) -> tuple[Standing, bool]:
        self._look_up()
        keys, ends = self._keys, self._ends
        counts = await counters().add(keys, points, settings().api_window_seconds + 1)
        standings = [
            Standing(bucket.policy, bucket.limit, bucket.limit - count, end)
            for bucket, count, end in zip(self.buckets, counts, ends, strict=True)
        ]
        # Over two limits, the one that lasts longer; else the one with less left.
        over = [standing for standing in standings if standing.remaining < 0]
        self.standing = (
            max(over, key=lambda standing: standing.reset_at)._replace(remaining=0)
            if over
            else min(standings, key=lambda standing: standing.remaining)
        )
        return self.standing, bool(over)


def rate_limited(standing: Standing) -> GraphQLError:
    """The refusal: when to come back."""
    return coded(
        f"The allowance of {standing.limit} points is used up. Come back in "
        f"{standing.reset_after} s.",
        RATE_LIMITED,
        retryAfter=standing.reset_after,
        resetAt=standing.reset_moment.isoformat(),
    )


# The account of the operation under way; None for our own pages.
account: ContextVar[Account | None] = ContextVar("account", default=None)
