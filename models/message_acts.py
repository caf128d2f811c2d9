"""What a member does with messages that are there: edit their own, delete for themself, read."""

from datetime import timedelta

from models import ids, message_list, message_search, notification, sql
from models.conversation import SideState
from models.conversation_acts import gone as conversation_gone
from models.event import EventKind
from models.message_list import KEPT, THERE, UNREAD
from models.message_send import cleaned, lock_ties
from models.message_standing import closed, facts, refusal
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Unit, in_unit
from models.visibility import connected


def gone(field: str = "messageId") -> Problem:
    """A message that is not there, or not the viewer's to see or change."""
    return Problem(Code.NOT_FOUND, "This message is no longer there.", field=(field,))


async def edit(viewer: int, message: int, text: str) -> sql.Row:
    """Change the words of one's own message, for a few minutes. Returns it. Raises Problem."""
    await _edit(viewer, message, text)
    found = await message_list.by_ids(viewer, [message])
    if message not in found:
        raise gone()
    return found[message]


def _own() -> str:
    lock = sql.for_update()
    return (
        "SELECT n.sender_id, n.text, n.sent_at, n.request_id, s.id AS side_id, s.other_id, "
        "s.state, back.id AS back_id, back.state AS back_state FROM message n "
        "JOIN conversation c ON c.id = n.conversation_id "
        "JOIN conversation_side s ON s.conversation_id = c.id AND s.owner_id = $2 "
        "JOIN conversation_side back ON back.conversation_id = c.id AND back.owner_id <> $2 "
        f"WHERE n.id = $1 AND {KEPT}{lock and lock + ' OF c'}"
    )


@in_unit
async def _edit(u: Unit, viewer: int, message: int, text: str) -> None:
    row = await sql.row(_own(), message, viewer)
    if row is None or row["sender_id"] != viewer:
        raise gone()
    minutes = settings().message_edit_minutes
    if row["request_id"] is not None or row["sent_at"] <= u.now - timedelta(minutes=minutes):
        raise Problem(
            Code.TOO_LATE,
            f"A message can be changed for {minutes} minutes.",
            field=("messageId",),
        )
    other = row["other_id"]
    await lock_ties(viewer, other)
    if row["state"] != SideState.ASKED:
        await _check_open(viewer, other)
    words = cleaned(text)
    if words == row["text"]:
        return
    await sql.together(
        (
            "UPDATE message SET text = $2, edited_at = $3 WHERE id = $1 RETURNING id",
            (message, words, u.now),
        ),
        message_search.indexing(message, viewer, other, words),
    )
    u.tell(viewer, EventKind.MESSAGE_EDITED, message, other, row["side_id"])
    if row["back_state"] == SideState.IGNORED:
        u.count(other, 0)  # what is set aside, or held, they hear no more of; as many statements
    else:
        u.tell(other, EventKind.MESSAGE_EDITED, message, viewer, row["back_id"])


async def _check_open(viewer: int, other: int) -> None:
    problem = refusal((await facts(viewer, [other]))[other])
    if problem and problem.code != Code.AWAITING_ANSWER:
        problem = closed()
        raise Problem(problem.code, problem.message, field=("messageId",))


@in_unit
async def delete(u: Unit, viewer: int, message: int) -> None:
    """Delete a message for the viewer alone. Success when they did before. With the last unread
    one, what told of it counts as read.
    """
    lock = sql.for_update()
    row = await sql.row(
        "SELECT n.seq, s.id, s.last_seq, s.unread FROM message n "
        "JOIN conversation_side s ON s.conversation_id = n.conversation_id AND s.owner_id = $2 "
        f"WHERE n.id = $1 AND {THERE}{lock and lock + ' OF s'}",
        message,
        viewer,
    )
    if row is None:
        raise gone()
    await sql.change(
        "INSERT INTO message_deletion (id, owner_id, message_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (owner_id, message_id) DO NOTHING",
        ids.new_id(),
        viewer,
        message,
    )
    unread = await _recount(row["id"])
    if row["unread"] and not unread:
        await notification.settle(viewer, row["id"], u.now)


