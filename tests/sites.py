"""A running site for a whole file of tests, and members who come and go on it."""

import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from models import database as db
from models import unit
from models.settings import configure, settings
from tests.clients import Client, client
from tests.conftest import empty
from tests.server import Server, start

Join = Callable[..., Awaitable[Client]]
_numbers = itertools.count(1)


def empty_database(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of an empty, migrated database that outlives one test."""
    if engine == "sqlite":
        path = folder / "mutual.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite://{path}"
    url: str = request.getfixturevalue("postgres_database").split("?")[0]
    empty(url)
    return url


@pytest.fixture(scope="module")
def site_url(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The database of this file's site."""
    return empty_database(engine, request, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(site_url: str) -> Iterator[Server]:
    """A server for all tests of a file. Leaving it asserts that it stops at once."""
    with start(site_url, sweep_seconds=3600, bell_poll_seconds=3600) as server:
        yield server


@pytest.fixture
async def join(site: Server, site_url: str) -> AsyncIterator[Join]:
    """`await join("ada")`: a new member's client, handles made unique; the database is open."""
    async with joining(site_url) as make:
        yield lambda handle, server=site, **given: make(server, handle, **given)


class joining:  # noqa: N801 - read as `async with joining(url)`
    """The database of a site, open in this process, to put members into it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Callable[..., Awaitable[Client]]:
        before = settings().database_url
        configure(database_url=self.url)
        self._stack.callback(lambda: configure(database_url=before))
        await self._stack.enter_async_context(db.connected(self.url))
        self._stack.push_async_callback(unit.drain)

        async def make(server: Server, handle: str, **given: Any) -> Client:
            made = await client(server, f"{handle}-{next(_numbers)}", **given)
            self._stack.push_async_callback(made.close)
            return made

        return make

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
