"""Digests: one mail a day, at eight in the morning where the member is, of what they chose to hear
of daily or weekly and have not read. Without anything new there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
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
# What is older has been told of, or is too old to tell. Of a week one whole Monday may be missed.
DAILY_REACH = timedelta(days=7)
WEEKLY_REACH = timedelta(days=14)
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


# The time zones in which it is past the same eight o'clock, by the moment that was.
Mornings = Mapping[datetime, Sequence[str]]


def mornings(now: datetime) -> Mapping[date, Mornings]:
    """The time zones in which it is eight or later, by the day it is there, and by when digests
    were due: at eight, or with the next whole hour, as the job that posts them runs hourly.
    """
    found: dict[date, dict[datetime, list[str]]] = {}
    for zone in _zones():
        local = now.astimezone(zone)
        if local.hour >= HOUR:
            eight = local.replace(hour=HOUR, minute=0, second=0, microsecond=0).astimezone(UTC)
            due = eight + timedelta(minutes=-eight.minute % 60)
            if due <= now:
                found.setdefault(local.date(), {}).setdefault(due, []).append(zone.key)
    return found


async def post_digests() -> int:
    """Post the digests that are due; how many. Idempotent: there is one per member and day, of
    what was there when it was due, so that a missed hour is made up for by the next.
    """
    posted = 0
    for day, due in mornings(clock.now()).items():
        after: int | None = 0
        while after is not None:
            after, number = await _post_batch(day, due, after)
            posted += number
    return posted


def _timings(day: date) -> Sequence[MailTiming]:
    weekly = [MailTiming.WEEKLY] if day.weekday() == MONDAY else []
    return [MailTiming.DAILY, *weekly]


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _mondays(day: date) -> str:
    """The Mondays, as subjects, whose digests may have told of what a week reaches back to."""
    past = (day - timedelta(days=back) for back in range(WEEKLY_REACH.days + 2))
    return ", ".join(str(day_number(each)) for each in past if each.weekday() == MONDAY)


def _tells(member: str, day: date, daily: str, weekly: str) -> str:
    """Conditions of table alias `n`: it is unread, to be told of that day, and came since the last
    digest of its rhythm. `daily` and `weekly` are those moments.
    """
    rhythm = timing("n", "c")
    return (
        f"n.member_id = {member} AND n.read_at IS NULL AND {rhythm} IN ({_quoted(_timings(day))}) "
        f"AND n.occurred_at > (CASE WHEN {rhythm} = 'WEEKLY' THEN {weekly} ELSE {daily} END)"
    )


_JOINED = "ON c.member_id = n.member_id AND c.kind = n.kind"
_CHOSEN = f"notification n LEFT JOIN notification_choice c {_JOINED}"
# A sent mail's `due_at` is when it was read: a digest that was late told of more than was there
# when it was made.
_LAST = (
    "COALESCE((SELECT max(d.due_at) FROM mail d WHERE d.member_id = m.id AND d.kind = 'DIGEST' "
    "AND d.sent_at IS NOT NULL AND d.due_at > {reach}{only}), {reach})"
)


@in_unit
async def _post_batch(u: Unit, day: date, due: Mornings, after: int) -> tuple[int | None, int]:
    """Post to some members after a key; the key to go on after, and how many were posted."""
    batch = await sql.rows(
        "SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        BATCH,
    )
    if not batch:
        return None, 0
    last = batch[-1]["id"]
    daily = _LAST.format(reach="$3::timestamptz", only="")
    mondays = f" AND d.subject_id IN ({_mondays(day)})"
    weekly = _LAST.format(reach="$4::timestamptz", only=mondays)
    found = await sql.rows(
        f"SELECT m.id FROM (SELECT m.id, m.email, {_due_where(due)} AS due FROM member m "
        "WHERE m.id > $1 AND m.id <= $2 AND m.suspended_at IS NULL) m WHERE m.due IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM mail today WHERE today.member_id = m.id "
        "AND today.kind = 'DIGEST' AND today.about = '' AND today.subject_id = $5) "
        "AND NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.address = m.email) "
        f"AND EXISTS (SELECT 1 FROM {_CHOSEN} WHERE {_tells('m.id', day, daily, weekly)} "
        "AND n.occurred_at <= m.due)",
        after,
        last,
        u.now - DAILY_REACH,
        u.now - WEEKLY_REACH,
        day_number(day),
        *due,
    )
    number = await _insert(u, [row["id"] for row in found], day) if found else 0
    return (last if len(batch) == BATCH else None), number


def _due_where(due: Mornings) -> str:
    """An expression: when the digest of member `m` is due, from $6 on; null where it is not yet."""
    cases = (
        f"WHEN m.time_zone IN ({_quoted(zones)}) THEN ${6 + number}::timestamptz"
        for number, zones in enumerate(due.values())
    )
    return f"CASE {' '.join(cases)} END"


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
    last = await sql.row(
        "SELECT max(due_at) AS daily_at, "
        f"max(CASE WHEN subject_id IN ({_mondays(local)}) THEN due_at END) AS weekly_at "
        "FROM mail WHERE member_id = $1 AND kind = 'DIGEST' AND sent_at IS NOT NULL",
        member_id,
    )
    assert last is not None
    now = clock.now()
    daily = max(last["daily_at"] or now - DAILY_REACH, now - DAILY_REACH)
    weekly = max(last["weekly_at"] or now - WEEKLY_REACH, now - WEEKLY_REACH)
    tells = _tells("$1", local, "$2::timestamptz", "$3::timestamptz")
    found = await sql.rows(
        f"SELECT n.id FROM {_CHOSEN} WHERE {tells} ORDER BY n.occurred_at DESC, n.id DESC LIMIT $4",
        member_id,
        daily,
        weekly,
        SHOWN + 1,
    )
    keys = tuple(row["id"] for row in found)
    requests = await _requests(member_id) if keys else ()
    return Contents(keys[:SHOWN], len(keys) > SHOWN, requests, daily)


async def _requests(member_id: int) -> tuple[int, ...]:
    """Keys of requests that wait, unless the member wants no mail about requests."""
    kind = NotificationKind.REQUEST_RECEIVED
    if (await chosen(member_id))[kind].mail == MailTiming.OFF:
        return ()
    return tuple(await request_list.calling(member_id, REQUESTS))
