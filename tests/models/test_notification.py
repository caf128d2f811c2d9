"""Notifying: what a member chose is applied where they are notified, in the same statement."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models import (
    clock,
    ids,
    notification,
    notification_list,
    quiet_hours,
    sender,
    session,
    sql,
    update_reply,
)
from models import mail as mails
from models import request as requests
from models.notification import notify
from models.notification_choice import Choice, choose, chosen
from models.notification_kind import MANNERS, MailTiming, NotificationGroup, NotificationKind
from models.problem import Code, Problems
from models.quiet_hours import quiet_until
from models.token import Scope, create
from tests.models.acts import NOON, ask, refused
from tests.models.counting import statements
from tests.models.posting import MEMBERS, posted
from tests.people import people

Kind = NotificationKind
ROUNDS = 10
on_postgres = pytest.mark.only_engine("postgres")


async def shown(who: int) -> list[tuple[str, int, bool]]:
    """What the member's page lists: kind, how many, whether read; and the count agrees."""
    rows = (await notification_list.of(who, 100, None)).rows
    unread, _ = await notification_list.standing(who)
    assert unread == sum(row["read_at"] is None for row in rows)
    return [(row["kind"], row["times"], row["read_at"] is not None) for row in rows]


async def mailed(who: int) -> list[str]:
    """What mail is to tell of, each with a job that will send it."""
    found = await sql.rows("SELECT id, about FROM mail WHERE member_id = $1 ORDER BY id", who)
    jobs = await sql.rows("SELECT payload FROM job WHERE kind = $1", mails.JOB)
    waiting = [row["payload"] for row in jobs]
    assert all(f'{{"mail": {row["id"]}}}' in waiting for row in found)
    return [row["about"] for row in found]


def test_every_kind_has_a_manner() -> None:
    assert MANNERS.keys() == set(Kind)
    assert {manner.group for manner in MANNERS.values()} == set(NotificationGroup)
    assert [kind for kind, manner in MANNERS.items() if manner.fixed] == [Kind.SECURITY]
    assert all(MANNERS[kind].mail == MailTiming.AT_ONCE for kind in (Kind.SECURITY,))


async def test_what_was_chosen_is_applied_in_the_same_statement(database: str) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    choices = {
        # in the app, by mail: is it listed, and is a mail made
        (True, MailTiming.AT_ONCE): (True, True),
        (True, MailTiming.DAILY): (True, False),
        (True, MailTiming.OFF): (True, False),
        (False, MailTiming.AT_ONCE): (False, True),
        (False, MailTiming.WEEKLY): (False, False),
        (False, MailTiming.OFF): (False, False),
    }
    for (in_app, timing), (listed, by_mail) in choices.items():
        await choose(ada, {Kind.REMINDER: Choice(in_app, timing)})
        subject = ids.new_id()
        before = len(await shown(ada)), len(await mailed(ada))
        async with statements() as seen:
            await notify(ada, Kind.REMINDER, subject, grace, clock.now())
        assert len(seen) == (1 if database.startswith("asyncpg") else 3)
        now = len(await shown(ada)), len(await mailed(ada))
        assert (now[0] - before[0], now[1] - before[1]) == (int(listed), int(by_mail)), timing
        kept = await sql.row("SELECT in_app FROM notification WHERE subject_id = $1", subject)
        # What neither shows nor is mailed is not kept; what is for mail alone waits for it.
        assert (kept is None) == (not in_app and timing == MailTiming.OFF)
    everything = await chosen(ada)
    assert list(everything) == list(MANNERS)
    assert everything[Kind.REMINDER] == Choice(False, MailTiming.OFF)
    with refused(Code.INVALID):
        await choose(ada, {Kind.SECURITY: Choice(False, MailTiming.OFF)})


async def test_what_comes_again_is_mailed_again_once_it_was_read(database: object) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await choose(grace, {Kind.MESSAGE_RECEIVED: Choice(True, MailTiming.AT_ONCE)})
    subject, waits = ids.new_id(), []
    for read in (False, False, True, False):
        if read:
            await notification.mark_read(grace)
        await notify(grace, Kind.MESSAGE_RECEIVED, subject, ada, clock.now())
        done = await sql.rows(
            "SELECT id FROM mail WHERE about = $1 AND sent_at IS NULL", "MESSAGE_RECEIVED"
        )
        waits.append(len(done))
        await sql.change("UPDATE mail SET sent_at = $1 WHERE sent_at IS NULL", clock.now())
    assert waits == [1, 0, 1, 0]
    assert (await shown(grace))[0] == ("MESSAGE_RECEIVED", 2, False)


