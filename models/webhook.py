"""Webhooks: an address that is told of events, with the result of a document of its owner's.

A webhook is a reader of the event log like a socket (models/webhook_reader.py): nothing is added
to the acts of members. Here is who has which, and what they may set.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from tortoise import fields

from models import event, ids, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.event import EventKind
from models.outbound import check_url
from models.problem import Code, Problem, Problems
from models.token import GRANTABLE, Scope, scopes_of
from models.unit import Unit, in_unit

MOST_WEBHOOKS = 20
LONGEST_DOCUMENT = 8000


class DisabledReason(StrEnum):
    """Why nothing is delivered any more."""

    BY_OWNER = "BY_OWNER"
    FAILING = "FAILING"
    GONE = "GONE"
    DOCUMENT = "DOCUMENT"


class Webhook(Stored):
    """Of a member, for their own events; or of an app, for those of everyone who granted it."""

    owner = belongs_to_member()
    app = belongs_to("App", null=True)
    url = fields.CharField(max_length=2000)
    document = fields.TextField()
    kinds = fields.TextField()
    scopes = fields.TextField()
    # The signing key is derived from the instance's key, the webhook's id and this number.
    key_version = fields.IntField(default=1)
    key_changed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    # Since when no delivery has succeeded, and when and why we stopped trying.
    failing_since_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_reason = fields.CharField(max_length=30, default="")

    class Meta:
        table = "webhook"


_COLUMNS = (
    "id, owner_id, app_id, url, document, kinds, scopes, key_version, key_changed_at, created_at, "
    "failing_since_at, disabled_at, disabled_reason"
)


class Wanted(NamedTuple):
    """What an owner sets. The document has been validated against the scopes above the models."""

    url: str
    document: str
    kinds: Sequence[EventKind]
    scopes: Sequence[Scope]


def problems_of(wanted: Wanted) -> list[Problem]:
    """What is wrong with it, whatever its document says."""
    problems: list[Problem] = []
    try:
        check_url(wanted.url.strip())
    except Problem as problem:
        problems.append(problem)
    if not wanted.kinds:
        problems.append(Problem(Code.INVALID, "Choose at least one kind.", field=("kinds",)))
    if not wanted.scopes or not GRANTABLE.issuperset(wanted.scopes):
        problems.append(Problem(Code.INVALID, "Choose what it may see.", field=("scopes",)))
    if len(wanted.document) > LONGEST_DOCUMENT:
        words = f"At most {LONGEST_DOCUMENT} characters."
        problems.append(Problem(Code.TOO_LONG, words, field=("document",)))
    if "\x00" in wanted.document:
        problems.append(Problem(Code.TEXT_INVALID, "Not text.", field=("document",)))
    return problems


def _check(wanted: Wanted) -> Wanted:
    problems = problems_of(wanted)
    if problems:
        raise Problems(problems)
    return wanted._replace(url=wanted.url.strip())


def _texts(wanted: Wanted) -> tuple[str, str, str, str]:
    return (
        wanted.url,
        wanted.document,
        " ".join(sorted(set(wanted.kinds))),
        " ".join(sorted(set(wanted.scopes))),
    )


async def create(owner_id: int, wanted: Wanted, app_id: int | None = None) -> sql.Row:
    """Register a webhook; it reads from now on. Raises Problems, NOT_FOUND for a foreign app."""
    return await _create(owner_id, _check(wanted), app_id)


@in_unit
async def _create(u: Unit, owner_id: int, wanted: Wanted, app_id: int | None) -> sql.Row:
    # The member's own row, so that two at once cannot both be the twentieth.
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", owner_id)
    if app_id is not None:
        await _check_app(owner_id, app_id, wanted.scopes)
    if len(await of(owner_id, app_id)) >= MOST_WEBHOOKS:
        raise Problem(Code.INVALID, f"At most {MOST_WEBHOOKS} webhooks. Delete one first.")
    row = await sql.row(
        "INSERT INTO webhook (id, owner_id, app_id, url, document, kinds, scopes, key_version, "
        "created_at, disabled_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, '') "
        f"RETURNING {_COLUMNS}",
        ids.new_id(),
        owner_id,
        app_id,
        *_texts(wanted),
        u.now,
    )
    assert row is not None
    if app_id is None:
        await _read_from_now(row["id"], owner_id, None)
        return row
    granted = "SELECT id, member_id FROM app_grant WHERE app_id = $1 ORDER BY id"
    for grant in await sql.rows(granted, app_id):
        await _read_from_now(row["id"], grant["member_id"], grant["id"])
    return row


async def _check_app(owner_id: int, app_id: int, scopes: Sequence[Scope]) -> None:
    # Locked against grants that are made just now: each has to see the other.
    app = await sql.row(
        f"SELECT scopes FROM app WHERE id = $1 AND owner_id = $2{sql.for_update()}",
        app_id,
        owner_id,
    )
    if app is None:
        raise Problem(Code.NOT_FOUND, "This app is no longer there.", field=("appId",))
    if not set(app["scopes"].split()).issuperset(scopes):
        words = "The app may not ask for all of these."
        raise Problem(Code.INVALID, words, field=("scopes",))


async def _read_from_now(webhook_id: int, member_id: int, grant_id: int | None) -> None:
    await sql.rows(
        "INSERT INTO webhook_reader (id, webhook_id, member_id, grant_id, seq) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (webhook_id, member_id) DO NOTHING RETURNING id",
        ids.new_id(),
        webhook_id,
        member_id,
        grant_id,
        await event.last_seq(member_id),
    )


async def begin_reading(_u: Unit, grant_id: int, app_id: int, member_id: int) -> None:
    """A member has connected an app: its webhooks read their events from now on."""
    await sql.row(f"SELECT id FROM app WHERE id = $1{sql.for_update()}", app_id)
    for row in await sql.rows("SELECT id FROM webhook WHERE app_id = $1 ORDER BY id", app_id):
        await _read_from_now(row["id"], member_id, grant_id)


async def of(owner_id: int, app_id: int | None = None) -> Sequence[sql.Row]:
    """The owner's webhooks, newest first: their own, or those of an app of theirs."""
    whose, values = "app_id IS NULL", [owner_id]
    if app_id is not None:
        whose, values = "app_id = $2", [owner_id, app_id]
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM webhook WHERE owner_id = $1 AND {whose} ORDER BY id DESC", *values
    )


