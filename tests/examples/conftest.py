"""A site for the example programs, and the programs as processes of their own."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models import sql
from models.request import Basis, accept
from models.sending import send
from models.token import Scope
from tests.clients import Client
from tests.people import person
from tests.server import Server, start
from tests.sites import joining, site_url

__all__ = ["site_url"]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def site(site_url: str) -> Iterator[Server]:
    """A server where a removal is final at once and its event comes soon."""
    with start(
        site_url, undo_minutes=0, sweep_seconds=0.2, bell_poll_seconds=3600, request_budget=10_000
    ) as server:
        yield server


@pytest.fixture
async def join(site: Server, site_url: str) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """`await join("ada")`: a new member's client; the database is open."""
    async with joining(site_url) as make:
        yield lambda handle, **given: make(site, handle, **given)


class Program:
    """An example, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def end(self, number: int = signal.SIGKILL, within: float = 15) -> str:
        """Send a signal; what it said on standard error."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return await self.said(within)

    async def said(self, within: float = 60) -> str:
        """Wait for its end; what it said on standard error."""
        async with asyncio.timeout(within):
            _, errors = await self.process.communicate()
        return errors.decode()


async def program(*command: str, **environment: str) -> Program:
    """Start a program with a clean environment."""
    return Program(
        await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    )


def python(name: str, *options: str) -> tuple[str, ...]:
    """The command of a Python example."""
    return (sys.executable, str(EXAMPLES / name), *options)


def scopes_of_readme(name: str) -> frozenset[Scope]:
    """The scopes an example says it needs."""
    [sentence] = re.findall(
        r"The token needs the scopes ([^.]*)", (EXAMPLES / name / "README.md").read_text()
    )
    return frozenset(map(Scope, re.findall(r"`([a-z]+:[a-z]+)`", sentence)))


async def connect(me: Client, name: str) -> int:
    """A new member of this name, connected with me; their key."""
    other = await person(name.lower().replace(" ", "-"), name=name)
    row = await send(other, me.key, Basis.MET_IN_PERSON, None)
    await accept(me.key, row["id"])
    return other


async def truth(me: Client) -> dict[str, dict[str, Any]]:
    """My connections: relationship id to card, as the API tells them now."""
    found: dict[str, dict[str, Any]] = {}
    after, more = None, True
    while more:
        data = await me.ask(
            """query Truth($after: Cursor) { viewer { connections(first: 100, after: $after) {
              edges { relationship { id } node { name headline organisation } }
              pageInfo { hasNextPage endCursor } } } }""",
            after=after,
        )
        page = data["viewer"]["connections"]
        found |= {edge["relationship"]["id"]: edge["node"] for edge in page["edges"]}
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


async def remove(me: Client, relationship: str) -> None:
    """End a connection."""
    done = await me.ask(
        """mutation Remove($id: ID!) { removeConnection(input: {relationshipId: $id}) {
          userErrors { code } } }""",
        id=relationship,
    )
    assert done["removeConnection"]["userErrors"] == []


async def until(condition: Callable[[], bool | Awaitable[bool]], within: float = 30) -> None:
    """Wait for it."""
    async with asyncio.timeout(within):
        while True:
            holds = condition()
            if await holds if isinstance(holds, Awaitable) else holds:
                return
            await asyncio.sleep(0.05)


async def all_told() -> bool:
    """Whether every event that is due has been told."""
    row = await sql.row("SELECT count(*) AS n FROM due_tell")
    return row is not None and row["n"] == 0
