"""Profiles through the schema: every act, what it answers, and what a read costs."""

from typing import Any

import pytest

from models import career, clock, ids, profile_entry
from models.career import CareerKind
from models.profile_entry import EntryKind
from models.token import Scope
from schema import library, schema
from schema.context import Context
from schema.measure import PROFILE_LISTS
from tests.models.counting import statements
from tests.people import people, person
from tests.profiles import KINDS, add, tag
from tests.schema.acts import code, codes, connect, mem
from tests.schema.conftest import Ask, viewer_of

ITEM = "id audience audienceTagIds"
DATES = "startYear startMonth endYear endMonth isCurrent"
LISTS = f"""positions {{ {ITEM} {DATES} title description organisation {{ id name }} }}
  education {{ {ITEM} {DATES} subject description school {{ id name }} }}
  skills {{ {ITEM} name }} languages {{ {ITEM} name level }} links {{ {ITEM} url title }}
  featuredWork {{ {ITEM} title url description }} openTo {{ {ITEM} kind }}
  contactDetails {{ {ITEM} kind value label }}"""
SEEN = LISTS.replace(ITEM, "id")
LISTED = {
    CareerKind.WORK: "positions",
    CareerKind.STUDY: "education",
    EntryKind.SKILL: "skills",
    EntryKind.LANGUAGE: "languages",
    EntryKind.LINK: "links",
    EntryKind.FEATURED: "featuredWork",
    EntryKind.OPEN_TO: "openTo",
    EntryKind.CONTACT: "contactDetails",
}
# The act's noun, the list, the field of the payload, what is given, what is read of it.
FAMILIES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "Position": (
        "positions",
        "position",
        {"organisation": "Span", "title": "Engineer", "startYear": 2015, "startMonth": 3},
        {"title": "Engineer", "startYear": 2015, "startMonth": 3, "isCurrent": True},
    ),
    "Education": (
        "education",
        "education",
        {"school": "Umeå", "subject": "Mechanics", "startYear": 2008, "endYear": 2013},
        {"subject": "Mechanics", "endYear": 2013, "isCurrent": False, "description": ""},
    ),
    "Skill": ("skills", "skill", {"name": "Surveying"}, {"name": "Surveying"}),
    "Language": (
        "languages",
        "language",
        {"name": "Swedish", "level": "NATIVE"},
        {"name": "Swedish", "level": "NATIVE"},
    ),
    "Link": (
        "links",
        "link",
        {"url": "https://a.example", "title": "A"},
        {"url": "https://a.example", "title": "A"},
    ),
    "FeaturedWork": (
        "featuredWork",
        "featuredWork",
        {"title": "Span", "description": "Long."},
        {"title": "Span", "url": None, "description": "Long."},
    ),
    "ContactDetail": (
        "contactDetails",
        "contactDetail",
        {"kind": "EMAIL", "value": "ada@example.org"},
        {"kind": "EMAIL", "value": "ada@example.org", "label": ""},
    ),
}


async def act(ask: Ask, who: int, mutation: str, result: str, /, **given: Any) -> dict[str, Any]:
    """The payload of a mutation."""
    kind = mutation[0].upper() + mutation[1:] + "Input"
    query = f"""mutation ($input: {kind}!) {{ {mutation}(input: $input) {{
      {result} userErrors {{ field message code }} }} }}"""
    payload: dict[str, Any] = (await ask(who, query, input=given))[mutation]
    return payload


async def own(ask: Ask, who: int) -> dict[str, Any]:
    """All that stands on one's own profile."""
    found: dict[str, Any] = (await ask(who, f"{{ viewer {{ member {{ {LISTS} }} }} }}"))["viewer"]
    member: dict[str, Any] = found["member"]
    return member


@pytest.mark.parametrize("noun", FAMILIES)
async def test_a_family_of_acts(ask: Ask, noun: str) -> None:
    clock.freeze()
    ada, eve = await people("ada", "eve")
    listed, field, given, read = FAMILIES[noun]
    fields = f"{field} {{ {ITEM} {' '.join(read)} }}"
    payload = await act(ask, ada, f"add{noun}", fields, **given)
    assert codes(payload) == []
    made = payload[field]
    assert made["audience"] == ("ONLY_ME" if noun == "ContactDetail" else "MEMBERS")
    assert {name: made[name] for name in read} == read
    again = await act(ask, ada, f"add{noun}", fields, **given)
    assert again[field] == made, "the same again is success"
    [there] = (await own(ask, ada))[listed]
    assert there["id"] == made["id"]
    id_name = f"{field}Id"
    change = {**given, id_name: made["id"]}
    payload = await act(ask, ada, f"update{noun}", fields, **change, audience="CONNECTIONS")
    assert payload[field]["audience"] == "CONNECTIONS"
    payload = await act(ask, ada, f"update{noun}", fields, **change)
    assert payload[field]["audience"] == "CONNECTIONS", "left out, it stays"
    wrong = ids.encode(ids.SESSION, 5)
    for who, item in ((eve, made["id"]), (ada, wrong), (ada, "junk"), (ada, "")):
        for name, more in (("update", given), ("remove", {})):
            selected = fields if name == "update" else id_name
            payload = await act(ask, who, f"{name}{noun}", selected, **{**more, id_name: item})
            assert codes(payload) == ["NOT_FOUND"]
            assert payload["userErrors"][0]["field"] == [id_name]
    payload = await act(ask, ada, f"remove{noun}", id_name, **{id_name: made["id"]})
    assert payload == {id_name: made["id"], "userErrors": []}
    payload = await act(ask, ada, f"remove{noun}", id_name, **{id_name: made["id"]})
    assert codes(payload) == ["NOT_FOUND"]
    assert (await own(ask, ada))[listed] == []


