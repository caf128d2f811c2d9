"""Digests: one mail a day, at eight in the morning where the member is, of what they chose to hear
of daily or weekly and have not read. Without anything new there is none.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from models import clock, ids, job, request_list, sql
from models.mail import JOB, MailKind
from models.mail_choice import timing
from models.notification_choice import MailTiming, chosen
from models.notification_kind import NotificationKind
from models.unit import Unit, in_unit

HOUR = 8
MONDAY = 0
# Members looked at in one statement.
BATCH = 1000
# What is older has been told of, or is too old to tell.
REACH = timedelta(days=7)
# Notifications named in one mail.
SHOWN = 20
# Requests named that wait for an answer.
REQUESTS = 5


def day_number(day: date) -> int:
    """A day as the subject of its digest: 20261123."""
    return day.year * 10_000 + day.month * 100 + day.day


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    names = available_timezones() | {"UTC"}
    return tuple(ZoneInfo(name) for name in sorted(names) if "'" not in name)


def mornings(now: datetime) -> dict[date, list[str]]:
    """The time zones in which it is eight now, by the day it is there."""
    found: dict[date, list[str]] = {}
    for zone in _zones():
        local = now.astimezone(zone)
        if local.hour == HOUR:
            found.setdefault(local.date(), []).append(zone.key)
    return found


async def post_digests() -> int:
    """Post the digests of this hour; how many. Idempotent: there is one per member and day."""
    posted = 0
    for day, zones in mornings(clock.now()).items():
        after: int | None = 0
        while after is not None:
            after, number = await _post_batch(day, zones, after)
            posted += number
    return posted


def _timings(day: date) -> Sequence[MailTiming]:
    weekly = [MailTiming.WEEKLY] if day.weekday() == MONDAY else []
    return [MailTiming.DAILY, *weekly]


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _tells(member: str, day: date, since: str, reach: str) -> str:
    """Conditions of table alias `n`: it is unread, new since the last digest of its rhythm, and
    to be told of that day. `since` is a moment, `reach` the earliest.
    """
    told = f"(CASE WHEN {timing('n', 'c')} = 'WEEKLY' THEN {reach} ELSE {since} END)"
    return (
        f"n.member_id = {member} AND n.read_at IS NULL AND n.occurred_at > {reach} "
        f"AND {timing('n', 'c')} IN ({_quoted(_timings(day))}) AND n.occurred_at > {told}"
    )


_JOINED = "ON c.member_id = n.member_id AND c.kind = n.kind"
_CHOSEN = f"notification n LEFT JOIN notification_choice c {_JOINED}"
_LAST = (
    "COALESCE((SELECT max(d.made_at) FROM mail d WHERE d.member_id = m.id "
    "AND d.kind = 'DIGEST' AND d.sent_at IS NOT NULL), $3)"
)


@in_unit
async def _post_batch(
    u: Unit, day: date, zones: Sequence[str], after: int
) -> tuple[int | None, int]:
    """Post to some members after a key; the key to go on after, and how many were posted."""
    batch = await sql.rows(
        "SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        BATCH,
    )
    if not batch:
        return None, 0
    last = batch[-1]["id"]
    found = await sql.rows(
        "SELECT m.id FROM member m WHERE m.id > $1 AND m.id <= $2 AND m.suspended_at IS NULL "
        f"AND m.time_zone IN ({_quoted(zones)}) "
        "AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.address = m.email) "
        f"AND EXISTS (SELECT 1 FROM {_CHOSEN} WHERE {_tells('m.id', day, _LAST, '$3')})",
        after,
        last,
        u.now - REACH,
    )
    number = await _insert(u, [row["id"] for row in found], day) if found else 0
    return (last if len(batch) == BATCH else None), number


async def _insert(u: Unit, members: Sequence[int], day: date) -> int:
    rows: list[tuple[object, ...]] = [(ids.new_id(), each) for each in members]
    made: list[sql.Row] = []
    for some in _chunks(rows, 200):
        shared = (MailKind.DIGEST.value, day_number(day), u.now)
        places = ", ".join(
            f"(${4 + 2 * n}, ${5 + 2 * n}, $1, '', $2, $3, $3, '')" for n in range(len(some))
        )
        made += await sql.rows(
            "INSERT INTO mail (id, member_id, kind, about, subject_id, made_at, due_at, dropped) "
            f"VALUES {places} ON CONFLICT (member_id, kind, about, subject_id) DO NOTHING "
            "RETURNING id",
            *shared,
            *(value for row in some for value in row),
        )
    await job.enqueue_all(u, JOB, [{"mail": row["id"]} for row in made])
    return len(made)


def _chunks(
    rows: Sequence[tuple[object, ...]], size: int
) -> Iterator[Sequence[tuple[object, ...]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


class Contents(NamedTuple):
    """Keys of what a mail tells of: notifications, and of a digest whether there are more, the
    requests that wait, and since when what it tells of is new.
    """

    notifications: tuple[int, ...] = ()
    more: bool = False
    requests: tuple[int, ...] = ()
    since: datetime | None = None


async def contents(member_id: int, day: int) -> Contents:
    """What a digest tells of, now, newest first."""
    local = date(day // 10_000, day // 100 % 100, day % 100)
    reach = clock.now() - REACH
    last = await sql.row(
        "SELECT made_at FROM mail WHERE member_id = $1 AND kind = 'DIGEST' "
        "AND sent_at IS NOT NULL AND made_at > $2 ORDER BY made_at DESC LIMIT 1",
        member_id,
        reach,
    )
    since = last["made_at"] if last else reach
    found = await sql.rows(
        f"SELECT n.id FROM {_CHOSEN} WHERE {_tells('$1', local, '$2', '$3')} "
        "ORDER BY n.occurred_at DESC, n.id DESC LIMIT $4",
        member_id,
        since,
        reach,
        SHOWN + 1,
    )
    keys = tuple(row["id"] for row in found)
    requests = await _requests(member_id) if keys else ()
    return Contents(keys[:SHOWN], len(keys) > SHOWN, requests, since)


async def _requests(member_id: int) -> tuple[int, ...]:
    """Keys of requests that wait, unless the member wants no mail about requests."""
    kind = NotificationKind.REQUEST_RECEIVED
    if (await chosen(member_id))[kind].mail == MailTiming.OFF:
        return ()
    return tuple(await request_list.calling(member_id, REQUESTS))
