"""The unit of work: all or nothing, whoever is cancelled and whatever fails."""

import asyncio
import contextlib
import logging
import random
import sqlite3

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from models import bell, event, ids, sql, unit
from models import request as requests
from models.event import EventKind
from models.problem import Code, Problem, Problems
from models.unit import Faster, Unit, in_unit
from tests.models.acts import ask, refused
from tests.people import check_invariants, people

pytestmark = pytest.mark.usefixtures("database")


async def rename(member: int, name: str) -> None:
    await sql.change("UPDATE member SET name = $2 WHERE id = $1", member, name)


async def name_of(member: int) -> str:
    row = await sql.row("SELECT name FROM member WHERE id = $1", member)
    assert row is not None
    return str(row["name"])


async def test_result_and_events_come_together() -> None:
    [ada] = await people("ada")

    async def work(u: Unit) -> str:
        await rename(ada, "Countess")
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        u.tell(ada, EventKind.REQUEST_RECEIVED, 3, 4)
        return "done"

    assert await unit.unit(work) == "done"
    rows = await event.after(ada, 0)
    assert [(r["seq"], r["kind"], r["subject_id"]) for r in rows] == [
        (1, "REQUEST_SENT", 1),
        (2, "REQUEST_RECEIVED", 3),
    ]


@pytest.mark.parametrize(
    "error", [Problem(Code.INVALID, "no"), Problems([Problem(Code.INVALID, "no")]), KeyError("x")]
)
async def test_a_failure_leaves_nothing_and_is_not_tried_again(error: Exception) -> None:
    [ada] = await people("ada")
    tries = []

    async def work(u: Unit) -> None:
        tries.append(u)
        await rename(ada, "Changed")
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        raise error

    with pytest.raises(type(error)):
        await unit.unit(work)
    assert len(tries) == 1
    assert await name_of(ada) == "Ada"
    assert not await event.after(ada, 0)


async def test_a_refusal_at_the_counter_leaves_nothing() -> None:
    [ada] = await people("ada")

    async def work(u: Unit) -> None:
        await rename(ada, "Changed")
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        u.count(ada, 1, 0, refusal=Problem(Code.OWN_CONNECTION_LIMIT, "full"))

    with refused(Code.OWN_CONNECTION_LIMIT):
        await unit.unit(work)
    assert await name_of(ada) == "Ada"
    assert await event.last_seq(ada) == 0


async def test_of_two_refusals_the_one_counted_first_is_raised() -> None:
    ada, grace = await people("ada", "grace")
    for first, second in ((ada, grace), (grace, ada)):

        async def work(u: Unit, first: int = first, second: int = second) -> None:
            u.count(first, 1, 0, refusal=Problem(Code.OWN_CONNECTION_LIMIT, "full"))
            u.count(second, 1, 0, refusal=Problem(Code.RECIPIENT_UNAVAILABLE, "full"))

        with refused(Code.OWN_CONNECTION_LIMIT):
            await unit.unit(work)


async def test_a_unit_in_a_unit_joins_it() -> None:
    ada, grace = await people("ada", "grace")

    @in_unit
    async def inner(u: Unit, member: int) -> Unit:
        await rename(member, "Inner")
        u.tell(member, EventKind.REQUEST_SENT, 1, 2)
        return u

    async def outer(u: Unit) -> None:
        assert await inner(ada) is u
        assert await inner(grace) is u
        assert await name_of(ada) == "Inner"
        raise Problem(Code.INVALID, "and all is undone")

    with refused(Code.INVALID):
        await unit.unit(outer)
    assert await name_of(ada) == "Ada"
    assert not await event.after(grace, 0)
    alone = await inner(ada)
    assert alone is not await inner(ada)  # outside there is nothing to join


@pytest.mark.parametrize("late", [False, True])
async def test_someone_faster_is_tried_again_from_the_start(late: bool) -> None:
    [ada] = await people("ada")
    tries: list[Unit] = []

    async def work(u: Unit) -> None:
        tries.append(u)
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        await rename(ada, f"Try {len(tries)}")
        if late and len(tries) < unit.ATTEMPTS:
            raise Faster
        if len(tries) == 1:  # a key that is taken, as two processes may make one
            await sql.change("INSERT INTO allowance (id) VALUES ($1)", ada)

    await unit.unit(work)
    assert len(tries) == (3 if late else 2)
    assert len(set(map(id, tries))) == len(tries)
    assert await name_of(ada) == f"Try {len(tries)}"
    assert await event.last_seq(ada) == 1


async def test_tries_end() -> None:
    tries = []

    async def work(u: Unit) -> None:
        tries.append(u)
        raise Faster

    with pytest.raises(Faster):
        await unit.unit(work)
    assert len(tries) == unit.ATTEMPTS


async def test_a_lone_side_is_refused_at_commit_and_the_next_unit_runs() -> None:
    """The deferred foreign key speaks at COMMIT: what it refuses must not stay open."""
    ada, grace = await people("ada", "grace")

    async def lone(u: Unit) -> None:
        await sql.change(
            "INSERT INTO relationship (id, owner_id, other_id, connected_at, listed, shown) "
            "VALUES ($1, $2, $3, $4, true, true)",
            ids.new_id(),
            ada,
            grace,
            u.now,
        )

    refusals = (IntegrityError, sqlite3.IntegrityError, asyncpg.ForeignKeyViolationError)
    with pytest.raises(refusals):
        await unit.unit(lone)
    assert not await sql.rows("SELECT id FROM relationship")
    await requests.accept(grace, await ask(ada, grace))
    await check_invariants()


