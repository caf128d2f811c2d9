"""The graph through the schema: pages, settings, and what each root field costs."""

from itertools import pairwise

import pytest

from tests.people import people
from tests.schema.acts import codes, connect, mem
from tests.schema.conftest import Ask
from tests.schema.test_statements import count, fill

PERSON = "id handle name headline avatarUrl mutualCount connectionCount"
ROOTS = {
    "suggestions": f"""{{ viewer {{ suggestions(first: %d) {{ pageInfo {{ endCursor }}
      nodes {{ member {{ {PERSON} }} reasons {{ kind text count members {{ handle }} }} }}
    }} }} }}""",
    "following": f"""{{ viewer {{ following(first: %d) {{ totalCount
      edges {{ followedAt node {{ {PERSON} }} }} }} }} }}""",
    "followers": f"{{ viewer {{ followers(first: %d) {{ totalCount nodes {{ {PERSON} }} }} }} }}",
    "degrees": "{ members(first: %d) { nodes { handle degree } } }",
    "mutual": f"""{{ member(handle: "member-6") {{ mutualConnections(first: %d) {{
      nodes {{ {PERSON} }} }} }} }}""",
    "follows": "{ members(first: %d) { nodes { handle viewerFollows canFollow } } }",
    "settings": "{ viewer { suggestionSettings { suggested byWork } } }",
    "audience": "{ viewer { followAudience } }",
}


@pytest.mark.parametrize("name", ROOTS)
async def test_statements(ask: Ask, name: str) -> None:
    ada = await fill(ask, 12)
    query = ROOTS[name]
    few = await count(ada, query % 1 if "%d" in query else query)
    many = await count(ada, query % 100 if "%d" in query else query)
    assert len(few) == len(many) <= 2, (name, many)


async def test_a_path_costs_as_much_however_many_look(ask: Ask) -> None:
    """A statement for the member, one for the way, one for the people on it."""
    ada, ben, cleo = await people("ada", "ben", "cleo")
    await connect(ask, ada, ben)
    await connect(ask, ben, cleo)
    seen = await count(ada, '{ member(handle: "cleo") { pathFromViewer { handle name } } }')
    assert len(seen) == 3


async def test_degrees_and_ways(ask: Ask) -> None:
    chain = await people("ada", "ben", "cleo", "dan", "eva")
    for one, other in pairwise(chain):
        await connect(ask, one, other)
    query = "{ members { nodes { handle degree pathFromViewer { handle } } } }"
    found = (await ask(chain[0], query))["members"]["nodes"]
    assert {each["handle"]: (each["degree"], names(each["pathFromViewer"])) for each in found} == {
        "ada": (None, None),
        "ben": (1, []),
        "cleo": (2, ["ben"]),
        "dan": (3, ["ben", "cleo"]),
        "eva": (None, None),
    }


def names(people: list[dict[str, str]] | None) -> list[str] | None:
    """Their handles."""
    return None if people is None else [each["handle"] for each in people]


SETTINGS = """mutation ($input: UpdateSuggestionSettingsInput!) {
  updateSuggestionSettings(input: $input) {
    suggestionSettings { suggested byConnections byWork bySchool } userErrors { code } } }"""


async def test_settings(ask: Ask) -> None:
    [ada] = await people("ada")
    changed = (await ask(ada, SETTINGS, input={"byWork": False}))["updateSuggestionSettings"]
    expected = {"suggested": True, "byConnections": True, "byWork": False, "bySchool": True}
    assert changed == {"suggestionSettings": expected, "userErrors": []}
    changed = (await ask(ada, SETTINGS, input={"suggested": False}))["updateSuggestionSettings"]
    assert changed["suggestionSettings"] == {**expected, "suggested": False}
    audience = """mutation { updateFollowSettings(input: {followAudience: NOBODY}) {
      followAudience userErrors { code } } }"""
    chosen = (await ask(ada, audience))["updateFollowSettings"]
    assert chosen == {"followAudience": "NOBODY", "userErrors": []}
    assert (await ask(ada, "{ viewer { followAudience } }"))["viewer"] == {
        "followAudience": "NOBODY"
    }


ACTS = ("dismissSuggestion", "undoDismissSuggestion", "followMember", "unfollowMember")


@pytest.mark.parametrize("name", [*ACTS, "removeFollower"])
async def test_ids_that_are_none(ask: Ask, name: str) -> None:
    [ada] = await people("ada")
    query = f"""mutation ($id: ID!) {{ {name}(input: {{memberId: $id}}) {{
      member {{ id }} userErrors {{ field message code }} }} }}"""
    code = "RECIPIENT_UNAVAILABLE" if name == "followMember" else "NOT_FOUND"
    for given in ("", "nonsense", "rel_0000000000001", "mem_zzzzzzzzzzzzz", mem(ada)[:-1]):
        payload = (await ask(ada, query, id=given))[name]
        assert payload["member"] is None
        assert codes(payload) == [code]


async def test_a_cursor_of_another_list(ask: Ask) -> None:
    [ada] = await people("ada")
    for name in ("suggestions", "following", "followers"):
        for after in ("nonsense", "bWVtOjE"):
            query = f'{{ viewer {{ {name}(after: "{after}") {{ nodes {{ __typename }} }} }} }}'
            answer = await ask(ada, query, errors=True)
            assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
