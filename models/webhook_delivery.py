"""Deliveries: one event on its way to one webhook, tried until it arrives or a day has passed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise import fields

from models import clock, grant, ids, job, notification, paging, sql
from models.base import Stored, belongs_to
from models.notification import NotificationKind
from models.outbound import Answer
from models.problem import Code, Problem
from models.settings import settings
from models.unit import Unit, in_unit
from models.webhook import DisabledReason

JOB = "webhook"
STREAM_RESET = "STREAM_RESET"
TEST_PING = "TEST_PING"
# Waits between attempts; together a day, as Standard Webhooks proposes.
DELAYS = tuple(
    timedelta(seconds=s)
    for s in (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 8 * 3600)
)
GONE = 410
KEPT = 4000


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class WebhookDelivery(Stored):
    """One event for one webhook, and what became of it."""

    webhook = belongs_to("Webhook")
    # Null for a test, which is about nobody.
    reader = belongs_to("WebhookReader", null=True)
    seq = fields.BigIntField()
    event_kind = fields.CharField(max_length=30)
    state = fields.CharField(max_length=10)
    attempts = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    tried_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    # Of the last attempt: milliseconds, the answer's status, and both bodies as far as kept.
    took = fields.IntField(null=True)
    status = fields.IntField(null=True)
    error = fields.TextField(default="")
    request = fields.TextField(default="")
    response = fields.TextField(default="")

    class Meta:
        table = "webhook_delivery"


_OWN = (
    "SELECT d.id, d.webhook_id, d.event_kind, d.state, d.attempts, d.created_at, d.tried_at, "
    "d.delivered_at, d.took, d.status, d.error, d.request, d.response, j.run_at AS next_at "
    "FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id "
    "LEFT JOIN job j ON j.unique_key = 'delivery:' || d.id WHERE w.owner_id = $1"
)


async def put(u: Unit, webhook_id: int, reader_id: int | None, seq: int, kind: str) -> int:
    """Have an event delivered. Part of the unit that moves the reader behind it."""
    key = ids.new_id()
    await sql.change(
        "INSERT INTO webhook_delivery (id, webhook_id, reader_id, seq, event_kind, state, "
        "attempts, created_at, error, request, response) "
        "VALUES ($1, $2, $3, $4, $5, 'WAITING', 0, $6, '', '', '')",
        key,
        webhook_id,
        reader_id,
        seq,
        kind,
        u.now,
    )
    await _enqueue(u, key)
    return key


async def _enqueue(u: Unit, key: int) -> None:
    await job.enqueue(u, JOB, {"delivery": key}, unique_key=f"delivery:{key}")


async def load(key: int) -> Mapping[str, Any] | None:
    """Everything one attempt needs, in one statement; None when it is no longer there."""
    return await sql.row(
        "SELECT d.id, d.webhook_id, d.event_kind, d.state, d.seq, d.created_at, w.url, w.document, "
        "w.app_id, w.disabled_at, w.failing_since_at, w.key_version, "
        "w.key_changed_at, r.member_id, r.grant_id, "
        "COALESCE(g.scopes, w.scopes) AS scopes, a.scopes AS allowed, m.handle, m.name, "
        "CASE WHEN m.suspended_at IS NOT NULL OR o.suspended_at IS NOT NULL "
        "OR a.status = 'STOPPED' THEN 1 ELSE 0 END AS stopped "
        "FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id "
        "LEFT JOIN webhook_reader r ON r.id = d.reader_id "
        "LEFT JOIN app_grant g ON g.id = r.grant_id "
        "LEFT JOIN app a ON a.id = w.app_id JOIN member o ON o.id = w.owner_id "
        "JOIN member m ON m.id = COALESCE(r.member_id, w.owner_id) WHERE d.id = $1",
        key,
    )


@in_unit
async def arrived(u: Unit, found: Mapping[str, Any], sent: str, answer: Answer) -> None:
    """The other side has taken it."""
    changed = await _note(u, found["id"], "DELIVERED", sent, answer)
    if not changed:
        return
    await sql.change(
        "UPDATE webhook SET failing_since_at = NULL WHERE id = $1 AND failing_since_at IS NOT NULL",
        found["webhook_id"],
    )
    if found["grant_id"] is not None:
        await grant.count_delivered(found["grant_id"], 1)


@in_unit
async def missed(
    u: Unit, found: Mapping[str, Any], sent: str, answer: Answer, *, last: bool
) -> None:
    """An attempt failed; after the last one it is given up, and perhaps the webhook with it."""
    state = DeliveryState.FAILED if last else DeliveryState.WAITING
    if not await _note(u, found["id"], state, sent, answer):
        return
    if found["event_kind"] == TEST_PING:
        return
    row = await sql.row(
        "UPDATE webhook SET failing_since_at = COALESCE(failing_since_at, $2) WHERE id = $1 "
        "RETURNING failing_since_at",
        found["webhook_id"],
        u.now,
    )
    if answer.status == GONE:
        await _disable(u, found["webhook_id"], DisabledReason.GONE)
    elif last and row is not None and row["failing_since_at"] <= u.now - _MOST_PATIENCE:
        await _disable(u, found["webhook_id"], DisabledReason.FAILING)


# A delivery that failed for good has been tried for about so long; so has its webhook, then.
_MOST_PATIENCE = sum(DELAYS, timedelta()) / 2


@in_unit
async def refuse(u: Unit, found: Mapping[str, Any], error: str, *, broken: bool = False) -> None:
    """It cannot be made or may not be told: give it up; `broken`: the document itself is."""
    await _note(u, found["id"], DeliveryState.FAILED, "", Answer(None, "", error, 0))
    if broken:
        await _disable(u, found["webhook_id"], DisabledReason.DOCUMENT)


async def _note(u: Unit, key: int, state: str, sent: str, answer: Answer) -> int:
    return await sql.change(
        "UPDATE webhook_delivery SET state = $2, attempts = attempts + 1, tried_at = $3, "
        "delivered_at = $4, took = $5, status = $6, error = $7, request = $8, response = $9 "
        "WHERE id = $1 AND state = 'WAITING'",
        key,
        state,
        u.now,
        u.now if state == DeliveryState.DELIVERED else None,
        answer.took,
        answer.status,
        answer.error,
        sent.replace("\x00", "\ufffd")[:KEPT],
        answer.body.replace("\x00", "\ufffd")[:KEPT],
    )


async def _disable(u: Unit, webhook_id: int, reason: DisabledReason) -> None:
    row = await sql.row(
        "UPDATE webhook SET disabled_at = $2, disabled_reason = $3 "
        "WHERE id = $1 AND disabled_at IS NULL RETURNING owner_id",
        webhook_id,
        u.now,
        reason.value,
    )
    if row is not None:
        owner = row["owner_id"]
        kind = NotificationKind.WEBHOOK_DISABLED
        await notification.notify(owner, kind, webhook_id, owner, u.now)
        u.wake(owner)


@in_unit
async def test(u: Unit, owner_id: int, webhook_id: int) -> sql.Row:
    """Send a ping, tried once. Raises NOT_FOUND."""
    there = await sql.row(
        "SELECT 1 AS one FROM webhook WHERE id = $1 AND owner_id = $2", webhook_id, owner_id
    )
    if there is None:
        words = "This webhook is no longer there."
        raise Problem(Code.NOT_FOUND, words, field=("webhookId",))
    key = await put(u, webhook_id, None, 0, TEST_PING)
    return (await by_ids(owner_id, [key]))[key]


@in_unit
async def redeliver(u: Unit, owner_id: int, key: int) -> sql.Row:
    """Send a delivery that is over once more, under the same id. Raises NOT_FOUND, NOT_OPEN."""
    found = (await by_ids(owner_id, [key])).get(key)
    if found is None:
        words = "This delivery is no longer there."
        raise Problem(Code.NOT_FOUND, words, field=("deliveryId",))
    if not await sql.change(
        "UPDATE webhook_delivery SET state = 'WAITING' WHERE id = $1 AND state <> 'WAITING'", key
    ):
        raise Problem(Code.NOT_OPEN, "It is on its way already.", field=("deliveryId",))
    await _enqueue(u, key)
    return (await by_ids(owner_id, [key]))[key]


async def of(owner_id: int, webhook_id: int, first: int, after: str | None) -> paging.Page:
    """The log of one of the owner's webhooks, newest first."""
    condition, values = "", list[int]()
    if after is not None:
        condition, values = " AND d.id < $4", [*paging.decode("dlv", after, 1)]
    found = await sql.rows(
        f"{_OWN} AND d.webhook_id = $2{condition} ORDER BY d.id DESC LIMIT $3",
        owner_id,
        webhook_id,
        paging.check_first(first) + 1,
        *values,
    )
    return paging.cut(found, first)


def cursor(row: sql.Row) -> str:
    """The cursor behind a delivery in the log."""
    return paging.encode("dlv", row["id"])


def type_of(kind: str) -> str:
    """A kind as Standard Webhooks writes types: REQUEST_ACCEPTED is `request.accepted`."""
    return kind.lower().replace("_", ".", 1)


async def by_ids(owner_id: int, keys: Sequence[int]) -> dict[int, sql.Row]:
    """Those of these deliveries that are the owner's, by key."""
    found = await sql.rows(f"{_OWN} AND d.id {sql.among(2)}", owner_id, list(keys))
    return {row["id"]: row for row in found}


async def purge() -> None:
    """Forget deliveries that are over and past their time. Part of a unit."""
    oldest: datetime = clock.now() - timedelta(days=settings().webhook_log_days)
    await sql.change(
        "DELETE FROM webhook_delivery WHERE id < $1 AND state <> 'WAITING'", ids.floor(oldest)
    )
