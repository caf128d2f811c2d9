"""Databases for tests, built through the migrations: on SQLite a copied file per test, on
PostgreSQL one database per worker, emptied per test. Every test that touches `database` runs on
both engines.
"""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

import models
from models import bell, clock, ids, unit
from models import database as db
from models.settings import configure, settings

pytest_plugins = ["tests.skips"]

ENGINES = ("sqlite", "postgres")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: each look at all of it for garbage takes 0.3 s."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--engine sqlite` runs the fast part alone."""
    parser.addoption("--engine", choices=ENGINES, help="run tests of the database on this only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that needs a database, on each engine."""
    if "engine" in metafunc.fixturenames:
        only = metafunc.config.getoption("--engine")
        marked = metafunc.definition.get_closest_marker("only_engine")
        chosen = [marked.args[0]] if marked else [only] if only else ENGINES
        if only and only not in chosen:
            chosen = []
        marks = {"postgres": [pytest.mark.postgres], "sqlite": []}
        metafunc.parametrize(
            "engine", [pytest.param(e, marks=marks[e]) for e in chosen], scope="session"
        )


@pytest.fixture(scope="session", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    outbox = str(tmp_path_factory.mktemp("mail"))
    # Also for programs that tests start: the outbox of a demo in this checkout is not theirs.
    os.environ["MAIL_FOLDER"] = outbox
    configure(
        secret_key="for tests only, 32 characters long",
        database_url="sqlite://nowhere",
        mail_folder=outbox,
    )


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    ids.forget_last()
    yield
    clock.thaw()


@pytest.fixture
def set_up() -> Iterator[object]:
    """`configure`, undone after the test."""
    before = settings().model_dump()
    yield configure
    configure(**before)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    asyncio.run(db.migrate(f"sqlite://{path}"))
    return path


async def administer(url: str, *statements: str) -> None:
    """Run statements on a PostgreSQL server, outside Tortoise."""
    connection = await asyncpg.connect(url.replace("asyncpg://", "postgres://"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A migrated database for this worker."""
    name = f"mutual_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    url = f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    asyncio.run(administer(postgres_url, f"CREATE DATABASE {name}"))
    asyncio.run(db.migrate(url))
    yield f"{url}?maxsize=20"
    asyncio.run(administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


TABLES = sorted(model._meta.db_table for model in models.__models__)
# Most tests leave a few rows in a few tables. TRUNCATE takes 170 ms for all of them, however
# empty, and a DELETE of each 20 ms: only where one statement finds rows is there work.
_FILLED = " UNION ALL ".join(
    f"SELECT '{name}', EXISTS (SELECT FROM {name} OFFSET 2000) WHERE EXISTS (SELECT FROM {name})"
    for name in TABLES
)


class Emptier:
    """Leaves no row in databases on PostgreSQL, on one connection to each."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.connections: dict[str, asyncpg.Connection] = {}

    def __call__(self, url: str) -> None:
        url = url.replace("asyncpg://", "postgres://")
        try:
            self.loop.run_until_complete(self._empty(url))
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
            del self.connections[url]  # a test had the server cut all that were open
            self.loop.run_until_complete(self._empty(url))

    async def _empty(self, url: str) -> None:
        connection = self.connections.get(url)
        if connection is None or connection.is_closed():
            settings = {
                "session_replication_role": "replica",
                "plan_cache_mode": "force_generic_plan",
            }
            connection = await asyncpg.connect(url, server_settings=settings)
            self.connections[url] = connection
        filled = await connection.fetch(_FILLED)
        if any(large for _, large in filled):
            await connection.execute(f"TRUNCATE {', '.join(TABLES)}")
        elif filled:
            await connection.execute(";".join(f"DELETE FROM {name}" for name, _ in filled))

    def close(self) -> None:
        """Let go of every connection."""
        for connection in self.connections.values():
            connection.terminate()
        self.loop.close()


empty = Emptier()


def pytest_sessionfinish() -> None:
    """Databases are dropped by their fixtures; what held connections to them goes with them."""
    empty.close()


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database."""
    if engine == "sqlite":
        path = tmp_path / "mutual.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite://{path}"
    url: str = request.getfixturevalue("postgres_database")
    empty(url.split("?")[0])
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """An open, empty database; its address."""
    before = settings().database_url
    configure(database_url=database_url)
    async with db.connected(database_url):
        yield database_url
        await unit.drain()
        bell.use(None)
    configure(database_url=before)
