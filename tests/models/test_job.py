"""Jobs: enqueued with their unit, taken by one, tried again, given up, never lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from models import bell, clock, ids, job, sql, unit, worker
from models.problem import Code, Problem
from models.unit import Unit
from models.worker import GiveUp, Kind, NotNow, Work, Worker
from tests.models.acts import NOON

pytestmark = pytest.mark.usefixtures("database")


async def enqueue(kind: str = "mail", /, number: int = 1, **options: Any) -> list[bool]:
    """Enqueue some jobs in one unit."""

    async def work(u: Unit) -> list[bool]:
        return [await job.enqueue(u, kind, {"n": n}, **options) for n in range(number)]

    return await unit.unit(work)


async def table() -> list[dict[str, Any]]:
    """All jobs, oldest first."""
    return [dict(row) for row in await sql.rows("SELECT * FROM job ORDER BY id")]


class Handler:
    """Notes what it is given; fails as told."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.seen: list[Work] = []
        self.running = self.most = 0
        self.ran = asyncio.Event()

    async def __call__(self, work: Work) -> None:
        self.seen.append(work)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0.01)
            error = self.errors.pop(0) if self.errors else None
            if error is not None:
                raise error
        finally:
            self.running -= 1
            self.ran.set()


@asynccontextmanager
async def working(*kinds: Kind) -> AsyncIterator[Worker]:
    """A worker, for the length of a block."""
    made = Worker(kinds)
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any) -> None:
    """Wait until it holds."""
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("never happened")


async def empty() -> bool:
    """Whether no job waits."""
    return not await table()


async def test_a_job_is_there_exactly_if_its_unit_is() -> None:
    async def refused(u: Unit) -> None:
        await job.enqueue(u, "mail", {})
        raise Problem(Code.INVALID, "no")

    with pytest.raises(Problem):
        await unit.unit(refused)
    assert await table() == []
    with bell.listening(job.BELL) as rung:
        assert await enqueue() == [True]
        assert rung.is_set()
    [made] = await table()
    assert (made["kind"], made["payload"], made["attempts"]) == ("mail", '{"n": 0}', 0)


async def test_only_one_with_a_unique_key_waits() -> None:
    assert await enqueue("digest", 2, unique_key="digest:ada") == [True, False]
    assert await enqueue("digest", unique_key="digest:ada") == [False]
    [taken] = await job.claim(["digest"], 5)
    await job.finish(taken["id"], 1)
    assert await enqueue("digest", unique_key="digest:ada") == [True]
    [taken] = await job.claim(["digest"], 5)
    await job.fail(taken["id"], 1, "no", None)
    assert await enqueue("digest", unique_key="digest:ada") == [True], "a dead one is in no way"


async def test_a_claim_takes_what_is_due_oldest_first() -> None:
    clock.freeze(NOON)
    await enqueue("mail", 3)
    await enqueue("mail", at=NOON + timedelta(hours=1))
    await enqueue("other")
    first = await job.claim(["mail"], 2)
    assert [row["payload"] for row in first] == ['{"n": 0}', '{"n": 1}']
    assert [row["payload"] for row in await job.claim(["mail"], 5)] == ['{"n": 2}']
    assert await job.claim(["mail"], 5) == []
    clock.advance(hours=1)
    # Their leases have run out as well: a killed worker's jobs come back.
    assert len(await job.claim(["mail"], 9)) == 4
    assert {row["attempts"] for row in await table()} == {0, 1, 2}


async def test_who_was_too_slow_changes_nothing() -> None:
    clock.freeze(NOON)
    await enqueue()
    [slow] = await job.claim(["mail"], 1)
    clock.advance(minutes=2)
    [taken] = await job.claim(["mail"], 1)
    assert (slow["attempts"], taken["attempts"]) == (1, 2)
    before = await table()
    await job.finish(slow["id"], 1)
    await job.fail(slow["id"], 1, "late", None)
    await job.renew({slow["id"]: 1})
    await job.put_off(slow["id"], 1, NOON + timedelta(days=9))
    await job.give_back({slow["id"]: 1})
    assert await table() == before
    clock.advance(seconds=80)
    await job.renew({taken["id"]: 2})
    clock.advance(seconds=80)
    assert await job.claim(["mail"], 1) == []
    await job.finish(taken["id"], 2)
    assert await table() == []


async def test_forty_claims_at_once_share_the_jobs() -> None:
    await enqueue("mail", 60)
    claims = await asyncio.gather(*(job.claim(["mail"], 3) for _ in range(40)))
    taken = Counter(row["id"] for claim in claims for row in claim)
    assert len(taken) == 60
    assert set(taken.values()) == {1}


async def test_a_worker_does_what_is_there_and_what_comes() -> None:
    mail, other = Handler(), Handler()
    await enqueue("mail", 9)
    async with working(Kind("mail", mail, at_once=2), Kind("other", other)):
        await until(empty)
        await enqueue("other")
        async with asyncio.timeout(3):  # rung, not polled
            await other.ran.wait()
        await until(empty)
    assert sorted(work.payload["n"] for work in mail.seen) == list(range(9))
    assert mail.most == 2
    assert len({work.key for work in mail.seen}) == 9
    assert all(ids.decode(ids.JOB, work.key) for work in mail.seen)
    assert not mail.seen[0].last


