"""Reading conversations, as one of their two sides; one statement a list."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from models import clock, directory, paging, sql
from models.directory import Wants
from models.message_list import COLUMNS, KEPT, THERE, names
from models.visibility import may_see


class ConversationFolder(StrEnum):
    """Which of a member's conversations."""

    INBOX = "INBOX"
    ARCHIVED = "ARCHIVED"
    REQUESTS = "REQUESTS"
    IGNORED = "IGNORED"
    SELLING = "SELLING"


_ONGOING = "s.state IN ('OPEN', 'ASKED') AND NOT s.filtered"
_FOLDERS = {
    ConversationFolder.INBOX: f"{_ONGOING} AND s.archived_at IS NULL",
    ConversationFolder.ARCHIVED: f"{_ONGOING} AND s.archived_at IS NOT NULL",
    ConversationFolder.REQUESTS: "s.state = 'REQUESTED' AND NOT s.filtered",
    ConversationFolder.IGNORED: "s.state = 'IGNORED'",
    ConversationFolder.SELLING: "s.state <> 'IGNORED' AND s.filtered",
}


class Asked(NamedTuple):
    """Which costly columns of conversations, and of the other members, are wanted."""

    people: Wants = Wants()
    reading: bool = True


ALL = Asked()
# The newest message this side shows that the other has read, while both showed how far they read
# and still do. A message request tells nothing before it is accepted.
_READ = (
    "(SELECT n2.id FROM message n2 WHERE n2.conversation_id = s.conversation_id "
    # Scalar, or PostgreSQL walks the thread from its end.
    "AND n2.seq <= (SELECT back.told_seq FROM conversation_side back "
    "JOIN member me ON me.id = back.other_id AND me.shows_reading "
    "JOIN member them ON them.id = back.owner_id AND them.shows_reading "
    "WHERE back.owner_id = s.other_id AND back.other_id = s.owner_id AND s.state = 'OPEN') "
    f"AND {KEPT.replace('n.', 'n2.')} ORDER BY n2.seq DESC LIMIT 1) AS s_read_id"
)


def _columns(asked: Asked) -> str:
    reading = f", {_READ}" if asked.reading else ""
    return (
        f"s.state AS s_state, s.last_at AS s_last_at, s.unread AS s_unread, s.muted AS s_muted, "
        "s.archived_at AS s_archived_at, s.filtered AS s_filtered, "
        f"{COLUMNS}, {names()}, {directory.columns(asked.people, '$1')}{reading}"
    )


_JOINS = (
    "LEFT JOIN message n ON n.conversation_id = s.conversation_id AND n.seq = s.last_seq "
    f"LEFT JOIN member m ON m.id = s.other_id AND {may_see('m', '$1', '$2')}"
)


async def of(
    viewer: int, folder: ConversationFolder, first: int, after: str | None, asked: Asked = ALL
) -> paging.Page:
    """The viewer's conversations in a folder, each with its newest message, newest first. The
    other's columns are null when the viewer may no longer see them.
    """
    key = paging.moment_key("cnv", after)
    condition, values = paging.behind(key, "s.last_at", "s.id", 4)
    rows = await sql.rows(
        # The page first: or every conversation there is would be joined and named, then sorted.
        "WITH page AS MATERIALIZED (SELECT s.* FROM conversation_side s WHERE s.owner_id = $1 "
        f"AND s.last_seq > 0 AND {_FOLDERS[folder]} AND {THERE}{condition} "
        "ORDER BY s.last_at DESC, s.id DESC LIMIT $3) "
        f"SELECT {_columns(asked)} FROM page s {_JOINS} ORDER BY s.last_at DESC, s.id DESC",
        viewer,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(rows, first)


async def by_ids(viewer: int, keys: Sequence[int], asked: Asked = ALL) -> dict[int, sql.Row]:
    """Those of these conversations that are the viewer's, by the key of their side."""
    return await _some(viewer, "s.id", "s_id", keys, asked)


async def with_members(
    viewer: int, others: Sequence[int], asked: Asked = ALL
) -> dict[int, sql.Row]:
    """The viewer's conversations with these members, by the other's key."""
    return await _some(viewer, "s.other_id", "s_other", others, asked)


async def _some(
    viewer: int, column: str, name: str, keys: Sequence[int], asked: Asked
) -> dict[int, sql.Row]:
    rows = await sql.rows(
        f"SELECT {_columns(asked)} FROM conversation_side s {_JOINS} "
        f"WHERE s.owner_id = $1 AND {column} {sql.among(3)} "
        f"AND {THERE}",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row[name]: row for row in rows}


def cursor(row: sql.Row) -> str:
    """The cursor behind a conversation in a list."""
    return paging.moment_cursor("cnv", row["s_last_at"], row["s_id"])


# Unread messages in conversations that are neither muted nor put aside, and message requests that
# wait; from stored counters.
COUNTERS = (
    "(SELECT coalesce(sum(s.unread), 0) FROM conversation_side s WHERE s.owner_id = $1 "
    "AND s.unread > 0 AND s.state = 'OPEN' AND NOT s.muted AND NOT s.filtered) AS messages, "
    "(SELECT count(*) FROM conversation_side s WHERE s.owner_id = $1 AND s.state = 'REQUESTED' "
    f"AND NOT s.filtered AND s.last_seq > 0 AND {THERE}) AS message_requests"
)
