"""The contact book through the schema."""

from typing import Any

import pytest

from models import clock, ids
from models.token import Scope
from schema import schema
from schema.context import Context
from tests.models.counting import statements
from tests.people import people, person
from tests.schema.acts import code, codes, connect, end, mem, sent
from tests.schema.booking import SIDE, did, do, side_of, tag_named
from tests.schema.conftest import Ask, viewer_of

NOBODY = "rel_0000000000001"


async def contacts(ask: Ask, who: int, given: str = "", fields: str = "member { handle }") -> Any:
    query = f"{{ viewer {{ contacts{given} {{ totalCount nodes {{ {fields} }} }} }} }}"
    return (await ask(who, query))["viewer"]["contacts"]


async def test_a_contact_from_end_to_end(ask: Ask) -> None:
    clock.freeze()
    ada, ben, cleo = await people("ada", "ben", "cleo")
    side = await connect(ask, ada, ben)
    fresh = (await contacts(ask, ada, fields=SIDE))["nodes"][0]
    assert fresh == {
        "id": side,
        "howMet": "",
        "metEvent": "",
        "metPlace": "",
        "metOn": None,
        "through": None,
        "muted": False,
        "tags": [],
        "lastContactAt": None,
        "remindAt": None,
        "remindEveryWeeks": None,
        "notes": {"nodes": []},
    }
    told = {
        "howMet": "By the stairs",
        "metEvent": "Expo",
        "metPlace": "Porto",
        "metOn": "2025-06",
        "throughMemberId": mem(cleo),
    }
    payload = await did(ask, ada, "updateContact", relationshipId=side, **told)
    assert payload["relationship"]["through"] == {"handle": "cleo"}
    payload = await did(
        ask, ada, "updateContact", relationshipId=side, metOn=None, throughMemberId=None
    )
    assert payload["relationship"]["metOn"] is None
    assert payload["relationship"]["through"] is None
    assert payload["relationship"]["metPlace"] == "Porto"
    tag = await tag_named(ask, ada, "Bridges")
    await did(ask, ada, "tagConnections", relationshipIds=[side], tagIds=[tag])
    await did(ask, ada, "setReminder", relationshipId=side, everyWeeks=3)
    note = await did(
        ask, ada, "addContactNote", relationshipId=side, kind="MET", text="x", place="Porto"
    )
    assert note["relationship"]["lastContactAt"] == clock.now().isoformat()
    assert note["relationship"]["tags"] == [{"name": "Bridges"}]
    found = await ask(ada, f'{{ node(id: "{note["note"]["id"]}") {{ __typename id }} }}')
    assert found["node"] == {"__typename": "ContactNote", "id": note["note"]["id"]}
    [kept] = (await contacts(ask, ada, fields=SIDE))["nodes"]
    assert kept["remindEveryWeeks"] == 3
    assert [each["text"] for each in kept["notes"]["nodes"]] == ["x"]
    changed = await did(ask, ada, "updateContactNote", noteId=note["note"]["id"], text="y")
    assert changed["note"]["text"] == "y"
    await did(ask, ada, "removeContactNote", noteId=note["note"]["id"])
    cleared = await did(ask, ada, "clearReminder", relationshipId=side)
    assert cleared["relationship"]["remindAt"] is None
    tags = (await ask(ada, "{ viewer { tags { name contactCount } } }"))["viewer"]["tags"]
    assert tags == [{"name": "Bridges", "contactCount": 1}]
    off = await did(ask, ada, "untagConnections", relationshipIds=[side], tagIds=[tag])
    assert off["relationships"][0]["tags"] == []


async def test_an_operation_reads_what_its_acts_left(ask: Ask) -> None:
    """Several mutations of one document: each payload says how things stand then."""
    ada, ben = await people("ada", "ben")
    side = await connect(ask, ada, ben)
    query = """mutation ($id: ID!) {
      a: updateContact(input: {relationshipId: $id, howMet: "a"}) { relationship { howMet } }
      b: updateContact(input: {relationshipId: $id, howMet: "b"}) { relationship { howMet } }
      c: muteConnections(input: {relationshipIds: [$id]}) { relationships { muted howMet } }
      d: unmuteConnections(input: {relationshipIds: [$id]}) { relationships { muted } }
      e: addContactNote(input: {relationshipId: $id, kind: MET}) { relationship { howMet } } }"""
    found = await ask(ada, query, id=side)
    assert found["a"]["relationship"] == {"howMet": "a"}
    assert found["b"]["relationship"] == {"howMet": "b"}
    assert found["c"]["relationships"] == [{"muted": True, "howMet": "b"}]
    assert found["d"]["relationships"] == [{"muted": False}]
    assert found["e"]["relationship"] == {"howMet": "b"}


