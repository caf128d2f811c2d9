"""The sweeper: carries out what is due. Idempotent, so any number of processes may run it."""

import asyncio
import logging
from datetime import timedelta

from models import (
    app_token,
    clock,
    contact_share,
    due,
    event,
    meeting_code,
    notification,
    reminder,
    sql,
    webhook_delivery,
)
from models.event import EventKind
from models.introduction import expire_introductions
from models.notification import NotificationKind
from models.settings import settings
from models.unit import Faster, Unit, in_unit
from models.worker import Kind, Work

log = logging.getLogger("mutual.sweeper")


async def sweep() -> None:
    """Tell what is due, and expire requests and introductions past their time."""
    while found := await due.due():
        for row in found:
            try:
                await _tell(row)
            except Faster:
                log.debug("due event %s was taken or undone by someone else", row["id"])
        if len(found) < 100:
            break
    await expire_requests()
    await expire_introductions()
    await _remind()


async def _remind() -> None:
    while found := await reminder.due(clock.now()):
        told = 0
        for row in found:
            try:
                await reminder.tell(row)
                told += 1
            except Faster:
                log.debug("reminder of %s was told or changed by someone else", row["id"])
        if not told:
            break


@in_unit
async def _tell(u: Unit, waiting: sql.Row) -> None:
    """Number one due event. Locks what it is about first, as every unit does."""
    kind = waiting["kind"]
    member, other, subject = waiting["member_id"], waiting["other_id"], waiting["subject_id"]
    told = True
    if kind == EventKind.REQUEST_DECLINED:
        told = await _tell_decline(u, waiting)
    taken = await sql.change("DELETE FROM due_tell WHERE id = $1", waiting["id"])
    if not taken:
        raise Faster  # rolls back; run again it finds nothing to do
    if told:
        side = subject if kind == EventKind.CONNECTION_ENDED else None
        u.tell(member, kind, subject, other, side)


async def _tell_decline(u: Unit, waiting: sql.Row) -> bool:
    changed = await sql.change(
        "UPDATE connection_request SET sender_state = 'DECLINED', sender_changed_at = $2 "
        "WHERE id = $1 AND sender_state = 'PENDING' AND recipient_state = 'DECLINED' "
        "AND decline_told AND expires_at > $2",
        waiting["subject_id"],
        waiting["due_at"],
    )
    if changed:
        await notification.notify(
            waiting["member_id"],
            NotificationKind.REQUEST_DECLINED,
            waiting["subject_id"],
            waiting["other_id"],
            u.now,
        )
    return bool(changed)


@in_unit
async def expire_requests(u: Unit) -> None:
    """One UPDATE for all: the same moment and words whether ignored or unanswered."""
    rows = await sql.rows(
        "UPDATE connection_request SET sender_state = 'EXPIRED', recipient_state = 'GONE', "
        "sender_changed_at = expires_at, recipient_changed_at = expires_at "
        "WHERE sender_state = 'PENDING' AND expires_at <= $1 RETURNING id",
        u.now,
    )
    if rows:
        await notification.retract([row["id"] for row in rows])


@in_unit
async def purge(u: Unit) -> None:
    """Delete events, mutation keys and sessions past their time."""
    await event.purge()
    await webhook_delivery.purge()
    await app_token.purge()
    await contact_share.purge(u)
    await meeting_code.purge(u)
    kept_since = u.now - timedelta(hours=settings().mutation_key_hours)
    await sql.change("DELETE FROM mutation_key WHERE made_at < $1", kept_since)
    await sql.change("DELETE FROM session WHERE expires_at < $1", u.now)


async def _purge(_work: Work) -> None:
    await purge()


# Once an hour across all processes, not at every sweep of each.
KINDS = (Kind("purge", _purge, every=timedelta(hours=1)),)


async def run() -> None:
    """Sweep for ever; a database that is away is tried again at the next turn."""
    while True:
        started = clock.now()
        try:
            await sweep()
        except Exception:
            log.warning("the sweep begun at %s failed", started, exc_info=True)
        await asyncio.sleep(settings().sweep_seconds)
