"""`python -m bench reads`: what every read costs, in process, over a bulk network on both engines.

Figures are those of one machine on one day; statements are the same everywhere.
"""

import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import asyncpg
import typer

from bench.read_documents import READS
from bench.readers import readers
from bench.reading import SECONDS, Reading, measured
from models import database
from models.settings import configure
from seeds.bulk import bulk
from seeds.talks import THREAD

SEED, DEGREE = 1, 50
Said = Callable[[str], None]


class Size(NamedTuple):
    """How large a network is made for it."""

    members: int
    thread: int


def reads(
    members: Annotated[int, typer.Option(min=200, help="Members of the bulk network.")] = 100_000,
    seconds: Annotated[float, typer.Option(min=0.01, help="At most for each cell.")] = SECONDS,
    quick: Annotated[bool, typer.Option(help="2,000 members, short cells: does it work.")] = False,
    only: Annotated[str, typer.Option(help="Only reads whose name contains this.")] = "",
    thread: Annotated[
        int, typer.Option(min=1, help="Messages in each conversation of the busiest member.")
    ] = THREAD,
    on: Annotated[
        list[str] | None,
        typer.Option(help="A database with a bulk network already; may be given again."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures.")] = None,
) -> None:
    """Statements, and p50 / p99 in ms, of every read: on SQLite, and on a PostgreSQL server in
    TEST_POSTGRES_URL, where it makes a database of its own.
    """
    if quick:
        members, seconds = 2_000, min(seconds, 0.3)
    found = asyncio.run(_everywhere(on or [], Size(members, thread), seconds, only))
    for engine, readings in found.items():
        typer.echo(f"\n### {engine}\n\n{table(readings)}")
    if json_file is not None:
        json_file.write_text(json.dumps({e: as_json(r) for e, r in found.items()}, indent=1))


async def _everywhere(
    given: list[str], size: Size, seconds: float, only: str
) -> dict[str, list[Reading]]:
    found = {}
    if given:
        for url in given:
            configure(database_url=url)
            async with database.connected():
                found[_engine(url)] = await run(seconds, only, typer.echo)
        return found
    async with _databases() as urls:
        for url in urls:
            typer.echo(f"seeding {size.members:,} members on {_engine(url)}")
            configure(database_url=url)
            await database.migrate()
            async with database.connected():
                await bulk(size.members, DEGREE, SEED, lambda *_: None, thread=size.thread)
                found[_engine(url)] = await run(seconds, only, typer.echo)
    return found


def _engine(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


@contextlib.asynccontextmanager
async def _databases() -> AsyncIterator[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite://{folder}/reads.sqlite3"]
        server = os.environ.get("TEST_POSTGRES_URL", "")
        if not server:
            typer.echo("TEST_POSTGRES_URL is not set: on SQLite alone.")
            yield urls
            return
        plain = server.partition("?")[0].replace("postgres://", "asyncpg://")
        name = f"mutual_reads_{os.getpid()}"
        admin = await asyncpg.connect(plain.replace("asyncpg://", "postgres://"))
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            yield [*urls, f"{plain.rpartition('/')[0]}/{name}"]
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await admin.close()


async def run(seconds: float, only: str, said: Said) -> list[Reading]:
    """Every read by every kind of viewer, on the database that is open."""
    kinds = await readers()
    return [
        await measured(read, document, kind, alike, seconds, said)
        for read, document in READS.items()
        if only in read
        for kind, alike in kinds.items()
    ]


def table(readings: list[Reading]) -> str:
    """In markdown: a row for each read, a column for each kind of viewer."""
    kinds = list(dict.fromkeys(reading.viewers for reading in readings))
    lines = [
        f"| read | statements | {' | '.join(kinds)} |",
        f"| --- | --- | {' | '.join('---' for _ in kinds)} |",
    ]
    for read in dict.fromkeys(reading.read for reading in readings):
        row = {reading.viewers: reading for reading in readings if reading.read == read}
        most = max(reading.statements for reading in row.values())
        cells = " | ".join(row[kind].figures() for kind in kinds)
        lines.append(f"| {read} | {most} | {cells} |")
    return "\n".join(lines)


def as_json(readings: list[Reading]) -> list[dict[str, Any]]:
    """Everything, for comparing runs."""
    return [
        {
            "read": r.read,
            "viewers": r.viewers,
            "statements": r.statements,
            "ms": [round(value, 2) for value in r.whole],
            "sql_ms": [round(value, 2) for value in r.database],
        }
        for r in readings
    ]
