"""How one member stands to others: may they ask, and what is between them already.

One function, `refusal`, answers `canRequest` and guards send. It reads the sender's own facts
first and the other side's last, so that every hidden cause gives the one answer
RECIPIENT_UNAVAILABLE and never changes what came before it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models import clock, sql
from models.problem import Code, Problem
from models.relationship import own_limit, unavailable
from models.settings import settings
from models.visibility import may_see

# After these the same direction rests for a while; ACCEPTED and VOID need none.
_RESTING = {"WITHDRAWN", "EXPIRED", "DECLINED"}


class Budget(NamedTuple):
    """How many requests a member may send: derived from their requests, never stored."""

    limit: int
    remaining: int
    resets_at: datetime | None
    # How many days the window rolls over.
    days: int


class Own(NamedTuple):
    """A member's own numbers."""

    joined_at: datetime
    email_verified_at: datetime | None
    connections: int
    open: int
    week: int
    week_at: datetime | None
    day: int
    day_at: datetime | None


class Facts(NamedTuple):
    """What `refusal` decides on, for one member and one other."""

    own: Own
    pair: sql.Row | None
    is_self: bool
    now: datetime

    @property
    def open_by_other(self) -> int | None:
        """The key of an open request the other sent: asking them now accepts it."""
        pair = self.pair
        if pair is None or pair["open_id"] is None or pair["open_expires_at"] <= self.now:
            return None
        return None if pair["open_is_own"] else int(pair["open_id"])

    @property
    def stale(self) -> int | None:
        """The key of a request between the two that has expired but was not swept yet."""
        pair = self.pair
        if pair is None or pair["open_id"] is None or pair["open_expires_at"] > self.now:
            return None
        return int(pair["open_id"])


_SPENT = (
    "(SELECT {what} FROM connection_request r WHERE r.sender_id = $1 AND r.sent_at > {since} "
    "AND r.sender_state <> 'ACCEPTED' AND r.meeting_code_id IS NULL) AS {name}"
)
_OWN = (
    "SELECT m.joined_at AS own_joined_at, m.email_verified_at AS own_email_verified_at, "
    "i.connections AS own_connections, (SELECT count(*) FROM connection_request r "
    "WHERE r.sender_id = $1 AND r.sender_state = 'PENDING' AND r.expires_at > $2 "
    "AND r.meeting_code_id IS NULL) AS own_open, "
    + ", ".join(
        _SPENT.format(what=what, since=since, name=name)
        for what, since, name in (
            ("count(*)", "$3", "own_week"),
            ("min(r.sent_at)", "$3", "own_week_at"),
            ("count(*)", "$4", "own_day"),
            ("min(r.sent_at)", "$4", "own_day_at"),
        )
    )
    + " FROM member m JOIN inbox i ON i.id = m.id WHERE m.id = $1"
)
_PAIR = (
    "SELECT o.id AS other_id, o.name, o.handle, o.accepts_requests, oi.connections, "
    "o.suspended_at IS NOT NULL AS suspended, "
    "{visible} AS visible, tie.id AS tie_id, tie.ended_at, tie.ended_by_id, "
    "open.id AS open_id, open.sender_id = $1 AS open_is_own, "
    "open.expires_at AS open_expires_at, "
    "(SELECT count(*) FROM connection_request r WHERE r.sender_id = $1 "
    "AND r.recipient_id = o.id AND r.meeting_code_id IS NULL AND r.introduction_id IS NULL) "
    "AS asked, "
    "last.sender_state AS last_state, last.sender_changed_at AS last_changed_at, "
    "last.expires_at AS last_expires_at "
    "FROM member o JOIN inbox oi ON oi.id = o.id "
    "LEFT JOIN relationship tie ON tie.owner_id = $1 AND tie.other_id = o.id "
    "LEFT JOIN connection_request open ON open.low_id = CASE WHEN o.id < $1 THEN o.id ELSE $1 END "
    "AND open.high_id = CASE WHEN o.id < $1 THEN $1 ELSE o.id END "
    "AND open.sender_state = 'PENDING' "
    "LEFT JOIN connection_request last ON last.id = (SELECT max(r.id) FROM connection_request r "
    "WHERE r.sender_id = $1 AND r.recipient_id = o.id AND r.introduction_id IS NULL) WHERE o.id "
)


def _own(row: sql.Row) -> Own:
    return Own(*(row[f"own_{name}"] for name in Own._fields))


def _windows(now: datetime) -> tuple[datetime, datetime]:
    return now - timedelta(days=settings().budget_days), now - timedelta(days=1)


async def own_facts(member_id: int, now: datetime) -> Own:
    """The member's own numbers: open requests, budget spent, connections."""
    row = await sql.row(_OWN, member_id, now, *_windows(now))
    if row is None:
        raise LookupError(member_id)
    return _own(row)


