"""What the sender may do about a request that is open: withdraw it, nudge once, or change which
contact data comes with it.
"""

from collections.abc import Sequence
from datetime import timedelta

from models import contact_share, due, familiarity, notification, sql
from models.event import EventKind
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.request import SenderState, why
from models.settings import settings
from models.unit import Unit, in_unit


@in_unit
async def withdraw(u: Unit, viewer: int, key: int) -> sql.Row:
    """The sender takes a request back. The other is not told; it is gone for them."""
    row = await sql.row(
        "UPDATE connection_request SET sender_state = 'WITHDRAWN', recipient_state = 'GONE', "
        "sender_changed_at = $3, recipient_changed_at = $3 WHERE id = $1 AND sender_id = $2 "
        "AND sender_state = 'PENDING' AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "sender", SenderState.WITHDRAWN)
    await notification.retract([key])
    await due.drop(EventKind.REQUEST_DECLINED, [key])
    u.tell(viewer, EventKind.REQUEST_WITHDRAWN, key, row["recipient_id"])
    return row


_SCORE = familiarity.score(
    "connection_request.sender_id",
    "connection_request.recipient_id",
    "connection_request.meeting_code_id IS NOT NULL",
    "$3",
)


@in_unit
async def nudge(u: Unit, viewer: int, key: int) -> sql.Row:
    """Remind the recipient, once, 7 days after sending. The answer is the same whatever the
    other side did; for them the request moves up only while it waits.
    """
    row = await sql.row(
        "UPDATE connection_request SET nudged_at = $3, surfaced_at = CASE "
        "WHEN recipient_state = 'PENDING' THEN $3 ELSE surfaced_at END, "
        f"familiarity = {_SCORE} WHERE id = $1 AND sender_id = $2 "
        "AND sender_state = 'PENDING' AND expires_at > $3 "
        "AND nudged_at IS NULL AND sent_at <= $4 RETURNING *",
        key,
        viewer,
        u.now,
        u.now - timedelta(days=settings().nudge_after_days),
    )
    if row is not None:
        # Asked whatever became of the request there: it takes as long.
        await notification.notify(
            row["recipient_id"],
            NotificationKind.REQUEST_RECEIVED,
            key,
            viewer,
            u.now,
            only="EXISTS (SELECT 1 FROM connection_request r WHERE r.id = $4 "
            "AND r.recipient_state = 'PENDING' AND r.handling = 'ACCEPT')",
        )
        return row
    row = await why(viewer, key, "sender", SenderState.PENDING)
    if row["nudged_at"] is not None:
        return row
    raise Problem(
        Code.TOO_EARLY,
        "It is too early for a reminder.",
        field=("requestId",),
        until=row["sent_at"] + timedelta(days=settings().nudge_after_days),
    )


@in_unit
async def set_shares(u: Unit, viewer: int, key: int, entries: Sequence[int]) -> sql.Row:
    """What the recipient may have of the sender's contact data once they accept, in place of what
    it was. Nothing that anybody else could read changes.
    """
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    row = await sql.row(
        # An acceptance at the same moment comes before or after, and is then no longer PENDING.
        "SELECT * FROM connection_request WHERE id = $1 AND sender_id = $2 "
        f"AND sender_state = 'PENDING' AND expires_at > $3{sql.for_update()}",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "sender", SenderState.PENDING)
    await contact_share.replace(u, viewer, row["recipient_id"], entries, key)
    return row
