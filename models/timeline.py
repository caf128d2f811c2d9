"""The timeline of a contact: what happened between two, as one of them may know and wrote it."""

from datetime import datetime
from enum import StrEnum

from models import clock, paging, sql
from models.message_list import KEPT


class TimelineKind(StrEnum):
    """What happened."""

    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    INTRODUCED = "INTRODUCED"
    RECONNECTED = "RECONNECTED"
    MET = "MET"
    CONTACTED = "CONTACTED"
    NOTED = "NOTED"
    MESSAGED = "MESSAGED"
    REMOVED = "REMOVED"


_SIDE = (
    "SELECT id, other_id, ended_at, ended_by_id, "
    "CASE WHEN owner_id < other_id THEN owner_id ELSE other_id END AS low_id, "
    "CASE WHEN owner_id < other_id THEN other_id ELSE owner_id END AS high_id "
    "FROM relationship WHERE id = $2 AND owner_id = $1"
)
_PAIR = "JOIN connection_request r ON r.low_id = side.low_id AND r.high_id = side.high_id"


def _shown(way: str) -> str:
    """An expression: the number of the first or last message that side `s` shows; notes of requests
    are told of as such.
    """
    kept = KEPT.replace("n.", "w.")
    return (
        "(SELECT w.seq FROM message w WHERE w.conversation_id = s.conversation_id "
        f"AND w.request_id IS NULL AND {kept} ORDER BY w.seq {way} LIMIT 1)"
    )


_MESSAGED = (
    "SELECT n.sent_at, 5, n.id, 'MESSAGED', n.sender_id = $1, NULL::bigint, NULL::bigint, "
    "''::text, ''::text FROM side JOIN conversation_side s ON s.owner_id = $1 "
    "AND s.other_id = side.other_id JOIN message n ON n.conversation_id = s.conversation_id "
    "AND n.seq"
)
# Each part has the columns of the first; `rank` sorts what happened at once.
_PARTS = (
    # Asked, as long as this side may see it: its recipient sees no request that is gone. What an
    # introduction wrote down as a request was nobody's asking.
    "SELECT r.sent_at AS happened_at, 1 AS rank, r.id, 'REQUESTED' AS kind, "
    "r.sender_id = $1 AS mine, r.id AS request_id, NULL::bigint AS through_id, ''::text AS text, "
    f"''::text AS place FROM side {_PAIR} WHERE r.introduction_id IS NULL AND (r.sender_id = $1 "
    "OR (r.recipient_state NOT IN ('GONE', 'CLOSED') "
    "AND (r.sender_state <> 'PENDING' OR r.expires_at > $3)))",
    # Agreed, whoever said yes last; the second time and later it is a reunion.
    "SELECT r.sender_changed_at, 2, r.id, CASE WHEN r.introduction_id IS NOT NULL "
    "THEN 'INTRODUCED' WHEN EXISTS (SELECT 1 FROM connection_request earlier WHERE "
    "earlier.low_id = r.low_id AND earlier.high_id = r.high_id "
    "AND earlier.sender_state = 'ACCEPTED' AND earlier.sender_changed_at < r.sender_changed_at) "
    "THEN 'RECONNECTED' ELSE 'ACCEPTED' END, NULL::boolean, r.id, i.introducer_id, ''::text, "
    f"''::text FROM side {_PAIR} LEFT JOIN introduction i ON i.id = r.introduction_id "
    "WHERE r.sender_state = 'ACCEPTED'",
    # Written down.
    "SELECT n.happened_at, 3, n.id, CASE n.kind WHEN 'NOTE' THEN 'NOTED' ELSE n.kind END, "
    "NULL::boolean, NULL::bigint, NULL::bigint, n.text, n.place FROM side "
    "JOIN contact_note n ON n.relationship_id = side.id",
    # Written: the first message and the last that this side shows, however many there are.
    f"{_MESSAGED} = {_shown('')}",
    f"{_MESSAGED} = {_shown('DESC')} AND n.seq > {_shown('')}",
    # Over. By whom is for the one who did it.
    "SELECT side.ended_at, 4, side.id, 'REMOVED', "
    "CASE WHEN side.ended_by_id = $1 THEN true END, NULL::bigint, NULL::bigint, ''::text, "
    "''::text FROM side WHERE side.ended_at IS NOT NULL",
)


async def of(owner: int, side: int, first: int, after: str | None) -> paging.Page:
    """The timeline of one of the owner's sides, newest first, in one statement."""
    behind, values = "", []
    if after is not None:
        at, key, rank = _key(after)
        behind, values = "WHERE (happened_at, rank, id) < ($5, $6, $7) ", [at, rank, key]
    found = await sql.rows(
        f"WITH side AS ({_SIDE}), told AS ({' UNION ALL '.join(_PARTS)}) SELECT * FROM told "
        f"{behind}ORDER BY happened_at DESC, rank DESC, id DESC LIMIT $4",
        owner,
        side,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(found, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind an entry."""
    return paging.encode("tml", paging.micros(row["happened_at"]), row["id"], row["rank"])


def _key(after: str) -> tuple[datetime, int, int]:
    micros, key, rank = paging.decode("tml", after, 3)
    return paging.moment(micros), key, rank
