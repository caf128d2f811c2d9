"""Reminders: once or every so many weeks, told once whoever tells them."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from models import (
    clock,
    contact,
    contact_list,
    contact_note,
    ids,
    relationship,
    reminder,
    sql,
    sweeper,
)
from models.contact_note import ContactNoteKind
from models.problem import Code
from models.unit import Faster, unit
from tests.models.acts import NOON, connect, refused, tie
from tests.people import people

Pair = tuple[int, int, int]
DAY = timedelta(days=1)


@pytest.fixture
async def pair(database: str) -> Pair:
    clock.freeze(NOON)
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    return ada, ben, await tie(ada, ben)


async def remind_at(owner: int, side: int) -> datetime | None:
    found: datetime | None = (await contact_list.own_by_ids(owner, [side]))[side]["remind_at"]
    return found


async def told(owner: int) -> list[datetime]:
    """When the owner's reminders were told."""
    rows = await sql.rows(
        "SELECT occurred_at FROM notification WHERE member_id = $1 AND kind = 'REMINDER' "
        "AND read_at IS NULL",
        owner,
    )
    return [row["occurred_at"] for row in rows]


async def in_touch(owner: int, other: int) -> None:
    """As an act does that is a contact, such as a message."""
    await unit(lambda u: contact.contacted(u, owner, other, u.now))


async def test_once(pair: Pair) -> None:
    ada, ben, side = pair
    await reminder.remind(ada, side, NOON + DAY, None)
    await sweeper.sweep()
    assert await told(ada) == []
    clock.advance(days=1)
    await sweeper.sweep()
    assert await told(ada) == [NOON + DAY]
    assert await remind_at(ada, side) is None
    clock.advance(days=1)
    await sweeper.sweep()
    assert await told(ada) == [NOON + DAY]
    assert await told(ben) == []


async def test_every_so_many_weeks(pair: Pair) -> None:
    ada, _, side = pair
    await reminder.remind(ada, side, None, 2)
    assert await remind_at(ada, side) == NOON + 14 * DAY
    clock.advance(days=14)
    await sweeper.sweep()
    assert await remind_at(ada, side) == NOON + 28 * DAY
    clock.advance(days=50)  # turns that nobody told are one
    await sweeper.sweep()
    assert await told(ada) == [NOON + 64 * DAY]
    assert await remind_at(ada, side) == NOON + 70 * DAY


async def test_a_contact_begins_the_time_anew(pair: Pair) -> None:
    ada, ben, side = pair
    await reminder.remind(ada, side, None, 4)
    clock.advance(days=27)
    await contact_note.add(ada, side, ContactNoteKind.CONTACTED, "", "", None)
    assert await remind_at(ada, side) == NOON + 27 * DAY + 28 * DAY
    await contact_note.add(ada, side, ContactNoteKind.MET, "", "", NOON + 26 * DAY)
    assert await remind_at(ada, side) == NOON + 27 * DAY + 28 * DAY, "never back"
    clock.advance(days=30)
    await sweeper.sweep()
    assert len(await told(ada)) == 1
    await in_touch(ada, ben)
    assert await told(ada) == [], "what reminded of them is dealt with"
    await in_touch(ben, ada)
    await in_touch(ada, ada)
    await reminder.remind(ada, side, clock.now() + DAY, None)
    once = await remind_at(ada, side)
    clock.advance(hours=1)
    await in_touch(ada, ben)
    assert await remind_at(ada, side) == once, "a promise for a day stays"


async def test_connecting_again_begins_the_time_anew(pair: Pair) -> None:
    ada, ben, side = pair
    other = await tie(ben, ada)
    await reminder.remind(ada, side, None, 2)
    await reminder.remind(ben, other, NOON + DAY, None)
    await relationship.remove(ben, other)
    clock.advance(days=200)
    await connect(ben, ada)
    await sweeper.sweep()
    assert await told(ada) == [], "connecting is a contact as well"
    assert await remind_at(ada, side) == NOON + 214 * DAY
    assert len(await told(ben)) == 1, "a promise for a day stays"


