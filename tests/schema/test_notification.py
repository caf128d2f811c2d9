"""Notifications: coalesced, read or unread, and gone with what they told of."""

from typing import Any

from models import clock, ids, member, relationship, sql
from models import request as requests
from models.request import Basis
from models.sending import send
from tests.people import people
from tests.schema.acts import codes, done, sent
from tests.schema.conftest import Ask

LIST = """query ($first: Int! = 100, $after: Cursor) { viewer { unreadCount
  notifications(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    id kind occurredAt read memberName member { handle } request { id state } } } } }"""
READ = """mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
  unreadCount userErrors { field code } } }"""


async def notices(ask: Ask, who: int) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await ask(who, LIST))["viewer"]["notifications"]["nodes"]
    return nodes


async def unread(ask: Ask, who: int) -> int:
    return int((await ask(who, "{ viewer { unreadCount } }"))["viewer"]["unreadCount"])


async def read(ask: Ask, who: int, given: list[str] | None) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask(who, READ, input={"notificationIds": given}))[
        "markNotificationsRead"
    ]
    return payload


async def test_a_request_and_its_acceptance(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    request = await sent(ask, ada, grace)
    [notice] = await notices(ask, grace)
    assert (notice["kind"], notice["read"], notice["memberName"]) == (
        "REQUEST_RECEIVED",
        False,
        "Ada",
    )
    assert notice["request"] == {"id": request, "state": "PENDING"}
    assert await notices(ask, ada) == []
    await done(ask, grace, "accept", request)
    assert await unread(ask, grace) == 0, "dealt with is read"
    [notice] = await notices(ask, ada)
    assert (notice["kind"], notice["member"]) == ("REQUEST_ACCEPTED", {"handle": "grace"})
    assert await unread(ask, ada) == 1


async def test_it_goes_with_the_request(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo = await people("ada", "grace", "hugo")
    await done(ask, ada, "withdraw", await sent(ask, ada, grace))
    assert await notices(ask, grace) == []
    await sent(ask, ada, hugo)
    clock.advance(days=180)
    assert await notices(ask, hugo) == []
    assert await unread(ask, hugo) == 0


async def test_marking_as_read(ask: Ask) -> None:
    ada, grace, hugo, ivan = await people("ada", "grace", "hugo", "ivan")
    for other in (grace, hugo, ivan):
        await sent(ask, other, ada)
    first, second, third = [notice["id"] for notice in await notices(ask, ada)]
    assert (await read(ask, ada, [second]))["unreadCount"] == 2
    assert (await read(ask, ada, []))["unreadCount"] == 2, "an empty list is not all"
    assert (await read(ask, ada, [second, "x", ids.encode("ntf", 1), "crq_\x00"]))[
        "unreadCount"
    ] == 2
    assert (await read(ask, grace, [first, third]))["userErrors"] == []
    assert await unread(ask, ada) == 2, "others' notifications are passed over"
    assert codes(await read(ask, ada, [first] * 101)) == ["TOO_LONG"]
    assert (await read(ask, ada, None))["unreadCount"] == 0
    assert [notice["read"] for notice in await notices(ask, ada)] == [True] * 3


async def test_by_its_id(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    await sent(ask, ada, grace)
    [notice] = await notices(ask, grace)
    query = "query ($id: ID!) { node(id: $id) { id ... on Notification { kind memberName } } }"
    found = (await ask(grace, query, id=notice["id"]))["node"]
    assert found == {"id": notice["id"], "kind": "REQUEST_RECEIVED", "memberName": "Ada"}
    assert (await ask(ada, query, id=notice["id"]))["node"] is None
    assert (await ask(None, query, id=notice["id"]))["node"] is None


async def test_who_may_no_longer_be_seen_is_not_named(ask: Ask) -> None:
    ada, grace = await people("ada", "grace")
    row = await send(ada, grace, Basis.OTHER, None)
    await requests.accept(grace, row["id"])
    await member.update_profile(ada, {"profile_audience": "CONNECTIONS", "name": "Ada Elsewhere"})
    [told] = await notices(ask, grace)
    assert told["memberName"] == "Ada Elsewhere"
    [side] = await sql.rows("SELECT id FROM relationship WHERE owner_id = $1", grace)
    await relationship.remove(grace, side["id"])
    [told] = await notices(ask, grace)
    assert (told["memberName"], told["member"]) == ("A member", None)


async def test_what_comes_while_one_reads_stays_unread(ask: Ask) -> None:
    clock.freeze()
    ada, grace, hugo, joan = await people("ada", "grace", "hugo", "joan")
    await sent(ask, ada, grace)
    await sent(ask, hugo, grace)
    newest = (await notices(ask, grace))[0]["occurredAt"]
    clock.advance(seconds=1)
    await sent(ask, joan, grace)
    for given in ({}, {"group": "REQUESTS"}, {"notificationIds": []}):
        payload = (await ask(grace, READ, input={**given, "until": newest}))[
            "markNotificationsRead"
        ]
        assert payload == {"unreadCount": 1, "userErrors": []}, given
    [first, *_] = await notices(ask, grace)
    assert (first["memberName"], first["read"]) == ("Joan", False)
    result = await ask(grace, READ, input={"until": "yesterday"}, errors=True)
    assert result["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
