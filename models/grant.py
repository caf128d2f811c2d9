"""Grants: what one member lets one app do, the codes and tokens that come of it, and its end."""

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import credential, ids, notification, sql, webhook
from models.app import AppStatus
from models.base import Stored, belongs_to, belongs_to_member
from models.notification_kind import SecurityMatter
from models.problem import Code, Problem
from models.unit import Faster, Unit, in_unit

CODE_SECONDS = 60


class Grant(Stored):
    """One member's yes to one app. Deleting it ends all the app holds in their name."""

    app = belongs_to("App")
    member = belongs_to_member()
    scopes = fields.TextField()
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    events_delivered = fields.BigIntField(default=0)

    class Meta:
        table = "app_grant"


class GrantCode(Stored):
    """An authorization code: good once, for a minute."""

    grant = belongs_to("Grant")
    code_hash = fields.CharField(max_length=64, unique=True)
    redirect_uri = fields.TextField()
    scopes = fields.TextField()
    challenge = fields.CharField(max_length=128)
    expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "app_code"


class GrantToken(Stored):
    """An access token with the refresh token that replaces it, once. `family`: the code it is of;
    a refresh token that comes a second time ends the whole family.
    """

    grant = belongs_to("Grant")
    family = fields.BigIntField()
    access_hash = fields.CharField(max_length=64, unique=True)
    refresh_hash = fields.CharField(max_length=64, unique=True)
    # Of the refresh token; its access token may have been asked for with fewer.
    scopes = fields.TextField()
    access_scopes = fields.TextField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    refresh_expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "app_token"


@in_unit
async def allow(
    u: Unit, app_id: int, member_id: int, scopes: Sequence[str], redirect_uri: str, challenge: str
) -> str:
    """The member says yes; the code for the app. Raises NOT_FOUND once the app was stopped, or
    waits for approval and is not the member's own.

    A second yes adds to the first: each token has the scopes of its own code.
    """
    may = await sql.row(
        "SELECT 1 AS one FROM app WHERE id = $1 "
        "AND (status = $2 OR (status = $3 AND owner_id = $4))",
        app_id,
        AppStatus.APPROVED,
        AppStatus.PENDING,
        member_id,
    )
    if may is None:
        raise Problem(Code.NOT_FOUND, "This app is no longer there.")
    grant_id = await _granted(u, app_id, member_id, scopes)
    code = credential.make("muc")
    await sql.change(
        "INSERT INTO app_code (id, grant_id, code_hash, redirect_uri, scopes, challenge, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ids.new_id(),
        grant_id,
        credential.hashed(code),
        redirect_uri,
        " ".join(scopes),
        challenge,
        u.now + timedelta(seconds=CODE_SECONDS),
    )
    return code


async def _granted(u: Unit, app_id: int, member_id: int, scopes: Sequence[str]) -> int:
    """The grant, made or widened."""
    before = await sql.row(
        "SELECT id, scopes FROM app_grant WHERE app_id = $1 AND member_id = $2" + sql.for_update(),
        app_id,
        member_id,
    )
    if before is not None:
        wider = " ".join(sorted({*before["scopes"].split(), *scopes}))
        if not await sql.change(
            "UPDATE app_grant SET scopes = $2 WHERE id = $1", before["id"], wider
        ):
            raise Faster  # stopped meanwhile
        return int(before["id"])
    key = ids.new_id()
    await sql.change(
        "INSERT INTO app_grant (id, app_id, member_id, scopes, created_at, events_delivered) "
        "VALUES ($1, $2, $3, $4, $5, 0)",
        key,
        app_id,
        member_id,
        " ".join(scopes),
        u.now,
    )
    await webhook.begin_reading(u, key, app_id, member_id)
    await notification.warn(u, member_id, SecurityMatter.APP_CONNECTED, key)
    return key


async def of(member_id: int) -> Sequence[sql.Row]:
    """What the member has connected, newest first."""
    return await sql.rows(
        "SELECT g.id, g.scopes, g.created_at, g.used_at, g.events_delivered, g.app_id, a.name, "
        "a.description, a.homepage, a.status, a.scopes AS allowed, o.name AS owner_name "
        "FROM app_grant g JOIN app a ON a.id = g.app_id JOIN member o ON o.id = a.owner_id "
        "WHERE g.member_id = $1 ORDER BY g.id DESC",
        member_id,
    )


async def of_app(app_id: int) -> Sequence[sql.Row]:
    """Who has connected an app: the grants' keys, members and scopes."""
    return await sql.rows(
        "SELECT id, member_id, scopes FROM app_grant WHERE app_id = $1 ORDER BY id", app_id
    )


@in_unit
async def stop(u: Unit, member_id: int, key: int) -> sql.Row:
    """End all an app holds in the member's name: tokens, sockets, streams, webhooks' reading.

    Raises NOT_FOUND.
    """
    row = next((each for each in await of(member_id) if each["id"] == key), None)
    if row is None or not await sql.change(
        "DELETE FROM app_grant WHERE id = $1 AND member_id = $2", key, member_id
    ):
        raise Problem(Code.NOT_FOUND, "This app is no longer connected.", field=("grantId",))
    u.wake(member_id)
    return row


@in_unit
async def count_delivered(_u: Unit, grant_id: int, n: int) -> None:
    """Count events that were handed to an app."""
    await sql.change(
        "UPDATE app_grant SET events_delivered = events_delivered + $2 WHERE id = $1", grant_id, n
    )