async def test_bad_reminders(pair: Pair) -> None:
    ada, ben, side = pair
    for at, weeks, code, field in (
        (None, None, Code.REQUIRED, "remindAt"),
        (NOON, None, Code.INVALID, "remindAt"),
        (NOON - DAY, 3, Code.INVALID, "remindAt"),
        (NOON + 3661 * DAY, None, Code.INVALID, "remindAt"),
        (datetime.max.replace(tzinfo=timezone(-DAY / 2)), None, Code.INVALID, "remindAt"),
        (None, 0, Code.INVALID, "everyWeeks"),
        (None, 105, Code.INVALID, "everyWeeks"),
        (None, -(2**31), Code.INVALID, "everyWeeks"),
    ):
        with refused(code) as caught:
            await reminder.remind(ada, side, at, weeks)
        assert caught[0].field == (field,)
    for act in (reminder.remind(ben, side, None, 1), reminder.forget(ben, side)):
        with refused(Code.NOT_FOUND):
            await act
    assert await remind_at(ada, side) is None


async def test_moments_are_utc(pair: Pair) -> None:
    ada, _, side = pair
    await reminder.remind(ada, side, datetime(2026, 3, 2, 8, tzinfo=UTC).replace(tzinfo=None), None)
    assert await remind_at(ada, side) == datetime(2026, 3, 2, 8, tzinfo=UTC)
    await reminder.remind(ada, side, datetime(2026, 3, 2, 8, tzinfo=timezone(DAY / 2)), None)
    assert await remind_at(ada, side) == datetime(2026, 3, 1, 20, tzinfo=UTC)
    await reminder.forget(ada, side)
    assert await remind_at(ada, side) is None


async def test_an_ended_connection_waits_and_a_muted_one_does_not(pair: Pair) -> None:
    ada, ben, side = pair
    await reminder.remind(ada, side, NOON + DAY, None)
    await contact.mute(ada, [side], muted=True)
    await relationship.remove(ben, await tie(ben, ada))
    clock.advance(minutes=5)
    await sql.change("UPDATE relationship SET remind_at = $1 WHERE id = $2", clock.now(), side)
    await sweeper.sweep()
    assert await told(ada) == []
    await relationship.undo_remove(ben, await tie(ben, ada))
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", clock.now(), ben)
    await sweeper.sweep()
    assert await told(ada) == []
    await sql.change("UPDATE member SET suspended_at = NULL WHERE id = $1", ben)
    await sweeper.sweep()
    assert len(await told(ada)) == 1


async def test_more_than_one_batch(database: str) -> None:
    clock.freeze(NOON)
    ada, *others = await people("ada", *(f"member-{n}" for n in range(120)))
    for other in others:
        await sql.rows(
            "INSERT INTO relationship (id, owner_id, other_id, connected_at, listed, shown, "
            "remind_at) VALUES ($1, $3, $4, $5, true, true, $5), ($2, $4, $3, $5, true, true, "
            "NULL) RETURNING id",
            ids.new_id(),
            ids.new_id(),
            ada,
            other,
            NOON,
        )
    await sweeper.sweep()
    assert len(await told(ada)) == 120


async def test_sweepers_tell_it_once(pair: Pair) -> None:
    """Several processes at once, and one whose view is old."""
    ada, _, side = pair
    await reminder.remind(ada, side, None, 1)
    clock.advance(days=7)
    [old] = await reminder.due(clock.now())
    await asyncio.gather(*(sweeper.sweep() for _ in range(8)))
    assert await told(ada) == [clock.now()]
    assert await remind_at(ada, side) == NOON + 14 * DAY
    with pytest.raises(Faster):
        await reminder.tell(old)
    [row] = await sql.rows("SELECT id FROM notification WHERE kind = 'REMINDER'")
    assert row
