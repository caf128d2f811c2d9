"""A database that is away is said in words here as everywhere."""

import asyncio
import functools
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from schema.errors import is_away
from web import errors
from web.settings import settings

Handler = Callable[[Request], Awaitable[Response]]


def patiently(handler: Handler) -> Handler:
    """Answer 503 where the database cannot be reached."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        try:
            async with asyncio.timeout(settings().patience_seconds):
                return await handler(request)
        except Exception as error:
            if not is_away(error):
                raise
            return errors.page(503)

    return guarded
