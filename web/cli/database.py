"""migrate."""

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
