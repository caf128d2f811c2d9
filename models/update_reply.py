"""Replies to updates, and the one reaction: thanks.

Whoever sees an update may reply and say thanks. Its author learns of both only from those whom
they may see, as they read both only from those.
"""

from datetime import timedelta
from typing import NamedTuple

from models import ids, notification, sql
from models.event import EventKind
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.settings import settings
from models.text import clean
from models.unit import Unit, in_unit
from models.update_list import shown
from models.update_post import gone
from models.visibility import may_see

REPLY_LONGEST = 2_000
MOST_REPLIES = 1_000
DAY = timedelta(days=1)


class _Said(NamedTuple):
    """What an update's author is told of, and where it stands."""

    kind: NotificationKind
    table: str
    who: str
    at: str


_REPLIES = _Said(NotificationKind.UPDATE_REPLIED, "update_reply", "author_id", "replied_at")
_THANKS = _Said(NotificationKind.UPDATE_THANKED, "update_thanks", "member_id", "thanked_at")


async def _seen(u: Unit, viewer: int, update: int) -> sql.Row:
    """An update the viewer sees, locked, and whether its author sees them. Part of a unit."""
    # Only the update is locked, not its author.
    lock = f"{sql.for_update()} OF up" if sql.for_update() else ""
    row = await sql.row(
        "SELECT up.id, up.author_id, up.replies, "
        f"(SELECT count(*) FROM member me WHERE me.id = $1 AND {may_see('me', 'm.id', '$2')}) "
        "AS known FROM member_update up JOIN member m ON m.id = up.author_id "
        f"WHERE up.id = $3 AND {shown('up', 'm', '$1', '$2')}{lock}",
        viewer,
        u.now,
        update,
    )
    if row is None:
        raise gone()
    return row


@in_unit
async def reply(u: Unit, viewer: int, update: int, text: str) -> tuple[int, int]:
    """Reply to an update; the keys of the update and of the reply. Raises Problem."""
    text = clean(text, "text", longest=REPLY_LONGEST, required=True, lines=True)
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    await _check_pace(u, viewer)
    found = await _seen(u, viewer, update)
    if found["replies"] >= MOST_REPLIES:
        raise Problem(Code.TOO_MANY, f"An update takes {MOST_REPLIES:,} replies, no more.")
    key = ids.new_id()
    await sql.change(
        "INSERT INTO update_reply (id, update_id, author_id, text, replied_at) "
        "VALUES ($1, $2, $3, $4, $5)",
        key,
        update,
        viewer,
        text,
        u.now,
    )
    await sql.change("UPDATE member_update SET replies = replies + 1 WHERE id = $1", update)
    author = found["author_id"]
    if found["known"]:
        if author != viewer:
            told = NotificationKind.UPDATE_REPLIED
            await notification.notify(author, told, update, viewer, u.now)
        u.tell(author, EventKind.UPDATE_REPLIED, update, viewer)
    return update, key


async def _check_pace(u: Unit, viewer: int) -> None:
    most = settings().replies_per_day
    found = await sql.rows(
        "SELECT replied_at FROM update_reply WHERE author_id = $1 AND id > $2 "
        "ORDER BY id DESC LIMIT $3",
        viewer,
        ids.floor(u.now - DAY),
        most,
    )
    if len(found) >= most:
        raise Problem(
            Code.TOO_MANY,
            f"At most {most} replies in 24 hours.",
            until=found[-1]["replied_at"] + DAY,
        )


@in_unit
async def remove(u: Unit, viewer: int, key: int) -> int:
    """Take a reply away: one's own, or one that one sees to an update of one's own. Returns the
    update's key. Raises NOT_FOUND.
    """
    known = may_see("m", "up.author_id", "$3")
    found = await sql.row(
        f"SELECT up.id, up.author_id, r.author_id AS by_whom, CASE WHEN {known} THEN 1 ELSE 0 END "
        "AS known FROM update_reply r JOIN member_update up ON up.id = r.update_id "
        "JOIN member m ON m.id = r.author_id "
        f"WHERE r.id = $1 AND (r.author_id = $2 OR (up.author_id = $2 AND {known}))",
        key,
        viewer,
        u.now,
    )
    if found is None:
        raise _no_reply()
    update = int(found["id"])
    # The update before the reply, as everywhere: two at once take it away once.
    await sql.row(f"SELECT id FROM member_update WHERE id = $1{sql.for_update()}", update)
    gone_now = await sql.row("DELETE FROM update_reply WHERE id = $1 RETURNING id", key)
    if gone_now is None:
        raise _no_reply()
    await sql.change("UPDATE member_update SET replies = replies - 1 WHERE id = $1", update)
    if found["known"] and found["by_whom"] != found["author_id"]:
        await _untell(u, _REPLIES, update, found["author_id"], key)
    return update


async def _untell(u: Unit, said: _Said, update: int, author: int, key: int) -> None:
    """What told the author goes with the last one they see, and until then names who is last of
    those left. One they do not see, of others, must neither keep it nor, gone itself, change it.
    """
    left = await sql.row(
        "SELECT count(*) AS n, count(CASE WHEN said.id > $4 THEN 1 END) AS newer, "
        f"max(said.id) AS newest FROM {said.table} said JOIN member who "
        f"ON who.id = said.{said.who} WHERE said.update_id = $3 AND who.id <> $1 "
        f"AND {may_see('who', '$1', '$2')}",
        author,
        u.now,
        update,
        key,
    )
    assert left is not None
    if left["n"] == 0:
        await notification.retract_update(author, update, said.kind)
        return
    newest = await sql.row(
        f"SELECT {said.who} AS who, {said.at} FROM {said.table} WHERE id = $1", left["newest"]
    )
    assert newest is not None
    last = (newest["who"], newest[said.at])
    await notification.retell_update(author, update, said.kind, last, left["newer"], u.now)


def _no_reply() -> Problem:
    return Problem(Code.NOT_FOUND, "This reply is no longer there.", field=("replyId",))


@in_unit
async def thank(u: Unit, viewer: int, update: int) -> None:
    """Say thanks for an update; twice is once. Raises NOT_FOUND, or SELF for one's own."""
    found = await _seen(u, viewer, update)
    author = found["author_id"]
    if author == viewer:
        raise Problem(Code.SELF, "This update is yours.", field=("updateId",))
    new = await sql.row(
        "INSERT INTO update_thanks (id, update_id, member_id, thanked_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (update_id, member_id) DO NOTHING RETURNING id",
        ids.new_id(),
        update,
        viewer,
        u.now,
    )
    if new is None:
        return
    await sql.change("UPDATE member_update SET thanks = thanks + 1 WHERE id = $1", update)
    if found["known"]:
        told = NotificationKind.UPDATE_THANKED
        await notification.notify(author, told, update, viewer, u.now)


@in_unit
async def take_back_thanks(u: Unit, viewer: int, update: int) -> None:
    """Say no thanks after all. Raises NOT_FOUND for an update the viewer does not see."""
    found = await _seen(u, viewer, update)
    taken = await sql.row(
        "DELETE FROM update_thanks WHERE update_id = $1 AND member_id = $2 RETURNING id",
        update,
        viewer,
    )
    if taken is None:
        return
    await sql.change("UPDATE member_update SET thanks = thanks - 1 WHERE id = $1", update)
    if found["known"]:
        await _untell(u, _THANKS, update, found["author_id"], taken["id"])
