"""Mail to members: what is to be sent, what was, and to whom no more is.

A row is made in the unit of what it tells of, once per member, kind and subject: "one per
request, ever" is the unique constraint. The text is made when it is sent, with the member's eyes.
"""

import json
from datetime import datetime
from enum import StrEnum

from tortoise import fields

from models import ids, job, sql
from models.base import Stored, belongs_to_member
from models.notification_kind import MailTiming, NotificationKind
from models.sql import Change
from models.unit import Unit


class MailKind(StrEnum):
    """What a mail is."""

    VERIFY_ADDRESS = "VERIFY_ADDRESS"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - a kind of mail
    NOTIFICATION = "NOTIFICATION"
    DIGEST = "DIGEST"
    SECURITY = "SECURITY"


class Mail(Stored):
    """One mail to one member."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=20)
    # What it tells of: a notification's kind and subject, or the key of what made it.
    about = fields.CharField(max_length=30, default="")
    subject_id = fields.BigIntField()
    made_at = fields.DatetimeField()
    # Not before; while it is being sent, the end of the lease; once sent, when it was read.
    due_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    # Why it was not sent: nothing to tell any more, refused, off, given up (mail_sending.py).
    dropped = fields.CharField(max_length=20, default="")

    class Meta:
        table = "mail"


class MailStop(Stored):
    """An address that gets no more mail: it was refused for good, or a bounce was reported."""

    address = fields.CharField(max_length=254, unique=True)
    reason = fields.CharField(max_length=200)
    stopped_at = fields.DatetimeField()

    class Meta:
        table = "mail_stop"


# Sent by jobs of this kind, one each.
JOB = "mail"
# Notifications that come again about the same subject, and then may be mailed again: once for
# each time the member had read them in between. All others are mailed once per subject, ever.
AGAIN = frozenset({"MESSAGE_RECEIVED", "UPDATE_REPLIED", "UPDATE_THANKED", "REMINDER"})
# Of these, what a member has read although it is not shown among their notifications: they read
# the conversation. What else is for mail alone is read once the mail is sent.
READ_ELSEWHERE = frozenset({"MESSAGE_RECEIVED"})
# What a member asked for themself is tried even where mail came back: it may be repaired by now.
_ALWAYS = frozenset({MailKind.VERIFY_ADDRESS})


async def post(
    u: Unit,
    member_id: int,
    kind: MailKind,
    about: str,
    subject_id: int,
    *,
    at: datetime | None = None,
) -> bool:
    """Have a mail sent after the unit, at the earliest at `at`; False where none will be.

    Nothing is made for who is suspended, for an address that stopped, and of the same about the
    same a second time. What tells of a notification comes by `telling`. Part of a unit.
    """
    stopped = "" if kind in _ALWAYS else " AND NOT EXISTS (" + _STOPPED + ")"
    made = await sql.row(
        "INSERT INTO mail (id, member_id, kind, about, subject_id, made_at, due_at, dropped) "
        "SELECT $1, m.id, $3, $4, $5, $6, $7, '' FROM member m "
        f"WHERE m.id = $2 AND m.suspended_at IS NULL{stopped} "
        "ON CONFLICT (member_id, kind, about, subject_id) DO NOTHING RETURNING id",
        ids.new_id(),
        member_id,
        kind.value,
        about,
        subject_id,
        u.now,
        at or u.now,
    )
    if made is None:
        return False
    return await job.enqueue(u, JOB, {"mail": made["id"]}, at=at)


_KEY = (
    "FROM mail told WHERE told.member_id = $1 AND told.kind = 'NOTIFICATION' "
    "AND told.about = $2::text AND told.subject_id = $4::bigint"
)
# Where a notification is about to be written, and its member chose to be told at once.
_TOLD_AT_ONCE = (
    "FROM member m LEFT JOIN notification_choice c ON c.member_id = m.id AND c.kind = $2::text "
    "WHERE m.id = $1 AND m.suspended_at IS NULL AND COALESCE(c.mail, $3) = 'AT_ONCE' "
    "AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.address = m.email) "
    f"AND NOT EXISTS (SELECT 1 {_KEY}{{again}}){{only}}"
)
_WAITS = (
    " AND ((told.sent_at IS NULL AND told.dropped = '') OR (told.sent_at IS NOT NULL{shown} "
    "AND EXISTS (SELECT 1 FROM notification n WHERE n.member_id = $1 AND n.kind = $2::text "
    "AND n.subject_id = $4::bigint AND n.read_at IS NULL)))"
)
_SHOWN = " AND COALESCE(c.in_app, true)"
_TELL = (
    "INSERT INTO mail (id, member_id, kind, about, subject_id, made_at, due_at, dropped) "
    "SELECT $6::bigint, m.id, 'NOTIFICATION', $2::text, $4::bigint, $5::timestamptz, "
    "$5::timestamptz, '' {told} ON CONFLICT (member_id, kind, about, subject_id) DO {again}"
)
_TELL_AGAIN = (
    "UPDATE SET made_at = excluded.made_at, due_at = excluded.due_at, sent_at = NULL, "
    "dropped = '' WHERE mail.sent_at IS NOT NULL OR mail.dropped <> ''"
)
_HAVE_IT_SENT = (
    "INSERT INTO job (id, kind, payload, run_at, created_at, attempts, error) "
    f"SELECT $7::bigint, '{JOB}', $8::text || CAST(COALESCE((SELECT told.id {_KEY}), $6::bigint) "
    "AS text) || '}}', $5::timestamptz, $5::timestamptz, 0, '' {told} RETURNING id"
)


def telling(
    member_id: int,
    kind: NotificationKind,
    subject_id: int,
    at: datetime,
    default: MailTiming,
    *,
    only: str = "",
) -> list[Change]:
    """The changes that have a mail tell of a notification, before those that write it; `only` is
    one more condition, in which $4 is the subject. As of `post`; where none is to be sent,
    nothing is written. Quiet hours are kept by who sends it.
    """
    again = kind in AGAIN
    waits = _WAITS.format(shown="" if kind in READ_ELSEWHERE else _SHOWN) if again else ""
    told = _TOLD_AT_ONCE.format(again=waits, only=only)
    values = (member_id, kind.value, default.value, subject_id, at, ids.new_id())
    payload = json.dumps({"mail": 0}).removesuffix("0}")
    return [
        (_HAVE_IT_SENT.format(told=told), (*values, ids.new_id(), payload)),
        (_TELL.format(told=told, again=_TELL_AGAIN if again else "NOTHING"), values),
    ]


_STOPPED = "SELECT 1 FROM mail_stop s WHERE s.address = m.email"
