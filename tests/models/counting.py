"""Counting SQL statements."""

import contextlib
from collections.abc import AsyncIterator

from models import sql


@contextlib.asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """The statements run inside the block."""
    seen: list[str] = []
    token = sql.statements.set(seen)
    try:
        yield seen
    finally:
        sql.statements.reset(token)
