"""The viewer's own numbers."""

from datetime import timedelta
from typing import Any

from models import clock
from tests.people import people, person
from tests.schema.acts import done, sent
from tests.schema.conftest import Ask

HEAD = """{ viewer { waitingCount unreadCount member { handle isViewer }
  requestBudget { limit days remaining resetsAt } } }"""


async def head(ask: Ask, who: int) -> Any:
    return (await ask(who, HEAD))["viewer"]


async def test_nobody(ask: Ask) -> None:
    assert await ask(None, HEAD) == {"viewer": None}


async def test_counters(ask: Ask) -> None:
    ada, grace, hugo = await people("ada", "grace", "hugo")
    assert await head(ask, ada) == {
        "waitingCount": 0,
        "unreadCount": 0,
        "member": {"handle": "ada", "isViewer": True},
        "requestBudget": {"limit": 50, "days": 7, "remaining": 50, "resetsAt": None},
    }
    first, second = await sent(ask, grace, ada), await sent(ask, hugo, ada)
    seen = await head(ask, ada)
    assert (seen["waitingCount"], seen["unreadCount"]) == (2, 2)
    await done(ask, ada, "ignore", first)
    await done(ask, ada, "accept", second)
    seen = await head(ask, ada)
    assert (seen["waitingCount"], seen["unreadCount"]) == (0, 0)


async def test_budget(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    first = await sent(ask, ada, grace)
    began = clock.now()
    clock.advance(days=1)
    await done(ask, ada, "withdraw", await sent(ask, ada, hugo))
    budget = (await head(ask, ada))["requestBudget"]
    assert (budget["limit"], budget["remaining"]) == (50, 48)
    assert budget["resetsAt"] == (began + timedelta(days=7)).isoformat()
    await done(ask, grace, "accept", first)
    assert (await head(ask, ada))["requestBudget"]["remaining"] == 49, "who accepts gives it back"
    clock.advance(days=7)
    assert (await head(ask, ada))["requestBudget"]["remaining"] == 50


async def test_a_new_account_has_the_small_budget(ask: Ask) -> None:
    clock.freeze()
    ada = await person("ada", joined_at=clock.now())
    new = (await head(ask, ada))["requestBudget"]
    assert (new["limit"], new["days"]) == (5, 1)
    clock.advance(days=7)
    assert (await head(ask, ada))["requestBudget"]["limit"] == 50


async def test_the_cursor_is_older_than_the_lists_beside_it(ask: Ask) -> None:
    """Read in whatever order a document names them: subscribing after it misses nothing."""
    ada, grace = await people("ada", "grace")
    await sent(ask, ada, grace)
    query = """{ viewer { receivedRequests { nodes { id } } eventCursor waitingCount } }"""
    first = (await ask(grace, query))["viewer"]
    events = "query ($a: Cursor) { viewer { events(after: $a) { nodes { cursor } } } }"
    assert (await ask(grace, events, a=first["eventCursor"]))["viewer"]["events"]["nodes"] == []
