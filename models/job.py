"""Jobs: work to be done after a unit, kept in the same database as what it is about.

Enqueued inside the unit, a job is there exactly if the unit is. A worker (models/worker.py) takes
it by moving its `run_at` to the end of a lease: whoever dies while working loses it to another
when the lease runs out. `attempts` counts the takings and fences off a worker that was too slow.
So a job runs at least once; its `key` is the same every time, for those who can tell twice by it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise import fields

from models import clock, ids, sql
from models.base import Stored
from models.problem import Code, Problem
from models.unit import Unit, in_unit

# Nobody's inbox: workers listen for it on the bell.
BELL = 0
LEASE = timedelta(seconds=90)
ERROR_KEPT = 2000
_COLUMNS = "id, kind, payload, unique_key, run_at, attempts, created_at, dead_at, error"


class Job(Stored):
    """One piece of work. `unique_key` is unique while the job waits, for "only one"."""

    kind = fields.CharField(max_length=40)
    payload = fields.TextField()
    unique_key = fields.CharField(max_length=120, null=True, unique=True)
    run_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    dead_at = fields.DatetimeField(null=True)
    error = fields.TextField(default="")

    class Meta:
        table = "job"


async def enqueue(
    u: Unit,
    kind: str,
    payload: Mapping[str, Any],
    *,
    at: datetime | None = None,
    unique_key: str | None = None,
) -> bool:
    """Have this done after the unit's commit, at the earliest at `at`.

    False where a job with this `unique_key` waits already: one will do.
    """
    made = await sql.row(
        "INSERT INTO job (id, kind, payload, unique_key, run_at, created_at, attempts, error) "
        "VALUES ($1, $2, $3, $4, $5, $6, 0, '') ON CONFLICT (unique_key) DO NOTHING "
        "RETURNING id",
        ids.new_id(),
        kind,
        json.dumps(payload),
        unique_key,
        at or u.now,
        u.now,
    )
    u.wake(BELL)
    return made is not None


async def enqueue_all(u: Unit, kind: str, payloads: Sequence[Mapping[str, Any]]) -> None:
    """Many of one kind, in a few statements."""
    for start in range(0, len(payloads), 200):
        some = payloads[start : start + 200]
        values: list[object] = [kind, u.now]
        for payload in some:
            values += [ids.new_id(), json.dumps(payload)]
        places = (f"(${3 + 2 * n}, $1, ${4 + 2 * n}, $2, $2, 0, '')" for n in range(len(some)))
        await sql.change(
            "INSERT INTO job (id, kind, payload, run_at, created_at, attempts, error) "
            f"VALUES {', '.join(places)}",
            *values,
        )
    u.wake(BELL)


@in_unit
async def claim(u: Unit, kinds: Sequence[str], limit: int) -> Sequence[sql.Row]:
    """Take up to `limit` jobs that are due, for the length of a lease."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    due = (
        f"SELECT id FROM job WHERE dead_at IS NULL AND run_at <= $1 AND kind IN ({named}) "
        "ORDER BY run_at, id LIMIT $3"
    )
    # As an array: in a plain IN the planner may run the SELECT more than once, and lock more.
    chosen = f"IN ({due})" if sql.is_sqlite() else f"= ANY(ARRAY({due} FOR UPDATE SKIP LOCKED))"
    return await sql.rows(
        f"UPDATE job SET run_at = $2, attempts = attempts + 1 WHERE id {chosen} "
        f"RETURNING {_COLUMNS}",
        u.now,
        u.now + LEASE,
        limit,
    )


async def renew(held: Mapping[int, int]) -> None:
    """Put off the end of the lease of jobs still worked at, given as attempts by key."""
    await _hold(held, LEASE)


async def give_back(held: Mapping[int, int]) -> None:
    """End the lease of jobs that were cut short, so that another worker takes them at once."""
    await _hold(held, timedelta(0))


