"""Organisations: there for whom, in which order, as what."""

from typing import Any

import pytest

from models import career, clock, ids
from models.audience import Chosen, FieldAudience
from models.career import CareerKind
from tests.people import people, person
from tests.profiles import stay
from tests.schema.acts import code, connect, mem
from tests.schema.conftest import Ask

PAGE = """query ($id: ID!, $first: Int!, $after: Cursor) {
  organisation(id: $id) { id name memberCount
  members(first: $first, after: $after) {
    edges { cursor worksThere workedThere studiedThere node { handle } }
    pageInfo { hasNextPage endCursor } } } }"""


async def work(member: int, place: str, audience: int = 1, **dates: int) -> str:
    """A position; the organisation's id."""
    chosen = Chosen(FieldAudience(audience))
    await career.add(member, CareerKind.WORK, stay(place, **dates), chosen)
    return _id(place)


def _id(place: str) -> str:
    from models.organisation import _made_of, key_of

    return ids.encode(ids.ORGANISATION, _made_of(key_of(place)))


async def page(ask: Ask, who: int | None, given: str, first: int = 50, after: Any = None) -> Any:
    """An organisation with its members."""
    return (await ask(who, PAGE, id=given, first=first, after=after))["organisation"]


async def test_who_is_there_and_in_which_order(ask: Ask) -> None:
    clock.freeze()
    ada, ben, cleo, dan, eve = await people("ada", "ben", "cleo", "dan", "eve")
    span = await work(ben, "Span", end_year=2018)
    await work(cleo, "SPAN")
    await work(dan, "span", end_year=2019)
    await career.add(eve, CareerKind.STUDY, stay("Span", ""))
    await work(dan, "Span", start=2021)
    await connect(ask, ada, ben)
    found = await page(ask, ada, span)
    assert found["memberCount"] == 4
    edges = found["members"]["edges"]
    assert [edge["node"]["handle"] for edge in edges] == ["ben", "dan", "cleo", "eve"]
    assert [edge["worksThere"] for edge in edges] == [False, True, True, False]
    assert [edge["workedThere"] for edge in edges] == [True, True, True, False]
    assert [edge["studiedThere"] for edge in edges] == [False, False, False, True]
    seen, after = [], None
    for _ in range(4):
        found = await page(ask, ada, span, 1, after)
        [edge] = found["members"]["edges"]
        seen.append(edge["node"]["handle"])
        after = found["members"]["pageInfo"]["endCursor"]
    assert seen == ["ben", "dan", "cleo", "eve"]
    assert not found["members"]["pageInfo"]["hasNextPage"]
    assert (await page(ask, cleo, span))["members"]["edges"][0]["node"]["handle"] == "dan"
    bad = await ask(ada, PAGE, errors=True, id=span, first=5, after="b3JnOjE")
    assert code(bad) == "BAD_REQUEST"


async def test_found_by_its_id(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    span = await work(ben, "Span")
    node = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await ask(ada, node, id=span))["node"] == {"__typename": "Organisation", "id": span}
    for given in (_id("Arch"), mem(ada).replace("mem", "org"), "org_", "junk"):
        assert (await ask(ada, node, id=given))["node"] is None
        assert await page(ask, ada, given) is None
    assert (await ask(None, node, id=span))["node"] is None


async def test_only_as_far_as_one_may_see(ask: Ask) -> None:
    """Whether it is there, its number, its name and the suggestions: from what is visible."""
    ada, ben, cleo = await people("ada", "ben", "cleo")
    shy = await person("shy", profile_audience="CONNECTIONS")
    span = await work(shy, "span (the first)", 0)
    await work(ben, "SPAN (The First)", 2)
    suggest = '{ organisations(search: "span") { id name } }'
    for who in (ada, None):
        assert await page(ask, who, span) is None
        assert (await ask(who, suggest))["organisations"] == []
    own = await page(ask, shy, span)
    assert (own["name"], own["memberCount"]) == ("span (the first)", 1)
    await work(cleo, "Span (the First)", 1)
    found = await page(ask, ada, span)
    assert (found["name"], found["memberCount"]) == ("Span (the First)", 1)
    assert (await ask(ada, suggest))["organisations"] == [{"id": span, "name": "Span (the First)"}]
    assert await page(ask, None, span) is None
    await connect(ask, ada, ben)
    found = await page(ask, ada, span)
    assert (found["name"], found["memberCount"]) == ("SPAN (The First)", 2)
    assert [e["node"]["handle"] for e in found["members"]["edges"]] == ["ben", "cleo"]


@pytest.mark.parametrize("search", ["", " ", "%", "_", "\\", "\x00", "\ud800", "x" * 50_000, "pan"])
async def test_odd_searches_find_nothing(ask: Ask, search: str) -> None:
    ada = await person("ada")
    await work(ada, "Span")
    query = "query ($s: String!) { organisations(search: $s) { name } }"
    assert (await ask(ada, query, s=search))["organisations"] == []


async def test_suggestions_are_words_and_few(ask: Ask) -> None:
    ada = await person("ada")
    for number in range(12):
        await work(ada, f"Bureau {number:02} of Měření", start=2000 + number)
    query = "query ($s: String!) { organisations(search: $s) { name } }"
    found = (await ask(ada, query, s="MERE"))["organisations"]
    assert [each["name"] for each in found] == [f"Bureau {n:02} of Měření" for n in range(10)]
    found = (await ask(ada, query, s="bureau 11"))["organisations"]
    assert [each["name"] for each in found] == ["Bureau 11 of Měření"]
