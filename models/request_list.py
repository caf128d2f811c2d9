"""Reading requests as one of their two sides may see them; one statement a list."""

from collections.abc import Sequence
from enum import StrEnum

from models import clock, conversation_list, directory, introduction_list, paging, sql
from models.directory import Wants
from models.familiarity import FAMILIAR, MOST
from models.notification_list import unread
from models.visibility import may_see

# What a recipient can see at all; a request past its expiry is gone whether swept or not.
_THERE = (
    "r.recipient_state NOT IN ('GONE', 'CLOSED') "
    "AND (r.sender_state <> 'PENDING' OR r.expires_at > $2)"
)
_OPEN = "r.sender_state = 'PENDING' AND r.expires_at > $2"
_ASKED = f"{_OPEN} AND r.recipient_state = 'PENDING'"
# What the recipient's rules hold back waits in a list of its own (models/sender_rule.py).
_WAITS = f"{_ASKED} AND r.handling <> 'HOLD'"

# What came quietly stands in Received, and calls for nobody's attention.
_CALLS = f"{_ASKED} AND r.handling = 'ACCEPT'"


class Familiarity(StrEnum):
    """Which of the requests that wait."""

    ALL = "ALL"
    KNOWN = "KNOWN"
    LOW = "LOW"


_WHICH = {
    Familiarity.ALL: "",
    Familiarity.KNOWN: f" AND r.familiarity >= {FAMILIAR}",
    Familiarity.LOW: f" AND r.familiarity < {FAMILIAR}",
}


