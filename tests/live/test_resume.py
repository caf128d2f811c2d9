"""A subscriber who is cut again and again under load has lost nothing, once it is back with its
last cursor: what it saw is the event table, in order. And one who is never cut is told in time.
"""

import asyncio
import contextlib
import copy
import json
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from models import ids, sql, token
from models.token import GRANTABLE
from tests.clients import Client, messages, socket
from tests.people import person
from tests.server import Server, start
from tests.sites import joining

pytestmark = pytest.mark.slow
EVENTS = """subscription ($after: Cursor) { events(after: $after) { __typename cursor
  ... on RequestReceived { requestId } ... on RequestAccepted { requestId } } }"""
KINDS = {"RequestReceived": "REQUEST_RECEIVED", "RequestAccepted": "REQUEST_ACCEPTED"}
WRITERS, ASKING = 4, 160
# Each asks; half are accepted. A request that is withdrawn is gone, without a word to the asked.
EVENTS_TOLD = ASKING + ASKING // 2
LOAD_SECONDS, SETTLE_SECONDS = 45, 10
NEVER = 3600

Told = tuple[str, str]


async def write(askers: Iterator[tuple[int, Client]], reader: Client) -> None:
    """Take the next, who asks the reader and is accepted or withdraws."""
    for number, asker in askers:
        request = await asker.send(reader)
        await (reader.accept(request) if number % 2 else asker.withdraw(request))


async def by_socket(reader: Client, after: str) -> AsyncGenerator[dict[str, Any], None]:
    async with socket(reader.server) as ws:
        try:
            await ws.init(reader.bearer)
            await ws.start(EVENTS, after=after)
            while True:
                yield (await ws.next(within=LOAD_SECONDS))["events"]
        finally:
            ws.connection.transport.abort()  # cut: a server that is told goodbye has it easy


async def by_sse(reader: Client, after: str) -> AsyncGenerator[dict[str, Any], None]:
    async with reader.sse(EVENTS, after=after) as answer:
        async for message in messages(answer):
            if message["event"] == "next":
                yield json.loads(message["data"])["data"]["events"]


class Follower:
    """Follows one member's events, and knows what each of its connections brought."""

    def __init__(self, doors: list[Client], cursor: str, chance: int) -> None:
        self.doors = doors
        self.cursors = [cursor]
        self.runs: list[tuple[int, list[Told]]] = []
        self.dice = random.Random(chance)

    @property
    def seen(self) -> int:
        """How many events it has seen, from the first without a gap."""
        return len(self.cursors) - 1

    async def once(self, start_at: int, limit: int) -> None:
        """One connection, from after the event of that number on; cut after so many events."""
        got: list[Told] = []
        # Alternately at each server, the one that nobody writes to first; at each both ways.
        number = len(self.runs)
        self.runs.append((start_at, got))
        way = by_socket if number // len(self.doors) % 2 else by_sse
        stream = way(self.doors[number % len(self.doors)], self.cursors[start_at])
        async with contextlib.aclosing(stream):
            async for event in stream:
                got.append((KINDS[event["__typename"]], event["requestId"]))
                place = start_at + len(got)
                # An event that comes twice comes in its old place, under its old cursor.
                assert self.cursors[place : place + 1] in ([], [event["cursor"]])
                self.cursors[place:place] = [] if place <= self.seen else [event["cursor"]]
                if len(got) == limit:
                    return

    async def steadily(self) -> None:
        """Never cut."""
        await self.once(0, EVENTS_TOLD)

    async def cut_at_random(self) -> None:
        """Cut until all is seen, sometimes before the last events were noted: they come again."""
        while self.seen < EVENTS_TOLD:
            start_at = max(0, self.seen - self.dice.choice((0, 0, 1, 5)))
            task = asyncio.create_task(self.once(start_at, self.dice.randint(1, 15)))
            patience = self.dice.choice((self.dice.uniform(0, 0.1), 1.0))
            try:
                await asyncio.wait({task}, timeout=patience)
            finally:
                task.cancel()
                await asyncio.wait({task})
            if not task.cancelled():
                task.result()

    def check(self, table: list[Told]) -> None:
        """Each connection brought what the table holds from there on: no gap, nothing else."""
        for start_at, got in self.runs:
            assert got == table[start_at : start_at + len(got)]
        assert self.seen == len(table)


async def asker(door: Client, number: int) -> Client:
    """A member who comes in by this client's connections: making one of its own takes 30 ms."""
    made = copy.copy(door)
    made.key = await person(f"asker-{number}")
    made.id = ids.encode(ids.MEMBER, made.key)
    _, made.bearer = await token.create(made.key, "A program", sorted(GRANTABLE), None)
    return made


async def table(reader: Client) -> list[Told]:
    rows = await sql.rows("SELECT * FROM event WHERE member_id = $1 ORDER BY seq", reader.key)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    return [(row["kind"], ids.encode(ids.REQUEST, row["subject_id"])) for row in rows]


async def play(url: str, listen_at: Server, write_at: Server) -> None:
    """Members write on one server. One subscriber listens on the other all the time, two are
    cut and come back, now to the one, now to the other.
    """
    async with joining(url) as join, contextlib.AsyncExitStack() as stack:
        reader = await join(listen_at, "reader")
        other_door = Client(write_at, reader.key, reader.bearer, reader.cookie)
        stack.push_async_callback(other_door.close)
        doors = [reader, other_door]
        others = [await asker(other_door, number) for number in range(ASKING)]
        cursor = (await reader.ask("{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
        steady, *cut = [Follower(doors, cursor, chance) for chance in range(3)]
        async with asyncio.TaskGroup() as group, asyncio.timeout(LOAD_SECONDS):
            following = [group.create_task(steady.steadily())]
            following += [group.create_task(follower.cut_at_random()) for follower in cut]
            askers = iter(enumerate(others))
            await asyncio.gather(*(write(askers, other_door) for _ in range(WRITERS)))
            async with asyncio.timeout(SETTLE_SECONDS):
                await asyncio.gather(*following)
        expected = await table(reader)
        assert len(expected) == EVENTS_TOLD
        for follower in (steady, *cut):
            follower.check(expected)
        assert len(steady.runs) == 1
        assert all(len(follower.runs) > 20 for follower in cut), "hardly cut at all"


@pytest.mark.only_engine("sqlite")
async def test_one_process_on_sqlite(database_url: str) -> None:
    with start(database_url, bell_poll_seconds=NEVER) as server:
        await play(database_url, server, server)


@pytest.mark.only_engine("postgres")
@pytest.mark.parametrize(
    "bell", [pytest.param("redis", marks=pytest.mark.redis), "postgres", "memory"]
)
async def test_two_processes_on_postgres(
    database_url: str, bell: str, request: pytest.FixtureRequest
) -> None:
    """A bell that reaches the other process needs no poll; without one the poll is all there is."""
    url = database_url.split("?")[0]
    bells = {
        "redis": lambda: str(request.getfixturevalue("redis_url")),
        "postgres": lambda: url.replace("asyncpg://", "postgres://"),
        "memory": lambda: "memory://",
    }
    poll = NEVER if bell in ("redis", "postgres") else 1
    with ExitStack() as stack:
        listen_at, write_at = [
            stack.enter_context(start(url, bells[bell](), bell_poll_seconds=poll)) for _ in range(2)
        ]
        await play(url, listen_at, write_at)
