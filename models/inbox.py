"""Inboxes: per member, the number of their last event and their connection counter.

`deliver` is the end of every unit: it numbers what the unit tells and keeps the counters. The
rows are locked in the order of their ids, so that units never wait for each other in a circle
(`UPDATE … WHERE id IN (…)` does not lock in order), and last, because nearly every unit needs
two of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tortoise import fields
from tortoise.models import Model

from models import ids, sql

# The limit that is written where none applies; larger than any counter.
NO_LIMIT = 2**31 - 1


class Inbox(Model):
    """One row per member (same id)."""

    id = fields.BigIntField(primary_key=True, generated=False)
    last_seq = fields.BigIntField(default=0)
    connections = fields.IntField(default=0)

    class Meta:
        table = "inbox"


class Told(NamedTuple):
    """An event on its way, before it has a number."""

    member_id: int
    kind: str
    subject_id: int
    other_id: int
    relationship_id: int | None


class Count(NamedTuple):
    """A change of a member's connection counter, and what it must not pass."""

    change: int
    limit: int


async def deliver(
    told: Sequence[Told], counts: Mapping[int, Count], now: datetime
) -> frozenset[int]:
    """Bump the inboxes concerned and write the events; part of a unit.

    Returns the members whose counter would have passed its limit: the unit must then fail.
    """
    members = sorted({t.member_id for t in told} | counts.keys())
    if not members:
        return frozenset()
    bumps = [
        (m, sum(t.member_id == m for t in told), *counts.get(m, Count(0, NO_LIMIT)))
        for m in members
    ]
    deliver_here = _one_by_one if sql.is_sqlite() else _at_once
    bumped = await deliver_here(bumps, told, now)
    return frozenset(members) - bumped


def _behind(told: Sequence[Told]) -> list[int]:
    """For each event, how many of its member's events come after it in this unit."""
    return [
        sum(later.member_id == t.member_id for later in told[place + 1 :])
        for place, t in enumerate(told)
    ]


_AT_ONCE = """
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[])
    AS w(id, events, change, cap)
),
locked AS (SELECT id FROM inbox WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE),
bumped AS (
  UPDATE inbox i SET last_seq = i.last_seq + w.events, connections = i.connections + w.change
  FROM wanted w, locked l WHERE l.id = i.id AND w.id = i.id AND i.connections + w.change <= w.cap
  RETURNING i.id, i.last_seq
),
told AS (
  INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, relationship_id, occurred_at)
  SELECT t.id, b.id, b.last_seq - t.behind, t.kind, t.subject_id, t.other_id, t.side, $5
  FROM unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[],
    $12::bigint[]) AS t(id, member_id, behind, kind, subject_id, other_id, side)
  JOIN bumped b ON b.id = t.member_id
)
SELECT id FROM bumped"""


async def _at_once(
    bumps: Sequence[tuple[int, int, int, int]], told: Sequence[Told], now: datetime
) -> frozenset[int]:
    """PostgreSQL: one statement for all, since each one more is a round trip under locks."""
    rows = await sql.rows(
        _AT_ONCE.lstrip(),
        *(list(column) for column in zip(*bumps, strict=True)),
        now,
        [ids.new_id() for _ in told],
        [t.member_id for t in told],
        _behind(told),
        [str(t.kind) for t in told],
        [t.subject_id for t in told],
        [t.other_id for t in told],
        [t.relationship_id for t in told],
    )
    return frozenset(row["id"] for row in rows)


async def _one_by_one(
    bumps: Sequence[tuple[int, int, int, int]], told: Sequence[Told], now: datetime
) -> frozenset[int]:
    """SQLite: changes cannot be put into one statement there, and cost no round trip."""
    numbers: dict[int, int] = {}
    for bump in bumps:
        row = await sql.row(
            "UPDATE inbox SET last_seq = last_seq + $2, connections = connections + $3 "
            "WHERE id = $1 AND connections + $3 <= $4 RETURNING last_seq",
            *bump,
        )
        if row is not None:
            numbers[bump[0]] = row["last_seq"]
    for t, behind in zip(told, _behind(told), strict=True):
        if t.member_id in numbers:
            await sql.change(
                "INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, "
                "relationship_id, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                ids.new_id(),
                t.member_id,
                numbers[t.member_id] - behind,
                *t[1:],
                now,
            )
    return frozenset(numbers)
