"""Events for those who poll: in order, without a gap, only one's own."""

from typing import Any

from models import clock, event, ids, sql, sweeper
from models.unit import unit
from tests.people import people
from tests.schema.acts import code, connect, done, end, mem, sent
from tests.schema.conftest import Ask

EVENTS = """query ($after: Cursor, $first: Int! = 100) { viewer { eventCursor
  events(after: $after, first: $first) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { cursor } }
    nodes { __typename cursor occurredAt
      ... on RequestSent { requestId memberId request { state } member { handle } }
      ... on RequestReceived { requestId memberId request { state } member { handle } }
      ... on RequestAccepted { requestId memberId relationshipId request { state }
        member { handle } relationship { id } }
      ... on RequestDeclined { requestId memberId request { state declineReason } }
      ... on RequestWithdrawn { requestId memberId request { state } }
      ... on ConnectionEnded { relationshipId memberId member { handle } } } } } }"""


async def events(ask: Ask, who: int, **variables: Any) -> Any:
    return (await ask(who, EVENTS, **variables))["viewer"]["events"]


async def kinds(ask: Ask, who: int) -> list[str]:
    return [node["__typename"] for node in (await events(ask, who))["nodes"]]


async def test_what_each_side_hears(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    request = await sent(ask, ada, grace)
    await done(ask, grace, "accept", request)
    withdrawn = await sent(ask, ada, hugo)
    await done(ask, ada, "withdraw", withdrawn)
    assert await kinds(ask, ada) == [
        "RequestSent",
        "RequestAccepted",
        "RequestSent",
        "RequestWithdrawn",
    ]
    assert await kinds(ask, grace) == ["RequestReceived", "RequestAccepted"]
    assert await kinds(ask, hugo) == ["RequestReceived"], "a withdrawal is silent"
    [received] = (await events(ask, hugo))["nodes"]
    assert received["requestId"] == withdrawn, "the id stays"
    assert received["request"] is None, "and what it names is read with the receiver's eyes"
    accepted = (await events(ask, ada))["nodes"][1]
    assert accepted["relationship"] == {"id": accepted["relationshipId"]}
    assert (accepted["memberId"], accepted["member"]) == (mem(grace), {"handle": "grace"})


async def test_a_told_decline_and_an_end(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await done(ask, grace, "decline", await sent(ask, ada, grace), reason="NOT_NOW", tell=True)
    await end(ask, ada, "removeConnection", await connect(ask, ada, hugo))
    assert (await kinds(ask, ada))[1:] == ["RequestSent", "RequestAccepted"]
    clock.advance(minutes=10)
    await sweeper.sweep()
    declined, ended = (await events(ask, ada))["nodes"][-2:]
    if declined["__typename"] != "RequestDeclined":  # due at the same moment
        declined, ended = ended, declined
    assert declined["request"] == {"state": "DECLINED", "declineReason": "NOT_NOW"}
    assert ended["memberId"] == mem(hugo)


async def test_polling_page_by_page_sees_every_event_once(ask: Ask) -> None:
    ada, *others = await people("ada", *(f"member-{n}" for n in range(7)))
    for other in others:
        await sent(ask, ada, other)
    seen: list[str] = []
    after = None
    while True:
        page = await events(ask, ada, after=after, first=3)
        seen += [node["requestId"] for node in page["nodes"]]
        assert [e["cursor"] for e in page["edges"]] == [n["cursor"] for n in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    rows = await sql.rows("SELECT subject_id FROM event WHERE member_id = $1 ORDER BY seq", ada)
    assert seen == [ids.encode(ids.REQUEST, row["subject_id"]) for row in rows]
    assert len(seen) == 7


async def test_query_then_poll_misses_nothing(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    cursor = (await ask(grace, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    assert (await events(ask, grace, after=cursor))["nodes"] == []
    request = await sent(ask, ada, grace)
    [node] = (await events(ask, grace, after=cursor))["nodes"]
    assert node["requestId"] == request
    newest = (await ask(grace, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    assert newest == node["cursor"]


async def test_cursors_that_cannot_be_used(ask: Ask) -> None:
    clock.freeze()
    ada, grace = await people("ada", "grace")
    start = (await ask(ada, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    foreign = (await ask(grace, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    await sent(ask, ada, grace)
    for cursor in (foreign, "", "x", "💥", "e" * 5000, start + "A", "AAAA\x00", "\ud800"):
        refused = await ask(ada, EVENTS, after=cursor, errors=True)
        assert code(refused) == "BAD_REQUEST", cursor
    ahead = (await ask(ada, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    await sql.change("UPDATE inbox SET last_seq = 0 WHERE id = $1", ada)
    await sql.change("DELETE FROM event WHERE member_id = $1", ada)
    restored = await ask(ada, EVENTS, after=ahead, errors=True)
    assert code(restored) == "CURSOR_EXPIRED", "a database restored from a backup"


async def test_events_past_their_retention(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    start = (await ask(ada, "{ viewer { eventCursor } }"))["viewer"]["eventCursor"]
    await sent(ask, ada, grace)
    clock.advance(days=31)
    kept = await sent(ask, ada, hugo)
    await unit(lambda _: event.purge())
    assert code(await ask(ada, EVENTS, after=start, errors=True)) == "CURSOR_EXPIRED"
    assert [n["requestId"] for n in (await events(ask, ada))["nodes"]] == [kept]
    [edge] = (await events(ask, ada))["edges"]
    assert (await events(ask, ada, after=edge["cursor"]))["nodes"] == []
    clock.advance(days=31)
    await unit(lambda _: event.purge())
    assert (await events(ask, ada, after=edge["cursor"]))["nodes"] == [], "nothing was missed"