async def test_a_nudge_counts_up_what_is_unread_and_wakes_nothing_set_aside(
    database: object,
) -> None:
    clock.freeze(NOON)
    ada, grace, hugo = await people("ada", "grace", "hugo")
    counted = []
    for other in (grace, hugo):
        request = await ask(ada, other)
        if other == hugo:
            await requests.ignore(hugo, request)
        clock.advance(days=8)
        async with statements() as seen:
            await sender.nudge(ada, request)
        counted.append(len(seen))
    assert counted[0] == counted[1], "whatever became of it, it takes as many statements"
    assert await shown(grace) == [("REQUEST_RECEIVED", 2, False)]
    assert await shown(hugo) == [("REQUEST_RECEIVED", 1, True)]


async def test_what_happens_to_an_account_is_always_told(database: object) -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    await session.open_session(ada, "Firefox/128.0 on Linux")
    assert await shown(ada) == [], "the first device is the one they joined on"
    await session.open_session(ada, "Firefox/129.1 on Linux")
    assert await shown(ada) == [], "a newer version is the same device"
    for _ in range(2):
        await session.open_session(ada, "Safari/17 on iPhone")
    await create(ada, "CRM", [Scope.NETWORK_READ], None)
    rows = (await notification_list.of(ada, 10, None, NotificationGroup.ACCOUNT)).rows
    assert [row["matter"] for row in rows] == ["TOKEN_CREATED", "SESSION_OPENED"]
    assert await mailed(ada) == ["SESSION_OPENED", "TOKEN_CREATED"]
    assert {row["kind"] for row in await sql.rows("SELECT kind FROM mail")} == {"SECURITY"}
    assert await shown(ada) == [("SECURITY", 1, False)] * 2


async def test_marking_as_read_by_group_leaves_what_is_for_mail(database: object) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await choose(ada, {Kind.UPDATE_REPLIED: Choice(False, MailTiming.DAILY)})
    for kind in (Kind.REMINDER, Kind.UPDATE_REPLIED, Kind.UPDATE_THANKED, Kind.WEBHOOK_DISABLED):
        await notify(ada, kind, ids.new_id(), grace, clock.now())
    await notification.mark_read(ada, group=NotificationGroup.REMINDERS)
    assert sorted(await shown(ada)) == [
        ("REMINDER", 1, True),
        ("UPDATE_THANKED", 1, False),
        ("WEBHOOK_DISABLED", 1, False),
    ]
    unread = await notification_list.of(ada, 10, None, only_unread=True)
    assert [row["kind"] for row in unread.rows] == ["WEBHOOK_DISABLED", "UPDATE_THANKED"]
    await notification.mark_read(ada)
    assert {read for _, _, read in await shown(ada)} == {True}
    hidden = await sql.row("SELECT read_at FROM notification WHERE kind = 'UPDATE_REPLIED'")
    assert hidden is not None
    assert hidden["read_at"] is None, "the digest has still to tell of it"


async def test_it_does_not_outlive_what_it_tells_of(database: object) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    request = await ask(ada, grace)
    await sql.change("UPDATE connection_request SET recipient_state = 'CLOSED'")
    assert await shown(grace) == []
    await sql.change("UPDATE connection_request SET recipient_state = 'PENDING'")
    assert len(await shown(grace)) == 1
    clock.advance(days=200)
    assert await shown(grace) == []
    [row] = await sql.rows("SELECT id FROM notification WHERE subject_id = $1", request)
    assert await notification_list.by_ids(grace, [row["id"]]) == {}


@on_postgres
async def test_reading_races_with_what_comes(database: object) -> None:
    """Whichever is first: nothing is lost, and what is unread is what came since."""
    ada, grace = await people("ada", "grace")
    subject = ids.new_id()
    for _ in range(ROUNDS):
        news = [notify(ada, Kind.MESSAGE_RECEIVED, subject, grace, clock.now()) for _ in range(3)]
        await asyncio.gather(*news, notification.mark_read(ada))
        [(_, times, read)] = await shown(ada)
        assert 1 <= times <= 3 * ROUNDS
        if not read:
            assert times >= 1
        await notify(ada, Kind.MESSAGE_RECEIVED, subject, grace, clock.now())
        assert (await shown(ada))[0][2] is False
        await notification.mark_read(ada)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(zone: str, begin: str, end: str) -> dict[str, object]:
    def minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return {"time_zone": zone, "quiet_from": minutes(begin), "quiet_until": minutes(end)}