async def facts(member_id: int, other_ids: Sequence[int]) -> dict[int, Facts]:
    """Facts for one member and many others, in one statement.

    The own numbers come even where no pair does: they hold for an id that is nobody's.
    """
    now = clock.now()
    pair = _PAIR.format(visible=may_see("o", "$1", "$2")) + sql.among(5)
    rows = await sql.rows(
        f"WITH own AS ({_OWN}), pair AS ({pair}) SELECT * FROM own LEFT JOIN pair ON true",
        member_id,
        now,
        *_windows(now),
        list(other_ids),
    )
    if not rows:
        raise LookupError(member_id)
    own = _own(rows[0])
    pairs = {row["other_id"]: row for row in rows if row["other_id"] is not None}
    return {i: Facts(own, pairs.get(i), i == member_id, now) for i in other_ids}


def budget(own: Own, now: datetime) -> Budget:
    """The budget: a rolling week, or a rolling day while the account is new."""
    rules = settings()
    new = own.joined_at > now - timedelta(days=rules.new_account_days)
    limit = rules.new_account_budget if new else rules.request_budget
    spent, oldest = (own.day, own.day_at) if new else (own.week, own.week_at)
    days = 1 if new else rules.budget_days
    until = oldest + timedelta(days=days) if oldest else None
    return Budget(limit, max(0, limit - spent), until, days)


def refusal(facts: Facts, *, by_code: bool = False) -> Problem | None:
    """Why this member may not ask that one now; None if they may.

    `by_code`: the other showed them a code, which stands in for everything that budgets, rests
    or hides.
    """
    if by_code:
        return _together(facts) or _own_limits(facts) or _other(facts, by_code=True)
    return _together(facts) or _rests(facts) or _spent(facts) or _own_limits(facts) or _other(facts)


def _together(facts: Facts) -> Problem | None:
    if facts.is_self:
        return Problem(Code.SELF, "This is you.", field=("recipientId",))
    pair = facts.pair
    if pair is None:
        return None
    if pair["tie_id"] is not None and pair["ended_at"] is None:
        return Problem(Code.ALREADY_CONNECTED, "You are already connected.")
    if facts.open_by_other is not None:
        return None
    if pair["open_id"] is not None and facts.stale is None:
        return Problem(
            Code.REQUEST_OPEN,
            "You have already asked to connect.",
            subject=pair["open_id"],
            until=None,
        )
    return None


def _rests(facts: Facts) -> Problem | None:
    pair = facts.pair
    if pair is None or facts.open_by_other is not None:
        return None
    until = _rests_until(pair)
    if until is not None and until > facts.now:
        return Problem(
            Code.COOLDOWN,
            f"You can ask again from {until:%-d %B %Y}.",
            until=until,
        )
    if pair["asked"] >= settings().requests_per_direction:
        times = settings().requests_per_direction
        return Problem(
            Code.REQUEST_LIMIT,
            f"You have asked {times} times. Only an introduction or a code can connect you now.",
        )
    return None


def _rests_until(pair: sql.Row) -> datetime | None:
    """The end of the longest cool-down in this direction."""
    rules = settings()
    ends: list[datetime] = []
    state, changed = pair["last_state"], pair["last_changed_at"]
    if state == "PENDING" and pair["open_id"] is not None:  # stale: expired, not swept
        state, changed = "EXPIRED", pair["last_expires_at"]
    if state in _RESTING:
        ends.append(changed + timedelta(days=rules.ask_again_days))
    if pair["ended_at"] is not None and pair["ended_by_id"] == pair["other_id"]:
        ends.append(pair["ended_at"] + timedelta(days=rules.removal_cooldown_days))
    return max(ends, default=None)


def _spent(facts: Facts) -> Problem | None:
    rules = settings()
    if facts.open_by_other is None:  # answering a request costs nothing
        left = budget(facts.own, facts.now)
        if left.remaining == 0:
            return Problem(
                Code.BUDGET_EXHAUSTED,
                f"You have sent the {left.limit} requests of this period. "
                f"You can send the next from {left.resets_at:%-d %B, %H:%M} UTC.",
                until=left.resets_at,
            )
        if facts.own.open >= rules.open_requests:
            return Problem(
                Code.TOO_MANY_PENDING,
                f"You have {rules.open_requests} open requests. Withdraw one, or wait for answers.",
            )
    return None


def _own_limits(facts: Facts) -> Problem | None:
    rules = settings()
    if rules.asks_for_verified_email and facts.own.email_verified_at is None:
        return Problem(Code.EMAIL_UNVERIFIED, "Please verify your e-mail address first.")
    if facts.own.connections >= rules.connection_limit:
        return own_limit()
    return None


def _other(facts: Facts, *, by_code: bool = False) -> Problem | None:
    pair = facts.pair
    full = settings().connection_limit
    if pair is None or pair["suspended"] or pair["connections"] >= full:
        return unavailable()
    if by_code:
        return None
    if not pair["visible"]:
        return unavailable()
    if facts.open_by_other is None and not pair["accepts_requests"]:
        return unavailable()
    return None