async def received(
    viewer: int,
    first: int,
    after: str | None,
    wants: Wants,
    which: Familiarity = Familiarity.ALL,
    *,
    back_from: str | None = None,
) -> paging.Page:
    """What waits for the viewer's answer, those the viewer seems to know first; among equals what
    was nudged stands where it was nudged. With `back_from` it is read from that cursor, with what
    stands there, towards the front.
    """
    compare, way, cursor_of = ("<", "DESC", after) if back_from is None else (">=", "", back_from)
    condition, values = "", _place(cursor_of)
    if values:
        condition = f" AND (r.familiarity, r.surfaced_at, r.id) {compare} ($4, $5, $6)"
    rows = await sql.rows(
        f"SELECT r.*, r.surfaced_at AS order_at, r.familiarity AS order_first, "
        f"{directory.columns(wants, '$1')} "
        "FROM connection_request r JOIN member m ON m.id = r.sender_id "
        f"WHERE r.recipient_id = $1 AND {_WAITS} AND m.suspended_at IS NULL"
        f"{_WHICH[which]}{condition} "
        f"ORDER BY r.familiarity {way}, r.surfaced_at {way}, r.id {way} LIMIT $3",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


def _place(cursor: str | None) -> list[object]:
    """What a cursor of the requests that wait stands for; nothing without one. Raises BadPage."""
    found = paging.ranked_key("crw", cursor, MOST)
    return [found[0], found[1].at, found[1].id] if found else []


async def calling(viewer: int, first: int) -> Sequence[int]:
    """Keys of the first requests that call for the viewer's answer, as `received` orders them:
    without what came quietly. They are counted as `waiting`.
    """
    rows = await sql.rows(
        "SELECT r.id FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id AND m.suspended_at IS NULL "
        f"WHERE r.recipient_id = $1 AND {_CALLS} "
        "ORDER BY r.familiarity DESC, r.surfaced_at DESC, r.id DESC LIMIT $3",
        viewer,
        clock.now(),
        first,
    )
    return [row["id"] for row in rows]


async def less_familiar(viewer: int) -> int:
    """How many of the requests that wait come from members the viewer hardly seems to know."""
    row = await sql.row(
        "SELECT count(*) AS number FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id AND m.suspended_at IS NULL "
        f"WHERE r.recipient_id = $1 AND {_WAITS}{_WHICH[Familiarity.LOW]}",
        viewer,
        clock.now(),
    )
    return int(row["number"]) if row else 0


async def ignored(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """What the viewer has set aside and may still answer."""
    return await _received(
        viewer,
        first,
        after,
        wants,
        f"{_OPEN} AND r.recipient_state = 'IGNORED'",
        "r.recipient_changed_at",
    )


async def held(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """What the viewer's rules hold back, newest first."""
    state = f"{_ASKED} AND r.handling = 'HOLD'"
    return await _received(viewer, first, after, wants, state, "r.sent_at")


async def answered(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """What the viewer accepted or declined."""
    return await _received(
        viewer,
        first,
        after,
        wants,
        f"r.recipient_state IN ('ACCEPTED', 'DECLINED') AND {_THERE}",
        "r.recipient_changed_at",
    )


async def _received(
    viewer: int, first: int, after: str | None, wants: Wants, state: str, order: str
) -> paging.Page:
    key = paging.moment_key("crq", after)
    condition, values = paging.behind(key, order, "r.id", 4)
    rows = await sql.rows(
        f"SELECT r.*, {order} AS order_at, {directory.columns(wants, '$1')} "
        "FROM connection_request r JOIN member m ON m.id = r.sender_id "
        f"WHERE r.recipient_id = $1 AND {state} AND m.suspended_at IS NULL{condition} "
        f"ORDER BY {order} DESC, r.id DESC LIMIT $3",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


async def sent(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """What the viewer sent and has not become a connection, newest first. The recipient's
    columns are null when the viewer may no longer see them.
    """
    key = paging.moment_key("crq", after)
    condition, values = paging.behind(key, "r.sent_at", "r.id", 4)
    rows = await sql.rows(
        f"SELECT r.*, r.sent_at AS order_at, {directory.columns(wants, '$1')} "
        "FROM connection_request r LEFT JOIN member m ON m.id = r.recipient_id "
        f"AND {may_see('m', '$1', '$2')} "
        f"WHERE r.sender_id = $1 AND r.sender_state <> 'ACCEPTED'{condition} "
        "ORDER BY r.sent_at DESC, r.id DESC LIMIT $3",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


async def by_ids(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these requests that the viewer sent, or received and may see, by key."""
    rows = await sql.rows(
        f"SELECT r.* FROM connection_request r WHERE r.id {sql.among(3)} "
        f"AND (r.sender_id = $1 OR (r.recipient_id = $1 AND {_THERE}))",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["id"]: row for row in rows}


async def open_with(viewer: int, others: Sequence[int]) -> dict[int, sql.Row]:
    """The open requests between the viewer and these members, either way, by the other's key."""
    rows = await sql.rows(
        f"SELECT r.* FROM connection_request r WHERE {_OPEN} AND ((r.sender_id = $1 "
        f"AND r.recipient_id {sql.among(3)}) OR (r.recipient_id = $1 "
        f"AND r.sender_id {sql.among(3)} AND r.recipient_state <> 'CLOSED'))",
        viewer,
        clock.now(),
        list(others),
    )
    return {
        row["recipient_id"] if row["sender_id"] == viewer else row["sender_id"]: row for row in rows
    }


async def counters(viewer: int) -> sql.Row:
    """For every page's head: waiting and held requests, waiting introductions, unread
    notifications, newest event number; and how far the feed was read.
    """
    row = await sql.row(
        "SELECT i.last_seq, i.connections, "
        "(SELECT own.feed_seen_at FROM member own WHERE own.id = i.id) AS feed_seen_at, "
        "(SELECT count(*) FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id AND m.suspended_at IS NULL "
        f"WHERE r.recipient_id = $1 AND {_CALLS}) AS waiting, "
        "(SELECT count(*) FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id AND m.suspended_at IS NULL "
        f"WHERE r.recipient_id = $1 AND {_ASKED} AND r.handling = 'HOLD') AS held, "
        f"{unread('$1', '$2')} AS unread, "
        f"{introduction_list.waiting('$1', '$2')} AS introductions, "
        f"{conversation_list.COUNTERS} FROM inbox i WHERE i.id = $1",
        viewer,
        clock.now(),
    )
    if row is None:
        raise LookupError(viewer)
    return row


def cursor(row: sql.Row) -> str:
    """The cursor behind a request in the list it was read from."""
    try:
        rank = row["order_first"]
    except KeyError:
        return paging.moment_cursor("crq", row["order_at"], row["id"])
    return paging.ranked_cursor("crw", rank, row["order_at"], row["id"])