async def test_the_bell_rings_only_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    [ada] = await people("ada")
    rings: list[tuple[set[int], int]] = []
    reads: list[asyncio.Task[None]] = []

    async def note(members: set[int]) -> None:
        rings.append((members, await event.last_seq(ada)))

    def ring(members: object) -> None:
        reads.append(asyncio.ensure_future(note(set(members))))  # type: ignore[call-overload]

    monkeypatch.setattr(bell, "ring", ring)

    async def work(u: Unit) -> None:
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        await u.finish()  # written, numbered and counted, but not committed
        u._told.clear()
        assert not rings

    async def fails(u: Unit) -> None:
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)
        raise Problem(Code.INVALID, "no")

    await unit.unit(work)
    with refused(Code.INVALID):
        await unit.unit(fails)
    await asyncio.gather(*reads)
    assert rings == [({ada}, 1)]


async def test_cancelled_callers_leave_whole_units_and_a_free_database() -> None:
    """The remotely triggerable hang of stack-facts 0.1: cancel at any moment, hundreds of times."""
    ada, grace = await people("ada", "grace")

    @in_unit
    async def both(u: Unit, text: str) -> None:
        await rename(ada, text)
        await asyncio.sleep(0)
        await rename(grace, text)
        u.tell(ada, EventKind.REQUEST_SENT, 1, 2)

    for number in range(300):
        task = asyncio.create_task(both(f"Name {number}"))
        for _ in range(random.randrange(12)):
            await asyncio.sleep(0)
        if number % 3 == 0:
            await asyncio.sleep(random.random() / 500)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await asyncio.wait_for(unit.drain(), 10)
    assert await name_of(ada) == await name_of(grace)
    await asyncio.wait_for(asyncio.gather(*(both("Last") for _ in range(30))), 10)
    assert await name_of(ada) == await name_of(grace) == "Last"
    await check_invariants()


async def test_cancelled_reads_leave_a_free_database() -> None:
    [ada] = await people("ada")
    for number in range(200):
        task = asyncio.create_task(event.last_seq(ada))
        for _ in range(number % 8):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    results = asyncio.gather(*(event.last_seq(ada) for _ in range(30)))
    assert await asyncio.wait_for(results, 10) == [0] * 30


@pytest.mark.only_engine("postgres")
async def test_a_statement_that_ends_half_done_keeps_nothing_on_the_server() -> None:
    """Prepared and never run: the server would wait inside a transaction, and hold its locks."""
    wrong = (sql.rows("SELECT id FROM member WHERE id = $1", 2**70) for _ in range(5))
    for error in await asyncio.gather(*wrong, return_exceptions=True):
        assert isinstance(error, asyncpg.DataError)
    waiting = await sql.rows(
        "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    assert waiting == []


async def test_a_unit_goes_on_after_its_caller_and_drain_waits_for_it() -> None:
    [ada] = await people("ada")
    begun, go = asyncio.Event(), asyncio.Event()

    @in_unit
    async def slow(u: Unit) -> None:
        begun.set()
        await go.wait()
        await rename(ada, "Later")

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    draining = asyncio.create_task(unit.drain())
    await asyncio.sleep(0.01)
    assert not draining.done()
    go.set()
    await asyncio.wait_for(draining, 10)
    assert await name_of(ada) == "Later"


async def test_an_error_nobody_waits_for_is_logged_and_a_refusal_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for error in (Problem(Code.INVALID, "expected"), RuntimeError("a bug")):

        @in_unit
        async def fails(u: Unit, error: Exception = error) -> None:
            await asyncio.sleep(0.01)
            raise error

        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        with caplog.at_level(logging.ERROR, "mutual.unit"):
            await unit.drain()
            await asyncio.sleep(0)
    assert [str(r.exc_info[1]) for r in caplog.records if r.exc_info] == ["a bug"]


async def test_a_reader_beside_a_unit_sees_nothing_of_it() -> None:
    [ada] = await people("ada")
    begun, go = asyncio.Event(), asyncio.Event()

    @in_unit
    async def slow(u: Unit) -> None:
        await rename(ada, "Secret")
        begun.set()
        await go.wait()
        raise Problem(Code.INVALID, "never mind")

    task = asyncio.create_task(slow())
    await begun.wait()
    reading = asyncio.create_task(name_of(ada))
    await asyncio.sleep(0.02)
    go.set()
    with refused(Code.INVALID):
        await task
    assert await reading == "Ada"


@pytest.mark.only_engine("postgres")
@pytest.mark.parametrize("moment", ["idle", "in a unit"])
async def test_connections_that_the_server_cuts_come_back(database: str, moment: str) -> None:
    [ada] = await people("ada")
    admin = await asyncpg.connect(database.split("?")[0].replace("asyncpg://", "postgres://"))
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    @in_unit
    async def act(u: Unit) -> None:
        await rename(ada, "Changed")
        if moment == "in a unit":
            await admin.fetch(cut)
        await rename(ada, "Changed again")

    try:
        for _ in range(30):  # more often than the pool is large
            reads = (event.last_seq(ada) for _ in range(5))
            await asyncio.gather(*reads, return_exceptions=True)
            if moment == "idle":
                await admin.fetch(cut)
            with contextlib.suppress(Exception):
                await act()
    finally:
        await admin.close()
    moment = "over"
    acts = asyncio.gather(*(act() for _ in range(25)), return_exceptions=True)
    await asyncio.wait_for(acts, 20)
    await asyncio.wait_for(asyncio.gather(*(act() for _ in range(40))), 20)
