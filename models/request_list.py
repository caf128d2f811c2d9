"""Reading requests as one of their two sides may see them; one statement a list."""

from collections.abc import Sequence

from models import clock, directory, paging, sql
from models.directory import Wants
from models.visibility import may_see

# What a recipient can see at all; a request past its expiry is gone whether swept or not.
_THERE = (
    "r.recipient_state NOT IN ('GONE', 'CLOSED') "
    "AND (r.sender_state <> 'PENDING' OR r.expires_at > $2)"
)
_OPEN = "r.sender_state = 'PENDING' AND r.expires_at > $2"


async def received(viewer: int, first: int, after: str | None, wants: Wants) -> paging.Page:
    """What waits for the viewer's answer; what was nudged stands where it was nudged."""
    return await _received(
        viewer, first, after, wants, f"{_OPEN} AND r.recipient_state = 'PENDING'", "r.surfaced_at"
    )


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
    """For every page's head: waiting requests, unread notifications, newest event number."""
    row = await sql.row(
        "SELECT i.last_seq, i.connections, (SELECT count(*) FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id AND m.suspended_at IS NULL "
        f"WHERE r.recipient_id = $1 AND {_OPEN} AND r.recipient_state = 'PENDING') AS waiting, "
        "(SELECT count(*) FROM notification n WHERE n.member_id = $1 AND n.read_at IS NULL "
        # As in the list of notifications: what has expired is not there, swept or not.
        "AND (n.kind <> 'REQUEST_RECEIVED' OR EXISTS (SELECT 1 FROM connection_request r "
        "WHERE r.id = n.subject_id AND (r.sender_state <> 'PENDING' OR r.expires_at > $2)))) "
        "AS unread FROM inbox i WHERE i.id = $1",
        viewer,
        clock.now(),
    )
    if row is None:
        raise LookupError(viewer)
    return row


def cursor(row: sql.Row) -> str:
    """The cursor behind a request in the list it was read from."""
    return paging.moment_cursor("crq", row["order_at"], row["id"])
