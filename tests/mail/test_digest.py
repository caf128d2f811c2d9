"""Digests: at eight where the member is, one a day, and only when there is something to say."""

from datetime import UTC, date, datetime

import pytest

from models import clock, ids, mail_digest, sender_rule, sql
from models.mail_digest import mornings
from models.notification import NotificationKind, notify
from models.notification_choice import Handling, SenderClass
from models.request import Basis
from models.sending import send
from tests.mail.conftest import Run, part
from tests.people import people, person

# A Tuesday, eight in London and five past; nine in Paris.
TUESDAY = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
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
    await notify(member, kind, ids.new_id(), other, clock.now())


async def digests() -> set[int]:
    return {row["member_id"] for row in await sql.rows("SELECT member_id FROM mail")}


def test_eight_o_clock_is_where_the_member_is() -> None:
    """Every zone has its morning once a day, on its own day, also where the clock changes."""
    assert mornings(TUESDAY)[date(2026, 11, 24)].count("Europe/London") == 1
    assert "Europe/Paris" not in mornings(TUESDAY)[date(2026, 11, 24)]
    both = mornings(datetime(2026, 11, 23, 19, 30, tzinfo=UTC))
    assert "Pacific/Auckland" in both[date(2026, 11, 24)]
    assert "Pacific/Pitcairn" not in both.get(date(2026, 11, 24), [])
    for day in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        found = [mornings(day.replace(hour=hour)).values() for hour in range(24)]
        hours = [zone for days in found for zones in days for zone in zones]
        for zone in ("Europe/Paris", "Asia/Kolkata", "Asia/Kathmandu", "UTC"):
            assert hours.count(zone) == 1, zone


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
    assert len(seen) <= 3 * 4 + 1, "of each batch: who, whom, their mails, their jobs"
    assert await digests() == set(members)
    assert len(await sql.rows("SELECT id FROM job WHERE kind = 'mail'")) == 10
