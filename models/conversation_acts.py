"""What a member does with a conversation of theirs: all on their own side, and told to nobody.

Only accepting a message request changes the other's side, and is told: then both may write.
"""

from models import notification, sql
from models.conversation import SideState
from models.event import EventKind
from models.message_list import COUNTED_AGAIN, THERE
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.unit import Unit, in_unit


def gone(field: str = "conversationId") -> Problem:
    """A conversation that is not there, or not the viewer's."""
    return Problem(Code.NOT_FOUND, "This conversation is no longer there.", field=(field,))


async def _set(viewer: int, side: int, what: str, *values: object) -> sql.Row:
    row = await sql.row(
        f"UPDATE conversation_side AS s SET {what} WHERE s.id = $1 AND s.owner_id = $2 "
        f"AND {THERE} RETURNING *",
        side,
        viewer,
        *values,
    )
    if row is None:
        raise gone()
    return row


@in_unit
async def mute(_u: Unit, viewer: int, side: int, *, muted: bool) -> None:
    """Hear no more of a conversation, or again: no notification, no unread badge, and it stays
    where it was put away.
    """
    await _set(viewer, side, "muted = $3", muted)


@in_unit
async def archive(u: Unit, viewer: int, side: int) -> None:
    """Put a conversation away, until something new is written in it."""
    await _set(viewer, side, "archived_at = coalesce(archived_at, $3)", u.now)


@in_unit
async def unarchive(_u: Unit, viewer: int, side: int) -> None:
    """Put a conversation back, also from where the filter for what sells something put it; that
    lets it be from now on.
    """
    row = await _set(viewer, side, "archived_at = NULL")
    if row["filtered"]:
        # Locked by now: this statement sees all that was written in it.
        again = f"unread = {COUNTED_AGAIN}, trusted = true, filtered = false"
        await _set(viewer, side, again)


@in_unit
async def delete(u: Unit, viewer: int, side: int) -> None:
    """Delete all that is in a conversation now, for the viewer alone."""
    row = await _set(
        viewer,
        side,
        # Not the conversation's own number: whoever writes at this moment has not locked that for
        # us, and what they write must be found.
        "cleared_seq = CASE WHEN last_seq > cleared_seq THEN last_seq ELSE cleared_seq END, "
        "last_seq = 0, unread = 0",
    )
    await notification.settle(viewer, row["id"], u.now)


@in_unit
async def ignore(u: Unit, viewer: int, side: int) -> None:
    """Set a message request aside. Nothing changes for its sender, now or later."""
    if await _move(viewer, side, SideState.REQUESTED, SideState.IGNORED):
        await notification.settle(viewer, side, u.now)


@in_unit
async def undo_ignore(_u: Unit, viewer: int, side: int) -> None:
    """Put an ignored message request back among those that wait."""
    await _move(viewer, side, SideState.IGNORED, SideState.REQUESTED)


async def _move(viewer: int, side: int, before: SideState, after: SideState) -> bool:
    row = await sql.row(
        "UPDATE conversation_side AS s SET state = $4 WHERE s.id = $1 AND s.owner_id = $2 "
        f"AND s.state = $3 AND {THERE} RETURNING id",
        side,
        viewer,
        before.value,
        after.value,
    )
    if row is None:
        await _stands(viewer, side, after)
    return row is not None


async def _stands(viewer: int, side: int, wanted: SideState) -> None:
    """Raises unless the side is already what an act would have made of it."""
    row = await sql.row(
        f"SELECT state FROM conversation_side s WHERE s.id = $1 AND s.owner_id = $2 AND {THERE}",
        side,
        viewer,
    )
    if row is None:
        raise gone()
    if row["state"] != wanted:
        raise Problem(
            Code.NOT_OPEN, "This is no message request that waits.", field=("conversationId",)
        )


@in_unit
async def accept(u: Unit, viewer: int, side: int) -> None:
    """Take a message request: from now on both may write. Its sender hears of it; where an answer
    takes it, the answer is the news (models/message_send.py).
    """
    row = await sql.row(
        # Also of one who ignored it. The conversation is locked before its sides.
        "UPDATE conversation SET allowed_at = $3 WHERE id = (SELECT s.conversation_id "
        "FROM conversation_side s WHERE s.id = $1 AND s.owner_id = $2 "
        f"AND s.state IN ('REQUESTED', 'IGNORED') AND {THERE}) RETURNING id, last_seq",
        side,
        viewer,
        u.now,
    )
    opened = {} if row is None else await _open(row["id"], viewer)
    if row is None or not opened:
        await _stands(viewer, side, SideState.OPEN)
        return
    await notification.settle(viewer, side, u.now)
    # A request is one message, and nothing was written behind it.
    asked = await sql.row(
        "SELECT id, sender_id FROM message WHERE conversation_id = $1 AND seq = $2",
        row["id"],
        row["last_seq"],
    )
    assert asked is not None
    asker, message = asked["sender_id"], asked["id"]
    theirs = opened[asker]
    told, only = NotificationKind.MESSAGE_REQUEST_ACCEPTED, "1 = 0" if theirs["muted"] else ""
    await notification.notify(asker, told, theirs["id"], viewer, u.now, only=only)
    u.tell(asker, EventKind.MESSAGE_REQUEST_ACCEPTED, message, viewer, theirs["id"])
    u.tell(viewer, EventKind.MESSAGE_REQUEST_ACCEPTED, message, asker, side)


async def _open(conversation: int, viewer: int) -> dict[int, sql.Row]:
    """Open both sides; by their owners, if they were not."""
    rows = await sql.rows(
        "UPDATE conversation_side AS s SET state = 'OPEN', "
        f"unread = CASE WHEN s.owner_id = $2 THEN {COUNTED_AGAIN} ELSE s.unread END, "
        "trusted = s.trusted OR s.owner_id = $2, filtered = s.filtered AND s.owner_id <> $2 "
        "WHERE s.conversation_id = $1 AND s.state <> 'OPEN' RETURNING id, owner_id, muted",
        conversation,
        viewer,
    )
    return {row["owner_id"]: row for row in rows}
