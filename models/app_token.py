"""Tokens of apps: given for a code or a refresh token, each good once, and the end of a family.

A family is all that came of one code. Whoever presents a code or refresh token that was spent
shows that two hold it: nobody can tell which of them is the thief, so the family ends.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from models import clock, credential, ids, sql
from models.settings import settings
from models.unit import Unit, in_unit

ACCESS, REFRESH = "mua", "mur"
_USED = timedelta(minutes=5)
# A code is kept a while after its minute, so that a replay is known as one.
CODE_KEPT = timedelta(days=1)

# Whoever was suspended, and whatever was stopped, counts for nothing.
_IN_FORCE = (
    "JOIN app_grant g ON g.id = t.grant_id JOIN app a ON a.id = g.app_id "
    "JOIN member m ON m.id = g.member_id JOIN member o ON o.id = a.owner_id "
    "WHERE m.suspended_at IS NULL AND o.suspended_at IS NULL AND a.status <> 'STOPPED' "
)


class Issued(NamedTuple):
    """A pair of tokens as it was made: the secrets, and the key of its row."""

    access: str
    refresh: str


def make() -> Issued:
    """Two new secrets."""
    return Issued(credential.make(ACCESS), credential.make(REFRESH))


async def find(secret: str) -> sql.Row | None:
    """The access token's grant and member, while it lasts; one statement."""
    now = clock.now()
    row = await sql.row(
        "SELECT NULL AS token_id, t.grant_id, g.app_id, t.access_scopes AS scopes, "
        "a.scopes AS allowed, t.expires_at, g.used_at, "
        f"m.id, m.handle, m.name FROM app_token t {_IN_FORCE}"
        "AND t.access_hash = $1 AND t.expires_at > $2",
        credential.hashed(secret),
        now,
    )
    if row is None:
        return None
    if row["used_at"] is None or row["used_at"] < now - _USED:
        await _used(row["grant_id"])
    # An app that may ask for less than before can do no more than that.
    allowed = row["allowed"].split()
    return {**row, "scopes": " ".join(s for s in row["scopes"].split() if s in allowed)}


@in_unit
async def _used(u: Unit, grant_id: int) -> None:
    await sql.change(
        "UPDATE app_grant SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $3)",
        grant_id,
        u.now,
        u.now - _USED,
    )


async def code(secret: str) -> sql.Row | None:
    """A code with what it was made for, spent or not; None once it is over."""
    return await sql.row(
        "SELECT t.id, t.grant_id, g.app_id, g.member_id, t.redirect_uri, t.scopes, t.challenge "
        f"FROM app_code t {_IN_FORCE}AND t.code_hash = $1 "
        "AND (t.spent_at IS NOT NULL OR t.expires_at > $2)",
        credential.hashed(secret),
        clock.now(),
    )


async def known(secret: str) -> sql.Row | None:
    """What is known of a token, for the app that holds it: `is_refresh`, and whose."""
    is_refresh = secret.startswith(f"{REFRESH}_")
    column = "refresh_hash" if is_refresh else "access_hash"
    row = await sql.row(
        "SELECT t.id, t.grant_id, t.family, g.app_id, g.member_id, t.scopes, t.access_scopes, "
        "t.created_at, t.expires_at, t.refresh_expires_at, t.spent_at "
        f"FROM app_token t {_IN_FORCE}AND t.{column} = $1",
        credential.hashed(secret),
    )
    return None if row is None else {**row, "is_refresh": is_refresh}


@in_unit
async def redeem(u: Unit, found: sql.Row, pair: Issued) -> bool:
    """Spend a code for a pair of tokens. False, and its family ended, if it was spent before."""
    if not await _touch(u, found["grant_id"]):
        return False
    taken = await sql.change(
        "UPDATE app_code SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL AND expires_at > $2",
        found["id"],
        u.now,
    )
    if not taken:
        await _end_family(u, found["id"], found["member_id"])
        return False
    await _store(u, found, found["id"], found["scopes"].split(), pair)
    return True


@in_unit
async def refresh(u: Unit, found: sql.Row, scopes: Sequence[str], pair: Issued) -> bool:
    """Spend a refresh token for a new pair, the access token with these scopes. False, and its
    family ended, if it was spent before.
    """
    if not await _touch(u, found["grant_id"]):
        return False
    taken = await sql.change(
        "UPDATE app_token SET spent_at = $2 "
        "WHERE id = $1 AND spent_at IS NULL AND refresh_expires_at > $2",
        found["id"],
        u.now,
    )
    if not taken:
        await _end_family(u, found["family"], found["member_id"])
        return False
    await _store(u, found, found["family"], scopes, pair)
    return True


async def _touch(u: Unit, grant_id: int) -> bool:
    """Lock the grant before what is below it, as its deletion does; whether it is still there."""
    return bool(
        await sql.change("UPDATE app_grant SET used_at = $2 WHERE id = $1", grant_id, u.now)
    )


async def _store(u: Unit, found: sql.Row, family: int, scopes: Sequence[str], pair: Issued) -> None:
    await sql.change(
        "INSERT INTO app_token (id, grant_id, family, access_hash, refresh_hash, scopes, "
        "access_scopes, created_at, expires_at, refresh_expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ids.new_id(),
        found["grant_id"],
        family,
        credential.hashed(pair.access),
        credential.hashed(pair.refresh),
        found["scopes"],
        " ".join(scopes),
        u.now,
        u.now + timedelta(minutes=settings().app_token_minutes),
        u.now + timedelta(days=settings().app_refresh_days),
    )


async def _end_family(u: Unit, family: int, member_id: int) -> None:
    await sql.change("DELETE FROM app_token WHERE family = $1", family)
    u.wake(member_id)


@in_unit
async def revoke(u: Unit, found: sql.Row) -> None:
    """End an access token; or, by its refresh token, a family, and with the last one the grant."""
    u.wake(found["member_id"])
    if not await _touch(u, found["grant_id"]):
        return
    if not found["is_refresh"]:
        await sql.change("UPDATE app_token SET expires_at = $2 WHERE id = $1", found["id"], u.now)
        return
    await _end_family(u, found["family"], found["member_id"])
    await sql.change(
        "DELETE FROM app_grant WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM app_token t "
        "WHERE t.grant_id = $1 AND t.spent_at IS NULL AND t.refresh_expires_at > $2) "
        "AND NOT EXISTS (SELECT 1 FROM app_code c "
        "WHERE c.grant_id = $1 AND c.spent_at IS NULL AND c.expires_at > $2)",
        found["grant_id"],
        u.now,
    )


@in_unit
async def purge(u: Unit) -> None:
    """Delete codes and tokens that nobody can use or misuse any more."""
    await sql.change("DELETE FROM app_code WHERE expires_at < $1", u.now - CODE_KEPT)
    await sql.change(
        "DELETE FROM app_token WHERE refresh_expires_at < $1 AND expires_at < $1", u.now
    )