QUIET = [
    # zone, from, until, now and their end in UTC; None where it is not quiet
    ("UTC", "22:00", "07:00", "2026-03-01T21:59", None),
    ("UTC", "22:00", "07:00", "2026-03-01T22:00", "2026-03-02T07:00"),
    ("UTC", "22:00", "07:00", "2026-03-02T06:59", "2026-03-02T07:00"),
    ("UTC", "22:00", "07:00", "2026-03-02T07:00", None),
    ("UTC", "12:00", "13:30", "2026-03-02T13:00", "2026-03-02T13:30"),
    ("UTC", "12:00", "13:30", "2026-03-02T13:30", None),
    ("UTC", "00:00", "23:59", "2026-03-02T23:59", None),
    ("Asia/Kathmandu", "22:00", "07:00", "2026-03-01T16:15", "2026-03-02T01:15"),
    ("America/New_York", "22:00", "07:00", "2026-07-02T03:00", "2026-07-02T11:00"),
    # Over the night the clock is put forward, and back.
    ("Europe/Paris", "22:00", "07:00", "2026-03-28T23:00", "2026-03-29T05:00"),
    ("Europe/Paris", "22:00", "07:00", "2026-10-24T22:00", "2026-10-25T06:00"),
    # Ending in the hour there is not, and in the one there is twice.
    ("Europe/Paris", "01:00", "02:30", "2026-03-29T00:30", "2026-03-29T01:30"),
    ("Europe/Paris", "01:00", "02:30", "2026-10-25T00:10", "2026-10-25T00:30"),
    ("Europe/Paris", "01:00", "02:30", "2026-10-25T01:10", "2026-10-25T01:30"),
    ("Nowhere/Land", "22:00", "07:00", "2026-03-01T22:00", "2026-03-02T07:00"),
]


@pytest.mark.parametrize(("zone", "begin", "end", "now", "ends"), QUIET)
def test_quiet_hours(zone: str, begin: str, end: str, now: str, ends: str | None) -> None:
    assert quiet_until(hours(zone, begin, end), at(now)) == (at(ends) if ends else None)


def test_quiet_hours_end_after_now_whatever_the_clock_does() -> None:
    for zone in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"):
        for begin, end in (("22:00", "07:00"), ("01:00", "02:30"), ("02:15", "01:45")):
            for night in (
                "2026-03-07T20:00",
                "2026-03-28T20:00",
                "2026-04-04T10:00",
                "2026-10-03T10:00",
                "2026-10-24T20:00",
                "2026-10-31T20:00",
            ):
                now = at(night)
                for _ in range(96):
                    now += timedelta(minutes=15)
                    until = quiet_until(hours(zone, begin, end), now)
                    assert until is None or now < until <= now + timedelta(hours=25)
    assert quiet_until({"time_zone": "UTC", "quiet_from": None, "quiet_until": None}, NOON) is None


async def test_choosing_quiet_hours(database: object) -> None:
    [ada] = await people("ada")
    wrong = [
        ("Nowhere/Land", 60, 120, "timeZone"),
        ("UTC\x00", None, None, "timeZone"),
        ("UTC", 60, None, "until"),
        ("UTC", None, 60, "from"),
        ("UTC", -1, 60, "from"),
        ("UTC", 60, 1440, "until"),
        ("UTC", 60, 60, "until"),
    ]
    for zone, begin, end, field in wrong:
        with pytest.raises(Problems) as info:
            await quiet_hours.choose(ada, zone, begin, end)
        assert [problem.field for problem in info.value.problems] == [(field,)], (zone, begin)
    await quiet_hours.choose(ada, "Europe/Lisbon", 1320, 420)
    assert dict(await quiet_hours.of(ada)) == hours("Europe/Lisbon", "22:00", "07:00")


async def test_who_took_a_reply_away_is_named_no_longer(database: str) -> None:
    clock.freeze(NOON)
    ada, ben, cleo = await people("ada", "ben", "cleo")
    update = await posted(ada, chosen=MEMBERS)

    async def replied(who: int) -> int:
        clock.advance(minutes=1)
        return (await update_reply.reply(who, update, "Well"))[1]

    async def told() -> tuple[str, datetime, int, bool]:
        [row] = (await notification_list.of(ada, 9, None)).rows
        return row["other_name"], row["occurred_at"], row["times"], row["read_at"] is not None

    await replied(cleo)
    last = clock.now()
    second = await replied(ben)
    assert await told() == ("Ben", clock.now(), 2, False)
    clock.advance(minutes=1)
    await update_reply.remove(ben, second)
    assert await told() == ("Cleo", last, 1, False)
    # What is left was read: there is nothing new.
    await notification.mark_read(ada)
    await update_reply.remove(ben, await replied(ben))
    assert await told() == ("Cleo", last, 1, True)
    # Of an older one that was read before, what is new stays as it is.
    third = await replied(ben)
    await notification.mark_read(ada)
    await replied(cleo)
    newest = clock.now()
    await update_reply.remove(ben, third)
    assert await told() == ("Cleo", newest, 1, False)
