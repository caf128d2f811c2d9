"""The bell: wake-ups between writers and those who wait for a member's events.

It carries member ids, never data, and correctness never depends on it: who waits reads the
database first and again after every ring, and each process polls once in a while (`watch`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator
from typing import Protocol

from models import sql
from models.settings import settings

log = logging.getLogger("mutual.bell")


class Carrier(Protocol):
    """Brings rings from process to process (models/carriers.py)."""

    def send(self, member_ids: list[int]) -> None:
        """Pass a ring on; must not block and must not raise."""

    async def close(self) -> None:
        """Let go of the connection."""


class Waiter(asyncio.Event):
    """Set at every ring for its member. `seen` is the last event number its reader knows of."""

    seen: int | None = None
    # Whether the poll, which looks for events alone, should wake it as well.
    polled = True


class Collector(asyncio.Event):
    """Set at every ring, whoever it is for; holds the members until it is emptied."""

    def __init__(self) -> None:
        super().__init__()
        self._members: set[int] = set()

    def add(self, members: list[int]) -> None:
        """Note a ring."""
        self._members.update(members)
        self.set()

    def take(self) -> list[int]:
        """Everyone who was rung for since the last time."""
        members = list(self._members)
        self._members.clear()
        self.clear()
        return members


_waiting: dict[int, set[Waiter]] = {}
_collectors: set[Collector] = set()
_carrier: Carrier | None = None


def use(carrier: Carrier | None) -> None:
    """Send rings to other processes through `carrier` from now on."""
    global _carrier
    _carrier = carrier


def ring(member_ids: Iterable[int]) -> None:
    """Wake everyone who waits for one of these members, here and elsewhere."""
    ids = list(member_ids)
    wake(ids)
    if _carrier is not None and ids:
        _carrier.send(ids)


def wake(member_ids: Iterable[int]) -> None:
    """Wake those who wait in this process."""
    member_ids = list(member_ids)
    for collector in _collectors:
        collector.add(member_ids)
    for member_id in member_ids:
        for event in _waiting.get(member_id, ()):
            event.set()


@contextlib.contextmanager
def listening(member_id: int) -> Iterator[Waiter]:
    """A waiter for this member. Clear it, read, note what was seen, then wait."""
    event = Waiter()
    _waiting.setdefault(member_id, set()).add(event)
    try:
        yield event
    finally:
        waiting = _waiting[member_id]
        waiting.discard(event)
        if not waiting:
            del _waiting[member_id]


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Hear of every ring, for who serves many members at once."""
    collector = Collector()
    _collectors.add(collector)
    try:
        yield collector
    finally:
        _collectors.discard(collector)


def waiting() -> int:
    """How many wait in this process."""
    return sum(len(events) for events in _waiting.values())


async def poll() -> None:
    """One statement for all who wait here: wake those whose events moved without a ring."""
    ids = list(_waiting)
    if not ids:
        return
    found = await sql.rows(f"SELECT id, last_seq FROM inbox WHERE id {sql.among(1)}", ids)
    for row in found:
        # One by one: a page that was opened later may know more than one whose ring was lost.
        for waiter in _waiting.get(row["id"], ()):
            if waiter.polled and waiter.seen != row["last_seq"]:
                waiter.set()


async def watch() -> None:
    """Poll for ever; a database that is away is tried again at the next turn."""
    while True:
        await asyncio.sleep(settings().bell_poll_seconds)
        try:
            await poll()
        except Exception:
            log.warning("could not poll for events", exc_info=True)
