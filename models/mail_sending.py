"""Sending what was posted: who takes a mail, and what becomes of it.

A mail is claimed by moving its `due_at` to the end of a lease, so that of two workers one sends
it. Who dies in between leaves it to the next, under the same Message-ID: once, as far as SMTP lets
us know.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import clock, ids, mail_digest, mail_spelling, sql
from models.mail import AGAIN, READ_ELSEWHERE, MailKind
from models.mail_digest import Contents
from models.quiet_hours import quiet_until
from models.settings import settings
from models.text import to_look_up
from models.unit import Unit, in_unit

# As long as a job's: one who is slower than that has lost the job as well.
LEASE = timedelta(seconds=90)
# Why a mail was not sent. Off is also what a digest tells of by now.
OFF = "OFF"
NOTHING = "NOTHING"
REFUSED = "REFUSED"
STOPPED = "STOPPED"
UNVERIFIED = "UNVERIFIED"
# It could not be handed over, so often that its job is dead: an operator may have it tried again,
# and what comes again about the same is mailed as if this had not been.
GIVEN_UP = "GIVEN_UP"

_AGAIN = ", ".join(f"'{kind}'" for kind in sorted(AGAIN))
# When to look again at what came while it was looked at.
AGAIN_SOON = timedelta(seconds=5)
# What is not sent in a member's quiet hours.
_CAN_WAIT = frozenset({MailKind.NOTIFICATION, MailKind.DIGEST})
# What is sent to an address nobody has shown to be theirs: it says nothing of others.
_TO_ANYBODY = frozenset({MailKind.VERIFY_ADDRESS, MailKind.RESET_PASSWORD, MailKind.SECURITY})


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that is ours to send until `lease_until`."""

    id: int
    kind: MailKind
    about: str
    subject_id: int
    made_at: datetime
    lease_until: datetime
    member_id: int
    handle: str
    name: str
    address: str
    time_zone: str
    tells: Contents

    @property
    def read_at(self) -> datetime:
        """When what it tells was read: what is newer it does not tell of."""
        return self.lease_until - LEASE


_TO_BE_SENT = f"sent_at IS NULL AND dropped IN ('', '{GIVEN_UP}')"
_MAIL = (
    "SELECT a.id, a.kind, a.about, a.subject_id, a.made_at, a.due_at, a.member_id, m.handle, "
    "m.name, m.email, m.time_zone, m.quiet_from, m.quiet_until, m.email_verified_at, "
    "m.suspended_at, "
    "EXISTS (SELECT 1 FROM mail_stop s WHERE s.address = m.email) AS stopped, "
    "EXISTS (SELECT 1 FROM notification_choice c WHERE c.member_id = a.member_id "
    "AND c.kind = a.about AND c.mail <> 'AT_ONCE') AS switched_off "
    "FROM mail a JOIN member m ON m.id = a.member_id "
    f"WHERE a.id = $1 AND a.{_TO_BE_SENT}"
)


async def take(key: int, *, last: bool = False) -> Taken | timedelta | None:
    """The mail, to be sent now; how long to wait where another has it, or it is not due; None
    where there is nothing to send any more, which is written down. What is taken for the `last`
    time counts as given up from here on, unless it is sent: however the attempt ends.
    """
    row = await sql.row(_MAIL, key)
    if row is None:
        return None
    now = clock.now()
    if row["due_at"] > now:
        wait: timedelta = row["due_at"] - now
        return wait
    if row["kind"] in _CAN_WAIT and (until := quiet_until(row, now)):
        return until - now
    if reason := _reason_against(row):
        await drop(key, reason)
        return None
    tells = await _contents(row)
    if not tells.notifications and row["kind"] in (MailKind.NOTIFICATION, MailKind.DIGEST):
        return None if await nothing_to_tell(key) else AGAIN_SOON
    if not await _claim(key, row["due_at"], now + LEASE, GIVEN_UP if last else ""):
        return LEASE
    return Taken(
        id=key,
        kind=MailKind(row["kind"]),
        about=row["about"],
        subject_id=row["subject_id"],
        made_at=row["made_at"],
        lease_until=now + LEASE,
        member_id=row["member_id"],
        handle=row["handle"],
        name=row["name"],
        address=row["email"],
        time_zone=row["time_zone"],
        tells=tells,
    )