async def test_two_workers_do_each_job_once() -> None:
    mail = Handler()
    kind = Kind("mail", mail, at_once=3)
    async with working(kind), working(kind):
        for _ in range(5):
            await enqueue("mail", 8)
        await until(empty)
    assert len(mail.seen) == len({work.key for work in mail.seen}) == 40


async def test_a_failure_is_tried_again_after_its_delay_with_the_same_key() -> None:
    clock.freeze(NOON)
    mail = Handler(RuntimeError("the server is away\x00"), None)
    kind = Kind("mail", mail, delays=[timedelta(minutes=1)])
    await enqueue()
    [row] = await job.claim(["mail"], 1)
    error = await worker.attempt_at(kind, row)
    assert isinstance(error, RuntimeError)
    again = worker.again_at(kind, 1)
    assert again is not None
    assert NOON + timedelta(seconds=60) <= again <= NOON + timedelta(seconds=72)
    await job.fail(row["id"], 1, str(error), again)
    assert (await table())[0]["error"] == "the server is away\ufffd"
    assert await job.claim(["mail"], 1) == []
    clock.freeze(again)
    [row] = await job.claim(["mail"], 1)
    assert await worker.attempt_at(kind, row) is None
    assert [(work.attempt, work.last) for work in mail.seen] == [(1, False), (2, True)]
    assert len({work.key for work in mail.seen}) == 1


async def test_the_last_failure_leaves_it_to_an_operator() -> None:
    clock.freeze(NOON)
    kind = Kind("mail", Handler(RuntimeError("no")), delays=[])
    async with working(kind):
        await enqueue()
        await until(job.dead)
    [dead] = await job.dead()
    assert (dead["error"], dead["dead_at"]) == ("RuntimeError: no", NOON)
    assert await job.waiting() == []
    with pytest.raises(Problem) as refused:
        await job.retry(1)
    assert refused.value.code == Code.NOT_FOUND
    await job.retry(dead["id"])
    assert await job.dead() == []
    [row] = await job.claim(["mail"], 1)
    assert row["attempts"] == 1
    await job.fail(row["id"], 1, "again", None)
    await job.discard(row["id"])
    assert await table() == []
    with pytest.raises(Problem):
        await job.discard(row["id"])


async def test_giving_up_at_once_and_taking_too_long() -> None:
    async def for_ever(_work: Work) -> None:
        await asyncio.sleep(3600)

    async with working(
        Kind("mail", Handler(GiveUp("410 Gone"))), Kind("slow", for_ever, seconds=0.05, delays=[])
    ):
        await enqueue("mail")
        await enqueue("slow")

        async def both() -> bool:
            return len(await job.dead()) == 2

        await until(both)
    assert {row["error"] for row in await job.dead()} == {"GiveUp: 410 Gone", "TimeoutError: "}


async def test_what_kills_its_worker_every_time_is_given_up() -> None:
    clock.freeze(NOON)
    mail = Handler()
    kind = Kind("mail", mail, delays=[timedelta(0)])
    await enqueue()
    for _ in range(2):
        assert len(await job.claim(["mail"], 1)) == 1  # … and killed
        clock.advance(minutes=2)
    [row] = await job.claim(["mail"], 1)
    assert isinstance(await worker.attempt_at(kind, row), GiveUp)
    assert mail.seen == []


async def test_a_worker_that_stops_gives_back_what_it_cut_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "STOP_SECONDS", 0.05)
    begun = asyncio.Event()

    async def for_ever(_work: Work) -> None:
        begun.set()
        await asyncio.sleep(3600)

    await enqueue()
    async with working(Kind("mail", for_ever)):
        await asyncio.wait_for(begun.wait(), 5)
    mail = Handler()
    async with working(Kind("mail", mail)):
        await until(empty)  # at once, not after the lease
    assert [work.attempt for work in mail.seen] == [2]


async def test_a_periodic_job_runs_once_for_all_workers() -> None:
    clock.freeze(NOON)
    digest = Handler(None, RuntimeError("no"))
    kind = Kind("digest", digest, every=timedelta(hours=1))
    async with working(kind), working(kind), working(kind):
        await asyncio.wait_for(digest.ran.wait(), 5)

        async def waits() -> bool:
            return [(row["run_at"], row["attempts"]) for row in await table()] == [
                (due.isoformat(" ") if isinstance(row["run_at"], str) else due, attempts)
                for row in await table()
            ]

        due, attempts = NOON + timedelta(hours=1), 0
        await until(waits)
        assert len(digest.seen) == 1
        clock.freeze(due)
        bell.ring([job.BELL])
        due, attempts = NOON + timedelta(hours=2), 1  # failed: its next time is its next chance
        await until(waits)
    assert len(digest.seen) == 2


async def test_what_was_not_tried_counts_as_no_attempt() -> None:
    clock.freeze(NOON)
    await enqueue()
    kind = Kind("mail", Handler(NotNow(timedelta(minutes=3))), delays=[])
    [row] = await job.claim(["mail"], 1)
    error = await worker.attempt_at(kind, row)
    assert isinstance(error, NotNow)
    await job.put_off(row["id"], row["attempts"], NOON + error.wait)
    assert [each["attempts"] for each in await table()] == [0]
    assert await job.claim(["mail"], 1) == []
    clock.advance(minutes=3)
    [again] = await job.claim(["mail"], 1)
    assert again["attempts"] == 1
