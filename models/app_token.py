"""What an app holds of a grant: a code, good once; then an access token with the refresh token
that replaces it, once. Whoever comes a second time with a code or a refresh token ends all that
came of that code: one of the two who had it was a thief, and nobody can tell which (RFC 9700, 4.14).

The tables are in grant.py. Every unit here locks the grant's row first.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from models import clock, credential, ids, sql
from models.unit import Unit, in_unit

ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=60)
ACCESS_PREFIX = "mua"
REFRESH_PREFIX = "mur"
_USED = timedelta(minutes=5)
# A replayed code is known as such for so long.
_CODE_KEPT = timedelta(days=1)

# The grant counts while its app is not stopped and both members are there.
_LIVE = (
    "JOIN app_grant g ON g.id = t.grant_id JOIN app a ON a.id = g.app_id "
    "AND a.status <> 'STOPPED' JOIN member o ON o.id = a.owner_id AND o.suspended_at IS NULL "
    "JOIN member m ON m.id = g.member_id AND m.suspended_at IS NULL"
)


class Pair(NamedTuple):
    """What an app is given: both secrets are told this once."""

    access: str
    refresh: str
    scopes: Sequence[str]


def is_access(secret: str) -> bool:
    """Whether it is written like an app's access token."""
    return secret.startswith(f"{ACCESS_PREFIX}_")


async def find(secret: str) -> sql.Row | None:
    """The access token, its grant and its member, while all last; one statement."""
    now = clock.now()
    row = await sql.row(
        "SELECT t.id AS token_id, t.grant_id, g.app_id, t.access_scopes AS scopes, g.used_at, "
        f"m.id, m.handle, m.name FROM app_token t {_LIVE} "
        "WHERE t.access_hash = $1 AND t.expires_at > $2",
        credential.hashed(secret),
        now,
    )
    if row is not None and (row["used_at"] is None or row["used_at"] < now - _USED):
        await _used(row["grant_id"])
    return row


@in_unit
async def _used(u: Unit, grant_id: int) -> None:
    await sql.change(
        "UPDATE app_grant SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $3)",
        grant_id,
        u.now,
        u.now - _USED,
    )


async def code(secret: str, app_id: int) -> sql.Row | None:
    """A code of this app, spent and expired ones too: its redemption decides."""
    return await sql.row(
        "SELECT t.id, t.grant_id, t.redirect_uri, t.scopes, t.challenge, t.expires_at, t.spent_at, "
        f"m.id AS member_id FROM app_code t {_LIVE} WHERE t.code_hash = $1 AND g.app_id = $2",
        credential.hashed(secret),
        app_id,
    )


async def held(secret: str, app_id: int) -> sql.Row | None:
    """A token of this app, access or refresh, ended ones too."""
    which = "access_hash" if is_access(secret) else "refresh_hash"
    return await sql.row(
        "SELECT t.id, t.grant_id, t.family, t.scopes, t.access_scopes, t.created_at, t.expires_at, "
        f"t.refresh_expires_at, t.spent_at, m.id AS member_id FROM app_token t {_LIVE} "
        f"WHERE t.{which} = $1 AND g.app_id = $2",
        credential.hashed(secret),
        app_id,
    )


@in_unit
async def redeem_code(u: Unit, row: sql.Row) -> Pair | None:
    """Spend a code that `code` found; None where it was spent before, or is too old."""
    if not await _locked(row["grant_id"]):
        return None
    spent = await sql.change(
        "UPDATE app_code SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL AND expires_at > $2",
        row["id"],
        u.now,
    )
    if spent:
        return await _issue(u, row["grant_id"], row["id"], row["scopes"].split(), None)
    again = await sql.row(
        "SELECT id FROM app_code WHERE id = $1 AND spent_at IS NOT NULL", row["id"]
    )
    if again is not None:
        await _end_family(u, row["id"], row["member_id"])
    return None


@in_unit
async def refresh(u: Unit, row: sql.Row, scopes: Sequence[str] | None) -> Pair | None:
    """Spend a refresh token that `held` found, for a new pair with these of its scopes, or all;
    None where it was spent before, or is too old. What it could ask for stays the same.
    """
    if not await _locked(row["grant_id"]):
        return None
    spent = await sql.change(
        "UPDATE app_token SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL "
        "AND refresh_expires_at > $2",
        row["id"],
        u.now,
    )
    if spent:
        return await _issue(u, row["grant_id"], row["family"], row["scopes"].split(), scopes)
    again = await sql.row(
        "SELECT id FROM app_token WHERE id = $1 AND spent_at IS NOT NULL", row["id"]
    )
    if again is not None:
        await _end_family(u, row["family"], row["member_id"])
    return None


@in_unit
async def revoke(u: Unit, row: sql.Row) -> None:
    """The app gives a token back: with it goes what came of the same code (RFC 7009, 2.1)."""
    if await _locked(row["grant_id"]):
        await _end_family(u, row["family"], row["member_id"])


async def _locked(grant_id: int) -> bool:
    return (
        await sql.row(f"SELECT id FROM app_grant WHERE id = $1{sql.for_update()}", grant_id)
        is not None
    )


async def _issue(
    u: Unit, grant_id: int, family: int, scopes: Sequence[str], fewer: Sequence[str] | None
) -> Pair:
    access, renewal = credential.make(ACCESS_PREFIX), credential.make(REFRESH_PREFIX)
    asked = sorted(set(scopes if fewer is None else fewer).intersection(scopes))
    await sql.change(
        "INSERT INTO app_token (id, grant_id, family, access_hash, refresh_hash, scopes, "
        "access_scopes, created_at, expires_at, refresh_expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ids.new_id(),
        grant_id,
        family,
        credential.hashed(access),
        credential.hashed(renewal),
        " ".join(scopes),
        " ".join(asked),
        u.now,
        u.now + ACCESS_LASTS,
        u.now + REFRESH_LASTS,
    )
    return Pair(access, renewal, asked)


async def _end_family(u: Unit, family: int, member_id: int) -> None:
    # The spent code stays until it is purged, so that it is known should it come a third time.
    await sql.change("DELETE FROM app_token WHERE family = $1", family)
    u.wake(member_id)


@in_unit
async def purge(u: Unit) -> None:
    """Delete codes and tokens past their time; a spent refresh token is known until then."""
    await sql.change("DELETE FROM app_code WHERE expires_at < $1", u.now - _CODE_KEPT)
    await sql.change("DELETE FROM app_token WHERE refresh_expires_at < $1", u.now)
