"""Due events: facts that become events later, numbered when they are due.

An event numbered now and shown later would leave a gap that tells of a hidden act.
"""

from collections.abc import Sequence
from datetime import datetime

from tortoise import fields

from models import clock, ids, sql
from models.base import Stored, belongs_to_member


class DueTell(Stored):
    """One waiting event; at most one per (member, kind, subject)."""

    member = belongs_to_member()
    kind = fields.CharField(max_length=30)
    subject_id = fields.BigIntField()
    other_id = fields.BigIntField()
    due_at = fields.DatetimeField()

    class Meta:
        table = "due_tell"


async def tell_later(
    member_id: int, kind: str, subject_id: int, other_id: int, due_at: datetime
) -> None:
    """Have the sweeper tell a member at `due_at`. Part of a unit."""
    await sql.change(
        "INSERT INTO due_tell (id, member_id, kind, subject_id, other_id, due_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id, kind, subject_id) "
        "DO UPDATE SET due_at = excluded.due_at",
        ids.new_id(),
        member_id,
        kind,
        subject_id,
        other_id,
        due_at,
    )


async def drop(kind: str, subject_ids: Sequence[int]) -> int:
    """What was due about these will not be told; how many. Part of a unit."""
    return await sql.change(
        f"DELETE FROM due_tell WHERE kind = $1 AND subject_id {sql.among(2)}",
        kind,
        list(subject_ids),
    )


async def due(limit: int = 100) -> Sequence[sql.Row]:
    """What should be told by now, oldest first."""
    return await sql.rows(
        "SELECT id, member_id, kind, subject_id, other_id, due_at FROM due_tell "
        "WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
        clock.now(),
        limit,
    )
