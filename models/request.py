"""Connection requests: the table, and the recipient's acts on a request that is there (the
sender's are in models/sender.py).

A request stores two states, one per side. Every act of the sender reads `sender_state` only,
every act of the recipient `recipient_state` only: that is how a silent no stays silent. *Open*
means `sender_state = PENDING` and not past its expiry, and nothing else.

Every act is one conditional UPDATE; when it touches no row, `why` tells whether the same side
had already done the same (success) or what stands in the way.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.fields import OnDelete

from models import clock, contact_share, due, notification, sql
from models.base import NAME, SHORT, Stored, belongs_to_member
from models.event import EventKind
from models.message_first import first_words
from models.notification import NotificationKind
from models.problem import Code, Problem
from models.relationship import connect
from models.settings import settings
from models.unit import Unit, in_unit


class Basis(StrEnum):
    """How the sender knows the recipient, or why they ask."""

    WORKED_TOGETHER = "WORKED_TOGETHER"
    MET_IN_PERSON = "MET_IN_PERSON"
    INTERESTED_IN_ORGANISATION = "INTERESTED_IN_ORGANISATION"
    ADMIRE_WORK = "ADMIRE_WORK"
    INTRODUCED = "INTRODUCED"
    NEED_TO_MESSAGE = "NEED_TO_MESSAGE"
    OTHER = "OTHER"


class DeclineReason(StrEnum):
    """Why a request was declined."""

    DO_NOT_KNOW = "DO_NOT_KNOW"
    NOT_NOW = "NOT_NOW"
    NOT_RELEVANT = "NOT_RELEVANT"
    KEEP_SMALL = "KEEP_SMALL"
    OTHER = "OTHER"


class SenderState(StrEnum):
    """What the sender sees."""

    PENDING = "PENDING"
    DECLINED = "DECLINED"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    VOID = "VOID"


class RecipientState(StrEnum):
    """What the recipient sees; nothing at all of GONE and CLOSED."""

    PENDING = "PENDING"
    IGNORED = "IGNORED"
    DECLINED = "DECLINED"
    ACCEPTED = "ACCEPTED"
    GONE = "GONE"
    CLOSED = "CLOSED"


class ConnectionRequest(Stored):
    """A asks B. At most one open request per unordered pair (a unique index holds it)."""

    sender = belongs_to_member(on_delete=OnDelete.RESTRICT)
    recipient = belongs_to_member(on_delete=OnDelete.RESTRICT)
    low_id = fields.BigIntField()
    high_id = fields.BigIntField()
    basis = fields.CharField(max_length=30)
    note = fields.TextField(null=True)
    reply_basis = fields.CharField(max_length=30, null=True)
    reply_note = fields.TextField(null=True)
    sender_state = fields.CharField(max_length=10)
    recipient_state = fields.CharField(max_length=10)
    # As at sending: the sender always sees these, whatever became of the member.
    recipient_name = fields.CharField(max_length=NAME)
    recipient_handle = fields.CharField(max_length=30)
    sent_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    # When each side's state last changed; null while PENDING.
    sender_changed_at = fields.DatetimeField(null=True)
    recipient_changed_at = fields.DatetimeField(null=True)
    # Where it stands in Received: when it was sent, or nudged.
    surfaced_at = fields.DatetimeField()
    nudged_at = fields.DatetimeField(null=True)
    ignored_at = fields.DatetimeField(null=True)
    decline_reason = fields.CharField(max_length=20, null=True)
    decline_told = fields.BooleanField(default=False)
    # Where the two met, as the sender says, and the recipient's code that confirms it.
    met_event = fields.CharField(max_length=SHORT, db_default="")
    met_place = fields.CharField(max_length=SHORT, db_default="")
    met_on = fields.CharField(max_length=10, null=True)
    meeting_code_id = fields.BigIntField(null=True)
    introduction_id = fields.BigIntField(null=True)
    # How well the recipient seems to know the sender, 0 to 100: for the recipient's order alone.
    familiarity = fields.SmallIntField(db_default=0)
    # What the recipient's rules for such senders made of it: for the recipient alone.
    handling = fields.CharField(max_length=6, db_default="ACCEPT")

    class Meta:
        table = "connection_request"


async def why(viewer: int, key: int, side: str, done: str, *also_done: str) -> sql.Row:
    """The row, where the viewer's side already stands at `done`. Raises Problem otherwise."""
    row = await sql.row(
        f"SELECT * FROM connection_request WHERE id = $1 AND {side}_id = $2", key, viewer
    )
    state = row[f"{side}_state"] if row else RecipientState.GONE
    if row and row["sender_state"] == SenderState.PENDING and row["expires_at"] <= clock.now():
        state = SenderState.EXPIRED if side == "sender" else RecipientState.GONE
    if row is None or state in (RecipientState.GONE, RecipientState.CLOSED):
        raise Problem(Code.NOT_FOUND, "This request is no longer there.", field=("requestId",))
    if state == done or state in also_done:
        return row
    answered = {
        "ACCEPTED": "You are already connected.",
        "DECLINED": "This request has been declined.",
        "WITHDRAWN": "You have withdrawn this request.",
        "EXPIRED": "This request has expired.",
    }
    message = answered.get(state, "This request is no longer open.")
    raise Problem(Code.NOT_OPEN, message, field=("requestId",), subject=key)


