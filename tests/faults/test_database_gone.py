"""The database goes away and comes back: every request is answered in words meanwhile, nothing is
half-written, and nobody has to restart anything.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from models import sql
from tests.clients import SEND, Client, socket
from tests.faults.proxy import wire
from tests.people import check_invariants
from tests.server import Server, start
from tests.sites import joining

pytestmark = pytest.mark.slow
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


@contextlib.asynccontextmanager
async def killing(url: str) -> AsyncIterator[Any]:
    """A connection of an administrator."""
    connection = await asyncpg.connect(url.replace("asyncpg://", "postgres://"))
    try:
        yield connection
    finally:
        await connection.close()


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


async def refused_everywhere(who: Client) -> None:
    """Pages and the API, reads and writes: each says that it is not its day."""
    for path, method in (("/", "GET"), ("/requests", "GET"), ("/notifications/read", "POST")):
        page = await browse(who, path, method)
        assert page.status_code == 503, (path, page.text[:500])
        assert page.headers["content-type"].startswith("text/html")
        assert "<h1" in page.text
    for query in (
        "{ viewer { waitingCount } }",
        "mutation { markNotificationsRead(input: {}) { unreadCount } }",
    ):
        [error] = (await operate(who, query))["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE", error
    async with httpx.AsyncClient(base_url=who.server.url) as web:
        assert (await web.get("/health")).status_code == 503
        assert (await web.get("/static/favicon.svg")).status_code == 200


async def served_again(who: Client, within: float = 10) -> None:
    """It recovers by itself."""
    deadline = time.monotonic() + within
    while True:
        page, found = await browse(who, "/"), await operate(who, "{ viewer { waitingCount } }")
        if page.status_code == 200 and "errors" not in found:
            return
        assert time.monotonic() < deadline, (page.status_code, found)
        await asyncio.sleep(0.1)


@pytest.mark.only_engine("postgres")
async def test_a_wire_that_is_cut(database_url: str) -> None:
    url = database_url.split("?")[0]
    parts = urlsplit(url)
    assert parts.hostname
    async with wire(parts.hostname, parts.port or 5432) as line, joining(url) as join:
        by_wire = url.replace(f":{parts.port}", f":{line.port}")
        async with started(by_wire, bell_poll_seconds=0.3) as server:
            ada, grace = await join(server, "ada"), await join(server, "grace")
            after = (await grace.ask("{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
            await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
            line.cut()
            await refused_everywhere(ada)
            found = await operate(ada, SEND, to=grace.id)
            assert found["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            line.mend()
            await served_again(ada)
            await asyncio.gather(*(ada.ask("{ viewer { waitingCount } }") for _ in range(20)))
            request = await ada.send(grace)
            async with socket(server) as ws:
                await ws.init(grace.bearer)
                await ws.start(EVENTS, after=after)
                assert (await ws.next())["events"]["__typename"] == "RequestReceived"
            assert request
            await check_invariants()


@pytest.mark.only_engine("postgres")
async def test_a_stream_outlives_the_loss(database_url: str) -> None:
    """A subscriber that waits when the database goes is told of what comes later, or cut; with
    its cursor it has lost nothing either way.
    """
    url = database_url.split("?")[0]
    parts = urlsplit(url)
    assert parts.hostname
    async with wire(parts.hostname, parts.port or 5432) as line, joining(url) as join:
        by_wire = url.replace(f":{parts.port}", f":{line.port}")
        async with started(by_wire, bell_poll_seconds=0.3) as server:
            ada, grace = await join(server, "ada"), await join(server, "grace")
            after = (await grace.ask("{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
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
        await operate(ada, "mutation { markNotificationsRead(input: {}) { unreadCount } }")
        await check_invariants()
