"""Notifications: what a member reads. Mutable, one per (member, kind, subject).

`notifying` is the one way to notify. What the member chose for the kind is applied by the same
statement: whether it is shown, and whether a mail tells of it at once. Reading them:
models/notification_list.py.
"""

from collections.abc import Sequence
from datetime import datetime

from tortoise import fields

from models import ids, job, mail, sql, unit
from models.base import Stored, belongs_to_member
from models.mail import MailKind
from models.notification_kind import MANNERS, NotificationGroup, SecurityMatter, within
from models.notification_kind import NotificationKind as NotificationKind
from models.notification_list import of as of
from models.sql import Change
from models.unit import Unit, in_unit


class Notification(Stored):
    """Something that waits for, or concerns, a member. `subject_id` is the key of a request, an
    introduction, a webhook, a side of a connection or conversation, an update, or what made a
    security notice.
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
    # Not shown where the member chose so: then it is there for mail alone.
    in_app = fields.BooleanField(db_default=True)
    # Of SECURITY: what happened (SecurityMatter).
    matter = fields.CharField(max_length=20, db_default="")

    class Meta:
        table = "notification"


_PUT = (
    "INSERT INTO notification (id, member_id, kind, subject_id, other_id, occurred_at, "
    "changed_at, in_app, matter) SELECT $1, m.id, $3::text, $4::bigint, $5::bigint, "
    "$6::timestamptz, $6::timestamptz, COALESCE(c.in_app, true), $8 "
    "FROM member m LEFT JOIN notification_choice c ON c.member_id = m.id AND c.kind = $3::text "
    "WHERE m.id = $2 AND (COALESCE(c.in_app, true) OR COALESCE(c.mail, $7) <> 'OFF'){only} "
    "ON CONFLICT (member_id, kind, subject_id) "
    "DO UPDATE SET occurred_at = excluded.occurred_at, other_id = excluded.other_id, "
    "times = CASE WHEN notification.read_at IS NULL THEN notification.times + 1 ELSE 1 END, "
    "read_at = NULL, changed_at = excluded.changed_at, in_app = excluded.in_app"
)


def notifying(
    member_id: int,
    kind: NotificationKind,
    subject_id: int,
    other_id: int,
    at: datetime,
    *,
    only: str = "",
) -> list[Change]:
    """The changes that put one in front of a member, unread, and into their mail, as they chose;
    the same again is the same one. `only` is a condition, in which $4 is the subject.
    """
    _wake(member_id, job.BELL)
    default = MANNERS[kind].mail
    only = f" AND {only}" if only else ""
    values = (ids.new_id(), member_id, kind.value, subject_id, other_id, at, default.value, "")
    # Mail first: on SQLite, where they run one by one, it asks what was there before.
    return [
        *mail.telling(member_id, kind, subject_id, at, default, only=only),
        (_PUT.format(only=only), values),
    ]


def settling(member_id: int, subject_id: int, at: datetime) -> Change:
    """The change after a member has dealt with a request or an introduction, or read a
    conversation: what told them of it counts as read.
    """
    _wake(member_id)
    return (
        "UPDATE notification SET read_at = $3, changed_at = $3 "
        "WHERE member_id = $1 AND subject_id = $2 "
        "AND kind IN ('REQUEST_RECEIVED', 'INTRODUCTION_ASKED', 'INTRODUCTION_RECEIVED', "
        "'MESSAGE_RECEIVED', 'MESSAGE_REQUESTED', 'MESSAGE_REQUEST_ACCEPTED') "
        "AND read_at IS NULL RETURNING id",
        (member_id, subject_id, at),
    )


def _wake(*members: int) -> None:
    """Ring for those who follow their notifications, and for who sends mail."""
    if u := unit.current():
        for member in members:
            u.wake(member)


async def notify(
    member_id: int,
    kind: NotificationKind,
    subject_id: int,
    other_id: int,
    at: datetime,
    *,
    only: str = "",
) -> None:
    """Put one in front of a member. Part of a unit."""
    await sql.together(*notifying(member_id, kind, subject_id, other_id, at, only=only))


async def warn(u: Unit, member_id: int, matter: SecurityMatter, key: int) -> None:
    """Tell a member what happened to their account: shown and mailed, whatever they chose. `key`
    is of what made it. Part of a unit.
    """
    kind = NotificationKind.SECURITY
    values = (ids.new_id(), member_id, kind.value, key, member_id, u.now, "AT_ONCE", matter.value)
    await sql.change(_PUT.format(only=""), *values)
    _wake(member_id)
    await mail.post(u, member_id, MailKind.SECURITY, matter.value, key)


async def settle(member_id: int, subject_id: int, at: datetime) -> None:
    """Mark as read what told the member of a request or introduction. Part of a unit."""
    query, values = settling(member_id, subject_id, at)
    await sql.rows(query, *values)


async def retract(request_ids: Sequence[int]) -> None:
    """The requests are gone for those they were sent to, and so is what told of them."""
    found = await sql.rows(
        f"DELETE FROM notification WHERE subject_id {sql.among(1)} AND kind = 'REQUEST_RECEIVED' "
        "RETURNING member_id",
        list(request_ids),
    )
    _wake(*(row["member_id"] for row in found))


async def retract_update(author: int, update: int, *kinds: NotificationKind) -> None:
    """What these kinds told the author of one of their updates is gone. Part of a unit."""
    for kind in kinds:
        await sql.change(
            "DELETE FROM notification WHERE member_id = $1 AND subject_id = $2 AND kind = $3",
            author,
            update,
            kind.value,
        )
    _wake(author)


async def retell_update(
    author: int,
    update: int,
    kind: NotificationKind,
    last: tuple[int, datetime],
    newer: int,
    now: datetime,
) -> None:
    """One of what this kind told the author of one of their updates is gone, and others are left:
    `newer` of them than that, the last by whom and when. Where only that one was new, nothing is
    new any more. Part of a unit.
    """
    await sql.change(
        "UPDATE notification SET other_id = $4, occurred_at = $5, changed_at = $6, "
        "read_at = CASE WHEN times = 1 AND $7 < times THEN coalesce(read_at, $6) ELSE read_at END, "
        "times = CASE WHEN times > 1 AND $7 < times THEN times - 1 ELSE times END "
        "WHERE member_id = $1 AND subject_id = $2 AND kind = $3",
        author,
        update,
        kind.value,
        *last,
        now,
        newer,
    )
    _wake(author)


@in_unit
async def mark_read(
    u: Unit,
    member_id: int,
    keys: Sequence[int] | None = None,
    group: NotificationGroup | None = None,
    *,
    until: datetime | None = None,
) -> None:
    """Mark these of the member's notifications as read, those of a group, or all; of these what
    had occurred by a moment. What is not shown stays as it is, for mail.
    """
    chosen, values = "", list[object]()
    if keys is not None:
        chosen, values = f" AND id {sql.among(3)}", [list(keys)]
    if until is not None:
        chosen += f" AND occurred_at <= ${3 + len(values)}"
        values.append(until)
    if group is not None:
        chosen += f" AND {within('notification', group)}"
    await sql.change(
        "UPDATE notification SET read_at = $2, changed_at = $2 "
        f"WHERE member_id = $1 AND read_at IS NULL AND in_app{chosen}",
        member_id,
        u.now,
        *values,
    )
    u.wake(member_id)
