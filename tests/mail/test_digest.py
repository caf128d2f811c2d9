"""Digests: at eight where the member is, one a day, and only when there is something to say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models import clock, ids, mail_digest, sender_rule, sql
from models.mail_digest import mornings
from models.notification import NotificationKind, notify
from models.notification_choice import Handling, SenderClass
from models.request import Basis
from models.sender import nudge
from models.sending import send
from tests.mail.conftest import Run, part
from tests.people import people, person

# A Tuesday, eight in London and five past; nine in Paris.
TUESDAY = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)


async def choose(member: int, kind: NotificationKind, timing: str) -> None:
    await sql.change(
        "INSERT INTO notification_choice (id, member_id, kind, in_app, mail) "
        "VALUES ($1, $2, $3, true, $4)",
        ids.new_id(),
        member,
        kind.value,
        timing,
    )


async def joined(member: int, other: int) -> None:
    """Something a digest tells of by default."""
    kind = NotificationKind.CONTACT_JOINED
    await notify(member, kind, ids.new_id(), other, clock.now() - AN_HOUR)


async def digests() -> set[int]:
    return {row["member_id"] for row in await sql.rows("SELECT member_id FROM mail")}


def zones_at(now: datetime) -> dict[date, list[str]]:
    """Where it is eight or later, by day."""
    return {
        day: [zone for zones in due.values() for zone in zones]
        for day, due in mornings(now).items()
    }


def test_eight_o_clock_is_where_the_member_is() -> None:
    """Every zone has its morning once a day, on its own day, also where the clock changes."""
    assert zones_at(TUESDAY)[date(2026, 11, 24)].count("Europe/London") == 1
    assert "America/New_York" not in zones_at(TUESDAY)[date(2026, 11, 24)]
    both = zones_at(datetime(2026, 11, 23, 19, 30, tzinfo=UTC))
    assert "Pacific/Auckland" in both[date(2026, 11, 24)]
    assert "Pacific/Pitcairn" not in both[date(2026, 11, 24)]
    for day in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        found = [mornings(day + timedelta(hours=hour)) for hour in range(24)]
        for zone in ("Europe/Paris", "Asia/Kolkata", "Asia/Kathmandu", "UTC"):
            due = {
                moment
                for days in found
                for moment, zones in days.get(day.date(), {}).items()
                if zone in zones
            }
            [moment] = due
            local = moment.astimezone(ZoneInfo(zone))
            assert (local.date(), local.hour) == (day.date(), 8), zone
    hours = [date(2026, 11, 24) in mornings(TUESDAY.replace(hour=hour)) for hour in range(8, 24)]
    assert all(hours), "what was missed at eight is made up for until the day ends"


async def test_who_gets_one_and_when(database: object, folder: object) -> None:
    clock.freeze(TUESDAY)
    other = await person("other")
    told, paris, chose_off, weekly, read, at_once, gone, quiet = await people(
        "told", "paris", "off", "weekly", "read", "at-once", "gone", "quiet"
    )
    zone = "UPDATE member SET time_zone = $2 WHERE id = $1"
    await sql.change(zone, paris, "Europe/Paris")
    await sql.change(zone, told, "Europe/London")
    for member in (told, paris, chose_off, weekly, read, at_once, gone):
        await joined(member, other)
    kind = NotificationKind.CONTACT_JOINED
    await choose(chose_off, kind, "OFF")
    await choose(weekly, kind, "WEEKLY")
    await choose(at_once, kind, "AT_ONCE")
    await sql.change("UPDATE notification SET read_at = $2 WHERE member_id = $1", read, TUESDAY)
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", gone, TUESDAY)
    assert await mail_digest.post_digests() == 1
    assert await digests() == {told}
    assert await mail_digest.post_digests() == 0, "one a day"
    clock.advance(hours=23)
    assert await mail_digest.post_digests() == 1
    assert await digests() == {told, paris}
    clock.freeze(datetime(2026, 11, 30, 8, 5, tzinfo=UTC))
    await sql.change("UPDATE notification SET occurred_at = $1", clock.advance(minutes=-60))
    clock.advance(hours=1)
    assert await mail_digest.post_digests() == 2
    assert await digests() == {told, paris, weekly}
    assert quiet not in await digests()


async def test_it_tells_what_is_new_and_what_waits_and_nothing_twice(mails: Run) -> None:
    clock.freeze(MONDAY)
    ada, grace, joan = await people("ada", "grace", "joan")
    await send(grace, ada, Basis.OTHER, "Will you?")
    await joined(ada, joan)
    assert await mail_digest.post_digests() == 1
    # Of the request itself a mail of its own has told.
    told, first = await mails()
    assert str(told["Subject"]) == "Grace asks to connect"
    text = part(first, "plain")
    assert "Joan, who is in your imported contacts, is here" in text
    assert "Waiting for your answer" in text
    assert "> Will you?" in text
    # Nothing new on Tuesday: what was told and what waits is no reason for another.
    clock.advance(days=1)
    assert await mail_digest.post_digests() == 0
    clock.advance(days=1)
    await joined(ada, grace)
    assert await mail_digest.post_digests() == 1
    second = (await mails())[2]
    assert str(second["Subject"]) == "Grace, who is in your imported contacts, is here"
    assert "Joan" not in part(second, "plain")
    # What is read between posting and sending is not told; with nothing left there is no mail.
    clock.advance(days=1)
    await joined(ada, joan)
    assert await mail_digest.post_digests() == 1
    await sql.change("UPDATE notification SET read_at = $1", clock.now())
    assert len(await mails()) == 3
    [row] = await sql.rows("SELECT dropped FROM mail WHERE sent_at IS NULL")
    assert row["dropped"] == "NOTHING"


async def told(mails: Run) -> list[str]:
    """Post and send what is due; who the digests of that moment say has joined."""
    before = len(await mails())
    await mail_digest.post_digests()
    texts = [part(mail, "plain") for mail in (await mails())[before:]]
    return [name for name in ("Grace", "Hugo", "Joan") for text in texts if f"{name}, who" in text]


async def test_a_missed_hour_is_made_up_for_and_tells_what_it_would_have(mails: Run) -> None:
    clock.freeze(TUESDAY.replace(hour=7))
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await joined(ada, grace)
    await joined(hugo, grace)
    clock.advance(hours=4, minutes=30)
    joan = await person("joan")
    await joined(joan, grace)  # had nothing at eight, and is told tomorrow
    assert await mail_digest.post_digests() == 2
    assert await digests() == {ada, hugo}
    assert await mail_digest.post_digests() == 0
    assert len(await mails()) == 2
    clock.freeze(TUESDAY + timedelta(days=1))
    assert await mail_digest.post_digests() == 1
    assert await digests() == {ada, hugo, joan}


async def test_a_week_lasts_from_one_digest_to_the_next(mails: Run) -> None:
    zone = ZoneInfo("Europe/Paris")

    def at(month: int, day: int, hour: int, minute: int = 5) -> None:
        clock.freeze(datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC))

    at(10, 18, 12)
    ada, grace, hugo, joan = await people("ada", "grace", "hugo", "joan")
    await sql.change("UPDATE member SET time_zone = 'Europe/Paris'")
    await choose(ada, NotificationKind.CONTACT_JOINED, "WEEKLY")
    await joined(ada, grace)
    at(10, 19, 8)
    assert await told(mails) == ["Grace"]
    # The clock is put back in this week, which has an hour more.
    at(10, 19, 9, 10)
    await joined(ada, hugo)
    at(10, 26, 8)
    assert await told(mails) == ["Hugo"]
    # Of a Monday on which the server was away nothing is lost, and nothing is told again.
    at(10, 27, 12)
    await joined(ada, joan)
    for day, names in ((3, []), (9, ["Joan"]), (16, [])):
        at(11, day, 8)
        assert await told(mails) == names, day


async def test_what_a_late_digest_told_is_not_told_again(mails: Run) -> None:
    clock.freeze(TUESDAY)
    ada, grace, hugo, joan = await people("ada", "grace", "hugo", "joan")
    await joined(ada, grace)
    assert await mail_digest.post_digests() == 1
    clock.advance(hours=4)  # the mail server was away
    await joined(ada, hugo)
    [late] = await mails()
    assert "Hugo, who" in part(late, "plain")
    clock.freeze(TUESDAY + timedelta(days=1))
    assert await told(mails) == [], "all of it was told"
    clock.advance(days=1)
    await joined(ada, joan)
    assert await told(mails) == ["Joan"]


async def test_what_came_quietly_or_is_not_to_be_mailed_is_not_told(mails: Run) -> None:
    clock.freeze(MONDAY)
    ada, joan = await people("ada", "joan")
    askers = await people(*(f"asker-{number}" for number in range(7)), "hugo")
    for other in askers[:-1]:
        await send(other, ada, Basis.OTHER, "Will you?")
    await sender_rule.choose(ada, SenderClass.STRANGER, Handling.QUIET)
    await send(askers[-1], ada, Basis.OTHER, "Psst.")
    await mails()
    await joined(ada, joan)
    assert await mail_digest.post_digests() == 1
    text = part((await mails())[-1], "plain")
    assert "Hugo" not in text
    assert "Psst" not in text
    assert text.count("asks to connect") == mail_digest.REQUESTS
    assert "2 more requests you may look through" in text
    # Who wants no mail about requests gets none about those that wait either.
    clock.advance(days=1)
    await choose(ada, NotificationKind.REQUEST_RECEIVED, "OFF")
    await joined(ada, joan)
    assert await mail_digest.post_digests() == 1
    text = part((await mails())[-1], "plain")
    assert "Joan" in text
    assert "Waiting" not in text
    assert "asks to connect" not in text


async def test_a_nudge_reads_as_one(mails: Run) -> None:
    clock.freeze(MONDAY)
    ada, hugo = await people("ada", "hugo")
    await choose(ada, NotificationKind.REQUEST_RECEIVED, "DAILY")
    request = (await send(hugo, ada, Basis.OTHER, "Will you?"))["id"]
    clock.advance(days=7, hours=1)
    await nudge(hugo, request)
    clock.advance(days=1)
    assert await mail_digest.post_digests() == 1
    [sent] = await mails()
    assert str(sent["Subject"]) == "Hugo reminds you that they asked to connect"
    assert "Hugo reminds you that they asked to connect" in part(sent, "plain")


async def test_a_large_network_is_done_in_bounded_statements(
    database: object, folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.freeze(TUESDAY)
    monkeypatch.setattr(mail_digest, "BATCH", 4)
    members = await people(*(f"m{number:02}" for number in range(10)))
    for member in members:
        await joined(member, members[0])
    seen: list[str] = []
    token = sql.statements.set(seen)
    assert await mail_digest.post_digests() == 10
    sql.statements.reset(token)
    most = 3 * 4 + 3 * 2
    assert len(seen) <= most, "of each batch: who, whom, their mails, their jobs; west of the date"
    assert await digests() == set(members)
    assert len(await sql.rows("SELECT id FROM job WHERE kind = 'mail'")) == 10