@in_unit
async def accept(u: Unit, viewer: int, key: int, shares: Sequence[int] = ()) -> sql.Row:
    """The recipient says yes: both are connected from now on. Returns the request; where this
    call connected them, with the recipient's side as `side`. `shares` are contact data of the
    recipient that the sender may have from now on.
    """
    row = await sql.row(
        # The actor's allowance is locked in the same statement: their own send to the same
        # member, on another device, must not slip an open request in behind the connection.
        f"WITH mine AS (SELECT id FROM allowance WHERE id = $2{sql.for_update()}) "
        "UPDATE connection_request SET sender_state = 'ACCEPTED', recipient_state = 'ACCEPTED', "
        "sender_changed_at = $3, recipient_changed_at = $3 "
        "WHERE id = $1 AND recipient_id = (SELECT id FROM mine) "
        "AND sender_state = 'PENDING' AND expires_at > $3 "
        "AND (recipient_state IN ('PENDING', 'IGNORED') OR (recipient_state = 'DECLINED' "
        "AND (NOT decline_told OR recipient_changed_at > $4))) RETURNING *",
        key,
        viewer,
        u.now,
        u.now - timedelta(minutes=settings().undo_minutes),
    )
    if row is None:
        return await why(viewer, key, "recipient", RecipientState.ACCEPTED)
    await contact_share.share(u, viewer, row["sender_id"], shares, key)
    sides = await accepted(u, row, viewer)
    return {**row, "side": sides[viewer]}


async def accepted(
    u: Unit,
    row: sql.Row,
    actor: int,
    *,
    notice: bool = True,
    said: Sequence[tuple[int, str]] = (),
) -> dict[int, sql.Row]:
    """What follows when a request has become ACCEPTED, however; the sides by owner. The sender
    gets a notification, unless another one says it already. `said` are words besides the notes
    that begin the thread of messages, by their senders.
    """
    sender, recipient = row["sender_id"], row["recipient_id"]
    thread = await first_words(u, row, *said)
    sides = await connect(u, sender, recipient, row["id"], actor)
    if row["decline_told"]:
        await due.drop(EventKind.REQUEST_DECLINED, [row["id"]])
    if thread:
        # Before notifications: parts of one statement lock in any order.
        await sql.together(*thread)
    changes = [notification.settling(recipient, row["id"], u.now)]
    if notice:
        told = NotificationKind.REQUEST_ACCEPTED
        changes += notification.notifying(sender, told, row["id"], recipient, u.now)
    await sql.together(*changes)
    u.tell(sender, EventKind.REQUEST_ACCEPTED, row["id"], recipient, sides[sender]["id"])
    u.tell(recipient, EventKind.REQUEST_ACCEPTED, row["id"], sender, sides[recipient]["id"])
    return sides


