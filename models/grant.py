"""Grants: what one member lets one app do, and its end. The tokens of it are in app_token.py."""

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import clock, credential, ids, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.problem import Code, Problem
from models.token import Scope
from models.unit import Faster, Unit, in_unit
from models.webhook import begin_reading

# RFC 6749, 4.1.2 allows ten minutes; a program needs a second.
CODE_LASTS = timedelta(seconds=60)
CODE_PREFIX = "muc"


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


@in_unit
async def agree(
    u: Unit,
    member_id: int,
    app_id: int,
    scopes: Sequence[Scope],
    redirect_uri: str,
    challenge: str,
) -> str:
    """The member says yes to these scopes; the code that the app exchanges for a token.

    A grant holds what was agreed to in all; each token only what it was asked for with.
    """
    grant = await sql.row(
        f"SELECT id, scopes FROM app_grant WHERE app_id = $1 AND member_id = $2{sql.for_update()}",
        app_id,
        member_id,
    )
    wanted = set(scopes) | set(grant["scopes"].split() if grant else ())
    if grant is None:
        key = ids.new_id()
        await sql.change(
            "INSERT INTO app_grant (id, app_id, member_id, scopes, created_at, events_delivered) "
            "VALUES ($1, $2, $3, $4, $5, 0)",
            key,
            app_id,
            member_id,
            " ".join(sorted(wanted)),
            u.now,
        )
        await begin_reading(u, key, app_id, member_id)
    else:
        key = grant["id"]
        await sql.change(
            "UPDATE app_grant SET scopes = $2 WHERE id = $1", key, " ".join(sorted(wanted))
        )
    code = credential.make(CODE_PREFIX)
    await sql.change(
        "INSERT INTO app_code (id, grant_id, code_hash, redirect_uri, scopes, challenge, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ids.new_id(),
        key,
        credential.hashed(code),
        redirect_uri,
        " ".join(sorted(scopes)),
        challenge,
        u.now + CODE_LASTS,
    )
    return code


_OWN = (
    "SELECT g.id, g.scopes, g.created_at, g.used_at, g.events_delivered, g.app_id, a.name, "
    "a.description, a.homepage, a.status, m.name AS owner_name FROM app_grant g "
    "JOIN app a ON a.id = g.app_id JOIN member m ON m.id = a.owner_id WHERE g.member_id = $1"
)


async def of(member_id: int) -> Sequence[sql.Row]:
    """What the member has connected, newest first."""
    return await sql.rows(f"{_OWN} ORDER BY g.id DESC", member_id)


@in_unit
async def stop(u: Unit, member_id: int, key: int) -> sql.Row:
    """End a grant: the app's tokens, sockets, streams and webhooks for this member stop.

    Raises NOT_FOUND.
    """
    row = await sql.row(f"{_OWN} AND g.id = $2", member_id, key)
    ended = await sql.change(
        "DELETE FROM app_grant WHERE id = $1 AND member_id = $2", key, member_id
    )
    if row is None or not ended:
        raise Problem(Code.NOT_FOUND, "This app is no longer connected.", field=("grantId",))
    u.wake(member_id)
    return row


async def count_delivered(grant_id: int, number: int) -> None:
    """So many more events have reached the app. Part of a unit."""
    await sql.change(
        "UPDATE app_grant SET events_delivered = events_delivered + $2 WHERE id = $1",
        grant_id,
        number,
    )


async def purge() -> None:
    """Forget codes that are long over; spent ones are kept for a day, to be recognised."""
    await sql.change("DELETE FROM app_code WHERE expires_at < $1", clock.now() - timedelta(days=1))


async def allow(
    member_id: int, app_id: int, redirect_uri: str, scopes: Sequence[Scope], challenge: str
) -> str:
    """A member says yes to an app that models/app.py found for them; the code it is given.

    Saying yes again adds scopes to the grant; each token keeps what it was asked for.
    """
    return await _allow(member_id, app_id, redirect_uri, sorted(set(scopes)), challenge)


@in_unit
async def _allow(
    u: Unit,
    member_id: int,
    app_id: int,
    redirect_uri: str,
    scopes: Sequence[Scope],
    challenge: str,
) -> str:
    grant_id = await _grant(u, member_id, app_id, scopes)
    code = credential.make("muo")
    await sql.change(
        "INSERT INTO app_code (id, grant_id, code_hash, redirect_uri, scopes, challenge, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ids.new_id(),
        grant_id,
        credential.hashed(code),
        redirect_uri,
        " ".join(scopes),
        challenge,
        u.now + CODE_LASTS,
    )
    return code


async def _grant(u: Unit, member_id: int, app_id: int, scopes: Sequence[Scope]) -> int:
    """The one grant there is, made where it is the first; its scopes are all ever agreed to."""
    made = await sql.row(
        "INSERT INTO app_grant (id, app_id, member_id, scopes, created_at, events_delivered) "
        "VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (app_id, member_id) DO NOTHING RETURNING id",
        ids.new_id(),
        app_id,
        member_id,
        " ".join(scopes),
        u.now,
    )
    if made is not None:
        await webhook.begin_reading(u, made["id"], app_id, member_id)
        return int(made["id"])
    before = await sql.row(
        "SELECT id, scopes FROM app_grant WHERE app_id = $1 AND member_id = $2" + sql.for_update(),
        app_id,
        member_id,
    )
    if before is None:
        raise Faster  # stopped in between
    both = " ".join(sorted({*before["scopes"].split(), *scopes}))
    await sql.change("UPDATE app_grant SET scopes = $2 WHERE id = $1", before["id"], both)
    return int(before["id"])


_COLUMNS = (
    "g.id, g.app_id, g.member_id, g.scopes, g.created_at, g.used_at, g.events_delivered, "
    "a.name, a.homepage, a.description, a.status"
)


async def of(member_id: int) -> Sequence[sql.Row]:
    """What the member has connected, newest first, with each app's name."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM app_grant g JOIN app a ON a.id = g.app_id "
        "WHERE g.member_id = $1 ORDER BY g.id DESC",
        member_id,
    )


async def of_app(app_id: int) -> Sequence[sql.Row]:
    """Who has connected an app, first ones first: for what works in the app's name."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM app_grant g JOIN app a ON a.id = g.app_id "
        "WHERE g.app_id = $1 ORDER BY g.id",
        app_id,
    )


@in_unit
async def stop(u: Unit, member_id: int, key: int) -> sql.Row:
    """End all an app holds in the member's name: codes, tokens, streams, webhooks.

    Raises NOT_FOUND.
    """
    row = await sql.row(
        f"SELECT {_COLUMNS} FROM app_grant g JOIN app a ON a.id = g.app_id "
        "WHERE g.id = $1 AND g.member_id = $2",
        key,
        member_id,
    )
    gone = await sql.change(
        "DELETE FROM app_grant WHERE id = $1 AND member_id = $2", key, member_id
    )
    if row is None or not gone:
        raise Problem(Code.NOT_FOUND, "This app has already been stopped.", field=("grantId",))
    u.wake(member_id)
    return row


@in_unit
async def count_delivered(_u: Unit, grant_id: int, number: int) -> None:
    """Add to the events handed to an app; nothing where it has been stopped meanwhile."""
    await sql.change(
        "UPDATE app_grant SET events_delivered = events_delivered + $2 WHERE id = $1",
        grant_id,
        number,
    )
