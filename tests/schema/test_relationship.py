"""The viewer's side of a connection: removing it, undoing that, connecting again."""

from typing import Any

from models import clock, ids, sql, sweeper
from tests.people import check_invariants, people
from tests.schema.acts import SIDE, codes, connect, done, end, sent
from tests.schema.conftest import Ask

BY_ID = f"query ($id: ID!) {{ node(id: $id) {{ ... on Relationship {{ {SIDE} }} }} }}"


async def side(ask: Ask, who: int, given: str) -> Any:
    return (await ask(who, BY_ID, id=given))["node"]


async def mirror(ask: Ask, who: int, handle: str) -> str:
    query = "query ($handle: String!) { member(handle: $handle) { relationship { id } } }"
    return str((await ask(who, query, handle=handle))["member"]["relationship"]["id"])


async def test_a_connection_has_a_side_for_each(ask: Ask) -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    mine = await connect(ask, ada, grace)
    theirs = await mirror(ask, grace, "ada")
    assert mine != theirs
    seen = await side(ask, ada, mine)
    assert seen["member"] == {"handle": "grace"}
    assert (seen["listed"], seen["endedAt"], seen["undoableUntil"]) == (True, None, None)
    assert seen["request"]["id"].startswith("crq_")
    assert (await side(ask, grace, theirs))["since"] == seen["since"]
    for who, given in ((ada, theirs), (grace, mine), (eve, mine), (eve, theirs)):
        assert await side(ask, who, given) is None, "a side is its owner's alone"


async def test_remove_and_undo(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    mine = await connect(ask, ada, grace)
    theirs = await mirror(ask, grace, "ada")
    since = (await side(ask, ada, mine))["since"]
    clock.advance(days=3)
    ended = await end(ask, ada, "removeConnection", mine)
    assert ended["userErrors"] == []
    assert ended["relationship"]["endedAt"]
    assert ended["relationship"]["undoableUntil"]
    assert await end(ask, ada, "removeConnection", mine) == ended, "twice is once"
    seen = await side(ask, grace, theirs)
    assert seen["endedAt"], "in force at once for both"
    assert seen["undoableUntil"] is None, "who removed is not said"
    assert codes(await end(ask, grace, "undoRemoveConnection", theirs)) == ["NOT_FOUND"]
    await check_invariants()
    back = await end(ask, ada, "undoRemoveConnection", mine)
    assert back["relationship"]["since"] == since, "with its old date"
    assert back["relationship"]["endedAt"] is None
    assert await end(ask, ada, "undoRemoveConnection", mine) == back
    clock.advance(hours=1)
    await sweeper.sweep()
    ended_events = await sql.rows("SELECT id FROM event WHERE kind = 'CONNECTION_ENDED'")
    assert ended_events == []
    await check_invariants()


async def test_too_late_to_undo(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    mine = await connect(ask, ada, grace)
    await end(ask, ada, "removeConnection", mine)
    clock.advance(minutes=10)
    assert codes(await end(ask, ada, "undoRemoveConnection", mine)) == ["TOO_LATE"]
    assert (await side(ask, ada, mine))["undoableUntil"] is None


async def test_both_hear_of_the_end_alike(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    mine = await connect(ask, ada, grace)
    await end(ask, ada, "removeConnection", mine)
    events = """{ viewer { events(first: 100) { nodes { __typename occurredAt
      ... on ConnectionEnded { relationshipId memberId member { handle } } } } } }"""
    before = await ask(grace, events)
    clock.advance(minutes=11)
    await sweeper.sweep()
    for who, other in ((ada, "grace"), (grace, "ada")):
        *_, last = (await ask(who, events))["viewer"]["events"]["nodes"]
        assert last["__typename"] == "ConnectionEnded"
        assert last["member"] == {"handle": other}
    after = await ask(grace, events)
    assert len(after["viewer"]["events"]["nodes"]) == len(before["viewer"]["events"]["nodes"]) + 1


async def test_the_same_two_have_the_same_sides_again(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    mine = await connect(ask, ada, grace)
    await end(ask, ada, "removeConnection", mine)
    clock.advance(days=1)
    await done(ask, grace, "accept", await sent(ask, ada, grace))
    assert await mirror(ask, ada, "grace") == mine
    assert (await side(ask, ada, mine))["endedAt"] is None
    await check_invariants()


async def test_wrong_and_foreign_ids(ask: Ask) -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    mine = await connect(ask, ada, grace)
    for name in ("removeConnection", "undoRemoveConnection"):
        for given in (mine, "", "rel_", ids.encode("rel", 1), ids.encode("mem", ada), "\x00" * 17):
            payload = await end(ask, eve, name, given)
            assert codes(payload) == ["NOT_FOUND"], given
            assert payload["relationship"] is None
    assert (await side(ask, ada, mine))["endedAt"] is None