async def owned(owner_id: int, key: int) -> sql.Row:
    """One of the owner's webhooks. Raises NOT_FOUND."""
    row = await sql.row(
        f"SELECT {_COLUMNS} FROM webhook WHERE id = $1 AND owner_id = $2", key, owner_id
    )
    return _there(row)


def _there(row: sql.Row | None) -> sql.Row:
    if row is None:
        words = "This webhook is no longer there."
        raise Problem(Code.NOT_FOUND, words, field=("webhookId",))
    return row


async def change(owner_id: int, key: int, wanted: Wanted) -> sql.Row:
    """Set all of it anew. Raises Problems, NOT_FOUND."""
    return await _change(owner_id, key, _check(wanted))


@in_unit
async def _change(_u: Unit, owner_id: int, key: int, wanted: Wanted) -> sql.Row:
    before = await owned(owner_id, key)
    if before["app_id"] is not None:
        await _check_app(owner_id, before["app_id"], wanted.scopes)
    row = await sql.row(
        "UPDATE webhook SET url = $3, document = $4, kinds = $5, scopes = $6 "
        f"WHERE id = $1 AND owner_id = $2 RETURNING {_COLUMNS}",
        key,
        owner_id,
        *_texts(wanted),
    )
    return _there(row)


@in_unit
async def delete(_u: Unit, owner_id: int, key: int) -> sql.Row:
    """End it, with its log; what is still to be delivered is not. Raises NOT_FOUND."""
    return _there(
        await sql.row(
            f"DELETE FROM webhook WHERE id = $1 AND owner_id = $2 RETURNING {_COLUMNS}",
            key,
            owner_id,
        )
    )


@in_unit
async def renew_key(u: Unit, owner_id: int, key: int) -> sql.Row:
    """Sign with another key; for a day with both. Raises NOT_FOUND."""
    return _there(
        await sql.row(
            "UPDATE webhook SET key_version = key_version + 1, key_changed_at = $3 "
            f"WHERE id = $1 AND owner_id = $2 RETURNING {_COLUMNS}",
            key,
            owner_id,
            u.now,
        )
    )


@in_unit
async def disable(u: Unit, owner_id: int, key: int) -> sql.Row:
    """Deliver nothing until it is switched on again. Raises NOT_FOUND."""
    return _there(
        await sql.row(
            "UPDATE webhook SET disabled_at = COALESCE(disabled_at, $3), disabled_reason = CASE "
            f"WHEN disabled_at IS NULL THEN '{DisabledReason.BY_OWNER}' ELSE disabled_reason END "
            f"WHERE id = $1 AND owner_id = $2 RETURNING {_COLUMNS}",
            key,
            owner_id,
            u.now,
        )
    )


@in_unit
async def enable(u: Unit, owner_id: int, key: int, catch_up: bool) -> sql.Row:
    """Deliver again: what was missed as far as it is kept, or only from now. Raises NOT_FOUND."""
    row = _there(
        await sql.row(
            "UPDATE webhook SET disabled_at = NULL, disabled_reason = '', failing_since_at = NULL "
            f"WHERE id = $1 AND owner_id = $2 RETURNING {_COLUMNS}",
            key,
            owner_id,
        )
    )
    if not catch_up:
        await sql.change(
            "UPDATE webhook_reader SET seq = (SELECT i.last_seq FROM inbox i "
            "WHERE i.id = webhook_reader.member_id) WHERE webhook_id = $1",
            key,
        )
    for reader in await sql.rows("SELECT member_id FROM webhook_reader WHERE webhook_id = $1", key):
        u.wake(reader["member_id"])
    return row


def seen_by(row: sql.Row) -> frozenset[Scope]:
    """The scopes a delivery is made with: of the member's grant, where the webhook is an app's,
    and no more than the app may ask for by now, as its tokens.
    """
    scopes = GRANTABLE.intersection(scopes_of(row))
    if row["allowed"] is None:
        return scopes
    return scopes.intersection(scopes_of({"scopes": row["allowed"]}))
