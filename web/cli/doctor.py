"""doctor: whether this installation can work, and what to do where it cannot."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import typer

from models import bell, carriers, credential, database, health
from web.cli.serving import refusal
from web.settings import settings

Check = tuple[str, Callable[[], Coroutine[Any, Any, str]]]


def doctor() -> None:
    """Check settings, database, migrations, invariants and bell; status 1 if one fails."""
    checks: list[Check] = [
        ("settings", _settings),
        ("database", _database),
        ("migrations", _migrations),
        ("invariants", _invariants),
        ("bell", _bell),
    ]
    well = True
    for name, check in checks:
        try:
            typer.echo(f"{typer.style('✓', fg='green')} {name}: {asyncio.run(check())}")
        except Exception as error:
            well = False
            typer.echo(f"{typer.style('✗', fg='red')} {name}: {error or type(error).__name__}")
    if not well:
        raise typer.Exit(1)


async def _settings() -> str:
    credential.secret_key()
    words = refusal(1)
    if words:
        raise RuntimeError(words)
    return "production" if settings().production else "one machine"


async def _database() -> str:
    async with database.connected():
        return settings().database_url.split("://")[0]


async def _migrations() -> str:
    missing = await database.pending()
    if missing:
        raise RuntimeError(f"not applied: {', '.join(missing)}; run: python -m web migrate")
    return "all applied"


async def _invariants() -> str:
    async with database.connected():
        broken = await health.broken_invariants()
    if broken:
        raise RuntimeError("; ".join(broken))
    return "hold"


async def _bell() -> str:
    carrier = await carriers.open_carrier(settings().bell_url)
    if carrier is None:
        return "in this process only"
    bell.use(carrier)
    try:
        await carriers.check(carrier)
    finally:
        bell.use(None)
        await carrier.close()
    return settings().bell_url.split("://")[0]
