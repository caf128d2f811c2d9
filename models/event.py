"""Events: append-only facts, each addressed to one member and numbered 1, 2, 3… for that member.

The number comes from the member's inbox row, locked to the end of the transaction: numbers become
visible in order and without a gap, which a global serial does not give (numbers are handed out
before commit, and a reader that follows them loses rows). The connection counter is in the same
row, so one statement keeps both.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from enum import StrEnum

from tortoise import fields

from models import bell, clock, ids, sql
from models.base import Stored, belongs_to_member
from models.settings import settings

BATCH = 100
_COLUMNS = "id, seq, kind, subject_id, other_id, relationship_id, occurred_at"


class EventKind(StrEnum):
    """What happened, as the member it is addressed to sees it."""

    REQUEST_SENT = "REQUEST_SENT"
    REQUEST_RECEIVED = "REQUEST_RECEIVED"
    REQUEST_ACCEPTED = "REQUEST_ACCEPTED"
    REQUEST_DECLINED = "REQUEST_DECLINED"
    REQUEST_WITHDRAWN = "REQUEST_WITHDRAWN"
    CONNECTION_ENDED = "CONNECTION_ENDED"
    INTRODUCTION_ASKED = "INTRODUCTION_ASKED"
    INTRODUCTION_RECEIVED = "INTRODUCTION_RECEIVED"
    INTRODUCTION_ACCEPTED = "INTRODUCTION_ACCEPTED"
    INTRODUCTION_WITHDRAWN = "INTRODUCTION_WITHDRAWN"
    UPDATE_POSTED = "UPDATE_POSTED"
    UPDATE_REPLIED = "UPDATE_REPLIED"
    MESSAGE_SENT = "MESSAGE_SENT"
    MESSAGE_RECEIVED = "MESSAGE_RECEIVED"
    MESSAGE_EDITED = "MESSAGE_EDITED"
    MESSAGES_READ = "MESSAGES_READ"
    MESSAGE_REQUEST_ACCEPTED = "MESSAGE_REQUEST_ACCEPTED"


class Event(Stored):
    """One fact for one member. `subject_id` is the key of a request, a relationship, an
    introduction, an update or a message. `relationship_id` is the member's own side: of a
    connection, or of the conversation that the message is in.
    """

    member = belongs_to_member()
    seq = fields.BigIntField()
    kind = fields.CharField(max_length=30)
    subject_id = fields.BigIntField()
    other_id = fields.BigIntField()
    relationship_id = fields.BigIntField(null=True)
    occurred_at = fields.DatetimeField()

    class Meta:
        table = "event"


class CursorExpired(Exception):
    """The events after this number are no longer all kept."""


async def last_seq(member_id: int) -> int:
    """The number of the member's newest event; 0 before the first."""
    row = await sql.row("SELECT last_seq FROM inbox WHERE id = $1", member_id)
    return row["last_seq"] if row else 0


async def after(member_id: int, seq: int, limit: int = BATCH) -> Sequence[sql.Row]:
    """The member's events numbered above `seq`, oldest first.

    Raises CursorExpired where some of them have been purged, or `seq` was never reached (a
    database restored from a backup).
    """
    found = await sql.rows(
        f"SELECT {_COLUMNS} FROM event WHERE member_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        member_id,
        seq,
        limit,
    )
    complete = found[0]["seq"] == seq + 1 if found else await last_seq(member_id) == seq
    if not complete and (found or await _really_behind(member_id, seq)):
        raise CursorExpired
    return found


async def _really_behind(member_id: int, seq: int) -> bool:
    # Between the two reads above an event may have been committed: then it can be read now.
    row = await sql.row(
        "SELECT min(seq) AS first, (SELECT last_seq FROM inbox WHERE id = $1) AS last "
        "FROM event WHERE member_id = $1 AND seq > $2",
        member_id,
        seq,
    )
    assert row is not None
    return row["first"] != seq + 1 and row["last"] != seq


async def numbered(member_id: int, seq: int) -> sql.Row | None:
    """One of the member's events, if it is kept."""
    return await sql.row(
        f"SELECT {_COLUMNS} FROM event WHERE member_id = $1 AND seq = $2", member_id, seq
    )


async def kept(member_id: int, limit: int) -> Sequence[sql.Row]:
    """The member's oldest events that are kept."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM event WHERE member_id = $1 ORDER BY seq LIMIT $2",
        member_id,
        limit,
    )


async def follow(member_id: int, seq: int) -> AsyncGenerator[Sequence[sql.Row], None]:
    """Batches of events above `seq` for ever: at least once, in order, without a gap.

    Yields an empty batch after a wake-up that brought none, so that the reader can look again
    whether it may still listen. Raises CursorExpired as `after` does.
    """
    with bell.listening(member_id) as rung:
        while True:
            rung.clear()
            batch = await after(member_id, seq)
            yield batch
            if batch:
                seq = batch[-1]["seq"]
            rung.seen = seq
            if len(batch) < BATCH:
                await rung.wait()
                await asyncio.sleep(0)


async def purge() -> int:
    """Delete events older than their retention; how many. Part of a unit."""
    oldest = clock.now() - timedelta(days=settings().event_retention_days)
    return await sql.change("DELETE FROM event WHERE id < $1", ids.floor(oldest))