async def test_what_is_wrong_is_said(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    hidden = await person("hidden", profile_audience="CONNECTIONS")
    side = await connect(ask, ada, ben)
    bens = await side_of(ask, ben, ada)
    tag = await tag_named(ask, ada, "One")
    for name, given, wrong in (
        ("updateContact", {"relationshipId": bens}, ("NOT_FOUND", "relationshipId")),
        ("updateContact", {"relationshipId": "x"}, ("NOT_FOUND", "relationshipId")),
        (
            "updateContact",
            {"relationshipId": side, "throughMemberId": mem(hidden)},
            ("NOT_FOUND", "throughMemberId"),
        ),
        (
            "updateContact",
            {"relationshipId": side, "throughMemberId": "mem_0000000000001"},
            ("NOT_FOUND", "throughMemberId"),
        ),
        ("addContactNote", {"relationshipId": NOBODY, "text": "x"}, ("NOT_FOUND",)),
        ("addContactNote", {"relationshipId": side}, ("REQUIRED", "text")),
        ("updateContactNote", {"noteId": "nte_0000000000001"}, ("NOT_FOUND", "noteId")),
        ("removeContactNote", {"noteId": side}, ("NOT_FOUND", "noteId")),
        ("setReminder", {"relationshipId": side}, ("REQUIRED", "remindAt")),
        ("setReminder", {"relationshipId": side, "everyWeeks": 105}, ("INVALID", "everyWeeks")),
        ("clearReminder", {"relationshipId": bens}, ("NOT_FOUND", "relationshipId")),
        ("createTag", {"name": "ONE"}, ("TAKEN", "name")),
        ("renameTag", {"tagId": "tag_0000000000001", "name": "x"}, ("NOT_FOUND", "tagId")),
        ("deleteTag", {"tagId": side}, ("NOT_FOUND", "tagId")),
        ("tagConnections", {"relationshipIds": [], "tagIds": [tag]}, ("NOT_FOUND",)),
        ("tagConnections", {"relationshipIds": [side], "tagIds": [side]}, ("NOT_FOUND", "tagIds")),
        ("muteConnections", {"relationshipIds": [bens, "x"]}, ("NOT_FOUND", "relationshipIds")),
        ("removeConnections", {"relationshipIds": ["x"] * 101}, ("TOO_MANY", "relationshipIds")),
        ("undoRemoveConnections", {"relationshipIds": [bens]}, ("NOT_FOUND", "relationshipIds")),
        ("saveFilter", {"name": "", "filter": {}}, ("REQUIRED", "name")),
        ("saveFilter", {"name": "x", "filter": {"noContactDays": 0}}, ("INVALID", "filter")),
        ("saveFilter", {"name": "x", "filter": {"tagIds": ["x"] * 21}}, ("TOO_MANY", "filter")),
        ("deleteFilter", {"filterId": "flt_0000000000001"}, ("NOT_FOUND", "filterId")),
    ):
        payload = await do(ask, ada, name, **given)
        [error] = payload["userErrors"]
        assert (error["code"], *error["field"][:1])[: len(wrong)] == wrong, (name, given, error)


async def test_filters_out_of_range_are_the_clients_mistake(ask: Ask) -> None:
    [ada] = await people("ada")
    for given in (
        "noContactDays: 0",
        "noContactDays: 36501",
        "remindWithinDays: -1",
        "tagIds: [" + '"x", ' * 21 + "]",
    ):
        query = f"{{ viewer {{ contacts(filter: {{{given}}}) {{ totalCount }} }} }}"
        assert code(await ask(ada, query, errors=True)) == "BAD_REQUEST", given
    for given in ("first: 0", "first: 101", 'after: "x"', 'sort: NAME, after: "bWVtOjE"'):
        query = f"{{ viewer {{ contacts({given}) {{ totalCount }} }} }}"
        assert code(await ask(ada, query, errors=True)) == "BAD_REQUEST", given


async def test_saved_filters(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    side = await connect(ask, ada, ben)
    tag = await tag_named(ask, ada, "One")
    await did(ask, ada, "tagConnections", relationshipIds=[side], tagIds=[tag])
    wanted = {"tagIds": [tag], "noContactDays": 30, "search": "be"}
    await did(ask, ada, "saveFilter", name="Mine", filter={"search": "x"})
    kept = (await did(ask, ada, "saveFilter", name="Mine", filter=wanted, sort="NAME"))[
        "savedFilter"
    ]
    assert kept["filter"] == {"search": "be", "tags": [{"name": "One"}], "noContactDays": 30}
    read = "{ viewer { savedFilters { id name sort filter { tags { name } search } } } }"
    [found] = (await ask(ada, read))["viewer"]["savedFilters"]
    assert (found["name"], found["sort"], found["filter"]["search"]) == ("Mine", "NAME", "be")
    assert (await ask(ben, read))["viewer"]["savedFilters"] == []
    assert codes(await do(ask, ben, "deleteFilter", filterId=kept["id"])) == ["NOT_FOUND"]
    await did(ask, ada, "deleteTag", tagId=tag)
    [found] = (await ask(ada, read))["viewer"]["savedFilters"]
    assert found["filter"]["tags"] == []
    await did(ask, ada, "deleteFilter", filterId=kept["id"])
    assert (await ask(ada, read))["viewer"]["savedFilters"] == []
    for number in range(50):
        await did(ask, ada, "saveFilter", name=f"n{number}", filter={})
    assert codes(await do(ask, ada, "saveFilter", name="n50", filter={})) == ["TOO_MANY"]
    await did(ask, ada, "saveFilter", name="n49", filter={"muted": True})


TIMELINE = """query ($id: ID!, $first: Int! = 50, $after: Cursor) { node(id: $id) {
  ... on Relationship { timeline(first: $first, after: $after) {
    nodes { kind occurredAt byViewer text place request { id } }
    pageInfo { hasNextPage endCursor } } } } }"""


async def timeline(ask: Ask, who: int, side: str, first: int = 50) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    after = None
    while True:
        page = (await ask(who, TIMELINE, id=side, first=first, after=after))["node"]["timeline"]
        found += [(each["kind"], each["byViewer"]) for each in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [1, 2, 50])
async def test_the_timeline(ask: Ask, first: int) -> None:
    """Each side's own; at one moment as well as over time."""
    clock.freeze()
    ada, ben = await people("ada", "ben")
    gone = await sent(ask, ben, ada, note="Withdrawn later")
    query = """mutation ($id: ID!) { withdrawConnectionRequest(input: {requestId: $id}) {
      userErrors { code } } }"""
    await ask(ben, query, id=gone)
    clock.advance(days=30)
    side = await connect(ask, ada, ben)
    bens = await side_of(ask, ben, ada)
    await did(ask, ada, "addContactNote", relationshipId=side, kind="CONTACTED", text="x")
    expected = [("CONTACTED", None), ("ACCEPTED", None), ("REQUESTED", True)]
    assert await timeline(ask, ada, side, first) == expected
    old = [("ACCEPTED", None), ("REQUESTED", False), ("REQUESTED", True)]
    assert await timeline(ask, ben, bens, first) == old, "the asker keeps what they withdrew"
    await end(ask, ada, "removeConnection", side)
    assert await timeline(ask, ada, side, first) == [("REMOVED", True), *expected]
    assert await timeline(ask, ben, bens, first) == [("REMOVED", None), *old]
    clock.advance(days=100)
    await connect(ask, ben, ada)
    again = [("RECONNECTED", None), ("REQUESTED", True)]
    assert await timeline(ask, ben, bens, first) == [*again, *old]


async def test_a_reminder_is_a_notification_with_a_way_to_the_contact(ask: Ask) -> None:
    from models import sweeper

    clock.freeze()
    ada, ben = await people("ada", "ben")
    side = await connect(ask, ada, ben)
    await did(ask, ada, "setReminder", relationshipId=side, everyWeeks=1)
    clock.advance(days=7)
    await sweeper.sweep()
    query = """{ viewer { unreadCount notifications { nodes {
      kind memberName request { id } relationship { id } member { handle } } } } }"""
    found = (await ask(ada, query))["viewer"]
    reminder = found["notifications"]["nodes"][0]
    assert reminder == {
        "kind": "REMINDER",
        "memberName": "Ben",
        "request": None,
        "relationship": {"id": side},
        "member": {"handle": "ben"},
    }
    others = [n["relationship"] for n in found["notifications"]["nodes"][1:]]
    assert set(map(str, others)) <= {"None"}


PLAIN = """id since endedAt howMet metEvent metPlace metOn muted lastContactAt remindAt
  remindEveryWeeks tags { name }
  member { handle name headline organisation location relationship { id } }"""
READS = {
    "contacts": f"""{{ viewer {{ contacts(first: %d, sort: NAME, filter: {{search: "member"}}) {{
      totalCount pageInfo {{ endCursor }} nodes {{ {PLAIN} }} }} }} }}""",
    "empty": """{ viewer { contacts(first: %d, filter: {search: "zzz"}) { totalCount } } }""",
    "tags": "{ viewer { tags { id name contactCount } } }",
    "savedFilters": "{ viewer { savedFilters { name filter { search tags { name } } } } }",
}


async def test_statements(ask: Ask) -> None:
    """One for the page and one for the tags, whatever the page size."""
    ada, *others = await people("ada", *(f"member-{n}" for n in range(12)))
    tags = [await tag_named(ask, ada, f"tag {n}") for n in range(3)]
    for other in others:
        side = await connect(ask, ada, other)
        await did(ask, ada, "tagConnections", relationshipIds=[side], tagIds=tags)
    for n in range(5):
        await did(ask, ada, "saveFilter", name=f"f{n}", filter={"tagIds": tags})
    viewer = await viewer_of(ada)
    for name, query in READS.items():
        for first in (2, 100):
            text = query % first if "%d" in query else query
            async with statements() as seen:
                result = await schema.execute(text, context_value=Context(known=viewer))
            assert result.errors is None
            assert len(seen) <= 2, (name, first, seen)
    query = f'{{ node(id: "{side}") {{ ... on Relationship {{ %s }} }} }}'
    for fields, most in (
        ("notes { nodes { text } }", 2),
        ("timeline { nodes { kind text } }", 2),
        ("howMet metEvent muted remindAt tags { name }", 3),
    ):
        async with statements() as seen:
            result = await schema.execute(query % fields, context_value=Context(known=viewer))
        assert result.errors is None
        assert len(seen) <= most, (fields, seen)


async def test_the_book_needs_its_own_scope(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    side = await connect(ask, ada, ben)
    without = frozenset(Scope) - {Scope.PRIVATE_READ, Scope.PRIVATE_WRITE}
    for query in (
        "{ viewer { contacts { totalCount } } }",
        "{ viewer { tags { id } } }",
        "{ viewer { savedFilters { id } } }",
        *(
            f'{{ node(id: "{side}") {{ ... on Relationship {{ {field} }} }} }}'
            for field in (
                *("howMet", "metEvent", "metPlace", "metOn", "muted", "lastContactAt"),
                *("remindAt", "remindEveryWeeks", "tags { id }", "through { id }"),
                *("notes { nodes { id } }", "timeline { nodes { kind } }"),
            )
        ),
        f'mutation {{ muteConnections(input: {{relationshipIds: ["{side}"]}}) '
        "{ userErrors { code } } }",
    ):
        found = await ask(ada, query, scopes=without, errors=True)
        assert code(found) == "FORBIDDEN_SCOPE", query
    read_only = frozenset(Scope) - {Scope.PRIVATE_WRITE}
    found = await ask(
        ada,
        'mutation { createTag(input: {name: "x"}) { userErrors { code } } }',
        scopes=read_only,
        errors=True,
    )
    assert code(found) == "FORBIDDEN_SCOPE"
    assert ids.decode(ids.RELATIONSHIP, side)
