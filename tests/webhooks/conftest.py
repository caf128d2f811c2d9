"""A real server whose members may register addresses of this machine; it tries again soon."""

import functools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.server import Server, start
from tests.sites import Join, joining, site_url
from tests.webhooks.receiver import Receiver, receiving

__all__ = ["site_url"]

HASTY = "tests.webhooks.hasty"
# The bell is what wakes: with polls an hour apart a lost ring would show.
serving = functools.partial(
    start, module=HASTY, webhook_private_targets=True, bell_poll_seconds=3600, sweep_seconds=3600
)


@pytest.fixture(scope="module")
def site(site_url: str) -> Iterator[Server]:
    """A server that works at jobs itself, and tries again after half a second."""
    with serving(site_url) as server:
        yield server


@pytest.fixture
async def join(site: Server, site_url: str) -> AsyncIterator[Join]:
    """`await join("ada")`: a new member's client; the database is open."""
    async with joining(site_url) as make:
        yield lambda handle, **given: make(site, handle, **given)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Where a webhook is registered."""
    async with receiving() as there:
        yield there