@in_unit
async def ignore(u: Unit, viewer: int, key: int) -> sql.Row:
    """Set a request aside. Nothing changes for anybody else, now or later."""
    row = await sql.row(
        "UPDATE connection_request SET recipient_state = 'IGNORED', recipient_changed_at = $3, "
        "ignored_at = $3 WHERE id = $1 AND recipient_id = $2 AND recipient_state = 'PENDING' "
        "AND sender_state = 'PENDING' AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "recipient", RecipientState.IGNORED)
    await notification.settle(viewer, key, u.now)
    return row


@in_unit
async def undo_ignore(u: Unit, viewer: int, key: int) -> sql.Row:
    """Put an ignored request back among those that wait."""
    row = await sql.row(
        "UPDATE connection_request SET recipient_state = 'PENDING', recipient_changed_at = NULL, "
        "ignored_at = NULL WHERE id = $1 AND recipient_id = $2 AND recipient_state = 'IGNORED' "
        "AND sender_state = 'PENDING' AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
    )
    return row or await why(viewer, key, "recipient", RecipientState.PENDING)


@in_unit
async def release(u: Unit, viewer: int, key: int) -> sql.Row:
    """Put a request that a rule holds back among those that wait, where the recipient's pages,
    apps and mail learn of it as of any other. Nothing changes for anybody else.
    """
    row = await sql.row(
        "UPDATE connection_request SET handling = 'ACCEPT' WHERE id = $1 AND recipient_id = $2 "
        "AND handling = 'HOLD' AND recipient_state = 'PENDING' AND sender_state = 'PENDING' "
        "AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
    )
    if row is None:
        return await why(viewer, key, "recipient", RecipientState.PENDING)
    received = NotificationKind.REQUEST_RECEIVED
    await notification.notify(viewer, received, key, row["sender_id"], u.now)
    u.tell(viewer, EventKind.REQUEST_RECEIVED, key, row["sender_id"])
    return row


@in_unit
async def decline(
    u: Unit, viewer: int, key: int, reason: DeclineReason, *, tell: bool = False
) -> sql.Row:
    """Say no. The sender reads Pending until told, and is told only if `tell`, after the time
    in which a decline can be undone.
    """
    row = await sql.row(
        "UPDATE connection_request SET recipient_state = 'DECLINED', recipient_changed_at = $3, "
        "decline_reason = $4, decline_told = $5 WHERE id = $1 AND recipient_id = $2 "
        "AND recipient_state IN ('PENDING', 'IGNORED') AND sender_state = 'PENDING' "
        "AND expires_at > $3 RETURNING *",
        key,
        viewer,
        u.now,
        reason.value,
        tell,
    )
    if row is None:
        return await why(viewer, key, "recipient", RecipientState.DECLINED)
    await notification.settle(viewer, key, u.now)
    if tell:
        told_at = u.now + timedelta(minutes=settings().undo_minutes)
        await due.tell_later(row["sender_id"], EventKind.REQUEST_DECLINED, key, viewer, told_at)
    return row


@in_unit
async def undo_decline(u: Unit, viewer: int, key: int) -> sql.Row:
    """Take a decline back, within 10 minutes; the request waits, or is ignored, as before."""
    row = await sql.row(
        "UPDATE connection_request SET recipient_state = CASE WHEN ignored_at IS NULL "
        "THEN 'PENDING' ELSE 'IGNORED' END, recipient_changed_at = ignored_at, "
        "decline_reason = NULL, decline_told = false WHERE id = $1 AND recipient_id = $2 "
        "AND recipient_state = 'DECLINED' AND sender_state = 'PENDING' AND expires_at > $3 "
        "AND recipient_changed_at > $4 RETURNING *",
        key,
        viewer,
        u.now,
        u.now - timedelta(minutes=settings().undo_minutes),
    )
    if row is not None:
        await due.drop(EventKind.REQUEST_DECLINED, [key])
        return row
    states = RecipientState
    row = await why(viewer, key, "recipient", states.PENDING, states.IGNORED, states.DECLINED)
    if row["recipient_state"] == states.DECLINED:
        raise Problem(
            Code.TOO_LATE,
            f"A decline can be undone for {settings().undo_minutes} minutes.",
            field=("requestId",),
        )
    return row
