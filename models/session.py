"""Sessions: a browser that is signed in. Kept on the server, so they can be listed and ended."""

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import clock, credential, device, ids, notification, sql
from models.base import Stored, belongs_to_member
from models.member import by_email, check_password, hash_password, password_matches
from models.notification_kind import SecurityMatter
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Unit, in_unit

# The last-seen time is written at most this often.
_SEEN = timedelta(minutes=5)


class Session(Stored):
    """One signed-in browser."""

    member = belongs_to_member()
    secret_hash = fields.CharField(max_length=64, unique=True)
    user_agent = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"


async def sign_in(email: str, password: str, user_agent: str) -> str:
    """Check the password and open a session; the secret for the cookie.

    Raises WRONG_PASSWORD, the same and as late for an unknown address.
    """
    account = await by_email(email)
    fits = await password_matches(account["password_hash"] if account else None, password)
    if account is None or not fits or account["suspended_at"] is not None:
        raise Problem(
            Code.WRONG_PASSWORD, "The address or the password is not right.", field=("email",)
        )
    return await open_session(account["id"], user_agent)


@in_unit
async def open_session(u: Unit, member_id: int, user_agent: str) -> str:
    """Open a session for a member who has proved who they are; the secret for the cookie."""
    secret = credential.make("mub")
    agent = user_agent.encode("utf-8", "ignore").decode().replace("\x00", "")[:200]
    key = ids.new_id()
    await sql.change(
        "INSERT INTO session (id, member_id, secret_hash, user_agent, created_at, seen_at, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)",
        key,
        member_id,
        credential.hashed(secret),
        agent,
        u.now,
        u.now + timedelta(days=settings().session_days),
    )
    if await device.is_new(u, member_id, agent):
        await notification.warn(u, member_id, SecurityMatter.SESSION_OPENED, key)
    return secret


async def find(secret: str) -> sql.Row | None:
    """The session and its member, while it lasts; one statement."""
    now = clock.now()
    row = await sql.row(
        "SELECT s.id AS session_id, s.seen_at, m.id, m.handle, m.name, m.time_zone, "
        "m.operator_since_at IS NOT NULL AS is_operator FROM session s "
        "JOIN member m ON m.id = s.member_id WHERE s.secret_hash = $1 AND s.expires_at > $2 "
        "AND m.suspended_at IS NULL",
        credential.hashed(secret),
        now,
    )
    if row is not None and row["seen_at"] < now - _SEEN:
        await _seen(row["session_id"])
    return row


@in_unit
async def _seen(u: Unit, session_id: int) -> None:
    await sql.change(
        "UPDATE session SET seen_at = $2, expires_at = $3 WHERE id = $1 AND seen_at < $4",
        session_id,
        u.now,
        u.now + timedelta(days=settings().session_days),
        u.now - _SEEN,
    )


async def of(member_id: int) -> Sequence[sql.Row]:
    """The member's open sessions, last used first."""
    return await sql.rows(
        "SELECT id, user_agent, created_at, seen_at, expires_at FROM session "
        "WHERE member_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id DESC",
        member_id,
        clock.now(),
    )


@in_unit
async def end(u: Unit, member_id: int, key: int) -> sql.Row:
    """End one of the member's sessions; its pages and sockets stop. Raises NOT_FOUND."""
    row = await sql.row(
        "DELETE FROM session WHERE id = $1 AND member_id = $2 "
        "RETURNING id, user_agent, created_at, seen_at, expires_at",
        key,
        member_id,
    )
    if row is None:
        raise Problem(Code.NOT_FOUND, "This session has already ended.", field=("sessionId",))
    u.wake(member_id)
    return row


@in_unit
async def end_others(u: Unit, member_id: int, kept: int | None) -> int:
    """End all of the member's sessions but one; how many."""
    u.wake(member_id)
    return await sql.change(
        "DELETE FROM session WHERE member_id = $1 AND id <> $2", member_id, kept or 0
    )


async def replace_password(member_id: int, current: str, new: str, kept: int | None) -> None:
    """Change the password and end the other sessions. Raises Problems by field."""
    account = await sql.row("SELECT password_hash FROM member WHERE id = $1", member_id)
    if account is None or not await password_matches(account["password_hash"], current):
        raise Problem(Code.WRONG_PASSWORD, "This is not your password.", field=("currentPassword",))
    check_password(new, "newPassword")
    await _store_password(member_id, await hash_password(new), kept)


@in_unit
async def _store_password(u: Unit, member_id: int, new_hash: str, kept: int | None) -> None:
    await sql.change("UPDATE member SET password_hash = $2 WHERE id = $1", member_id, new_hash)
    await end_others(member_id, kept)
    await notification.warn(u, member_id, SecurityMatter.PASSWORD_CHANGED, ids.new_id())
