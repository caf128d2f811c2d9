"""Reminders to get back to a connection: once, or every so many weeks since the last contact."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models import contact, notification, sql
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.unit import Faster, Unit, in_unit

MOST_WEEKS = 104
# How far ahead one may be reminded.
LATEST = timedelta(days=3660)


@in_unit
async def remind(
    u: Unit, owner: int, side: int, at: datetime | None, every_weeks: int | None
) -> sql.Row:
    """Have the owner reminded: once at `at`; or every so many weeks, from `at` or first in so
    many weeks.
    """
    if every_weeks is not None and not 1 <= every_weeks <= MOST_WEEKS:
        raise Problem(Code.INVALID, f"Every 1 to {MOST_WEEKS} weeks.", field=("everyWeeks",))
    if at is not None:
        at = contact.utc(at, "remindAt")
        if not u.now < at <= u.now + LATEST:
            raise Problem(Code.INVALID, "A moment to come, within ten years.", field=("remindAt",))
    elif every_weeks is not None:
        at = u.now + timedelta(weeks=every_weeks)
    else:
        raise Problem(Code.REQUIRED, "Say when, or how often.", field=("remindAt",))
    return await _remind(owner, side, at, every_weeks)


@in_unit
async def forget(_u: Unit, owner: int, side: int) -> sql.Row:
    """Have the owner reminded no more."""
    return await _remind(owner, side, None, None)


async def _remind(owner: int, side: int, at: datetime | None, weeks: int | None) -> sql.Row:
    row = await sql.row(
        "UPDATE relationship SET remind_at = $3, remind_every_weeks = $4 "
        "WHERE id = $1 AND owner_id = $2 RETURNING *",
        side,
        owner,
        at,
        weeks,
    )
    if row is None:
        raise contact.gone()
    return row


# An ended connection and one with a suspended member wait, and are told of if it comes back; a
# muted one is told of: its owner asked for it.
_DUE = (
    "SELECT c.id, c.owner_id, c.other_id, c.remind_at, c.remind_every_weeks FROM relationship c "
    "JOIN member m ON m.id = c.other_id WHERE c.remind_at <= $1 AND c.ended_at IS NULL "
    "AND m.suspended_at IS NULL ORDER BY c.remind_at, c.id LIMIT 100"
)


async def due(now: datetime) -> Sequence[sql.Row]:
    """Reminders whose time has come, oldest first."""
    return await sql.rows(_DUE, now)


@in_unit
async def tell(u: Unit, waiting: sql.Row) -> None:
    """Put one reminder in front of its owner and move it on. Raises Faster, with nothing done,
    where another process told it, or its owner changed it.
    """
    weeks = waiting["remind_every_weeks"]
    following = None if weeks is None else following_turn(waiting["remind_at"], weeks, u.now)
    told = await sql.change(
        "UPDATE relationship SET remind_at = $3 "
        "WHERE id = $1 AND remind_at = $2 AND ended_at IS NULL",
        waiting["id"],
        waiting["remind_at"],
        following,
    )
    if not told:
        raise Faster
    owner = waiting["owner_id"]
    await notification.notify(
        owner, NotificationKind.REMINDER, waiting["id"], waiting["other_id"], u.now
    )
    u.wake(owner)


def following_turn(last: datetime, weeks: int, now: datetime) -> datetime:
    """The first turn to come: turns that were missed are one reminder, not many."""
    step = timedelta(weeks=weeks)
    return last + ((now - last) // step + 1) * step
