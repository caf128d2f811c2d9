"""The database goes away and comes back: every request is answered in words meanwhile, nothing is
half-written, and nobody has to restart anything.
"""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

import asyncpg
import httpx
import pytest

from models import sql
from tests.clients import SEND, Client, socket
from tests.faults.proxy import Wire, wire
from tests.people import check_invariants
from tests.server import Server, start
from tests.sites import Join, joining

pytestmark = pytest.mark.slow
OUTAGES, AT_ONCE = 25, 6
A_FEW_SECONDS = 8.0
EVENTS = "subscription ($after: Cursor) { events(after: $after) { __typename cursor } }"


@contextlib.asynccontextmanager
async def started(url: str, **given: Any) -> AsyncIterator[Server]:
    """A server that is started and stopped while the loop, which carries its wire, goes on."""
    running = start(url, **given)
    server = await asyncio.to_thread(running.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


def by_wire(parts: SplitResult, line: Wire) -> str:
    return parts.geturl().replace(f":{parts.port}", f":{line.port}")


@contextlib.asynccontextmanager
async def wired(url: str, pool: int = 10, **given: Any) -> AsyncIterator[tuple[Wire, Server, Join]]:
    """A server whose PostgreSQL is at the other end of a wire."""
    parts = urlsplit(url.split("?")[0])
    assert parts.hostname
    async with (
        wire(parts.hostname, parts.port or 5432) as line,
        joining(parts.geturl()) as join,
        started(f"{by_wire(parts, line)}?maxsize={pool}", **given) as server,
    ):
        yield line, server, lambda handle: join(server, handle)


async def browse(who: Client, path: str, method: str = "GET", **fields: str) -> httpx.Response:
    """A page as the member's browser asks for it."""
    headers = {"Cookie": f"session={who.cookie}", "Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(base_url=who.server.url, headers=headers, timeout=25) as web:
        return await web.request(method, path, data=fields or None)


async def operate(who: Client, query: str, **variables: Any) -> dict[str, Any]:
    """An answer of the API, errors and all."""
    body = {"query": query, "variables": variables}
    async with httpx.AsyncClient(base_url=who.server.url, timeout=25) as web:
        answer = await web.post("/graphql", json=body, headers=who.with_token)
    assert answer.headers["content-type"].startswith("application/")
    found: dict[str, Any] = answer.json()
    return found


async def refused(who: Client, query: str, **variables: Any) -> None:
    [error] = (await operate(who, query, **variables))["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE", error


async def refused_page(who: Client, path: str, method: str) -> None:
    page = await browse(who, path, method)
    assert page.status_code == 503, (path, page.text[:500])
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1" in page.text


async def unhealthy(who: Client) -> None:
    async with httpx.AsyncClient(base_url=who.server.url, timeout=25) as web:
        assert (await web.get("/health")).status_code == 503
        assert (await web.get("/static/favicon.svg")).status_code == 200


async def refused_everywhere(who: Client, *, at_once: bool = False) -> None:
    """Pages and the API, reads and writes: each says that it is not its day."""
    tries = [
        refused_page(who, "/", "GET"),
        refused_page(who, "/requests", "GET"),
        refused_page(who, "/notifications/read", "POST"),
        refused(who, "{ viewer { waitingCount } }"),
        refused(who, "mutation { markNotificationsRead(input: {}) { unreadCount } }"),
        unhealthy(who),
    ]
    if at_once:
        await asyncio.gather(*tries)
        return
    for each in tries:
        await each


async def served_again(who: Client, within: float = 10) -> None:
    """It recovers by itself."""
    deadline = time.monotonic() + within
    while True:
        page, found = await browse(who, "/"), await operate(who, "{ viewer { waitingCount } }")
        if page.status_code == 200 and "errors" not in found:
            return
        assert time.monotonic() < deadline, (page.status_code, found)
        await asyncio.sleep(0.1)


async def cursor_of(who: Client) -> str:
    return str((await who.ask("{ viewer { eventCursor } }"))["viewer"]["eventCursor"])


@pytest.mark.only_engine("postgres")
async def test_a_wire_that_is_cut(database_url: str) -> None:
    async with wired(database_url, bell_poll_seconds=0.3) as (line, server, join):
        ada, grace = await join("ada"), await join("grace")
        after = await cursor_of(grace)
        await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
        line.cut()
        await refused_everywhere(ada)
        found = await operate(ada, SEND, to=grace.id)
        assert found["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        line.mend()
        await served_again(ada)
        await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
        await ada.send(grace)
        async with socket(server) as ws:
            await ws.init(grace.bearer)
            await ws.start(EVENTS, after=after)
            assert (await ws.next())["events"]["__typename"] == "RequestReceived"
        await check_invariants()


@pytest.mark.only_engine("postgres")
async def test_a_wire_that_is_cut_again_and_again(database_url: str) -> None:
    """In the middle of writes: nothing is half-written, and no outage costs the pool, which is of
    two here, a connection.
    """
    async with wired(database_url, pool=2) as (line, server, join):
        ada = await join("ada")
        others = [await join("other") for _ in range(AT_ONCE)]
        answers: list[dict[str, Any]] = []
        slowest = 0.0
        body = {"query": "mutation { markNotificationsRead(input: {}) { unreadCount } }"}
        over = asyncio.Event()

        async def write(who: Client) -> None:
            nonlocal slowest
            answers.append(await operate(who, SEND, to=ada.id))
            async with httpx.AsyncClient(base_url=server.url, timeout=25) as web:
                while not over.is_set():
                    before = time.monotonic()
                    answer = await web.post("/graphql", json=body, headers=who.with_token)
                    answers.append(answer.json())
                    slowest = max(slowest, time.monotonic() - before)

        dice = random.Random(11)
        async with asyncio.TaskGroup() as group:
            for other in others:
                group.create_task(write(other))
            for _ in range(OUTAGES):
                await asyncio.sleep(dice.uniform(0.1, 0.4))
                line.cut()
                await asyncio.sleep(0.02)
                line.mend()
            over.set()
        await served_again(ada)
        await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(AT_ONCE)))
        codes = [e["extensions"]["code"] for a in answers for e in a.get("errors", [])]
        assert set(codes) == {"UNAVAILABLE"}, "or no request met an outage"
        assert slowest < A_FEW_SECONDS
        done = [a for a in answers if "sendConnectionRequest" in (a.get("data") or {})]
        rows = await sql.rows("SELECT id FROM connection_request WHERE recipient_id = $1", ada.key)
        assert len([a for a in done if a["data"]["sendConnectionRequest"]]) <= len(rows)
        await check_invariants()


@pytest.mark.only_engine("postgres")
async def test_a_wire_that_falls_silent(database_url: str) -> None:
    """Nothing is refused and nothing comes: who waits is told after a while all the same."""
    async with wired(database_url, patience_seconds=2) as (line, server, join):
        ada, grace = await join("ada"), await join("grace")
        after = await cursor_of(grace)
        await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
        line.hush()
        async with asyncio.timeout(A_FEW_SECONDS):
            await asyncio.gather(
                *(refused_everywhere(ada, at_once=True) for _ in range(3)),
                refused(ada, SEND, to=grace.id),
            )
        line.mend()
        await served_again(ada)
        await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
        await ada.send(grace)
        async with socket(server) as ws:
            await ws.init(grace.bearer)
            await ws.start(EVENTS, after=after)
            assert (await ws.next())["events"]["__typename"] == "RequestReceived"
        await check_invariants()


@pytest.mark.only_engine("postgres")
async def test_a_stream_outlives_the_loss(database_url: str) -> None:
    """A subscriber that waits when the database goes is told of what comes later."""
    async with wired(database_url, bell_poll_seconds=0.3) as (line, server, join):
        ada, grace = await join("ada"), await join("grace")
        after = await cursor_of(grace)
        async with socket(server) as ws:
            await ws.init(grace.bearer)
            await ws.start(EVENTS, after=after)
            await asyncio.sleep(0.2)
            line.cut()
            await operate(ada, "{ viewer { waitingCount } }")
            line.mend()
            await served_again(ada)
            await ada.send(grace)
            assert (await ws.next())["events"]["__typename"] == "RequestReceived"


@pytest.mark.only_engine("postgres")
async def test_backends_that_are_terminated(database_url: str) -> None:
    """As a restart of PostgreSQL does it, in the middle of writes: each was done or was not."""
    url = database_url.split("?")[0]
    killer = await asyncpg.connect(url.replace("asyncpg://", "postgres://"))
    async with joining(url) as join, started(f"{url}?application_name=victim") as server:
        ada = await join(server, "ada")
        others = [await join(server, "other") for _ in range(40)]
        answers: list[dict[str, Any]] = []

        async def write(some: list[Client]) -> None:
            for other in some:
                answers.append(await operate(other, SEND, to=ada.id))  # noqa: PERF401

        writing = [asyncio.create_task(write(others[n::4])) for n in range(4)]
        killed = 0
        while not all(task.done() for task in writing):
            killed += await killer.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'victim'"
            )
            await asyncio.sleep(0.05)
        for task in writing:
            await task
        assert killed > 3
        codes = {e["extensions"]["code"] for a in answers for e in a.get("errors", [])}
        assert codes <= {"UNAVAILABLE"}, server.log()[-3000:]
        done = [a for a in answers if "errors" not in a]
        rows = await sql.rows("SELECT id FROM connection_request WHERE recipient_id = $1", ada.key)
        # An answer that was lost on the way may have been written; never the reverse.
        assert len(done) <= len(rows) <= len(answers)
        await check_invariants()
        await served_again(ada)
    await killer.close()


@pytest.mark.only_engine("sqlite")
async def test_a_file_that_another_process_holds(database_url: str) -> None:
    """Short of the busy timeout a writer waits; beyond it the answer is UNAVAILABLE."""
    path = database_url.removeprefix("sqlite://")
    impatient = f"{database_url}?busy_timeout=700"
    async with joining(database_url) as join, started(impatient) as server:
        ada, grace = await join(server, "ada"), await join(server, "grace")
        await ada.ask("{ viewer { waitingCount } }")  # the token's last use is written
        await browse(ada, "/")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(operate(ada, SEND, to=grace.id))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            other.execute("COMMIT")
            assert "errors" not in await waiting
            other.execute("BEGIN IMMEDIATE")
            assert "errors" not in await operate(ada, "{ viewer { waitingCount } }")
            found = await operate(
                ada, "mutation { markNotificationsRead(input: {}) { unreadCount } }"
            )
            assert found["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            page = await browse(ada, "/notifications/read", "POST")
            assert page.status_code == 503
            other.execute("COMMIT")
        await served_again(ada)
        await ada.ask("mutation { markNotificationsRead(input: {}) { unreadCount } }")
        rows = await sql.rows("SELECT id FROM connection_request")
        assert len(rows) == 1
        await check_invariants()
