"""Anything by its id, if the viewer may see it; every other id is the same null."""

from models import ids
from tests.people import people, person
from tests.schema.acts import code, connect, mem, sent
from tests.schema.conftest import Ask

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def test_all_kinds_in_order(ask: Ask) -> None:
    ada, grace, hugo = await people("ada", "grace", "hugo")
    request, side = await sent(ask, hugo, ada), await connect(ask, ada, grace)
    notices = "{ viewer { notifications { nodes { id } } } }"
    [_, notice] = (await ask(ada, notices))["viewer"]["notifications"]["nodes"]
    wanted = [side, mem(grace), "junk", notice["id"], request, mem(ada), side]
    found = (await ask(ada, NODES, ids=wanted))["nodes"]
    assert [node and node["id"] for node in found] == [
        None if given == "junk" else given for given in wanted
    ]
    kinds = [node and node["__typename"] for node in found]
    assert kinds == [
        "Relationship",
        "Member",
        None,
        "Notification",
        "ConnectionRequest",
        "Member",
        "Relationship",
    ]
    for given in wanted:
        single = (await ask(ada, NODE, id=given))["node"]
        assert single == found[wanted.index(given)]


async def test_what_is_not_ones_own_is_null(ask: Ask) -> None:
    ada, grace, eve = await people("ada", "grace", "eve")
    shy = await person("shy", profile_audience="CONNECTIONS")
    side = await connect(ask, ada, grace)
    request = await sent(ask, shy, grace)
    for who in (eve, None):
        found = (await ask(who, NODES, ids=[side, request, mem(shy)]))["nodes"]
        assert found == [None, None, None]


async def test_ids_that_are_none(ask: Ask) -> None:
    ada = await person("ada")
    good = mem(ada)
    wrong = [
        "",
        "_",
        "mem_",
        good.upper(),
        good[:-1],
        good + "0",
        good.replace("mem", "xxx"),
        good.replace("mem", "ses"),
        " " + good,
        "mem_8000000000000",
        "mem_zzzzzzzzzzzzz",
        "mem_\x00000000000000"[:17],
        "mem_\ud800000000000000",
        "💥" * 5000,
        ids.encode("mem", 0),
        ids.encode("crq", ada),
        ids.encode("rel", ada),
        ids.encode("ntf", ada),
        ids.encode("tok", ada),
    ]
    assert (await ask(ada, NODES, ids=wanted_of(wrong)))["nodes"] == [None] * len(wrong)


def wanted_of(given: list[str]) -> list[str]:
    assert len(given) <= 100
    return given


async def test_a_hundred_at_most(ask: Ask) -> None:
    ada = await person("ada")
    assert len((await ask(ada, NODES, ids=[mem(ada)] * 100))["nodes"]) == 100
    refused = await ask(ada, NODES, ids=[mem(ada)] * 101, errors=True)
    assert code(refused) == "BAD_REQUEST"
    assert "100" in refused["errors"][0]["message"]