@pytest.mark.parametrize("noun", FAMILIES)
async def test_bad_audiences(ask: Ask, noun: str) -> None:
    ada, ben = await people("ada", "ben")
    _, field, given, _ = FAMILIES[noun]
    bens = ids.encode(ids.TAG, await tag(ben, "Close"))
    for audience, tags, wanted in (
        ("TAGS", None, "REQUIRED"),
        ("TAGS", [], "REQUIRED"),
        ("TAGS", [bens], "NOT_FOUND"),
        ("TAGS", ["junk"], "NOT_FOUND"),
        ("MEMBERS", [bens], "INVALID"),
        (None, [bens], "INVALID"),
    ):
        chosen = {"audience": audience, "audienceTagIds": tags}
        payload = await act(ask, ada, f"add{noun}", f"{field} {{ id }}", **given, **chosen)
        assert codes(payload) == [wanted], chosen
        assert payload["userErrors"][0]["field"] == ["audienceTagIds"]
        assert payload[field] is None


async def test_every_wrong_field_is_named(ask: Ask) -> None:
    ada = await person("ada")
    given = {"organisation": "", "title": "x" * 121, "startYear": 2**31 - 1, "endMonth": -1}
    payload = await act(ask, ada, "addPosition", "position { id }", **given)
    assert {error["field"][0] for error in payload["userErrors"]} == {
        "organisation",
        "title",
        "startYear",
        "endMonth",
        "endYear",
    }


async def test_open_to_and_order(ask: Ask) -> None:
    ada = await person("ada")
    fields = f"openTo {{ {ITEM} kind }}"
    payload = await act(ask, ada, "setOpenTo", fields, flags=["WORK", "SPEAKING", "WORK"])
    assert [each["kind"] for each in payload["openTo"]] == ["WORK", "SPEAKING"]
    first, second = [each["id"] for each in payload["openTo"]]
    moved = await act(ask, ada, "moveProfileEntry", "entryId", entryId=first, afterId=second)
    assert moved == {"entryId": first, "userErrors": []}
    assert [each["id"] for each in (await own(ask, ada))["openTo"]] == [second, first]
    for bad in ({"entryId": "junk"}, {"entryId": first, "afterId": "junk"}):
        assert codes(await act(ask, ada, "moveProfileEntry", "entryId", **bad)) == ["NOT_FOUND"]
    payload = await act(ask, ada, "setOpenTo", fields, flags=[], audience="ONLY_ME")
    assert payload == {"openTo": [], "userErrors": []}


async def test_field_audiences(ask: Ask) -> None:
    ada = await person("ada")
    query = "{ viewer { fieldAudiences { field audience audienceTagIds } } }"
    before = (await ask(ada, query))["viewer"]["fieldAudiences"]
    assert {each["field"]: each["audience"] for each in before} == dict.fromkeys(
        ("HEADLINE", "ORGANISATION", "LOCATION", "ABOUT", "AVATAR"), "EVERYONE"
    )
    chosen = ids.encode(ids.TAG, await tag(ada, "Close"))
    fields = "fieldAudience { field audience audienceTagIds }"
    payload = await act(
        ask, ada, "changeFieldAudience", fields, field="ABOUT", audience="TAGS",
        audienceTagIds=[chosen],
    )  # fmt: skip
    assert payload["fieldAudience"] == {
        "field": "ABOUT",
        "audience": "TAGS",
        "audienceTagIds": [chosen],
    }
    assert payload["fieldAudience"] in (await ask(ada, query))["viewer"]["fieldAudiences"]
    bad = await act(ask, ada, "changeFieldAudience", fields, field="ABOUT", audience="TAGS")
    assert codes(bad) == ["REQUIRED"]


