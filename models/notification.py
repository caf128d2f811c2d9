"""Notifications: what a member reads. Mutable, one per (member, kind, subject)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from tortoise import fields

from models import clock, ids, paging, sql
from models.base import Stored, belongs_to_member
from models.sql import Change
from models.unit import Unit, in_unit
from models.visibility import may_see


class NotificationKind(StrEnum):
    """What a notification is about."""

    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    REQUEST_ACCEPTED = "REQUEST_ACCEPTED"
    REQUEST_DECLINED = "REQUEST_DECLINED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    INTRODUCTION_ASKED = "INTRODUCTION_ASKED"
    INTRODUCTION_RECEIVED = "INTRODUCTION_RECEIVED"
    INTRODUCTION_ACCEPTED = "INTRODUCTION_ACCEPTED"
    CONTACT_JOINED = "CONTACT_JOINED"
    REMINDER = "REMINDER"
    MESSAGE_RECEIVED = "MESSAGE_RECEIVED"
    MESSAGE_REQUESTED = "MESSAGE_REQUESTED"
    UPDATE_REPLIED = "UPDATE_REPLIED"
    UPDATE_THANKED = "UPDATE_THANKED"


class Notification(Stored):
    """Something that waits for, or concerns, a member. `subject_id` is the key of a request, an
    introduction or a webhook.
    """

    member = belongs_to_member()
    kind = fields.CharField(max_length=30)
    subject_id = fields.BigIntField()
    other = belongs_to_member()
    occurred_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    # How many of the same came together since it was last read.
    times = fields.IntField(db_default=1)
    # Moves with every change, for those who follow the notifications themselves.
    changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notification"


def notifying(
    member_id: int, kind: NotificationKind, subject_id: int, other_id: int, at: datetime
) -> Change:
    """The change that puts one in front of a member, unread; the same again is the same one."""
    return (
        "INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id, kind, subject_id) "
        "DO UPDATE SET occurred_at = excluded.occurred_at, other_id = excluded.other_id, "
        "times = CASE WHEN notification.read_at IS NULL THEN notification.times + 1 ELSE 1 END, "
        "read_at = NULL",
        (ids.new_id(), member_id, kind.value, subject_id, other_id, at),
    )


def settling(member_id: int, subject_id: int, at: datetime) -> Change:
    """The change after a member has dealt with a request or an introduction, or read a
    conversation: what told them of it counts as read.
    """
    return (
        "UPDATE notification SET read_at = $3 WHERE member_id = $1 AND subject_id = $2 "
        "AND kind IN ('REQUEST_RECEIVED', 'INTRODUCTION_ASKED', 'INTRODUCTION_RECEIVED', "
        "'MESSAGE_RECEIVED', 'MESSAGE_REQUESTED') AND read_at IS NULL RETURNING id",
        (member_id, subject_id, at),
    )


async def notify(
    member_id: int, kind: NotificationKind, subject_id: int, other_id: int, at: datetime
) -> None:
    """Put one in front of a member. Part of a unit."""
    query, values = notifying(member_id, kind, subject_id, other_id, at)
    await sql.change(query, *values)


async def settle(member_id: int, subject_id: int, at: datetime) -> None:
    """Mark as read what told the member of a request or introduction. Part of a unit."""
    query, values = settling(member_id, subject_id, at)
    await sql.rows(query, *values)


async def retract(request_ids: Sequence[int]) -> None:
    """The requests are gone for those they were sent to, and so is what told of them."""
    await sql.change(
        f"DELETE FROM notification WHERE subject_id {sql.among(1)} AND kind = 'REQUEST_RECEIVED'",
        list(request_ids),
    )


async def retract_update(author: int, update: int, *kinds: NotificationKind) -> None:
    """What these kinds told the author of one of their updates is gone. Part of a unit."""
    for kind in kinds:
        await sql.change(
            "DELETE FROM notification WHERE member_id = $1 AND subject_id = $2 AND kind = $3",
            author,
            update,
            kind.value,
        )


@in_unit
async def mark_read(u: Unit, member_id: int, keys: Sequence[int] | None = None) -> None:
    """Mark these of the member's notifications as read, or all."""
    chosen, values = "", []
    if keys is not None:
        chosen, values = f" AND id {sql.among(3)}", [list(keys)]
    await sql.change(
        f"UPDATE notification SET read_at = $2 WHERE member_id = $1 AND read_at IS NULL{chosen}",
        member_id,
        u.now,
        *values,
    )


def introduction_there(notice: str, now: str) -> str:
    """A condition: table alias `notice` does not tell of an introduction that is gone. A refused
    one stays for the introducer, whatever becomes of it. `now` is a placeholder.
    """
    return (
        f"({notice}.kind NOT IN ('INTRODUCTION_ASKED', 'INTRODUCTION_RECEIVED') OR EXISTS "
        f"(SELECT 1 FROM introduction told WHERE told.id = {notice}.subject_id AND "
        f"CASE WHEN told.introducer_id = {notice}.member_id AND told.introducer_state = 'REFUSED' "
        "THEN true WHEN told.asker_state = 'PENDING' THEN told.expires_at > " + now + " "
        "ELSE told.asker_state = 'ACCEPTED' END))"
    )


# The member's own, without what tells of a request or introduction that is gone. What tells of
# nobody else names the member themselves.
_OWN = (
    "SELECT n.id, n.kind, n.subject_id, n.other_id, n.occurred_at, n.read_at, "
    f"CASE WHEN r.sender_id = $1 THEN r.recipient_name WHEN i.asker_id = $1 THEN i.target_name "
    f"WHEN {may_see('m', '$1', '$2')} THEN m.name END AS other_name "
    "FROM notification n LEFT JOIN connection_request r ON r.id = n.subject_id "
    "LEFT JOIN introduction i ON i.id = n.subject_id "
    "JOIN member m ON m.id = n.other_id "
    "WHERE n.member_id = $1 AND (n.kind <> 'REQUEST_RECEIVED' OR r.sender_state <> 'PENDING' "
    f"OR r.expires_at > $2) AND {introduction_there('n', '$2')}"
)


async def of(member_id: int, first: int, after: str | None) -> paging.Page:
    """The member's notifications, newest first, each with the key of what it is about."""
    key = paging.moment_key("ntf", after)
    condition, values = paging.behind(key, "n.occurred_at", "n.id", 4)
    found = await sql.rows(
        f"{_OWN}{condition} ORDER BY n.occurred_at DESC, n.id DESC LIMIT $3",
        member_id,
        clock.now(),
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(found, first)


async def by_ids(member_id: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these notifications that are the member's, by key."""
    found = await sql.rows(f"{_OWN} AND n.id {sql.among(3)}", member_id, clock.now(), list(keys))
    return {row["id"]: row for row in found}
