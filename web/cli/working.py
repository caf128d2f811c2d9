"""worker: works at jobs, beside servers that leave them to it."""

import asyncio
import contextlib
import signal

import typer

from models import bell, credential
from web import lifespan
from web.cli.failing import in_words


@in_words
def worker() -> None:
    """Work at jobs (webhooks, upkeep) until it is stopped; any number may run at once."""
    credential.secret_key()
    asyncio.run(_work())


async def _work() -> None:
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C raises instead
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    async with lifespan.running([bell.watch(), *lifespan.job_runners()]):
        typer.echo("Working at jobs. Stop with Ctrl+C.")
        await stopped.wait()
