"""Loading many rows at once, past the ORM: COPY on PostgreSQL, executemany on SQLite.

On PostgreSQL the foreign keys, unique constraints and indexes of the filled tables are dropped
and made again from the database's own description of them, in the one transaction that loads:
it either ends with all rows and exactly the schema of before, or leaves nothing changed.
Primary keys stay; rows come in their order.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from models.database import config

TABLES = (
    "member",
    "allowance",
    "inbox",
    "relationship",
    "connection_request",
    "notification",
    "event",
    "organisation",
    "career_entry",
    "profile_entry",
    "tag",
    "relationship_tag",
    "audience_tag",
    "contact_note",
    "contact_share",
    "saved_filter",
    "follow",
    "suggestion_dismissal",
    "introduction",
    "imported_contact",
    "member_update",
    "update_reply",
    "update_thanks",
    "feed_mute",
    "conversation",
    "message",
    "conversation_side",
)
# Rows in memory at once.
BATCH = 20_000

Record = tuple[object, ...]


class Loader(Protocol):
    """Takes rows for a table."""

    async def put(self, table: str, columns: Sequence[str], rows: Iterable[Record]) -> None:
        """Load rows; all or nothing together with everything else put."""


@contextlib.asynccontextmanager
async def loading(url: str) -> AsyncIterator[Loader]:
    """A loader for the database; its rows are committed at the end of the block."""
    settings = config(url)["connections"]["default"]
    credentials = settings["credentials"]
    if settings["engine"] == "models.engine_sqlite":
        async with _sqlite(Path(credentials["file_path"])) as loader:
            yield loader
        return
    names = ("user", "password", "database", "host", "port")
    connection = await asyncpg.connect(
        **{name: credentials[name] for name in names if credentials.get(name)}
    )
    try:
        async with connection.transaction():
            made_again = await _take_down(connection)
            yield _Postgres(connection)
            for statement in made_again:
                await connection.execute(statement)
        # ANALYZE for the planner; VACUUM so that lists can be read from indexes alone.
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()


class _Postgres:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def put(self, table: str, columns: Sequence[str], rows: Iterable[Record]) -> None:
        await self._connection.copy_records_to_table(table, columns=list(columns), records=rows)


async def _take_down(connection: asyncpg.Connection) -> list[str]:
    """Drop what slows loading; the statements that make it again, in order."""
    constraints = await connection.fetch(
        "SELECT conrelid::regclass AS on_table, quote_ident(conname) AS name, "
        "pg_get_constraintdef(oid) AS text FROM pg_constraint "
        "WHERE conrelid = ANY($1::regclass[]) AND contype IN ('f', 'u') "
        # Foreign keys lean on unique constraints: down before them, up after.
        "ORDER BY contype = 'u', conname",
        TABLES,
    )
    for row in constraints:
        await connection.execute(f"ALTER TABLE {row['on_table']} DROP CONSTRAINT {row['name']}")
    # Those of constraints have gone with them; what is left besides primary keys is plain.
    indexes = await connection.fetch(
        "SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS text FROM pg_index "
        "WHERE indrelid = ANY($1::regclass[]) AND NOT indisprimary ORDER BY indexrelid",
        TABLES,
    )
    for row in indexes:
        await connection.execute(f"DROP INDEX {row['name']}")
    return [
        # For this transaction only: sorting in memory makes the indexes sooner.
        "SET LOCAL maintenance_work_mem = '256MB'",
        *(row["text"] for row in indexes),
        *(
            f"ALTER TABLE {row['on_table']} ADD CONSTRAINT {row['name']} {row['text']}"
            for row in reversed(constraints)
        ),
    ]


@contextlib.asynccontextmanager
async def _sqlite(path: Path) -> AsyncIterator[Loader]:
    # Foreign keys are off unless asked for: the rows are mirrored as they are made.
    connection = await asyncio.to_thread(
        sqlite3.connect, path, timeout=60, isolation_level=None, check_same_thread=False
    )
    try:
        # Indexes are dropped and made again here too, and what must stay fits into memory.
        await _run(connection, "PRAGMA cache_size = -262144")
        await _run(connection, "BEGIN IMMEDIATE")
        made_again = await asyncio.to_thread(_take_down_sqlite, connection)
        yield _Sqlite(connection)
        for statement in made_again:
            await _run(connection, statement)
        await _run(connection, "COMMIT")
        await _run(connection, "ANALYZE")
    finally:
        await asyncio.to_thread(connection.close)


async def _run(
    connection: sqlite3.Connection, statement: str, rows: Sequence[Record] | None = None
) -> None:
    def work() -> None:
        # No cursor leaves the thread: let go of in another while the next statement runs, it
        # would reset that one.
        if rows is None:
            connection.execute(statement).close()
        else:
            connection.executemany(statement, rows).close()

    await asyncio.to_thread(work)


def _take_down_sqlite(connection: sqlite3.Connection) -> list[str]:
    """Drop what slows loading; constraints cannot be dropped and stay. As `_take_down`."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({', '.join('?' * len(TABLES))}) ORDER BY rowid",
        TABLES,
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"').close()
    return [statement for _, statement in found]


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def put(self, table: str, columns: Sequence[str], rows: Iterable[Record]) -> None:
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        remaining = iter(rows)
        while batch := [tuple(_plain(v) for v in row) for row in islice(remaining, BATCH)]:
            await _run(self._connection, statement, batch)


def _plain(value: object) -> Any:
    """As Tortoise and models/sql.py write it."""
    return value.isoformat(" ") if isinstance(value, datetime) else value
