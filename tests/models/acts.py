"""Short forms of what tests of the models do all the time."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models import clock, request_list, sql, standing
from models import request as requests
from models.directory import Wants
from models.problem import Code, Problem
from models.request import Basis
from models.sending import send
from models.settings import Settings

# A Sunday at noon: nothing about it matters but that it is the same in every run.
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PLAIN = Wants()

# The `set_up` fixture: `configure`, undone after the test.
SetUp = Callable[..., Settings]


async def ask(sender: int, recipient: int, note: str | None = None, key: str | None = None) -> int:
    """Ask to connect; the request's key."""
    return int((await send(sender, recipient, Basis.WORKED_TOGETHER, note, key))["id"])


async def connect(one: int, two: int) -> None:
    """Connect two members the ordinary way."""
    await requests.accept(two, await ask(one, two))


async def tie(owner: int, other: int) -> int:
    """The key of the owner's side of their connection with another, ended or not."""
    row = await sql.row(
        "SELECT id FROM relationship WHERE owner_id = $1 AND other_id = $2", owner, other
    )
    assert row is not None
    return int(row["id"])


@contextlib.contextmanager
def refused(code: Code) -> Iterator[list[Problem]]:
    """The block is refused with this code; the Problem itself is put into the list given."""
    caught: list[Problem] = []
    with pytest.raises(Problem) as info:
        yield caught
    caught.append(info.value)
    assert info.value.code == code, info.value.message


async def code_of(act: Awaitable[object]) -> str:
    """The code an act is refused with, or OK."""
    try:
        await act
    except Problem as problem:
        return problem.code.value
    return "OK"


async def can_request(member: int, other: int) -> str:
    """What `canRequest` says: a code, or OK."""
    problem = standing.refusal((await standing.facts(member, [other]))[other])
    return problem.code.value if problem else "OK"


async def budget(member: int) -> standing.Budget:
    """The member's request budget."""
    now = clock.now()
    return standing.budget(await standing.own_facts(member, now), now)


async def pending(member: int) -> list[int]:
    """Keys of the requests that wait for a member's answer."""
    return [row["id"] for row in (await request_list.received(member, 100, None, PLAIN)).rows]


def days(number: float) -> timedelta:
    """A timedelta of days."""
    return timedelta(days=number)
