"""Members as each kind of viewer sees them."""

from typing import Any

import pytest

from models import clock, sql
from tests.people import people, person
from tests.schema.acts import connect, done, end, mem, sent
from tests.schema.conftest import Ask

MEMBER = """query ($handle: String!) { member(handle: $handle) {
  id handle name headline organisation location about joinedAt isViewer
  connectionCount mutualCount
  relationship { id } openRequest { id direction state }
  canRequest { allowed code until message }
  connections { totalCount nodes { handle } edges { connectedAt relationship { id } } } } }"""
CAN = "query ($handle: String!) { member(handle: $handle) { canRequest { allowed code until } } }"
LIST = "query ($search: String) { members(search: $search, first: 100) { nodes { handle } } }"


async def member(ask: Ask, who: int | None, handle: str) -> Any:
    return (await ask(who, MEMBER, handle=handle))["member"]


async def can(ask: Ask, who: int, handle: str) -> tuple[bool, str | None]:
    answer = (await ask(who, CAN, handle=handle))["member"]["canRequest"]
    return answer["allowed"], answer["code"]


async def found(ask: Ask, who: int | None, search: str | None = None) -> list[str]:
    nodes = (await ask(who, LIST, search=search))["members"]["nodes"]
    return [node["handle"] for node in nodes]


async def test_by_handle(ask: Ask) -> None:
    ada = await person("ada")
    grace = await person("grace", headline="Navy", about="One\ntwo", organisation="Harvard")
    seen = await member(ask, ada, "GRACE")
    assert seen["id"] == mem(grace)
    assert (seen["headline"], seen["about"], seen["organisation"]) == (
        "Navy",
        "One\ntwo",
        "Harvard",
    )
    assert seen["isViewer"] is False
    assert (await member(ask, ada, "ada"))["isViewer"] is True


@pytest.mark.parametrize("handle", ["nobody", "", "@ada", "a\x00da", "ad\ud800a", "💥", "a" * 9999])
async def test_no_such_handle(ask: Ask, handle: str) -> None:
    ada = await person("ada")
    assert await member(ask, ada, handle) is None
    assert await member(ask, None, handle) is None


async def test_how_two_stand_to_each_other(ask: Ask) -> None:
    clock.freeze()
    ada, grace, _ = await people("ada", "grace", "hugo")
    assert await can(ask, ada, "grace") == (True, None)
    assert await can(ask, ada, "ada") == (False, "SELF")
    request = await sent(ask, ada, grace)
    assert await can(ask, ada, "grace") == (False, "REQUEST_OPEN")
    assert await can(ask, grace, "ada") == (True, None), "asking back accepts"
    own = (await member(ask, ada, "grace"))["openRequest"]
    assert own == {"id": request, "direction": "SENT", "state": "PENDING"}
    theirs = (await member(ask, grace, "ada"))["openRequest"]
    assert theirs == {"id": request, "direction": "RECEIVED", "state": "PENDING"}
    assert (await member(ask, ada, "hugo"))["openRequest"] is None
    await done(ask, grace, "accept", request)
    seen = await member(ask, ada, "grace")
    assert (seen["openRequest"], seen["connectionCount"]) == (None, 1)
    assert await can(ask, ada, "grace") == (False, "ALREADY_CONNECTED")
    await end(
        ask, grace, "removeConnection", (await member(ask, grace, "ada"))["relationship"]["id"]
    )
    assert (await member(ask, ada, "grace"))["relationship"] is None
    assert await can(ask, ada, "grace") == (False, "COOLDOWN"), "the removed waits"
    assert await can(ask, grace, "ada") == (True, None), "the remover need not"


async def test_limits_come_before_the_other_side(ask: Ask, set_up: Any) -> None:
    set_up(open_requests=1)
    ada, grace = await people("ada", "grace")
    await person("closed", accepts_requests=False)
    assert await can(ask, ada, "closed") == (False, "RECIPIENT_UNAVAILABLE")
    await sent(ask, ada, grace)
    assert await can(ask, ada, "closed") == (False, "TOO_MANY_PENDING")
    set_up(request_budget=1)
    assert await can(ask, ada, "closed") == (False, "BUDGET_EXHAUSTED")
    assert await can(ask, ada, "grace") == (False, "REQUEST_OPEN")


