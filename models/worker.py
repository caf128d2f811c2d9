"""The worker: runs jobs, in the server process or in processes of its own, any number of them.

What a kind of job does is given to it (`Kind`), since some of it lives above the models.
"""

import asyncio
import contextlib
import json
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from models import bell, clock, ids, job, sql
from models.settings import settings

log = logging.getLogger("mutual.worker")

RENEW_SECONDS = 30.0
STOP_SECONDS = 5.0
# Under a steady stream of rings the table is not asked more often than this.
BREATH_SECONDS = 0.05
# A job whose worker died so often without a word kills workers: it is given up.
_MINUTES = (1, 5, 30, 120)
DELAYS = tuple(timedelta(minutes=m) for m in _MINUTES)


@dataclass(frozen=True, slots=True)
class Work:
    """One taking of a job, as its handler sees it."""

    # The same at every attempt: what is sent twice can be told by it.
    key: str
    payload: dict[str, Any]
    attempt: int
    # Whether the job is given up if this attempt fails.
    last: bool


class GiveUp(Exception):
    """Raised by a handler: trying again would not help."""


class Again(Exception):
    """Raised by a handler: it failed as such things do. Tried again, with no word in the log."""


class NotNow(Exception):
    """Raised by a handler that did not try: come back after `wait`. Counts as no attempt."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of job does and how patient we are with it.

    `delays` are the waits before the second, third… attempt, each spread by up to a fifth;
    `seconds` is how long one attempt may take; `at_once` how many run at once in a process.
    With `every` it is periodic: one job for all processes, run at each multiple of it.
    """

    name: str
    run: Callable[[Work], Awaitable[None]]
    delays: Sequence[timedelta] = DELAYS
    seconds: float = 60
    at_once: int = 4
    every: timedelta | None = None


class Worker:
    """Takes jobs of these kinds and runs them until it is cancelled."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self._running: dict[asyncio.Task[None], tuple[int, int, str]] = {}
        self._room = {kind.name: asyncio.Semaphore(kind.at_once) for kind in kinds}

    async def run(self) -> None:
        """For ever. A database that is away is asked again at the next turn."""
        if not self.kinds:
            return
        renewing = asyncio.create_task(self._renew())
        try:
            with bell.listening(job.BELL) as rung:
                await self._turns(rung)
        finally:
            renewing.cancel()
            await self._stop()

    async def _stop(self) -> None:
        """Let what is under way end if it ends soon; give the rest back to be taken elsewhere."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=STOP_SECONDS)
        cut = dict(self._running)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        with contextlib.suppress(Exception):  # without it they come back when the lease ends
            await job.give_back({key: attempt for key, attempt, _ in cut.values()})

    async def _turns(self, rung: bell.Waiter) -> None:
        ensured = False
        while True:
            wait = settings().job_poll_seconds
            rung.clear()
            try:
                if not ensured:
                    await self._ensure()
                    ensured = True
                wait = await self._turn()
            except Exception:
                log.warning("could not look for jobs", exc_info=True)
            try:
                async with asyncio.timeout(wait):
                    await rung.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(BREATH_SECONDS)

    async def _ensure(self) -> None:
        for kind in self.kinds.values():
            if kind.every is not None:
                await job.ensure(kind.name)

    async def _turn(self) -> float:
        """Start what is due and there is room for; how long until there may be more."""
        poll = settings().job_poll_seconds
        free = self._free()
        if not free:
            return poll  # a job that ends rings
        wait = job.seconds_until(await job.next_due(list(free)), poll)
        if wait == 0:
            for row in await job.claim(list(free), sum(free.values())):
                self._start(row)
        return wait

    def _free(self) -> dict[str, int]:
        busy = Counter(name for _, _, name in self._running.values())
        return {
            name: kind.at_once - busy[name]
            for name, kind in self.kinds.items()
            if kind.at_once > busy[name]
        }

    def _start(self, row: sql.Row) -> None:
        kind = self.kinds[row["kind"]]
        task = asyncio.create_task(self._work(kind, row))
        self._running[task] = (row["id"], row["attempts"], kind.name)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        bell.wake([job.BELL])

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            held = {key: attempt for key, attempt, _ in self._running.values()}
            try:
                if held:
                    await job.renew(held)
            except Exception:
                log.warning("could not renew leases", exc_info=True)

    async def _work(self, kind: Kind, row: sql.Row) -> None:
        key, attempt = row["id"], row["attempts"]
        try:
            # A claim may bring more of one kind than there is room for: those wait, leased.
            async with self._room[kind.name]:
                error = await attempt_at(kind, row)
            if error is None:
                await job.finish(key, attempt, next_time(kind))
            elif isinstance(error, NotNow):
                await job.put_off(key, attempt, clock.now() + error.wait)
            else:
                again = None if isinstance(error, GiveUp) else again_at(kind, attempt)
                await job.fail(key, attempt, f"{type(error).__name__}: {error}", again)
        except Exception:  # its lease runs out, and it is tried again
            log.warning("could not write down what became of job %s", key, exc_info=True)


async def attempt_at(kind: Kind, row: sql.Row) -> Exception | None:
    """Run the handler once; what it failed with."""
    attempt = row["attempts"]
    most = len(kind.delays) + 1
    key = ids.encode(ids.JOB, row["id"])
    if attempt > most and kind.every is None:
        return GiveUp(f"{row['error']} (its worker died at the last attempt)")
    work = Work(key, json.loads(row["payload"]), attempt, attempt >= most)
    try:
        async with asyncio.timeout(kind.seconds):
            await kind.run(work)
    except (Again, NotNow) as error:
        return error
    except Exception as error:
        log.warning("job %s (%s), attempt %s: %r", key, kind.name, attempt, error)
        log.debug("", exc_info=True)
        return error
    return None


def again_at(kind: Kind, attempt: int) -> datetime | None:
    """When to try again after this attempt failed; None when it was the last."""
    if kind.every is not None:
        return next_time(kind)
    if attempt > len(kind.delays):
        return None
    spread = 1 + random.random() / 5  # noqa: S311 - so that those who failed together part
    return clock.now() + kind.delays[attempt - 1] * spread


def next_time(kind: Kind) -> datetime | None:
    """The next multiple of a periodic kind's interval; None for any other."""
    if kind.every is None:
        return None
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return start + ((clock.now() - start) // kind.every + 1) * kind.every
