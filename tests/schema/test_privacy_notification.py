"""A rule of the recipient's changes nothing the sender, or anybody else, can read: with the clock
frozen and the same keys, byte for byte, whatever becomes of what is held.
"""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any

import pytest

from models import clock, sender, sender_rule, sql, sweeper
from models.notification_choice import Handling, SenderClass
from tests.conftest import TABLES, empty
from tests.models.acts import NOON
from tests.models.counting import statements
from tests.people import people
from tests.schema.acts import act, connect, done, mem, send
from tests.schema.conftest import Ask
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")
_ID = re.compile(r"\b([a-z]{3})_[0-9a-hjkmnp-tv-z]{13}\b")


def unnamed(text: bytes) -> str:
    """With ids numbered by when they first stand there: two worlds have other keys."""
    seen: dict[str, str] = {}
    found = _ID.sub(
        lambda match: seen.setdefault(match[0], f"{match[1]}-{len(seen)}"), text.decode()
    )
    return re.sub(r'"(endCursor|cursor|eventCursor|startCursor)": "[^"]*"', r'"\1": "…"', found)


async def world(ask: Ask, rule: Handling) -> tuple[list[str], list[str], list[int]]:
    """Ada asks Grace, who has that rule: all that Ada and Hugo read at each step, what Ada was
    answered, and how many statements it took.
    """
    clock.freeze(NOON)
    names = ["ada", "grace", "hugo"]
    ada, grace, hugo = await people(*names)
    await connect(ask, ada, hugo)
    await sender_rule.choose(grace, SenderClass.NO_MUTUALS, rule)
    read: list[str] = []
    answers: list[str] = []
    counted: list[int] = []

    async def look(request: str) -> None:
        both = [await readable(who, names, [request, mem(grace)]) for who in (ada, hugo)]
        read.extend(map(unnamed, both))

    async def asked(act_of: Awaitable[Any]) -> Any:
        async with statements() as seen:
            answer = await act_of
        counted.append(len(seen))
        answers.append(unnamed(str(answer).encode()))
        return answer

    request = (await asked(send(ask, ada, grace, note="Hello")))["request"]["id"]
    await look(request)
    clock.advance(days=8)
    await asked(act(ask, ada, "nudge", request))
    await sweeper.sweep()
    await look(request)
    if rule is Handling.HOLD:
        await done(ask, grace, "release", request)
        await look(request)
    await asked(act(ask, ada, "withdraw", request))
    return read, answers, counted


async def emptied(database: str) -> None:
    """The database without a row, for the same world again."""
    if database.startswith("asyncpg"):
        await asyncio.to_thread(empty, database.split("?")[0])
        return
    await sql.rows("PRAGMA foreign_keys = OFF")
    for table in TABLES:
        await sql.change(f"DELETE FROM {table}")
    await sql.rows("PRAGMA foreign_keys = ON")


@pytest.mark.slow
async def test_a_rule_is_nobody_elses(ask: Ask, database: str) -> None:
    usual = await world(ask, Handling.ACCEPT)
    for rule in (Handling.QUIET, Handling.HOLD):
        await emptied(database)
        read, answers, counted = await world(ask, rule)
        assert read[: len(usual[0])] == usual[0]
        if rule is Handling.HOLD:
            assert read[4:6] == read[2:4], "nor is a release"
        assert answers == usual[1]
        if database.startswith("asyncpg"):
            assert counted == usual[2], "nor by the statements it takes"


async def test_nothing_of_what_is_held_reaches_anybody(ask: Ask) -> None:
    clock.freeze(NOON)
    ada, grace = await people("ada", "grace")
    await sender_rule.choose(grace, SenderClass.STRANGER, Handling.HOLD)
    request = (await send(ask, ada, grace))["request"]["id"]
    clock.advance(days=8)
    await sender.nudge(ada, (await sql.rows("SELECT id FROM connection_request"))[0]["id"])
    await sweeper.sweep()
    listed = """{ viewer { unreadCount waitingCount lessFamiliarCount
      notifications { nodes { id } } events { nodes { cursor } }
      receivedRequests { nodes { id } } } }"""
    viewer = (await ask(grace, listed))["viewer"]
    assert viewer == {
        "unreadCount": 0,
        "waitingCount": 0,
        "lessFamiliarCount": 0,
        "notifications": {"nodes": []},
        "events": {"nodes": []},
        "receivedRequests": {"nodes": []},
    }
    assert await sql.rows("SELECT id FROM mail WHERE member_id = $1", grace) == []
    await act(ask, ada, "withdraw", request)
    assert (await ask(grace, "{ viewer { heldRequestCount } }"))["viewer"]["heldRequestCount"] == 0
