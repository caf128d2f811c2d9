"""SQL by hand, once for both engines, through Tortoise's own connection.

Placeholders are written $1, $2, …; rows read as mappings with the same Python values on both
engines, but for truth, which SQLite gives as 0 or 1. The conventions that make this work: a column
ending in `_at` is a moment, and only such a column is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

from tortoise.connection import get_connection

from models.engine_asyncpg import Client as PooledClient
from models.text import MARKS

Row: TypeAlias = Mapping[str, Any]
# A statement with its values, for `together`.
Change: TypeAlias = tuple[str, Sequence[object]]

# Tests count statements here; None outside them.
statements: ContextVar[list[str] | None] = ContextVar("statements", default=None)


def connection() -> Any:
    """The current connection: the unit's own inside a unit, else the shared one."""
    return get_connection("default")


def is_sqlite() -> bool:
    """Whether this process runs on the embedded engine."""
    return bool(connection().capabilities.dialect == "sqlite")


async def rows(query: str, *values: object) -> Sequence[Row]:
    """All rows of a query, or of a change with RETURNING."""
    client = connection()
    _note(query)
    if client.capabilities.dialect == "sqlite":
        found = await client.execute_query_dict(_sqlite_text(query), [_adapt(v) for v in values])
        return [_revive(row) for row in found]
    if isinstance(client, PooledClient):
        return await client.fetch(query, values)
    if query.startswith(("SELECT", "WITH")):  # skips a copy of each row into a dict
        return (await client.execute_query(query, list(values)))[1]
    return await client.execute_query_dict(query, list(values))


async def row(query: str, *values: object) -> Row | None:
    """The first row, or None."""
    found = await rows(query, *values)
    return found[0] if found else None


async def change(query: str, *values: object) -> int:
    """Run an INSERT, UPDATE or DELETE without RETURNING; how many rows it touched (of an INSERT
    only SQLite says so: ask for RETURNING).
    """
    client = connection()
    _note(query)
    if client.capabilities.dialect == "sqlite":
        return int(
            (await client.execute_query(_sqlite_text(query), [_adapt(v) for v in values]))[0]
        )
    return int((await client.execute_query(query, list(values)))[0])


async def together(*changes: Change) -> Sequence[Row]:
    """Several changes that do not depend on each other; the rows of the first one's RETURNING.

    On PostgreSQL one statement, and so one round trip; on SQLite one after the other.
    """
    if is_sqlite():
        first, *others = changes
        found = await rows(first[0], *first[1])
        for query, values in others:
            await change(query, *values)
        return found
    query = _joined(tuple(query for query, _ in changes), tuple(len(v) for _, v in changes))
    return await rows(query, *(value for _, values in changes for value in values))


def made_by_first(table: str) -> str:
    """What to read in another of changes made together for the rows that the first one made."""
    return table if is_sqlite() else "part0"


@lru_cache(maxsize=64)
def _joined(queries: tuple[str, ...], lengths: tuple[int, ...]) -> str:
    """One statement of several: their placeholders counted on, each in a WITH of its own."""
    parts, before = [], 0
    for place, (query, length) in enumerate(zip(queries, lengths, strict=True)):
        parts.append(f"part{place} AS ({_counted_on(query, before)})")
        before += length
    return f"WITH {', '.join(parts)} SELECT * FROM part0"


def _counted_on(query: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + by}", query)


def among(number: int) -> str:
    """`IN` a list of keys given as one parameter, so that the statement's text never varies."""
    if is_sqlite():
        return f"IN (SELECT value FROM json_each(${number}))"
    return f"= ANY(${number}::bigint[])"


def in_order(text: str) -> str:
    """A text expression that compares by its characters' codes, on either engine and whatever
    the database's language.
    """
    return text if is_sqlite() else f'{text} COLLATE "C"'


def folded(text: str) -> str:
    """A text expression without case and accents, as `text.folded` gives it."""
    if is_sqlite():
        return f"folded({text})"
    plain = f"translate(replace(lower(normalize({text}, NFKD)), 'ß', 'ss'), '\u03c2', '\u03c3')"
    plain = f"regexp_replace({plain}, '[{MARKS}]', '', 'g')"
    # Most is ASCII, and quicker.
    return f"CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {plain} END"


def for_update() -> str:
    """Row lock for the rest of the unit; SQLite needs none, its units exclude each other."""
    return "" if is_sqlite() else " FOR NO KEY UPDATE"


def _note(query: str) -> None:
    seen = statements.get()
    if seen is not None:
        seen.append(query)


@lru_cache(maxsize=512)
def _sqlite_text(query: str) -> str:
    # sqlite3 deprecates a sequence for named ($1) but not for numbered (?1) placeholders.
    return re.sub(r"\$(\d+)", r"?\1", re.sub(r"::[a-z]+(\[\])?", "", query))


def _adapt(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(" ")  # as Tortoise writes it; UTC, so text order is time order
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return value


def _revive(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
        for name, value in found.items()
    }
