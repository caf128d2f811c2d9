"""The unit of work: one transaction, and what should happen because of it, all or nothing.

`await unit(work)` runs `work(u)` in a task of its own, so that the caller may be cancelled at any
moment (a closed socket cancels) while the unit finishes. `work` does all its reads and writes
inside and has no effect outside the database: it is run again, whole, when someone was faster.
A unit inside a unit joins it.

Lock order, the same in every unit, so that none waits for another in a circle:
1. the actor's allowance (accepting an introduction: both members', in ascending order); 2. the
request or introduction, or the pair, then the conversation of the pair; or an update, then what is
said below it; 3. relationships by owner, then sides of the conversation (both only by who holds the
conversation); 4. notifications; 5. inbox rows by member, one statement each; 6. event rows; commit.
"""

import asyncio
import contextvars
import functools
import logging
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

import asyncpg
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from models import bell, clock
from models.inbox import NO_LIMIT, Count, Told, deliver
from models.problem import Problem, Problems

log = logging.getLogger("mutual.unit")

T = TypeVar("T")
P = ParamSpec("P")

ATTEMPTS = 3


class Faster(Exception):
    """Someone changed what `work` had read: run it again."""


class Unit:
    """What one unit collects while it works; written at its end, in lock order."""

    def __init__(self) -> None:
        self.now = clock.now()
        self._told: list[Told] = []
        self._counts: dict[int, tuple[Count, Problem | None]] = {}
        self._woken: set[int] = set()

    def tell(
        self,
        member_id: int,
        kind: str,
        subject_id: int,
        other_id: int,
        relationship_id: int | None = None,
    ) -> None:
        """Address an event to a member: its ids are those the member is given, for ever."""
        self._told.append(Told(member_id, kind, subject_id, other_id, relationship_id))

    def count(
        self, member_id: int, change: int, limit: int = NO_LIMIT, *, refusal: Problem | None = None
    ) -> None:
        """Change a member's connection counter; `refusal` is raised if it would pass `limit`.
        Where several would, the one counted first is raised, whatever the order of locks. Changes
        of one member add up; the last limit holds.
        """
        before, _ = self._counts.get(member_id, (Count(0, limit), None))
        self._counts[member_id] = (Count(before.change + change, limit), refusal)

    def wake(self, member_id: int) -> None:
        """Ring for a member without an event, e.g. because a session of theirs ended."""
        self._woken.add(member_id)

    async def finish(self) -> None:
        """Step 5 and 6: bump the inboxes in id order and write the events."""
        counts = {member: count for member, (count, _) in self._counts.items()}
        refused = await deliver(self._told, counts, self.now)
        for member_id, (_, refusal) in self._counts.items():
            if member_id in refused and refusal is not None:
                raise refusal
        if refused:
            raise LookupError(f"no inbox for {sorted(refused)}")
        self._woken |= {t.member_id for t in self._told}

    @property
    def woken(self) -> set[int]:
        """Whom to ring for after the commit."""
        return self._woken


_current: contextvars.ContextVar[Unit | None] = contextvars.ContextVar("unit", default=None)
_running: set[asyncio.Task[Any]] = set()


def current() -> Unit | None:
    """The unit this runs in, for changes that are made without it at hand."""
    return _current.get()


async def unit(work: Callable[[Unit], Awaitable[T]]) -> T:
    """Run `work` in one transaction and return its result after the commit.

    Raises Problem or Problems as `work` does, with nothing written.
    """
    joined = _current.get()
    if joined is not None:
        return await work(joined)
    task = asyncio.create_task(_attempts(work))
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_report)  # nobody is left to hear of a failure
        raise


def in_unit(
    work: Callable[Concatenate[Unit, P], Awaitable[T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Decorate `async def work(u, …)`: calling it without `u` runs it as a unit."""

    @functools.wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await unit(lambda u: work(u, *args, **kwargs))

    return run


async def drain() -> None:
    """Wait for units that still run; called before the database is closed."""
    while _running:
        await asyncio.wait(set(_running))


async def _attempts(work: Callable[[Unit], Awaitable[T]]) -> T:
    for attempt in range(1, ATTEMPTS + 1):
        u = Unit()
        token = _current.set(u)
        try:
            async with in_transaction("default"):
                result = await work(u)
                await u.finish()
        except Exception as error:
            if attempt == ATTEMPTS or not _someone_was_faster(error):
                raise
        else:
            bell.ring(u.woken)
            return result
        finally:
            _current.reset(token)
        await asyncio.sleep(random.uniform(0, 0.01) * attempt)  # noqa: S311 - spreads retries
    raise AssertionError("unreachable")


def _someone_was_faster(error: Exception) -> bool:
    if isinstance(error, Faster | asyncpg.SerializationError | asyncpg.DeadlockDetectedError):
        return True
    cause = error.args[0] if error.args else None
    if isinstance(error, IntegrityError):
        return isinstance(cause, asyncpg.UniqueViolationError) or (
            isinstance(cause, sqlite3.IntegrityError) and "UNIQUE" in str(cause)
        )
    return isinstance(error, OperationalError) and "locked" in str(cause)


def _report(task: "asyncio.Task[Any]") -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Problem | Problems):
        log.error("a unit failed after its caller had gone", exc_info=error)
