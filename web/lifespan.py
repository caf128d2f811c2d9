"""What runs beside the requests: the database, the bell, the sweeper, the jobs. And how it ends."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models import (
    bell,
    carriers,
    credential,
    database,
    familiarity,
    sql,
    sweeper,
    unit,
    webhook_reader,
)
from models.settings import settings
from models.worker import Kind, Worker
from schema import counters, delivered, delivery
from web import mail
from web.documents import documents

# Who watches over the process asks often, and takes no answer for an answer.
HEALTH_SECONDS = 3

log = logging.getLogger("mutual.web")


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Open everything, fail early and in words; close in the order that loses nothing."""
    documents()
    credential.secret_key()
    beside = [bell.watch(), sweeper.run()]
    if settings().run_jobs:
        beside += job_runners()
    async with running(beside):
        _settle_memory()
        yield


def kinds() -> list[Kind]:
    """Every kind of job there is."""
    return [*sweeper.KINDS, *familiarity.KINDS, delivery.KIND, *mail.KINDS]


def job_runners() -> list[Coroutine[Any, Any, None]]:
    """What works at jobs: in the server process, or in `python -m web worker`."""
    return [Worker(kinds()).run(), webhook_reader.run()]


@contextlib.asynccontextmanager
async def running(beside: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """The database and the bell, and these tasks beside them, for the length of a block."""
    async with database.connected():
        carrier = await carriers.open_carrier(settings().bell_url)
        bell.use(carrier)
        background = [asyncio.create_task(each) for each in beside]
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await delivered.close()
            await mail.close()
            await unit.drain()
            bell.use(None)
            await counters.close()
            if carrier is not None:
                await carrier.close()


def _settle_memory() -> None:
    """Keep the garbage collector off what stays for ever: the schema, documents, templates.

    Walking it all paused a busy server for 300 ms at a time, and cost a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    # Parsed documents are cycles: gathered for 50 turns, they made a pause of 230 ms.
    gc.set_threshold(50_000, 10, 500)


async def health(_request: Request) -> Response:
    """GET /health: whether this process can do its work."""
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await sql.row("SELECT 1 AS one")
    except Exception:
        return JSONResponse({"ok": False}, 503)
    return JSONResponse({"ok": True})
