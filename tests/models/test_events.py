"""Events: numbered without a gap under many writers, and read from any cursor without a loss."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import timedelta

import pytest

from models import bell, clock, event, sql, sweeper, unit
from models.event import BATCH, CursorExpired, EventKind
from models.problem import Code, Problem
from models.unit import Unit
from tests.models.acts import NOON, refused
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")

WRITERS = 8


async def tell(*members: int, times: int = 1) -> None:
    """One unit that tells each of these members so many events."""

    async def work(u: Unit) -> None:
        for number in range(times):
            for member in members:
                u.tell(member, EventKind.REQUEST_SENT, number, members[0])

    await unit.unit(work)


async def numbers(member: int) -> list[int]:
    rows = await sql.rows("SELECT seq FROM event WHERE member_id = $1 ORDER BY seq", member)
    return [row["seq"] for row in rows]


async def take(stream: AsyncIterator[Sequence[sql.Row]], count: int) -> list[int]:
    """The first so many numbers of a stream of batches."""
    found: list[int] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            found += [row["seq"] for row in await anext(stream)]
    return found


async def test_numbers_have_no_gap_under_concurrent_writers(engine: str) -> None:
    members = await people("ada", "grace", "ida")
    wanted = dict.fromkeys(members, 0)

    async def writer() -> None:
        for _ in range(40 if engine == "postgres" else 15):
            told = random.sample(members, random.randint(1, 3))
            times = random.randint(1, 3)
            await tell(*told, times=times)
            for member in told:
                wanted[member] += times

    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    for member in members:
        assert await numbers(member) == list(range(1, wanted[member] + 1))
        assert await event.last_seq(member) == wanted[member]
    await check_invariants()


async def test_a_failed_unit_leaves_no_gap() -> None:
    [ada] = await people("ada")

    async def fails(u: Unit) -> None:
        u.tell(ada, EventKind.REQUEST_SENT, 1, 1)
        await u.finish()
        raise Problem(Code.INVALID, "no")

    await tell(ada)
    with refused(Code.INVALID):
        await unit.unit(fails)
    await tell(ada)
    assert await numbers(ada) == [1, 2]


async def test_readers_that_follow_while_writers_write_see_every_number_once(engine: str) -> None:
    """A reader of a global serial lost 206 of 480 rows here; the member's own numbers lose none."""
    members = await people("ada", "grace")
    each = 25 if engine == "postgres" else 12
    total = WRITERS * each
    readers = [asyncio.create_task(take(event.follow(m, 0), total)) for m in members * 2]

    async def writer() -> None:
        for _ in range(each):
            await tell(*random.sample(members, 2))

    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    for found in await asyncio.gather(*readers):
        assert found == list(range(1, total + 1))
    await asyncio.sleep(0)
    assert bell.waiting() == 0


async def test_resuming_from_any_cursor_gives_what_the_table_has() -> None:
    [ada] = await people("ada")
    await tell(ada, times=BATCH + 20)
    last = BATCH + 20
    for seq in range(0, last + 1, 7):
        found = [row["seq"] for row in await event.after(ada, seq)]
        assert found == list(range(seq + 1, min(last, seq + BATCH) + 1))
        async with aclosing(event.follow(ada, seq)) as stream:
            assert await take(stream, last - seq) == list(range(seq + 1, last + 1))


async def test_a_reader_cut_at_random_moments_loses_nothing() -> None:
    [ada] = await people("ada")
    total = 120
    writing = asyncio.create_task(_write(ada, total))
    seen: list[int] = []
    async with asyncio.timeout(20):
        while len(seen) < total:
            cut = asyncio.create_task(_follow_into(ada, seen))
            await asyncio.sleep(random.random() / 50)
            cut.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await cut
    await writing
    assert seen == list(range(1, total + 1))


async def _write(member: int, total: int) -> None:
    for _ in range(total):
        await tell(member)


async def _follow_into(member: int, seen: list[int]) -> None:
    async with aclosing(event.follow(member, seen[-1] if seen else 0)) as stream:
        async for batch in stream:
            seen += [row["seq"] for row in batch]


async def test_a_lost_ring_costs_time_and_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    [ada] = await people("ada")
    async with aclosing(event.follow(ada, 0)) as stream:
        assert list(await anext(stream)) == []
        await bell.poll()  # from here on the process knows what it has seen
        assert list(await anext(stream)) == []
        waiting = asyncio.ensure_future(anext(stream))
        with monkeypatch.context() as patch:
            patch.setattr(bell, "ring", lambda members: None)
            await tell(ada)
        await asyncio.sleep(0.02)
        assert not waiting.done()
        await bell.poll()
        assert [row["seq"] for row in await asyncio.wait_for(waiting, 5)] == [1]
        # A poll that finds nothing new wakes nobody.
        waiting = asyncio.ensure_future(anext(stream))
        await bell.poll()
        await asyncio.sleep(0.02)
        assert not waiting.done()
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting


async def test_a_ring_without_an_event_gives_an_empty_batch() -> None:
    """So that a reader looks again whether it may still listen: a session may have ended."""
    [ada] = await people("ada")
    async with aclosing(event.follow(ada, 0)) as stream:
        assert list(await anext(stream)) == []

        async def work(u: Unit) -> None:
            u.wake(ada)

        await unit.unit(work)
        assert list(await asyncio.wait_for(anext(stream), 5)) == []


async def test_events_are_kept_thirty_days() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    await tell(ada, times=2)
    clock.advance(days=1)
    await tell(ada, times=3)
    clock.freeze(NOON + timedelta(days=30))
    await sweeper.purge()
    assert await numbers(ada) == [1, 2, 3, 4, 5]
    clock.advance(milliseconds=1)
    await sweeper.purge()
    assert await numbers(ada) == [3, 4, 5]
    assert [row["seq"] for row in await event.kept(ada, 10)] == [3, 4, 5]
    await check_invariants()


async def test_cursors_that_are_no_good_say_so() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    await tell(ada, times=2)
    for seq in (3, 10**12):  # never reached: a database restored from a backup
        with pytest.raises(CursorExpired):
            await event.after(ada, seq)
    clock.advance(days=31)
    await tell(ada, times=2)
    await sweeper.purge()
    for seq in (0, 1):
        with pytest.raises(CursorExpired):
            await event.after(ada, seq)
        async with aclosing(event.follow(ada, seq)) as stream:
            with pytest.raises(CursorExpired):
                await anext(stream)
    # Nothing is missing behind the last one that was purged.
    assert [row["seq"] for row in await event.after(ada, 2)] == [3, 4]
    clock.advance(days=31)
    await sweeper.purge()
    assert await numbers(ada) == []
    assert not await event.after(ada, 4)
    with pytest.raises(CursorExpired):
        await event.after(ada, 3)


async def test_a_reader_that_waits_through_a_purge_goes_on() -> None:
    clock.freeze(NOON)
    [ada] = await people("ada")
    await tell(ada)
    async with aclosing(event.follow(ada, 0)) as stream:
        assert await take(stream, 1) == [1]
        clock.advance(days=31)
        await sweeper.purge()
        await tell(ada)
        assert await take(stream, 1) == [2]


async def test_a_member_without_events_and_one_who_is_nobody() -> None:
    [ada] = await people("ada")
    assert not await event.after(ada, 0)
    assert await event.last_seq(42) == 0
    assert not await event.after(42, 0)
