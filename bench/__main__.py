"""`python -m bench`: Mutual beside a hand-written floor, on the same database, in one run;
`python -m bench reads`: what each read costs (bench/reads.py).
"""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import report, rounds, subscribers
from bench.material import prepared
from bench.reads import reads
from bench.servers import serving

DEGREE = 50
EQUAL_READS = 100
bench = typer.Typer(add_completion=False)
bench.command("reads")(reads)


@bench.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    members: Annotated[int, typer.Option(min=1000, help="Members of the bulk network.")] = 20_000,
    rounds_: Annotated[int, typer.Option("--rounds", min=1, help="Rounds of each cell.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.2, help="Length of a cell.")] = 4.0,
    connections: Annotated[int, typer.Option(min=1, help="Connections at once.")] = 16,
    quick: Annotated[bool, typer.Option(help="2,000 members, short cells: does it work.")] = False,
    subscriptions: Annotated[bool, typer.Option(help="Measure subscriptions too.")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures.")] = None,
) -> None:
    """Needs a PostgreSQL server in TEST_POSTGRES_URL or DATABASE_URL; makes a database there."""
    if context.invoked_subcommand is not None:
        return
    server = os.environ.get("TEST_POSTGRES_URL") or os.environ.get("DATABASE_URL", "")
    if not server.startswith(("asyncpg://", "postgres://")):
        typer.echo("Set TEST_POSTGRES_URL to a PostgreSQL server, asyncpg://user@host/name.")
        raise typer.Exit(2)
    if quick:
        members, rounds_, seconds = 2_000, 1, min(seconds, 0.5)
    found = asyncio.run(
        run(server, members, rounds_, seconds, connections, subscriptions=subscriptions)
    )
    if json_file is not None:
        json_file.write_text(
            json.dumps({"members": members, "seconds": seconds, **found}, indent=1)
        )
    if any(cell["failed"] for cell in found["operations"]):
        typer.echo("Some answers were failures: the figures do not count.")
        raise typer.Exit(1)


async def run(
    server: str,
    members: int,
    number: int,
    seconds: float,
    connections: int,
    *,
    subscriptions: bool = True,
    said: Callable[[str], None] = typer.echo,
) -> dict[str, Any]:
    """The whole run; the figures as report.as_json gives them."""
    seen: set[str] = set()

    def progress(what: str, _done: int, _total: int) -> None:
        if what not in seen:
            seen.add(what)
            said(f"seeding: {what}")

    async with prepared(server, members, DEGREE, progress) as (environment, material):
        stock = await rounds.Stock.make(material, number, seconds)
        with serving("floor", environment) as floor, serving("mutual", environment) as mutual:
            servers = [floor, mutual]
            await rounds.check_equal(servers, stock, EQUAL_READS)
            said(f"{EQUAL_READS} inboxes and lists are equal, value by value")
            outcomes = await rounds.measure(servers, stock, number, seconds, connections, said)
        said(report.table(outcomes))
        found = None
        if subscriptions:
            with serving("mutual", environment) as mutual:
                found = await subscribers.measure(mutual, material, max(4.0, number * seconds))
            said(report.subscriptions(found))
        return report.as_json(outcomes, found)


if __name__ == "__main__":
    bench()
