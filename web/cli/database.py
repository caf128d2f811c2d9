"""migrate, schema."""

import asyncio

import typer

from models import database
from web.cli.failing import in_words


@in_words
def migrate() -> None:
    """Bring the database up to date. Safe to run from several machines at once."""
    applied = asyncio.run(database.migrate())
    for name in applied:
        typer.echo(f"Applied {name}.")
    if not applied:
        typer.echo("The database is up to date.")


def schema() -> None:
    """Print the GraphQL schema as SDL."""
    from schema import schema as built

    typer.echo(built.as_str())