async def test_signed_out_sees_who_shows_themself_to_everyone(ask: Ask) -> None:
    await person("ada")
    await person("open", profile_audience="EVERYONE", connections_audience="EVERYONE")
    await person("shy", profile_audience="CONNECTIONS")
    assert await member(ask, None, "ada") is None
    seen = await member(ask, None, "open")
    assert seen["connectionCount"] == 0
    assert seen["mutualCount"] == 0
    assert seen["canRequest"]["allowed"] is False
    assert seen["canRequest"]["code"] is None
    assert seen["relationship"] is seen["openRequest"] is None
    assert await found(ask, None) == ["open"]


async def test_profile_for_connections_only(ask: Ask) -> None:
    ada, shy, eve = await people("ada", "shy", "eve")
    await connect(ask, ada, shy)
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", shy)
    assert (await member(ask, ada, "shy"))["handle"] == "shy"
    assert await member(ask, eve, "shy") is None
    assert (await member(ask, shy, "shy"))["isViewer"] is True
    assert "shy" not in await found(ask, eve, "shy")
    request = await sent(ask, shy, eve)
    assert (await member(ask, eve, "shy"))["handle"] == "shy", "who asks shows themself"
    await done(ask, shy, "withdraw", request)
    assert await member(ask, eve, "shy") is None


AUDIENCES = {
    # audience: (a stranger to all, a member, a connection) see (the count, Ben's edge to Cleo)
    "EVERYONE": ((2, ["cleo", "ada"]), (2, ["cleo", "ada"]), (2, ["cleo", "ada"])),
    "MEMBERS": ((None, []), (2, ["cleo", "ada"]), (2, ["cleo", "ada"])),
    "CONNECTIONS": ((None, []), (None, []), (2, ["cleo", "ada"])),
    "MUTUAL": ((None, []), (None, []), (None, ["cleo"])),
    "NOBODY": ((None, []), (None, []), (None, [])),
}


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_who_sees_connections(ask: Ask, audience: str) -> None:
    """Ben shows his list to `audience`; Ada is connected with Ben and Cleo, Dan with nobody."""
    clock.freeze()
    everyone = {"profile_audience": "EVERYONE"}
    ada, cleo = await person("ada", **everyone), await person("cleo", **everyone)
    ben = await person("ben", connections_audience=audience, **everyone)
    dan = await person("dan")
    for one, two in ((ada, ben), (cleo, ben), (ada, cleo)):
        await connect(ask, one, two)
        clock.advance(minutes=1)
    for who, (count, handles) in zip((None, dan, ada), AUDIENCES[audience], strict=True):
        seen = await member(ask, who, "ben")
        assert seen["connectionCount"] == count, who
        assert seen["connections"]["totalCount"] == count, who
        listed = [node["handle"] for node in seen["connections"]["nodes"]]
        assert listed == handles, who
        edges = seen["connections"]["edges"]
        assert all(edge["relationship"] is None for edge in edges), "not the viewer's own list"
    mutual = (await member(ask, ada, "ben"))["mutualCount"]
    assert mutual == (0 if audience == "NOBODY" else 1)
    own = await member(ask, ben, "ben")
    assert (own["connectionCount"], len(own["connections"]["nodes"])) == (2, 2)
    assert all(edge["relationship"] for edge in own["connections"]["edges"])


async def test_search(ask: Ask) -> None:
    ada = await person("ada", name="Ada 100% Lovelace", organisation="Analytical_Engines")
    await person("bob", name="Bob\\Back")
    for words, handles in (
        ("LOVEL", ["ada"]),
        ("%", ["ada"]),
        ("100%", ["ada"]),
        ("_", ["ada"]),
        ("l_E", ["ada"]),
        ("a_a", []),
        ("\\", ["bob"]),
        ("bo", ["bob"]),
        ("  ", ["bob", "ada"]),
        ("", ["bob", "ada"]),
        ("\x00", ["bob", "ada"]),
        ("'; DROP TABLE member; --", []),
        ("\U0001f4a5" * 200, []),
    ):
        assert await found(ask, ada, words) == handles, repr(words)


async def test_search_in_connections(ask: Ask) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    for other in (ben, cleo):
        await connect(ask, ada, other)
    query = """query ($search: String) { viewer { connections(search: $search) {
      totalCount nodes { handle } } } }"""
    page = (await ask(ada, query, search="CLE"))["viewer"]["connections"]
    assert page == {"totalCount": 2, "nodes": [{"handle": "cleo"}]}


async def test_suspended_members_are_not_there(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    await connect(ask, ada, ben)
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", ben, clock.now())
    assert await member(ask, ada, "ben") is None
    assert await found(ask, ada) == ["ada"]
    own = await ask(ada, "{ viewer { connections { nodes { handle } } } }")
    assert own["viewer"]["connections"]["nodes"] == []
