"""How far each webhook has read of each member's events, and the handing out of new ones.

The number moves in the unit that writes the deliveries and enqueues their jobs: whoever dies
when, an event is handed out exactly once. Woken by the bell and, since rings get lost, by a poll.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from tortoise import fields

from models import bell, event, job, sql
from models.base import Stored, belongs_to, belongs_to_member
from models.event import CursorExpired
from models.settings import settings
from models.token import Scope
from models.unit import Unit, in_unit
from models.webhook import seen_by
from models.webhook_delivery import STREAM_RESET, put

log = logging.getLogger("mutual.webhook")

# Under a steady stream of rings the table is not asked more often than this.
BREATH_SECONDS = 0.1
_AT_ONCE = 200


class WebhookReader(Stored):
    """How far a webhook has read of one member's events."""

    webhook = belongs_to("Webhook")
    member = belongs_to_member()
    grant = belongs_to("Grant", null=True)
    seq = fields.BigIntField()

    class Meta:
        table = "webhook_reader"


_READERS = (
    "FROM webhook_reader r JOIN webhook w ON w.id = r.webhook_id "
    "JOIN member m ON m.id = r.member_id JOIN member o ON o.id = w.owner_id "
    "LEFT JOIN app a ON a.id = w.app_id LEFT JOIN app_grant g ON g.id = r.grant_id "
)
# As for the tokens of an app. What waits meanwhile is handed out when it is over.
_ON = (
    "w.disabled_at IS NULL AND m.suspended_at IS NULL AND o.suspended_at IS NULL "
    "AND (a.id IS NULL OR a.status <> 'STOPPED')"
)
_BEHIND = (
    f"SELECT r.id {_READERS}JOIN inbox i ON i.id = r.member_id WHERE {_ON} AND i.last_seq > r.seq"
)


async def behind(members: Sequence[int] | None = None) -> list[int]:
    """Readers with events they have not handed out: of these members, or of all."""
    if members is None:
        found = await sql.rows(f"{_BEHIND} ORDER BY r.id LIMIT {_AT_ONCE}")
    else:
        found = await sql.rows(
            f"{_BEHIND} AND r.member_id {sql.among(1)} ORDER BY r.id LIMIT {_AT_ONCE}",
            list(members),
        )
    return [row["id"] for row in found]


@in_unit
async def hand_out(u: Unit, reader_id: int) -> int:
    """Enqueue what this reader is behind by, a batch at most; how many events it moved."""
    lock = "" if sql.is_sqlite() else " FOR UPDATE OF r SKIP LOCKED"  # another process is at it
    reader = await sql.row(
        "SELECT r.id, r.webhook_id, r.member_id, r.seq, w.kinds, COALESCE(g.scopes, w.scopes) "
        f"AS scopes, a.scopes AS allowed {_READERS}WHERE r.id = $1 AND {_ON}{lock}",
        reader_id,
    )
    if reader is None:
        return 0
    # Of a member who did not grant it, not even the log may tell that something happened.
    kinds = set(reader["kinds"].split()) if Scope.EVENTS_READ in seen_by(reader) else set[str]()
    try:
        batch = await event.after(reader["member_id"], reader["seq"])
    except CursorExpired:
        # As for a socket: one item says that there is a gap, and it goes on behind it.
        last = await event.last_seq(reader["member_id"])
        if kinds:
            await put(u, reader["webhook_id"], reader_id, last, STREAM_RESET)
        await _move(reader_id, last)
        return 1
    for row in batch:
        if row["kind"] in kinds:
            await put(u, reader["webhook_id"], reader_id, row["seq"], row["kind"])
    if batch:
        await _move(reader_id, batch[-1]["seq"])
    return len(batch)


async def _move(reader_id: int, seq: int) -> None:
    await sql.change("UPDATE webhook_reader SET seq = $2 WHERE id = $1", reader_id, seq)


async def catch_up(members: Sequence[int] | None = None) -> None:
    """Hand out all there is, of these members or of all."""
    while found := await behind(members):
        moved = [await _try(reader_id) for reader_id in found]
        if not any(moved):  # others are at them
            return


async def _try(reader_id: int) -> int:
    try:
        return await hand_out(reader_id)
    except Exception:  # it must not stand in the way of those behind it
        log.warning("could not hand out for reader %s", reader_id, exc_info=True)
        return 0


async def run() -> None:
    """Hand out for ever; a database that is away is tried again at the next turn."""
    with bell.collecting() as rung:
        members: list[int] | None = None  # first all: rings may have been missed
        while True:
            try:
                await catch_up(members)
            except Exception:
                log.warning("could not hand events out to webhooks", exc_info=True)
            members = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings().job_poll_seconds):
                    members = await _rung(rung)


async def _rung(rung: bell.Collector) -> list[int]:
    while True:
        await rung.wait()
        await asyncio.sleep(BREATH_SECONDS)
        # Workers ring among themselves, for nobody.
        members = [member for member in rung.take() if member != job.BELL]
        if members:
            return members
