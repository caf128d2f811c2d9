"""Opening, closing and migrating the database, on either engine."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor

from models import search_text
from models.settings import settings

ENGINES = {
    "tortoise.backends.sqlite": "models.engine_sqlite",
    "tortoise.backends.asyncpg": "models.engine_asyncpg",
}
# One key for the advisory lock that lets one process migrate at a time.
_MIGRATION_LOCK = 0x6D757475616C


# Our statements are few, prepared, and written for one plan each: planning the guard of a send
# anew took 1.3 of its 1.5 ms. Compiling a statement never pays at this size.
SESSION = {"plan_cache_mode": "force_generic_plan", "jit": "off"}


class DatabaseUrlError(ValueError):
    """DATABASE_URL names an engine Mutual does not run on."""


def config(url: str | None = None) -> dict[str, Any]:
    """Tortoise's configuration for a DATABASE_URL."""
    expanded = expand_db_url(url or settings().database_url)
    engine = ENGINES.get(expanded["engine"])
    if engine is None:
        raise DatabaseUrlError("DATABASE_URL must begin with sqlite:// or asyncpg://")
    credentials = expanded["credentials"]
    if engine == "models.engine_sqlite":
        credentials.setdefault("synchronous", "NORMAL")  # safe with WAL; FULL costs an fsync more
        credentials.setdefault("busy_timeout", 10_000)
    else:
        # What Tortoise calls minsize and maxsize; its default of 5 is small for one worker.
        credentials.setdefault("maxsize", 10)
        credentials.setdefault("command_timeout", 30)
        credentials["server_settings"] = {**SESSION, **(credentials.get("server_settings") or {})}
    return {
        "connections": {"default": {"engine": engine, "credentials": credentials}},
        "apps": {
            "models": {
                "models": ["models"],
                "default_connection": "default",
                "migrations": "migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str | None = None) -> TortoiseContext:
    """Open the database for this process. Raises what the driver raises when it is not there."""
    configuration = config(url)
    context = TortoiseContext()
    with context:  # Tortoise looks the context up while it builds it
        await context.init(config=configuration, _enable_global_fallback=True)
    try:
        await get_connection("default").execute_query("SELECT 1")
    except BaseException:
        await context.close_connections()
        raise
    return context


@contextlib.asynccontextmanager
async def connected(url: str | None = None) -> AsyncIterator[None]:
    """The database, open for the length of a block (command line, tests)."""
    context = await connect(url)
    try:
        yield
    finally:
        await context.close_connections()


async def pending(url: str | None = None) -> list[str]:
    """Names of migrations that have not been applied."""
    async with connected(url):
        return await _pending()


async def _pending() -> list[str]:
    apps = config()["apps"]
    return [
        step.migration.name
        for step in await MigrationExecutor(get_connection("default"), apps).plan()
    ]


async def migrate(url: str | None = None) -> list[str]:
    """Apply what is pending, one process at a time; the names of what was applied."""
    url = url or settings().database_url
    if config(url)["connections"]["default"]["engine"] == "models.engine_sqlite":
        return await _migrate_sqlite(url)
    return await _migrate_postgres(url)


async def _migrate_sqlite(url: str) -> list[str]:
    path = Path(config(url)["connections"]["default"]["credentials"]["file_path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    # A rebuilt table would cascade into its children with foreign keys on (stack-facts, fact 2).
    bare = f"{url}{'&' if '?' in url else '?'}foreign_keys=OFF"
    with contextlib.closing(sqlite3.connect(f"{path}.lock", timeout=60)) as lock:
        lock.execute("BEGIN EXCLUSIVE")  # held until closed: a portable lock between processes
        filled = _is_filled(path)
        async with connected(bare):
            names = await _pending()
            if names and filled:
                _back_up(path, names[0])
            applied = await _apply()
            _, broken = await get_connection("default").execute_query("PRAGMA foreign_key_check")
            if broken:
                raise RuntimeError(f"migration left {len(broken)} rows without their parent")
            return applied


def _is_filled(path: Path) -> bool:
    # Asked before connecting, which makes a first page.
    return path.exists() and path.stat().st_size > 0


def _back_up(path: Path, before: str) -> None:
    # Not a copy of the file alone: after a crash the newest rows are in the log beside it.
    copy = sqlite3.connect(f"{path}.before-{before}")
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(copy):
        source.backup(copy)


async def connect_apart(url: str) -> asyncpg.Connection:
    """A PostgreSQL connection beside the pool, for locks and LISTEN.

    Takes a DATABASE_URL as Tortoise does (asyncpg://…, with settings of the pool behind the
    question mark, which a server would not know) or any address asyncpg understands.
    """
    if not url.startswith("asyncpg://"):
        return await asyncpg.connect(url)
    credentials = expand_db_url(url)["credentials"]
    names = ("user", "password", "database", "host", "port", "ssl")
    return await asyncpg.connect(**{k: credentials[k] for k in names if credentials.get(k)})


async def _migrate_postgres(url: str) -> list[str]:
    lock = await connect_apart(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        async with connected(url):
            return await _apply()
    finally:
        await lock.close()


async def _apply() -> list[str]:
    executor = MigrationExecutor(get_connection("default"), config()["apps"])
    names = await _pending()
    await executor.migrate()
    if names:  # not in a migration: it reads the tables as they are now, not as they were then
        await search_text.complete()
    return names
