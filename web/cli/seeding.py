"""seed: the named cast, or a bulk network."""

import asyncio
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models import database
from seeds import bulk as bulk_seeds
from seeds import demo
from seeds.cast import CAST, DEMO_PASSWORD
from web.cli.failing import fail, in_words


@in_words
def seed(
    if_empty: Annotated[bool, typer.Option(help="Do nothing where there are members.")] = False,
    members: Annotated[int | None, typer.Option(min=2, help="A bulk network of so many.")] = None,
    connections_per_member: Annotated[int, typer.Option(min=0, help="On average.")] = 50,
    seed: Annotated[int, typer.Option(help="The same number makes the same network.")] = 1,
) -> None:
    """Fill the database: with the named cast, or with --members as a bulk network."""
    if members is not None:
        asyncio.run(_bulk(members, connections_per_member, seed))
        return
    filled = asyncio.run(_demo())
    if filled:
        first = CAST[0]
        typer.echo(
            f"Filled the demo network: {len(CAST)} members to sign in as, and a crowd of "
            f"{demo.CROWD:,}. "
            f"Sign in as {first.email} with the password {DEMO_PASSWORD}."
        )
    elif not if_empty:
        raise fail("There are members already; the demo network goes into an empty database.")


async def _demo() -> bool:
    async with database.connected():
        return await demo.fill_if_empty()


async def _bulk(members: int, connections: int, seed: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with database.connected():
        with Progress(*columns, TimeRemainingColumn()) as bars:
            tasks = {}

            def progress(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            await bulk_seeds.bulk(members, connections, seed, progress)
