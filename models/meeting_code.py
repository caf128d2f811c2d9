"""Codes for those who meet in person: shown for a day, scanned or typed by the other.

Showing a code is consent to be asked by whoever saw it: it stands in for the budget, for a
cool-down and for being found, but never for the other's yes. Ten characters of base32 are 50
bits, and a member who types 30 that are not good within an hour is not heard for a while.
"""

import hashlib
import hmac
from datetime import timedelta

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from tortoise import fields

from models import clock, credential, directory, ids, sql
from models.base import SHORT, Stored, belongs_to_member
from models.organisation import key_of
from models.problem import Code, Problem, Problems
from models.settings import settings
from models.text import clean
from models.unit import Unit, in_unit

LENGTH = 10
MOST_A_DAY = 20
FIELD = "meetingCode"
# Without I, L, O and U, which are misread; the first three are taken for what they look like.
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", " -\u2010\u2011\u2013\u2014\t")
_TYPED_LONGEST = 40
_KEPT = timedelta(days=365)
_FAILURES = parse("30/hour")
_failures = MovingWindowRateLimiter(MemoryStorage())


class MeetingCode(Stored):
    """A code a member shows. Only a keyed hash is stored; `event_key` recognises the event. At
    most one of a member's is `shown`.
    """

    member = belongs_to_member()
    code_hash = fields.CharField(max_length=64, unique=True)
    event = fields.CharField(max_length=SHORT, db_default="")
    event_key = fields.CharField(max_length=SHORT * 2, db_default="")
    place = fields.CharField(max_length=SHORT, db_default="")
    made_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    shown = fields.BooleanField(db_default=True)

    class Meta:
        table = "meeting_code"


def text_of(key: int) -> str:
    """The code of a row: derived, so that it can be shown again and is stored nowhere."""
    made = hmac.new(credential.secret_key(), f"meeting:{key}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(made)
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(LENGTH))


def as_typed(typed: str) -> str | None:
    """The code that was meant, or None where none can have been."""
    meant = typed[:_TYPED_LONGEST].upper().translate(_MISREAD)
    return meant if len(meant) == LENGTH and set(meant) <= set(_DIGITS) else None


def _hash(code: str) -> str:
    return credential.hashed(f"meeting:{code}")


_USED = (
    "(SELECT count(*) FROM connection_request r WHERE r.sender_id = {sender} "
    "AND r.meeting_code_id = c.id) AS used"
)
_SHOWN = "SELECT * FROM meeting_code WHERE member_id = $1 AND shown AND expires_at > $2"


def _still_ours(row: sql.Row | None) -> sql.Row | None:
    """The row, unless the instance's key was changed since: then nobody knows its code."""
    return row if row and row["code_hash"] == _hash(text_of(row["id"])) else None


async def shown_by(member: int) -> sql.Row | None:
    """The code a member shows now."""
    return _still_ours(await sql.row(_SHOWN, member, clock.now()))


async def show(member: int, event: str, place: str) -> sql.Row:
    """The member's code for this event and place: the one that is shown already, or a new one,
    which ends it. Raises Problems, and TOO_MANY after 20 on one day.
    """
    problems, given = [], {}
    for name, text in (("event", event), ("place", place)):
        try:
            given[name] = clean(text, name, longest=SHORT)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise Problems(problems)
    return await _show(member, given["event"], given["place"])


@in_unit
async def _show(u: Unit, member: int, event: str, place: str) -> sql.Row:
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)
    row = _still_ours(await sql.row(_SHOWN, member, u.now))
    if row and (row["event"], row["place"]) == (event, place):
        return row
    made = await sql.row(
        "SELECT count(*) AS today FROM meeting_code WHERE member_id = $1 AND made_at > $2",
        member,
        u.now - timedelta(days=1),
    )
    assert made is not None
    if made["today"] >= MOST_A_DAY:
        raise Problem(Code.TOO_MANY, f"You can make {MOST_A_DAY} codes on one day.")
    await _end_shown(u, member)
    key = ids.new_id()
    new = await sql.row(
        "INSERT INTO meeting_code (id, member_id, code_hash, event, event_key, place, made_at, "
        "expires_at, shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true) RETURNING *",
        key,
        member,
        _hash(text_of(key)),
        event,
        key_of(event),
        place,
        u.now,
        u.now + timedelta(hours=settings().meeting_code_hours),
    )
    assert new is not None
    return new


@in_unit
async def end(u: Unit, member: int) -> sql.Row | None:
    """Show no code any more; the one that was shown. What was asked with it stands."""
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", member)
    return _still_ours(await _end_shown(u, member))


async def _end_shown(u: Unit, member: int) -> sql.Row | None:
    return await sql.row(
        "UPDATE meeting_code SET shown = false, expires_at = CASE WHEN expires_at > $2 THEN $2 "
        "ELSE expires_at END WHERE member_id = $1 AND shown RETURNING *",
        member,
        u.now,
    )


def unknown(message: str = "This code is not good now. Ask for a new one.") -> Problem:
    """The one refusal for every code that opens nothing."""
    return Problem(Code.CODE_UNKNOWN, message, field=(FIELD,))


async def check_pace(member: int) -> None:
    """Raises CODE_UNKNOWN once the member has typed too many codes that were none."""
    if not await _failures.test(_FAILURES, str(member)):
        raise unknown("Too many codes that are not good. Please try again in an hour.")


async def count_failure(member: int) -> None:
    """Note that the member typed a code that is not good."""
    await _failures.hit(_FAILURES, str(member))


async def holder(viewer: int, typed: str) -> sql.Row | None:
    """The code, with the columns of who shows it as the viewer may see them; whether the profile
    shows to the viewer does not matter. None for one that is not good now.
    """
    try:
        await check_pace(viewer)
    except Problem:
        return None
    code = as_typed(typed)
    columns = directory.columns(directory.Wants(), "$1")
    row = code and await sql.row(
        f"SELECT c.id, c.event, c.place, c.expires_at, {_USED.format(sender='$1')}, {columns} "
        "FROM meeting_code c JOIN member m ON m.id = c.member_id WHERE c.code_hash = $2 "
        "AND c.shown AND c.expires_at > $3 AND m.suspended_at IS NULL",
        viewer,
        _hash(code),
        clock.now(),
    )
    if not row:
        await count_failure(viewer)
    return row or None


async def of(u: Unit, sender: int, recipient: int, typed: str) -> sql.Row | None:
    """The recipient's code that the sender was shown, with how often they `used` it; None for
    one that is not good now. Part of a unit.
    """
    code = as_typed(typed)
    if code is None:
        return None
    return await sql.row(
        f"SELECT c.id, c.event, c.place, {_USED.format(sender='$1')} FROM meeting_code c "
        "WHERE c.code_hash = $2 AND c.member_id = $3 AND c.shown AND c.expires_at > $4",
        sender,
        _hash(code),
        recipient,
        u.now,
    )


async def purge(u: Unit) -> None:
    """Forget codes a year after they ended. Part of a unit."""
    await sql.change("DELETE FROM meeting_code WHERE expires_at < $1", u.now - _KEPT)