async def test_as_others_see_it(ask: Ask) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    await connect(ask, ada, ben)
    close = ids.encode(ids.TAG, await tag(ada, "Close", ben))
    for audience, tags in (
        ("EVERYONE", None),
        ("MEMBERS", None),
        ("CONNECTIONS", None),
        ("TAGS", [close]),
        ("ONLY_ME", None),
    ):
        chosen = {"audience": audience, "audienceTagIds": tags}
        await act(ask, ada, "addSkill", "skill { id }", name=audience, **chosen)
    query = """query ($audience: ProfileAudience, $memberId: ID, $tagId: ID) { viewer {
      profileAs(audience: $audience, memberId: $memberId, tagId: $tagId) {
        isVisible name connectionCount skills { name audience audienceTagIds } } } }"""

    async def names(**given: str) -> list[str] | None:
        seen = (await ask(ada, query, **given))["viewer"]["profileAs"]
        if seen is None:
            return None
        assert all(each["audience"] is None for each in seen["skills"])
        return [each["name"] for each in seen["skills"]]

    every = ["EVERYONE", "MEMBERS", "CONNECTIONS", "TAGS"]
    assert await names() == every[:2]
    assert await names(audience="EVERYONE") == [], "who is signed out does not find Ada at all"
    assert await names(audience="MEMBERS") == every[:2]
    assert await names(audience="CONNECTIONS") == every[:3]
    assert await names(tagId=close) == every
    assert await names(memberId=mem(ben)) == every
    bens = ids.encode(ids.TAG, await tag(ben, "Ada", ada))
    for given in (
        {"memberId": mem(cleo)},
        {"memberId": mem(ada)},
        {"memberId": close},
        {"tagId": mem(ben)},
        {"tagId": bens},
        {"tagId": "junk"},
    ):
        assert await names(**given) is None, given
    refused = await ask(ada, query, errors=True, memberId=mem(ben), tagId=close)
    assert code(refused) == "BAD_REQUEST"
    count = "{ viewer { profileAs(audience: %s) { isVisible connectionCount } } }"
    seen = (await ask(ada, count % "EVERYONE"))["viewer"]["profileAs"]
    assert seen == {"isVisible": False, "connectionCount": None}
    seen = (await ask(ada, count % "MEMBERS"))["viewer"]["profileAs"]
    assert seen == {"isVisible": True, "connectionCount": 1}


async def count(who: int | None, query: str, **variables: Any) -> list[str]:
    """The statements of an operation."""
    context = Context(known=await viewer_of(who))
    async with statements() as seen:
        result = await schema.execute(query, variable_values=variables, context_value=context)
    assert result.errors is None, result.errors
    return seen


async def test_a_whole_profile_is_two_statements_more_than_its_member(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    for kind in KINDS:
        await add(ada, kind)
        await add(ben, kind)
    query = f'{{ member(handle: "ben") {{ handle {LISTS} }} }}'
    assert len(await count(ada, query)) == 3
    assert len(await count(ada, f"{{ members {{ nodes {{ {LISTS} }} }} }}")) == 3
    assert len(await count(ada, f"{{ viewer {{ member {{ {LISTS} }} }} }}")) == 3
    assert len(await count(ada, f"{{ viewer {{ profileAs {{ name {SEEN} }} }} }}")) == 3
    assert len(await count(ada, "{ viewer { fieldAudiences { field audience } } }")) == 1
    one = (await ask(ada, query))["member"]["positions"][0]["organisation"]["id"]
    page = """query ($id: ID!) { organisation(id: $id) { name memberCount
      members { edges { worksThere node { handle headline mutualCount } } } } }"""
    assert len(await count(ada, page, id=one)) == 3
    assert len(await count(ada, '{ organisations(search: "s") { id name } }')) == 1


async def test_what_an_app_needs(ask: Ask) -> None:
    ada = await person("ada")
    await add(ada, KINDS[0])
    reads = frozenset({Scope.PROFILE_READ})
    found = await ask(ada, "{ viewer { member { positions { title } } } }", scopes=reads)
    assert found["viewer"]["member"]["positions"] == [{"title": "Engineer"}]
    for query in (
        "{ viewer { member { positions { audience } } } }",
        "{ viewer { profileAs { name } } }",
        "{ viewer { fieldAudiences { field } } }",
    ):
        assert code(await ask(ada, query, scopes=reads, errors=True)) == "FORBIDDEN_SCOPE"


async def test_a_visitor_sees_what_everyone_sees(ask: Ask) -> None:
    ada = await person("ada", profile_audience="EVERYONE")
    for name, audience in (("Open", "EVERYONE"), ("Inside", "MEMBERS")):
        await act(ask, ada, "addSkill", "skill { id }", name=name, audience=audience)
    found = await ask(None, '{ member(handle: "ada") { skills { name audience } } }')
    assert found["member"]["skills"] == [{"name": "Open", "audience": None}]


def test_lists_of_a_profile_cost_what_is_in_them() -> None:
    """A hundred whole profiles are more than a hundred times the fields that are written down."""
    document = library.prepare(f"{{ members(first: 100) {{ nodes {{ {SEEN} }} }} }}")
    [operation] = document.operations.values()
    cost = library.measure(document, operation, {}).cost
    assert 20_000 < cost < 50_000
    for kind, most in {**career.MOST, **profile_entry.MOST}.items():
        assert PROFILE_LISTS[LISTED[kind]] >= most / 5 - 1, kind
