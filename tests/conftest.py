"""Databases for tests, built through the migrations: on SQLite a copied file per test, on
PostgreSQL one database per worker, emptied per test. Every test that touches `database` runs on
both engines.
"""

import asyncio
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
def _settings() -> None:
    configure(secret_key="for tests only, 32 characters long", database_url="sqlite://nowhere")


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
# TRUNCATE takes 170 ms for all tables, however empty; most tests leave a few rows in a few.
_EMPTY = f"""DO $$ DECLARE name text; large boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOREACH name IN ARRAY ARRAY{TABLES} LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I OFFSET 2000)', name) INTO large;
    IF large THEN TRUNCATE {", ".join(TABLES)}; RETURN; END IF;
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$"""


def empty(url: str) -> None:
    """Leave no row in a database on PostgreSQL."""
    asyncio.run(administer(url, _EMPTY))


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
