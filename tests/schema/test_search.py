"""Searching for people through the schema."""

import pytest

from models import search_text
from models.token import Scope
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import connect
from tests.schema.conftest import Ask

PAGE = """query ($words: String, $first: Int! = 20, $after: Cursor) {
  searchMembers(query: $words, first: $first, after: $after) {
    edges { cursor degree matched { kind text } node { handle degree } }
    nodes { handle } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def test_a_page_says_who_how_near_and_why(ask: Ask) -> None:
    ada, ben, cleo, dan = await people("ada", "ben", "cleo", "dan")
    write = 'mutation { updateProfile(input: {headline: "Bridges"}) { userErrors { code } } }'
    for key in (ben, cleo, dan):
        await ask(key, write)
    await connect(ask, ada, ben)
    await connect(ask, ben, cleo)
    found = (await ask(ada, PAGE, words="brigdes"))["searchMembers"]
    assert [(e["node"]["handle"], e["degree"]) for e in found["edges"]] == [
        ("ben", 1), ("cleo", 2), ("dan", None),
    ]  # fmt: skip
    assert [edge["node"]["degree"] for edge in found["edges"]][:2] == [1, 2]
    assert all(e["matched"] == [{"kind": "HEADLINE", "text": "Bridges"}] for e in found["edges"])
    first = (await ask(ada, PAGE, words="bridges", first=1))["searchMembers"]
    assert first["pageInfo"]["hasNextPage"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await ask(ada, PAGE, words="bridges", after=cursor))["searchMembers"]
    assert [node["handle"] for node in rest["nodes"]] == ["cleo", "dan"]
    assert rest["pageInfo"]["hasPreviousPage"]


async def test_signed_out_only_what_everyone_sees_is_searched(ask: Ask) -> None:
    await person("ada", profile_audience="EVERYONE", headline="Bridges", headline_audience=1)
    await person("ben", headline="Bridges")
    await search_text.complete()
    assert (await ask(None, PAGE, words="bridges"))["searchMembers"]["nodes"] == []
    [edge] = (await ask(None, PAGE, words="ada"))["searchMembers"]["edges"]
    assert (edge["degree"], edge["matched"]) == (None, [{"kind": "NAME", "text": "Ada"}])


@pytest.mark.parametrize("first", [1, 20])
async def test_a_search_is_two_statements(ask: Ask, first: int) -> None:
    [ada] = await people("ada")
    for number in range(25):
        await person(f"anna-{number}", headline="Bridges")
    await search_text.complete()
    query = PAGE.replace("node { handle degree }", "node { handle about connectionCount }")
    async with statements() as seen:
        data = await ask(ada, query, words="anna bridges", first=first)
    assert len(data["searchMembers"]["edges"]) == first
    assert len([each for each in seen if not each.startswith("SELECT handle, name")]) == 2


async def test_a_program_needs_its_scopes(ask: Ask) -> None:
    [ada] = await people("ada")
    for missing, query in (
        (Scope.NETWORK_READ, '{ searchMembers(query: "x") { nodes { id } } }'),
        (Scope.PROFILE_READ, '{ searchMembers(query: "x") { edges { matched { text } } } }'),
    ):
        result = await ask(ada, query, errors=True, scopes=frozenset(Scope) - {missing})
        [error] = result["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN_SCOPE"


async def test_a_wrong_page_is_explained(ask: Ask) -> None:
    [ada] = await people("ada")
    for given in ({"first": 0}, {"first": 101}, {"after": "nonsense"}):
        result = await ask(ada, PAGE, errors=True, words="ada", **given)
        [error] = result["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
