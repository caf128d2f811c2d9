"""Constraints that Tortoise's migrations do not write, the same on both engines.

`Meta.constraints` is ignored by CreateModel, and SQLite adds constraints only by rebuilding the
table. This does what its documentation prescribes, keeping rows and indexes; migrations run with
foreign keys off (models/database.py), so a rebuild deletes nobody's children.
"""

from collections.abc import Mapping
from typing import Any

from tortoise.migrations.operations import AlterField


class Widen(AlterField):
    """A text column that may be longer. SQLite does not look at lengths, and is spared the
    rebuilding of the table, which would lose its indexes.
    """

    async def database_forward(self, *args: Any, **kwargs: Any) -> None:
        """On PostgreSQL only."""
        editor = args[3] if len(args) > 3 else kwargs.get("state_editor")
        if editor is not None and editor.client.capabilities.dialect != "sqlite":
            await super().database_forward(*args, **kwargs)


async def add_constraints(editor: Any, constraints: Mapping[str, Mapping[str, str]]) -> None:
    """Add constraints, given as {table: {name: SQL after CONSTRAINT name}}; for RunPython."""
    client = editor.client
    for table, named in constraints.items():
        if client.capabilities.dialect == "sqlite":
            await _rebuild(client, table, named)
            continue
        for name, text in named.items():
            await client.execute_script(f'ALTER TABLE "{table}" ADD CONSTRAINT {name} {text}')


async def _rebuild(client: Any, table: str, named: Mapping[str, str]) -> None:
    _, [created] = await client.execute_query(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table]
    )
    _, indexes = await client.execute_query(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') "
        "AND sql IS NOT NULL",
        [table],
    )
    body = created["sql"].partition("(")[2]
    body = body.rstrip().rstrip(";")
    end = body.rindex(")")
    added = "".join(f", CONSTRAINT {name} {text}" for name, text in named.items())
    await client.execute_query(f'CREATE TABLE "{table}__new" ({body[:end]}{added}{body[end:]}')
    await client.execute_query(f'INSERT INTO "{table}__new" SELECT * FROM "{table}"')
    await client.execute_query(f'DROP TABLE "{table}"')
    await client.execute_query(f'ALTER TABLE "{table}__new" RENAME TO "{table}"')
    for row in indexes:
        await client.execute_query(row["sql"])
