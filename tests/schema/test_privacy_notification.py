"""A rule of the recipient's changes nothing the sender, or anybody else, can read: with the clock
frozen and the same keys, byte for byte, whatever becomes of what is held.
"""

import re
from typing import Any

import pytest

from models import clock, sender, sender_rule, sql, sweeper
from models.notification_choice import Handling, SenderClass
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


async def world(ask: Ask, rule: Handling, number: int) -> tuple[list[str], list[Any], list[int]]:
    """Ada asks Grace, who has that rule: all that Ada and Hugo read at each step, what Ada was
    answered, and how many statements it took.
    """
    clock.freeze(NOON)
    names = [f"ada{number}", f"grace{number}", f"hugo{number}"]
    ada, grace, hugo = await people(*names)
    await connect(ask, ada, hugo)
    await sender_rule.choose(grace, SenderClass.NO_MUTUALS, rule)
    read: list[str] = []
    answers: list[Any] = []
    counted: list[int] = []

    async def look(request: str) -> None:
        for who in (ada, hugo):
            text = unnamed(await readable(who, names, [request, mem(grace)]))
            read.append(text.replace(f"{number}", "#") if number else text)

    async with statements() as seen:
        payload = await send(ask, ada, grace, note="Hello")
    counted.append(len(seen))
    answers.append(payload)
    request = payload["request"]["id"]
    await look(request)
    clock.advance(days=8)
    async with statements() as seen:
        answers.append(await act(ask, ada, "nudge", request))
    counted.append(len(seen))
    await sweeper.sweep()
    await look(request)
    if rule is Handling.HOLD:
        await done(ask, grace, "release", request)
        await look(request)
    answers.append(await act(ask, ada, "withdraw", request))
    return read, answers, counted


@pytest.mark.slow
@pytest.mark.parametrize("rule", [Handling.QUIET, Handling.HOLD])
async def test_a_rule_is_nobody_elses(ask: Ask, database: str, rule: Handling) -> None:
    usual = await world(ask, Handling.ACCEPT, 1)
    for table in ("notification", "event", "connection_request", "relationship"):
        await sql.change(f"DELETE FROM {table}")
    ruled = await world(ask, rule, 2)
    first, second = (
        [re.sub(r"(ada|grace|hugo|Ada|Grace|Hugo)[#12]", r"\1#", each) for each in found[0]]
        for found in (usual, ruled)
    )
    assert second[: len(first)] == first
    if rule is Handling.HOLD:
        assert second[4:6] == second[2:4], "nor is a release"
    same = [re.sub(r"[#12]\b", "#", unnamed(str(found[1]).encode())) for found in (usual, ruled)]
    assert same[0] == same[1]
    if database.startswith("asyncpg"):
        assert usual[2] == ruled[2], "nor by the statements it takes"


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