@in_unit
async def _hold(u: Unit, held: Mapping[int, int], lease: timedelta) -> None:
    for key in sorted(held):
        await sql.change(
            "UPDATE job SET run_at = $3 WHERE id = $1 AND attempts = $2 AND dead_at IS NULL",
            key,
            held[key],
            u.now + lease,
        )
    if held and not lease:
        u.wake(BELL)


@in_unit
async def finish(_u: Unit, key: int, attempt: int, again_at: datetime | None = None) -> None:
    """It is done: forget it, or, of a periodic one, let it wait for its next time."""
    if again_at is None:
        await sql.change("DELETE FROM job WHERE id = $1 AND attempts = $2", key, attempt)
        return
    await sql.change(
        "UPDATE job SET run_at = $3, attempts = 0, error = '' WHERE id = $1 AND attempts = $2",
        key,
        attempt,
        again_at,
    )


@in_unit
async def fail(u: Unit, key: int, attempt: int, error: str, again_at: datetime | None) -> None:
    """It failed: try again at that time, or, without one, leave it to an operator."""
    # Dead, it no longer stands in the way of another with its unique key.
    await sql.change(
        "UPDATE job SET error = $3, run_at = $4, dead_at = $5, "
        "unique_key = CASE WHEN $6 THEN NULL ELSE unique_key END "
        "WHERE id = $1 AND attempts = $2 AND dead_at IS NULL",
        key,
        attempt,
        error.replace("\x00", "\ufffd")[:ERROR_KEPT],
        again_at or u.now,
        u.now if again_at is None else None,
        again_at is None,
    )


@in_unit
async def put_off(_u: Unit, key: int, attempt: int, until: datetime) -> None:
    """It was not tried: come back then, as if it had not been taken."""
    await sql.change(
        "UPDATE job SET run_at = $3, attempts = attempts - 1 WHERE id = $1 AND attempts = $2",
        key,
        attempt,
        until,
    )


@in_unit
async def ensure(u: Unit, kind: str) -> None:
    """Have one periodic job of this kind in the table, whoever asks and how often."""
    await enqueue(u, kind, {}, unique_key=f"every:{kind}")


async def dead(first: int = 100) -> Sequence[sql.Row]:
    """Jobs that were given up, latest first."""
    return await sql.rows(
        f"SELECT {_COLUMNS} FROM job WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, id DESC "
        "LIMIT $1",
        first,
    )


async def waiting() -> Sequence[sql.Row]:
    """How many jobs of each kind wait, and since when the oldest is due."""
    return await sql.rows(
        "SELECT kind, count(*) AS number, min(run_at) AS oldest_at FROM job "
        "WHERE dead_at IS NULL GROUP BY kind ORDER BY kind"
    )


@in_unit
async def retry(u: Unit, key: int) -> None:
    """Try a dead job again from the start. Raises NOT_FOUND."""
    if not await sql.change(
        "UPDATE job SET dead_at = NULL, attempts = 0, run_at = $2 "
        "WHERE id = $1 AND dead_at IS NOT NULL",
        key,
        u.now,
    ):
        raise Problem(Code.NOT_FOUND, "This job is no longer there.", field=("jobId",))
    u.wake(BELL)


@in_unit
async def discard(_u: Unit, key: int) -> None:
    """Forget a dead job. Raises NOT_FOUND."""
    if not await sql.change("DELETE FROM job WHERE id = $1 AND dead_at IS NOT NULL", key):
        raise Problem(Code.NOT_FOUND, "This job is no longer there.", field=("jobId",))


async def next_due(kinds: Sequence[str]) -> datetime | None:
    """When the next of these jobs is due; None without one."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    row = await sql.row(
        "SELECT run_at AS due_at FROM job WHERE dead_at IS NULL "
        f"AND kind IN ({named}) ORDER BY run_at LIMIT 1"
    )
    return row["due_at"] if row else None


def seconds_until(moment: datetime | None, longest: float) -> float:
    """How long to wait for a moment, at most `longest`."""
    if moment is None:
        return longest
    return min(longest, max(0.0, (moment - clock.now()).total_seconds()))
