"""What runs beside the requests: the database, the bell, the sweeper. And how it ends."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models import bell, carriers, credential, database, sql, sweeper, unit
from models.settings import settings
from web.documents import documents

# Who watches over the process asks often, and takes no answer for an answer.
HEALTH_SECONDS = 3

log = logging.getLogger("mutual.web")


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Open everything, fail early and in words; close in the order that loses nothing."""
    documents()
    credential.secret_key()
    async with database.connected():
        carrier = await carriers.open_carrier(settings().bell_url)
        bell.use(carrier)
        _settle_memory()
        background = [asyncio.create_task(bell.watch()), asyncio.create_task(sweeper.run())]
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await unit.drain()
            bell.use(None)
            if carrier is not None:
                await carrier.close()


def _settle_memory() -> None:
    """Keep the garbage collector off what stays for ever: the schema, documents, templates.

    Walking it all paused a busy server for 300 ms at a time, and cost a fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def health(_request: Request) -> Response:
    """GET /health: whether this process can do its work."""
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await sql.row("SELECT 1 AS one")
    except Exception:
        return JSONResponse({"ok": False}, 503)
    return JSONResponse({"ok": True})
