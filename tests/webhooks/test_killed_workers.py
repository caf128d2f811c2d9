"""Workers are killed while deliveries are under way: none is lost, a repetition shows as one."""

import asyncio
import os
import random
import sys
from collections import Counter

import pytest

from models import ids, webhook, webhook_reader
from models.event import EventKind
from models.request import Basis
from models.sending import send
from models.settings import configure
from models.token import Scope
from tests.people import person
from tests.server import ROOT, SECRET
from tests.webhooks.hooks import DOCUMENT
from tests.webhooks.receiver import Receiver, receiving

EVENTS = 40
KILLS = 6


async def worker(database: str) -> asyncio.subprocess.Process:
    """`python -m web worker`, with a lease of a second and a half."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.webhooks.hasty", "worker"),
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database,
            "SECRET_KEY": SECRET,
            "WEBHOOK_PRIVATE_TARGETS": "1",
            "JOB_POLL_SECONDS": "0.2",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )


@pytest.fixture
def allowed(set_up: object) -> None:
    configure(webhook_private_targets=True)


async def register(member: int, url: str, *kinds: EventKind) -> int:
    wanted = webhook.Wanted(url, DOCUMENT, kinds, [Scope.EVENTS_READ, Scope.REQUESTS_READ])
    return int((await webhook.create(member, wanted))["id"])


async def asked(member: int, number: int) -> set[str]:
    """So many others ask this member to connect; the requests."""
    made = set()
    for each in range(number):
        other = await person(f"asker-{member % 1000}-{each}-{random.randrange(10**9)}")
        row = await send(other, member, Basis.OTHER, None)
        made.add(ids.encode(ids.REQUEST, row["id"]))
    return made


def told(receiver: Receiver) -> Counter[tuple[str, str]]:
    """Delivery and request of everything that came."""
    return Counter(
        (each.headers["webhook-id"], each.json["data"]["events"]["requestId"])
        for each in receiver.received
    )


@pytest.mark.slow
async def test_killed_in_the_middle_of_a_delivery(database: str, allowed: None) -> None:
    """The receiver has it and has not answered yet: it comes again, with the same webhook-id."""
    grace = await person("grace")
    async with receiving() as receiver:
        await register(grace, receiver.url, EventKind.REQUEST_RECEIVED)
        receiver.answers = [30.0]
        requests = await asked(grace, 1)
        victim = await worker(database)
        await receiver.until(1)
        victim.kill()
        await victim.wait()
        heir = await worker(database)
        try:
            await receiver.until(2)
        finally:
            heir.terminate()
            assert await heir.wait() == 0
        first, again = receiver.received
        assert first.headers["webhook-id"] == again.headers["webhook-id"]
        assert {request for _, request in told(receiver)} == requests
        assert first.json == again.json


@pytest.mark.slow
async def test_killed_at_any_moment(database: str, allowed: None) -> None:
    """Between reading the log, handing out, sending and writing down: nothing is lost."""
    grace = await person("grace")
    async with receiving() as receiver:
        await register(grace, receiver.url, EventKind.REQUEST_RECEIVED)
        workers = [await worker(database) for _ in range(2)]
        asking = asyncio.create_task(asked(grace, EVENTS))
        try:
            for _ in range(KILLS):
                await asyncio.sleep(random.uniform(0.2, 1.5))
                victim = workers.pop(0)
                victim.kill()
                await victim.wait()
                workers.append(await worker(database))
            requests = await asking
            async with asyncio.timeout(40):
                while {request for _, request in told(receiver)} != requests:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)
        finally:
            for process in workers:
                process.kill()
                await process.wait()
    # One delivery for each event, though it may have been sent twice.
    assert len(told(receiver)) == EVENTS
    assert receiver.received
    assert sum(told(receiver).values()) - EVENTS <= KILLS * 2
    assert await webhook_reader.behind() == []