# What the filter put aside is not counted.
_UNREAD = f"unread = CASE WHEN s.filtered THEN 0 ELSE {UNREAD} END"


async def _recount(side: int) -> int:
    """Set what a side keeps of its messages, after some of them went; how many are unread. The
    side is locked by an earlier statement: only then does this one see all that was written in it.
    """
    newest = (
        "FROM message n WHERE n.conversation_id = s.conversation_id "
        f"AND {KEPT} ORDER BY n.seq DESC LIMIT 1"
    )
    row = await sql.row(
        f"UPDATE conversation_side AS s SET {_UNREAD.format(read='s.read_seq')}, "
        f"last_seq = coalesce((SELECT n.seq {newest}), 0), "
        f"last_at = coalesce((SELECT n.sent_at {newest}), s.last_at) WHERE s.id = $1 "
        "RETURNING unread",
        side,
    )
    assert row is not None
    return int(row["unread"])


# Whether the two may write to each other: who parted shows no more when they look back.
_WRITING = (
    f"({connected('s.owner_id', 's.other_id')} OR (c.allowed_at IS NOT NULL AND coalesce("
    "(SELECT past.ended_at < c.allowed_at FROM relationship past "
    "WHERE past.owner_id = s.owner_id AND past.other_id = s.other_id), true)))"
)


def _reading() -> str:
    lock = sql.for_update()
    return (
        f"SELECT s.*, me.shows_reading AND them.shows_reading AND {_WRITING} AS both_show, "
        "back.id AS back_id, "
        "CASE WHEN $3::bigint IS NULL THEN s.last_seq ELSE (SELECT n.seq FROM message n "
        "WHERE n.id = $3::bigint AND n.conversation_id = s.conversation_id) END AS up_to "
        "FROM conversation_side s JOIN conversation c ON c.id = s.conversation_id "
        "JOIN member me ON me.id = s.owner_id "
        "JOIN member them ON them.id = s.other_id JOIN conversation_side back "
        "ON back.owner_id = s.other_id AND back.other_id = s.owner_id "
        f"WHERE s.id = $1 AND s.owner_id = $2 AND {THERE}{lock and lock + ' OF s'}"
    )


@in_unit
async def mark_read(u: Unit, viewer: int, side: int, message: int | None) -> None:
    """The viewer has read up to a message, or all there is. It never goes back. The other hears of
    it only where both show each other how far they read, and could write.
    """
    row = await sql.row(_reading(), side, viewer, message)
    if row is None:
        raise conversation_gone()
    if row["up_to"] is None:
        raise gone("upTo")
    seq, other = int(row["up_to"]), row["other_id"]
    told = bool(row["both_show"]) and row["state"] == SideState.OPEN and seq > row["told_seq"]
    read = max(seq, row["read_seq"])
    if read == row["read_seq"] and not told and not row["unread"]:
        await notification.settle(viewer, side, u.now)
        return
    await sql.change(
        f"UPDATE conversation_side AS s SET {_UNREAD.format(read='$2::bigint')}, read_seq = $2, "
        "read_at = $3, told_seq = $4 WHERE s.id = $1",
        side,
        read,
        u.now,
        seq if told else row["told_seq"],
    )
    await notification.settle(viewer, side, u.now)
    if read == row["read_seq"] and not told:
        return
    up_to = message or await _newest(row["conversation_id"], seq)
    if up_to is None:
        return
    u.tell(viewer, EventKind.MESSAGES_READ, up_to, viewer, side)
    if told:
        u.tell(other, EventKind.MESSAGES_READ, up_to, viewer, row["back_id"])


async def _newest(conversation: int, seq: int) -> int | None:
    row = await sql.row(
        "SELECT id FROM message WHERE conversation_id = $1 AND seq = $2", conversation, seq
    )
    return row["id"] if row else None
