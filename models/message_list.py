"""Reading messages, as one of the two sides of their conversation; one statement a list."""

from collections.abc import Sequence

from models import clock, paging, sql
from models.visibility import may_see

# Of side `s` and its conversation's message `n`: what this side shows of it. The sender's name is
# told as of the other member, whom the viewer may no longer see.
COLUMNS = (
    "n.id AS n_id, n.seq AS n_seq, n.sender_id AS n_sender, n.text AS n_text, "
    "n.selling AS n_selling, n.sent_at AS n_sent_at, n.edited_at AS n_edited_at, "
    "n.request_id AS n_request, s.id AS s_id, s.other_id AS s_other"
)
# A message of the conversation that its owner did not delete for themself.
KEPT = (
    "n.seq > s.cleared_seq AND NOT EXISTS (SELECT 1 FROM message_deletion gone "
    "WHERE gone.owner_id = s.owner_id AND gone.message_id = n.id)"
)
# How many messages of the other's are behind `read`, as far as side `s` shows them; notes were
# read with their requests.
UNREAD = (
    "(SELECT count(*) FROM message n WHERE n.conversation_id = s.conversation_id "
    "AND n.seq > {read} AND n.sender_id <> s.owner_id AND n.request_id IS NULL "
    f"AND {KEPT})"
)
# For a side that is put aside no longer: nothing of it was counted meanwhile.
COUNTED_AGAIN = f"CASE WHEN s.filtered THEN {UNREAD.format(read='s.read_seq')} ELSE s.unread END"
# Whose sender is suspended: a message request of theirs is not there.
THERE = (
    "(s.state NOT IN ('REQUESTED', 'IGNORED') OR NOT EXISTS (SELECT 1 FROM member away "
    "WHERE away.id = s.other_id AND away.suspended_at IS NOT NULL))"
)


def names() -> str:
    """The columns of the names of both sides; the other's null where the viewer may no longer see
    them. Placeholders as of `by_ids`.
    """
    return (
        "(SELECT me.name FROM member me WHERE me.id = s.owner_id) AS own_name, "
        f"(SELECT o.name FROM member o WHERE o.id = s.other_id AND {may_see('o', '$1', '$2')}) "
        "AS other_name"
    )


async def by_ids(viewer: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these messages that a side of the viewer's shows, by key."""
    rows = await sql.rows(
        f"SELECT {COLUMNS}, {names()} FROM message n JOIN conversation_side s "
        "ON s.conversation_id = n.conversation_id AND s.owner_id = $1 "
        f"WHERE n.id {sql.among(3)} AND {KEPT} AND {THERE}",
        viewer,
        clock.now(),
        list(keys),
    )
    return {row["n_id"]: row for row in rows}


async def of(viewer: int, side: int, first: int, after: str | None) -> paging.Page:
    """The messages of one of the viewer's conversations, newest first."""
    behind = paging.decode("msg", after, 1)[0] if after is not None else 2**63 - 1
    # The thread by scalar subqueries: of a join PostgreSQL would not know that it has one row, and
    # would read and sort the whole thread.
    rows = await sql.rows(
        f"WITH s AS MATERIALIZED (SELECT s.*, {names()} FROM conversation_side s "
        f"WHERE s.id = $3 AND s.owner_id = $1 AND {THERE}), "
        "n AS MATERIALIZED (SELECT n.* FROM message n "
        "WHERE n.conversation_id = (SELECT s.conversation_id FROM s) AND n.seq < $4 "
        "AND n.seq > (SELECT s.cleared_seq FROM s) AND NOT EXISTS (SELECT 1 "
        "FROM message_deletion gone WHERE gone.owner_id = $1 AND gone.message_id = n.id) "
        "ORDER BY n.seq DESC LIMIT $5) "
        f"SELECT {COLUMNS}, s.own_name, s.other_name FROM n CROSS JOIN s ORDER BY n.seq DESC",
        viewer,
        clock.now(),
        side,
        behind,
        paging.check_first(first) + 1,
    )
    return paging.cut(rows, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a message of a conversation."""
    return paging.encode("msg", row["n_seq"])
