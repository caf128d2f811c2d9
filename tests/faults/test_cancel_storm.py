"""Clients that change their mind at once, by the hundred. Afterwards the server answers quickly,
and no connection, lock or half of an act is left behind.
"""

import asyncio
import contextlib
import random
import sqlite3
import time

import asyncpg
import pytest

from models import ids, sql
from tests.clients import SEND, Client, socket
from tests.people import check_invariants
from tests.sites import Join

pytestmark = pytest.mark.slow
ROUNDS = 300
# What was leaked is waited for 20 s or for ever; a busy machine takes a few.
AT_ONCE = 8.0
ACT = 'mutation { %sConnectionRequest(input: {requestId: "%s"}) { userErrors { code } } }'


async def answers_quickly(who: Client) -> None:
    """Reads and writes are served, many at once: no pool is short, no lock is held."""
    before = time.monotonic()
    await asyncio.gather(*(who.ask("{ viewer { waitingCount } }") for _ in range(20)))
    await who.ask("mutation { markNotificationsRead(input: {}) { unreadCount } }")
    took = time.monotonic() - before
    assert took < AT_ONCE, f"took {took:.1f} s"


async def nothing_hangs(url: str) -> None:
    """No session of the server is left inside a transaction."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite://")
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # at once, or "database is locked"
            other.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url.split("?")[0].replace("asyncpg://", "postgres://"))
    try:
        for _ in range(100):  # what was cut is still being cancelled for a while
            stuck = await connection.fetch(
                "SELECT state, wait_event, now() - query_start AS since, left(query, 200) "
                "FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if not stuck:
                break
            await asyncio.sleep(0.1)
        assert stuck == []
    finally:
        await connection.close()


async def test_sockets_that_complete_at_once(join: Join, site_url: str) -> None:
    ada, grace = await join("ada"), await join("grace")
    requests = [await (await join("other")).send(ada) for _ in range(12)]
    dice = random.Random(7)
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for number in range(ROUNDS):
            request = requests[number % len(requests)]
            name = dice.choice(["ignore", "undoIgnore", "accept", "ignore"])
            query = (SEND, {"to": grace.id}) if number % 5 == 0 else (ACT % (name, request), {})
            running = await ws.start(query[0], **query[1])
            if number % 3:
                await asyncio.sleep(dice.uniform(0, 0.004))
            await ws.send({"type": "complete", "id": running})
        await ws.start("{ __typename }")
        # Some had been done before they were cut; the last answer comes all the same.
        last = {"__typename": "Query"}
        while ((await ws.receive()).get("payload") or {}).get("data") != last:
            pass
    await whole(ada, site_url)


async def test_senders_that_complete_at_once(join: Join, site_url: str) -> None:
    """Asking and withdrawing: what was asked may be seen on the way, so some are withdrawn."""
    ada = await join("ada")
    others = [await join("other") for _ in range(20)]
    dice = random.Random(10)
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for other in others * 4:
            running = await ws.start(SEND, to=other.id)
            await asyncio.sleep(dice.choice((0, dice.uniform(0, 0.05))))
            await ws.send({"type": "complete", "id": running})
            sent = await sql.row(
                "SELECT id FROM connection_request WHERE recipient_id = $1 "
                "AND sender_state = 'PENDING'",
                other.key,
            )
            if sent:
                request = ids.encode(ids.REQUEST, sent["id"])
                running = await ws.start(ACT % ("withdraw", request))
                await asyncio.sleep(dice.choice((0, dice.uniform(0, 0.05))))
                await ws.send({"type": "complete", "id": running})
    await whole(ada, site_url)
    states = await sql.rows(
        "SELECT DISTINCT sender_state FROM connection_request WHERE sender_id = $1", ada.key
    )
    assert {row["sender_state"] for row in states} >= {"WITHDRAWN"}, "no act got through"


async def test_sockets_that_are_closed_at_once(join: Join, site_url: str) -> None:
    ada = await join("ada")
    requests = [await (await join("other")).send(ada) for _ in range(6)]
    dice = random.Random(8)

    async def once(number: int) -> None:
        async with socket(ada.server) as ws:
            await ws.init(ada.bearer)
            for request in requests:
                await ws.start(ACT % (dice.choice(["ignore", "undoIgnore"]), request))
            await asyncio.sleep(dice.uniform(0, 0.01))
            if number % 2:
                ws.connection.transport.abort()

    for start in range(0, 40, 4):
        await asyncio.gather(*(once(start + n) for n in range(4)))
    await whole(ada, site_url)


async def test_clients_that_hang_up(join: Join, site_url: str) -> None:
    """HTTP: the request is sent and the connection cut before, while or after it is served."""
    ada = await join("ada")
    requests = [await (await join("other")).send(ada) for _ in range(12)]
    dice = random.Random(9)

    async def once(number: int) -> None:
        name = dice.choice(["ignore", "undoIgnore", "accept"])
        query = ACT % (name, requests[number % len(requests)])
        body = f'{{"query": {quoted(query)}}}'
        reader, writer = await asyncio.open_connection("127.0.0.1", ada.server.port)
        head = (
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {ada.bearer}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write((head + body)[: dice.choice([10_000, 10_000, len(head) + 5])].encode())
        await writer.drain()
        await asyncio.sleep(dice.uniform(0, 0.01))
        writer.transport.abort()
        del reader

    for start in range(0, ROUNDS, 6):
        await asyncio.gather(*(once(start + n) for n in range(6)))
    await whole(ada, site_url)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


async def whole(who: Client, url: str) -> None:
    """What must hold after any storm."""
    await answers_quickly(who)
    await nothing_hangs(url)
    await check_invariants()
    rows = await sql.rows(
        "SELECT e.member_id, count(*) AS n, max(e.seq) AS last, i.last_seq FROM event e "
        "JOIN inbox i ON i.id = e.member_id GROUP BY e.member_id, i.last_seq"
    )
    assert all(row["n"] == row["last"] == row["last_seq"] for row in rows), "events have no gap"
    log = who.server.log()
    assert "Traceback" not in log, log[-3000:]
