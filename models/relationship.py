"""Relationships: one member's side of a connection, two mirrored rows for each.

A pair has one pair of rows for ever: an end is marked on them and a later connection revives
them, so that what is private to a side (how we met, notes, tags) stays. A deferred foreign key to
the mirrored pair holds the "exactly two".
"""

from collections.abc import Sequence
from datetime import timedelta

from tortoise import fields

from models import due, ids, sql
from models.base import SHORT, Stored, belongs_to_member
from models.event import EventKind
from models.introduction_end import voiding
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Faster, Unit, in_unit

HOW_MET_LONGEST = 500


class Relationship(Stored):
    """`owner`'s side of the connection with `other`."""

    owner = belongs_to_member()
    other = belongs_to_member()
    request_id = fields.BigIntField(null=True)
    connected_at = fields.DatetimeField()
    # `listed` is the owner's choice; `shown` that both sides keep it listed. Kept on each row so
    # that lists and mutual counts need not look at the mirror.
    listed = fields.BooleanField(default=True)
    shown = fields.BooleanField(default=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by_id = fields.BigIntField(null=True)
    # The owner's contact book: theirs alone, kept when the connection ends and comes back.
    how_met = fields.CharField(max_length=HOW_MET_LONGEST, db_default="")
    met_event = fields.CharField(max_length=SHORT, db_default="")
    met_place = fields.CharField(max_length=SHORT, db_default="")
    met_on = fields.CharField(max_length=10, null=True)
    through_id = fields.BigIntField(null=True)
    # Whether the owner wrote how they met; until then the request it came from says it.
    met_written = fields.BooleanField(db_default=False)
    muted = fields.BooleanField(db_default=False)
    last_contact_at = fields.DatetimeField(null=True)
    remind_at = fields.DatetimeField(null=True)
    remind_every_weeks = fields.SmallIntField(null=True)

    class Meta:
        table = "relationship"


def own_limit() -> Problem:
    """The refusal when the member themself has as many connections as one may have."""
    return Problem(
        Code.OWN_CONNECTION_LIMIT,
        f"You have {settings().connection_limit} connections, as many as one may have.",
    )


def unavailable() -> Problem:
    """The one refusal for every cause on the other side."""
    return Problem(
        Code.RECIPIENT_UNAVAILABLE, "This member cannot be connected with at the moment."
    )


async def connect(u: Unit, one: int, two: int, request_id: int, actor: int) -> dict[int, sql.Row]:
    """Connect two members; their sides by owner. Part of a unit.

    Raises OWN_CONNECTION_LIMIT or RECIPIENT_UNAVAILABLE when one has as many as one may have.
    """
    low, high = sorted((one, two))
    low_key, high_key = ids.new_id(), ids.new_id()
    insert = (
        "INSERT INTO relationship (id, owner_id, other_id, request_id, connected_at, listed, "
        "shown) VALUES ($1, $3, $4, $5, $6, true, true), ($2, $4, $3, $5, $6, true, true) "
        "ON CONFLICT (owner_id, other_id) DO UPDATE SET request_id = excluded.request_id, "
        "connected_at = excluded.connected_at, ended_at = NULL, ended_by_id = NULL "
        "WHERE relationship.ended_at IS NOT NULL RETURNING *",
        (low_key, high_key, low, high, request_id, u.now),
    )
    rows = await sql.together(insert, voiding(low, high, u.now))
    if len(rows) != 2:
        raise Faster  # connected meanwhile by an undo
    if {row["id"] for row in rows} != {low_key, high_key}:
        # An earlier connection is revived: its end is no news any more.
        await due.drop(EventKind.CONNECTION_ENDED, [row["id"] for row in rows])
        await _begin_anew(u, rows)
    _count_both(u, one, two, actor)
    return {row["owner_id"]: row for row in rows}


async def _begin_anew(u: Unit, rows: Sequence[sql.Row]) -> None:
    """Connecting is a contact: reminders that come round, and waited while there was none, wait
    their weeks from now. One for a day is a promise and stays.
    """
    for row in sorted(rows, key=lambda row: int(row["owner_id"])):
        if row["remind_every_weeks"] is not None:
            await sql.change(
                "UPDATE relationship SET remind_at = $2 WHERE id = $1 AND remind_at < $2",
                row["id"],
                u.now + timedelta(weeks=row["remind_every_weeks"]),
            )


def _count_both(u: Unit, one: int, two: int, actor: int) -> None:
    for member in sorted((one, two), key=lambda member: member != actor):  # own facts first
        refusal = own_limit() if member == actor else unavailable()
        u.count(member, 1, settings().connection_limit, refusal=refusal)


async def _lock_pair(viewer: int, key: int) -> tuple[sql.Row, list[int]]:
    """The viewer's side and the keys of both sides, locked by owner. Raises NOT_FOUND."""
    own = await sql.row(
        "SELECT other_id FROM relationship WHERE id = $1 AND owner_id = $2", key, viewer
    )
    if own is None:
        raise Problem(
            Code.NOT_FOUND, "This connection is no longer there.", field=("relationshipId",)
        )
    rows = await sql.rows(
        "SELECT * FROM relationship WHERE (owner_id = $1 AND other_id = $2) "
        f"OR (owner_id = $2 AND other_id = $1) ORDER BY owner_id{sql.for_update()}",
        viewer,
        own["other_id"],
    )
    mine = next(row for row in rows if row["owner_id"] == viewer)
    return mine, [row["id"] for row in rows]


async def stays_ended(viewer: int, other: int) -> None:
    """Hold an ended connection as it is: an undo at the same time waits, or came first. Part of
    a unit.
    """
    row = await sql.row(
        "SELECT ended_at FROM relationship WHERE owner_id = $1 AND other_id = $2"
        f"{sql.for_update()}",
        viewer,
        other,
    )
    if row is not None and row["ended_at"] is None:
        raise Faster


@in_unit
async def remove(u: Unit, viewer: int, key: int) -> sql.Row:
    """End a connection, at once for both and silently. Events are due after the undo time."""
    mine, both = await _lock_pair(viewer, key)
    if mine["ended_at"] is not None:
        return mine
    await sql.change(
        f"UPDATE relationship SET ended_at = $1, ended_by_id = $2 WHERE id {sql.among(3)}",
        u.now,
        viewer,
        both,
    )
    told_at = u.now + timedelta(minutes=settings().undo_minutes)
    for row_key in both:
        owner, other = (viewer, mine["other_id"]) if row_key == key else (mine["other_id"], viewer)
        await due.tell_later(owner, EventKind.CONNECTION_ENDED, row_key, other, told_at)
    for member in (viewer, mine["other_id"]):
        u.count(member, -1)
    return {**mine, "ended_at": u.now, "ended_by_id": viewer}


@in_unit
async def undo_remove(u: Unit, viewer: int, key: int) -> sql.Row:
    """Restore a connection this member removed at most 10 minutes ago, with its old date."""
    await sql.row(f"SELECT id FROM allowance WHERE id = $1{sql.for_update()}", viewer)
    mine, both = await _lock_pair(viewer, key)
    if mine["ended_at"] is None:
        return mine
    if mine["ended_by_id"] != viewer:
        raise Problem(
            Code.NOT_FOUND, "This connection is no longer there.", field=("relationshipId",)
        )
    if mine["ended_at"] <= u.now - timedelta(minutes=settings().undo_minutes):
        raise Problem(
            Code.TOO_LATE,
            f"A removal can be undone for {settings().undo_minutes} minutes.",
            field=("relationshipId",),
        )
    low, high = sorted((viewer, mine["other_id"]))
    if await sql.row(
        "SELECT id FROM connection_request WHERE low_id = $1 AND high_id = $2 "
        "AND sender_state = 'PENDING'",
        low,
        high,
    ):
        raise Problem(
            Code.REQUEST_OPEN,
            "You have asked to connect again. Withdraw that request first.",
            field=("relationshipId",),
        )
    await sql.change(
        f"UPDATE relationship SET ended_at = NULL, ended_by_id = NULL WHERE id {sql.among(1)}",
        both,
    )
    void, values = voiding(low, high, u.now)
    await sql.change(void, *values)
    await due.drop(EventKind.CONNECTION_ENDED, both)
    _count_both(u, viewer, mine["other_id"], viewer)
    return {**mine, "ended_at": None, "ended_by_id": None}
