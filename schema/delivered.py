"""Events handed to apps, counted here and written down together every few seconds."""

import asyncio
import contextlib
import logging
from collections import Counter

from models import grant

FLUSH_SECONDS = 5

log = logging.getLogger("mutual.schema")

_pending: Counter[int] = Counter()
_flushing: asyncio.Task[None] | None = None


def note(grant_id: int) -> None:
    """One event more for this grant."""
    global _flushing
    _pending[grant_id] += 1
    if _flushing is None or _flushing.done():
        _flushing = asyncio.create_task(_flush_later())


async def _flush_later() -> None:
    while _pending:
        await asyncio.sleep(FLUSH_SECONDS)
        try:
            await flush()
        except Exception:
            log.warning("could not count delivered events", exc_info=True)


async def flush() -> None:
    """Write down what has been counted; what cannot be written is kept for the next time."""
    for grant_id in sorted(_pending):
        number = _pending.pop(grant_id, 0)
        try:
            await grant.count_delivered(grant_id, number)
        except Exception:
            _pending[grant_id] += number
            raise


async def close() -> None:
    """The process ends: write down the rest."""
    if _flushing is not None:
        _flushing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await _flushing
    try:
        await flush()
    except Exception:
        log.warning("could not count delivered events", exc_info=True)
