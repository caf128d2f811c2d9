"""Personal access tokens: how a member's own program asks in their name, within scopes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields

from models import app_token, clock, credential, ids, notification, sql
from models.base import NAME, Stored, belongs_to_member
from models.notification_kind import SecurityMatter
from models.problem import Code, Problem, Problems
from models.text import clean
from models.unit import Unit, in_unit

_USED = timedelta(minutes=5)
LONGEST_DAYS = 3650
MOST_TOKENS = 100
_PREFIX_SHOWN = 8


class Scope(StrEnum):
    """What a program may do. What a person may do is a matter of the models."""

    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    NETWORK_READ = "network:read"
    NETWORK_WRITE = "network:write"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    NOTIFICATIONS_READ = "notifications:read"
    NOTIFICATIONS_WRITE = "notifications:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    UPDATES_READ = "updates:read"
    UPDATES_WRITE = "updates:write"
    EVENTS_READ = "events:read"
    PRIVATE_READ = "private:read"
    PRIVATE_WRITE = "private:write"
    ACCOUNT = "account"


GRANTABLE = frozenset(Scope) - {Scope.ACCOUNT}


class AccessToken(Stored):
    """A bearer token."""

    member = belongs_to_member()
    name = fields.CharField(max_length=NAME)
    prefix = fields.CharField(max_length=20)
    secret_hash = fields.CharField(max_length=64, unique=True)
    scopes = fields.CharField(max_length=1000)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_token"


_COLUMNS = "id, name, prefix, scopes, created_at, expires_at, used_at"


async def create(
    member_id: int, name: str, scopes: Sequence[Scope], expires_in_days: int | None
) -> tuple[sql.Row, str]:
    """Make a token; its row and the secret, which is shown this once. Raises Problems."""
    problems: list[Problem] = []
    try:
        name = clean(name, "name", longest=NAME, required=True)
    except Problem as problem:
        problems.append(problem)
    if not scopes or not GRANTABLE.issuperset(scopes):
        problems.append(Problem(Code.INVALID, "Choose what the token may do.", field=("scopes",)))
    if expires_in_days is not None and not 1 <= expires_in_days <= LONGEST_DAYS:
        problems.append(
            Problem(Code.INVALID, f"1 to {LONGEST_DAYS} days.", field=("expiresInDays",))
        )
    if problems:
        raise Problems(problems)
    expires_at = clock.now() + timedelta(days=expires_in_days) if expires_in_days else None
    return await _create(member_id, name, sorted(set(scopes)), expires_at)


@in_unit
async def _create(
    u: Unit, member_id: int, name: str, scopes: Sequence[Scope], expires_at: datetime | None
) -> tuple[sql.Row, str]:
    count = await sql.row("SELECT count(*) AS n FROM access_token WHERE member_id = $1", member_id)
    if count and count["n"] >= MOST_TOKENS:
        raise Problem(Code.INVALID, f"At most {MOST_TOKENS} tokens. Revoke one first.")
    secret = credential.make("mut")
    key = ids.new_id()
    row = await sql.row(
        "INSERT INTO access_token (id, member_id, name, prefix, secret_hash, scopes, created_at, "
        f"expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_COLUMNS}",
        key,
        member_id,
        name,
        secret[:_PREFIX_SHOWN],
        credential.hashed(secret),
        " ".join(scopes),
        u.now,
        expires_at,
    )
    assert row is not None
    await notification.warn(u, member_id, SecurityMatter.TOKEN_CREATED, key)
    return row, secret


async def find(secret: str) -> sql.Row | None:
    """The token and its member, while it lasts; one statement. An app's has no `token_id` but a
    `grant_id` and an `app_id`.
    """
    if secret.startswith(f"{app_token.ACCESS}_"):
        return await app_token.find(secret)
    now = clock.now()
    row = await sql.row(
        "SELECT t.id AS token_id, NULL AS grant_id, NULL AS app_id, t.scopes, t.used_at, "
        "t.expires_at, m.id, m.handle, m.name FROM access_token t "
        "JOIN member m ON m.id = t.member_id WHERE t.secret_hash = $1 "
        "AND (t.expires_at IS NULL OR t.expires_at > $2) AND m.suspended_at IS NULL",
        credential.hashed(secret),
        now,
    )
    if row is not None and (row["used_at"] is None or row["used_at"] < now - _USED):
        await _used(row["token_id"])
    return row


@in_unit
async def _used(u: Unit, token_id: int) -> None:
    await sql.change(
        "UPDATE access_token SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $3)",
        token_id,
        u.now,
        u.now - _USED,
    )


def scopes_of(row: sql.Row) -> list[Scope]:
    """The scopes of a token; one this version does not know is left out."""
    known = {scope.value for scope in Scope}
    return [Scope(part) for part in row["scopes"].split() if part in known]


async def of(member_id: int) -> Sequence[sql.Row]:
    """The member's tokens, newest first, expired ones too."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM access_token WHERE member_id = $1 ORDER BY id DESC", member_id
    )


@in_unit
async def revoke(u: Unit, member_id: int, key: int) -> sql.Row:
    """End one of the member's tokens; its sockets and streams stop. Raises NOT_FOUND."""
    row = await sql.row(
        f"DELETE FROM access_token WHERE id = $1 AND member_id = $2 RETURNING {_COLUMNS}",
        key,
        member_id,
    )
    if row is None:
        raise Problem(Code.NOT_FOUND, "This token has already been revoked.", field=("tokenId",))
    u.wake(member_id)
    return row