def _reason_against(row: sql.Row) -> str:
    kind = MailKind(row["kind"])
    if row["suspended_at"] is not None or (row["stopped"] and kind != MailKind.VERIFY_ADDRESS):
        return STOPPED
    if row["switched_off"]:
        return OFF
    known = row["email_verified_at"] is not None or not settings().asks_for_verified_email
    return "" if known or kind in _TO_ANYBODY else UNVERIFIED


async def _contents(row: sql.Row) -> Contents:
    """What it tells of that is still unread."""
    if row["kind"] == MailKind.NOTIFICATION:
        found = await sql.rows(
            "SELECT id FROM notification WHERE member_id = $1 AND kind = $2 AND subject_id = $3 "
            "AND read_at IS NULL",
            row["member_id"],
            row["about"],
            row["subject_id"],
        )
        return Contents(tuple(each["id"] for each in found))
    if row["kind"] == MailKind.DIGEST:
        return await mail_digest.contents(row["member_id"], row["subject_id"])
    return Contents()


@in_unit
async def _claim(_u: Unit, key: int, due_at: datetime, until: datetime, dropped: str) -> bool:
    changed = await sql.change(
        "UPDATE mail SET due_at = $3, dropped = $4 "
        f"WHERE id = $1 AND due_at = $2 AND {_TO_BE_SENT}",
        key,
        due_at,
        until,
        dropped,
    )
    return bool(changed)


@in_unit
async def sent(u: Unit, taken: Taken) -> None:
    """The mail server has it. What is not shown to the member has then been read, as far as
    anybody can: what comes from now on counts from one again.
    """
    await sql.change(
        "UPDATE mail SET sent_at = $3, due_at = $4, dropped = '' "
        "WHERE id = $1 AND due_at = $2 AND sent_at IS NULL",
        taken.id,
        taken.lease_until,
        u.now,
        taken.read_at,
    )
    if taken.kind == MailKind.NOTIFICATION and taken.about not in READ_ELSEWHERE:
        await sql.change(
            f"UPDATE notification SET read_at = $2 WHERE id {sql.among(1)} AND NOT in_app "
            "AND read_at IS NULL AND occurred_at <= $3",
            list(taken.tells.notifications),
            u.now,
            taken.read_at,
        )


@in_unit
async def release(u: Unit, taken: Taken) -> None:
    """It could not be sent this time: whoever comes next may try at once."""
    await sql.change(
        "UPDATE mail SET due_at = $3 WHERE id = $1 AND due_at = $2 AND sent_at IS NULL",
        taken.id,
        taken.lease_until,
        u.now,
    )


@in_unit
async def drop(_u: Unit, key: int, reason: str) -> None:
    """It is not sent, now or later."""
    await sql.change(
        f"UPDATE mail SET dropped = $2 WHERE id = $1 AND {_TO_BE_SENT}",
        key,
        reason,
    )


@in_unit
async def nothing_to_tell(_u: Unit, key: int) -> bool:
    """It is not sent, as what it told of was read; False where the same has come again since, and
    left it to this mail because that waits still.
    """
    await sql.change(
        f"UPDATE mail SET dropped = $2 WHERE id = $1 AND {_TO_BE_SENT} AND NOT EXISTS (SELECT 1 "
        "FROM notification n WHERE n.member_id = mail.member_id AND n.kind = mail.about "
        f"AND n.subject_id = mail.subject_id AND n.read_at IS NULL AND n.kind IN ({_AGAIN}))",
        key,
        NOTHING,
    )
    row = await sql.row("SELECT sent_at, dropped FROM mail WHERE id = $1", key)
    return row is None or row["sent_at"] is not None or row["dropped"] not in ("", GIVEN_UP)


@in_unit
async def stop(u: Unit, address: str, reason: str, at: datetime | None = None) -> None:
    """No more mail to this address until its member shows that it works; however its domain is
    spelt, as bounces have it otherwise than who typed it. Nothing is noted of an address that is
    nobody's, or that was shown to work since `at`: an old report sent again.
    """
    given = to_look_up(address.strip().lower()[:254])
    for spelt in sorted(mail_spelling.spellings(given)):
        await sql.change(
            "INSERT INTO mail_stop (id, address, reason, stopped_at) SELECT $1, m.email, $3, $4 "
            "FROM member m WHERE m.email = $2 "
            "AND (m.email_verified_at IS NULL OR m.email_verified_at < $5) "
            "ON CONFLICT (address) DO NOTHING",
            ids.new_id(),
            spelt,
            to_look_up(" ".join(reason.split()))[:200],
            u.now,
            at or u.now,
        )
