"""`python -m web`, and a look at itself from inside: GET /watched.

How long one turn of the event loop takes is counted in the processor's time of the loop's thread,
so that a busy machine does not count. What only waits (a file, a lock, a sleep) would not be
counted: that is what ruff's ASYNC rules are for.
"""

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tortoise.connection import get_connection

import web.app
from models import bell
from web.cli import app

_make = web.app.create_app
_run = asyncio.Handle._run  # type: ignore[attr-defined]
_loop_thread = threading.main_thread().ident
worst: list[Any] = [0.0, ""]


def _timed(handle: asyncio.Handle) -> None:
    if threading.get_ident() != _loop_thread:
        _run(handle)
        return
    began = time.thread_time()
    _run(handle)
    took = time.thread_time() - began
    if took > worst[0]:
        worst[:] = [took, repr(handle)]


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def watched(request: Request) -> Response:
    """What the process holds, and its longest turn; `?reset=1` forgets that."""
    pool = getattr(get_connection("default"), "_pool", None)
    pooled = pool.get_size() if hasattr(pool, "get_size") else 0
    busy = pooled - pool.get_idle_size() if pooled else 0
    found = {
        "longest": worst[0],
        "what": worst[1],
        "busy": busy,
        "waiting": bell.waiting(),
        "tasks": len(asyncio.all_tasks()),
        # A pool keeps the connections it once needed: they are not left behind.
        "files": _open_files() - pooled,
    }
    if request.query_params.get("reset"):
        worst[:] = [0.0, ""]
    return JSONResponse(found)


def create_app() -> Starlette:
    """The application with one more address."""
    made = _make()
    made.router.routes.insert(0, Route("/watched", watched))
    return made


if __name__ == "__main__":
    asyncio.Handle._run = _timed  # type: ignore[attr-defined]
    web.app.create_app = create_app
    app()
