"""How long what is open may stay: a socket ends with its credentials, whether or not it has a
subscription. A ring of the bell says that something about the member has changed, here or in
another process; the end of a token is known beforehand.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator

from models import bell, clock
from models.token import Scope
from schema.context import BadCredentials, Context, Viewer, authenticate

# A subscription of the same socket that looks within this time has looked for all of it.
BREATH_SECONDS = 0.2
# A ring that was lost is made up for after this.
LOST_SECONDS = 300


@contextlib.contextmanager
def woken_at_end(viewer: Viewer) -> Iterator[None]:
    """Ring for the viewer, in this process, when their token ends by itself."""
    if viewer.expires_at is None:
        yield
        return
    seconds = (viewer.expires_at - clock.now()).total_seconds() + 0.01
    waking = asyncio.get_running_loop().call_later(max(0, seconds), bell.wake, [viewer.id])
    try:
        yield
    finally:
        waking.cancel()


async def until_ended(context: Context, viewer: Viewer) -> None:
    """Return once the credentials no longer stand for this viewer."""
    with bell.listening(viewer.id) as rung, woken_at_end(viewer):
        rung.polled = False  # new events end nothing
        rung.set()  # it may have ended before this began to listen
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOST_SECONDS):
                    await rung.wait()
            rung.clear()
            since = time.monotonic()
            await asyncio.sleep(BREATH_SECONDS)
            if context.found_at >= since:
                continue
            try:
                now = await authenticate(context)
            except BadCredentials:
                return
            if now is None or now.id != viewer.id:
                return


async def still(
    context: Context, viewer: Viewer, scope: Scope = Scope.EVENTS_READ
) -> Viewer | None:
    """The viewer as of now; None when the session or token has ended or lost the scope."""
    try:
        now = await authenticate(context)
    except BadCredentials:
        return None
    if now is None or now.id != viewer.id or scope not in now.scopes:
        return None
    return now
