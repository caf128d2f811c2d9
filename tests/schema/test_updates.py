"""Updates and the feed through the schema."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from models import clock, event, ids, notification, sql
from models.token import Scope
from schema import schema
from schema.context import Context
from schema.update import picture_for
from tests.models.acts import SetUp
from tests.models.counting import statements
from tests.people import people, person
from tests.pictures import bad, plain
from tests.schema.acts import code, codes, connect, mem
from tests.schema.booking import did as did_in_book
from tests.schema.booking import side_of, tag_named
from tests.schema.conftest import Ask, viewer_of
from tests.schema.posting import UPDATE, did, feed, posted, tried

INFO = "pageInfo { hasNextPage endCursor startCursor hasPreviousPage }"


async def test_from_posting_to_removing(ask: Ask) -> None:
    clock.freeze()
    ada, ben, dan = await people("ada", "ben", "dan")
    await connect(ask, ada, ben)
    size = "{ viewer { audienceSize(audience: CONNECTIONS) all: audienceSize(audience: MEMBERS) } }"
    assert (await ask(ada, size))["viewer"] == {"audienceSize": 1, "all": 2}
    made = await did(
        ask, ada, "postUpdate", kind="WORTH_READING", text="Read", link="https://example.org/a"
    )
    own = made["update"]
    update = own["id"]
    assert (own["audience"], own["audienceSize"], own["audienceTagIds"]) == ("CONNECTIONS", 1, None)
    [seen] = await feed(ask, ben)
    assert seen == {**own, "audience": None, "audienceSize": None}
    assert await feed(ask, dan) == []
    clock.advance(minutes=1)
    reply = await did(ask, ben, "replyToUpdate", updateId=update, text="Thank you")
    assert reply["reply"]["canRemove"] is True
    assert reply["update"]["replyCount"] == 1
    thanked = (await did(ask, ben, "thankForUpdate", updateId=update))["update"]
    assert (thanked["thanksCount"], thanked["viewerThanked"]) == (1, True)
    below = f"""query ($id: ID!) {{ update(id: $id) {{ {UPDATE} replies {{ nodes {{ text canRemove
      author {{ handle }} }} {INFO} }}
      thankedBy {{ edges {{ thankedAt node {{ handle }} }} }} }} }}"""
    [mine, theirs, other, visitor] = [
        (await ask(who, below, id=update))["update"] for who in (ada, ben, dan, None)
    ]
    assert other is None is visitor
    assert mine["replies"]["nodes"] == [
        {"text": "Thank you", "canRemove": True, "author": {"handle": "ben"}}
    ]
    assert [edge["node"]["handle"] for edge in mine["thankedBy"]["edges"]] == ["ben"]
    assert theirs["thankedBy"]["edges"] == []
    clock.advance(minutes=1)
    edited = (await did(ask, ada, "editUpdate", updateId=update, text="Read on"))["update"]
    assert edited["editedAt"] is not None
    assert (edited["text"], edited["link"]) == ("Read on", "https://example.org/a")
    assert (await did(ask, ben, "takeBackThanks", updateId=update))["update"]["thanksCount"] == 0
    gone = await did(ask, ada, "removeReply", replyId=reply["reply"]["id"])
    assert gone["update"]["replyCount"] == 0
    assert await did(ask, ada, "removeUpdate", updateId=update) == {
        "updateId": update, "userErrors": [],
    }  # fmt: skip
    assert await feed(ask, ben) == []
    for who, act in ((ada, "removeUpdate"), (ben, "thankForUpdate"), (ada, "editUpdate")):
        assert codes(await tried(ask, who, act, updateId=update)) == ["NOT_FOUND"]


async def test_wrong_ids_and_input(ask: Ask, set_up: SetUp) -> None:
    set_up(updates_per_day=1, update_picture_kilobytes=1_000)
    ada = await person("ada")
    never = ids.encode(ids.UPDATE, 1)
    for given in (never, mem(ada), "x", "", "upd_" + "z" * 13, "\x00"):
        for act in ("removeUpdate", "editUpdate", "thankForUpdate", "takeBackThanks"):
            assert codes(await tried(ask, ada, act, updateId=given)) == ["NOT_FOUND"]
        payload = await tried(ask, ada, "replyToUpdate", updateId=given, text="x")
        assert codes(payload) == ["NOT_FOUND"]
        assert codes(await tried(ask, ada, "removeReply", replyId=given)) == ["NOT_FOUND"]
        assert (await ask(ada, "query ($id: ID!) { update(id: $id) { id } }", id=given)) == {
            "update": None
        }
        for act in ("muteInFeed", "snoozeInFeed"):
            assert codes(await tried(ask, ada, act, memberId=given)) in (["NOT_FOUND"], ["SELF"])
        empty = await ask(
            ada, "query ($id: ID!) { viewer { feed(tagId: $id) { nodes { id } } } }", id=given
        )
        assert empty == {"viewer": {"feed": {"nodes": []}}}
    images = [{"image": base64.b64encode(data).decode()} for data in (plain(), bad()["html"])]
    wrong: list[tuple[dict[str, Any], str, list[str]]] = [
        ({"text": ""}, "REQUIRED", ["text"]),
        ({"text": "x" * 100_000}, "TOO_LONG", ["text"]),
        ({"text": "a\x00"}, "TEXT_INVALID", ["text"]),
        ({"text": "x", "link": "data:text/html,x"}, "INVALID", ["link"]),
        ({"text": "x", "kind": "WORTH_READING"}, "REQUIRED", ["link"]),
        ({"text": "x", "audience": "ONLY_ME"}, "INVALID", ["audience"]),
        ({"text": "x", "audience": "TAGS"}, "REQUIRED", ["audienceTagIds"]),
        (
            {"text": "x", "audience": "TAGS", "audienceTagIds": ["x"]},
            "NOT_FOUND",
            ["audienceTagIds"],
        ),
        ({"text": "x", "clientMutationKey": ""}, "INVALID", ["clientMutationKey"]),
        ({"text": "x", "pictures": images[:1] * 5}, "TOO_MANY", ["pictures"]),
        ({"text": "x", "pictures": images}, "IMAGE_INVALID", ["pictures", "1", "image"]),
    ]
    for given, what, field in wrong:
        [error] = (await tried(ask, ada, "postUpdate", **given))["userErrors"]
        assert (error["code"], error["field"]) == (what, field), given
    kind = "mutation { postUpdate(input: {text: 7}) { userErrors { code } } }"
    assert code(await ask(ada, kind, errors=True)) == "BAD_REQUEST"
    await posted(ask, ada)
    query = 'mutation { postUpdate(input: {text: "x"}) { userErrors { code until } } }'
    [error] = (await ask(ada, query))["postUpdate"]["userErrors"]
    assert error["code"] == "TOO_MANY"
    assert error["until"] is not None


async def test_pictures_are_for_those_who_see_the_update(ask: Ask) -> None:
    ada, ben, dan = await people("ada", "ben", "dan")
    await connect(ask, ada, ben)
    image = {"image": base64.b64encode(plain("JPEG", (3000, 1500))).decode(), "description": "Red"}
    made = (await did(ask, ada, "postUpdate", pictures=[image]))["update"]
    [picture] = made["pictures"]
    assert (picture["width"], picture["height"], picture["description"]) == (2048, 1024, "Red")
    update, name = picture["url"].removeprefix("/updates/").split("/pictures/")
    key = name.removesuffix(".webp")
    assert update == made["id"]
    for who, sees in ((ada, True), (ben, True), (dan, False), (None, False)):
        found = await picture_for(await viewer_of(who), None, update, key)
        assert (found is not None) is sees
        if found is not None:
            assert found[8:12] == b"WEBP"
    narrow = await viewer_of(ben, frozenset({Scope.PROFILE_READ}))
    assert await picture_for(narrow, None, update, key) is None
    assert await picture_for(await viewer_of(ada), "no token", update, key) is None
    assert await picture_for(await viewer_of(ada), None, "x", key) is None


async def test_everyone_reads_what_is_for_everyone(ask: Ask) -> None:
    ada = await person("ada", profile_audience="EVERYONE")
    ben = await person("ben")
    made = [
        await posted(ask, ada, f"Spans {n}", audience=a)
        for n, a in enumerate(("EVERYONE", "MEMBERS"))
    ]
    await did(ask, ben, "replyToUpdate", updateId=made[0], text="Hidden to visitors")
    query = f"""query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id }}
      searchUpdates(query: "span") {{ nodes {{ id }} }}
      member(handle: "ada") {{ updates {{ nodes {{ {UPDATE}
        replies {{ nodes {{ id }} }} }} }} }} }}"""
    found = await ask(None, query, ids=made)
    assert found["nodes"] == [{"id": made[0]}, None]
    assert found["searchUpdates"]["nodes"] == [{"id": made[0]}]
    [update] = found["member"]["updates"]["nodes"]
    assert (update["id"], update["canReply"], update["audience"]) == (made[0], False, None)
    assert (update["replyCount"], update["replies"]) == (0, {"nodes": []})
    refused = await ask(
        None, 'mutation { postUpdate(input: {text: "x"}) { update { id } } }', errors=True
    )
    assert code(refused) == "UNAUTHENTICATED"
    few = frozenset({Scope.PROFILE_READ})
    found = await ask(
        ben, '{ member(handle: "ada") { updates { nodes { id } } } }', scopes=few, errors=True
    )
    assert code(found) == "FORBIDDEN_SCOPE"


async def test_the_feed_and_what_is_left_out_of_it(ask: Ask) -> None:
    clock.freeze()
    ada, ben = await people("ada", "ben")
    await connect(ask, ada, ben)
    for kind in ("NEWS", "QUESTION", "NEWS"):
        await posted(ask, ben, kind.title(), kind=kind)
        clock.advance(minutes=1)
    query = f"""query ($kind: UpdateKind, $first: Int!, $after: Cursor, $tag: ID) {{ viewer {{
      feedSeenAt feedFewer feedMutes {{ edges {{ until node {{ handle }} }} }}
      feed(kind: $kind, tagId: $tag, first: $first, after: $after) {{
        nodes {{ text }} {INFO} }} }} }}"""

    async def read(**given: Any) -> tuple[list[str], Any]:
        viewer = (await ask(ada, query, **{"first": 20, **given}))["viewer"]
        return [node["text"] for node in viewer["feed"]["nodes"]], viewer

    assert (await read())[0] == ["News", "Question", "News"]
    assert (await read(kind="QUESTION"))[0] == ["Question"]
    texts, viewer = await read(first=2)
    page = viewer["feed"]["pageInfo"]
    assert (texts, page["hasNextPage"]) == (["News", "Question"], True)
    texts, viewer = await read(first=2, after=page["endCursor"])
    assert (texts, viewer["feed"]["pageInfo"]["hasNextPage"]) == (["News"], False)
    await did(ask, ada, "showFewer", kind="NEWS")
    texts, viewer = await read()
    assert (texts, viewer["feedFewer"]) == (["News", "Question"], ["NEWS"])
    assert (await did(ask, ada, "showFewer", kind="NEWS", fewer=False))["feedFewer"] == []
    tag = await tag_named(ask, ada, "Friends")
    assert (await read(tag=tag))[0] == []
    side = await side_of(ask, ada, ben)
    await did_in_book(ask, ada, "tagConnections", relationshipIds=[side], tagIds=[tag])
    assert len((await read(tag=tag))[0]) == 3
    await did(ask, ada, "snoozeInFeed", memberId=mem(ben))
    texts, viewer = await read()
    assert texts == []
    [edge] = viewer["feedMutes"]["edges"]
    assert edge["node"]["handle"] == "ben"
    assert edge["until"] == (clock.now() + timedelta(days=30)).isoformat()
    await did(ask, ada, "muteInFeed", memberId=mem(ben))
    [edge] = (await read())[1]["feedMutes"]["edges"]
    assert edge["until"] is None
    await did(ask, ada, "unmuteInFeed", memberId=mem(ben))
    assert len((await read())[0]) == 3
    seen = (await did(ask, ada, "markFeedSeen"))["feedSeenAt"]
    assert (await read())[1]["feedSeenAt"] == seen == clock.now().isoformat()


async def test_events_and_notifications(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    await connect(ask, ada, ben)
    update = await posted(ask, ada)
    for _ in range(2):
        await did(ask, ben, "replyToUpdate", updateId=update, text="x")
    await did(ask, ben, "thankForUpdate", updateId=update)
    query = """{ viewer { notifications { nodes { kind memberName update { id }
        relationship { id } } }
      events(first: 50) { nodes { __typename ... on UpdatePosted { updateId update { id } }
        ... on UpdateReplied { updateId memberId update { text } member { handle } } } } } }"""
    viewer = (await ask(ada, query))["viewer"]
    found = [e for e in viewer["events"]["nodes"] if e["__typename"].startswith("Update")]
    replied = {
        "__typename": "UpdateReplied", "updateId": update, "memberId": mem(ben),
        "update": {"text": "Something new"}, "member": {"handle": "ben"},
    }  # fmt: skip
    assert found == [
        {"__typename": "UpdatePosted", "updateId": update, "update": {"id": update}},
        *[replied] * 2,
    ]  # fmt: skip
    about = [n for n in viewer["notifications"]["nodes"] if n["kind"].startswith("UPDATE")]
    assert about == [
        {"kind": kind, "memberName": "Ben", "update": {"id": update}, "relationship": None}
        for kind in ("UPDATE_THANKED", "UPDATE_REPLIED")
    ]
    # Whoever is to see it gets no event: a feed is read by query.
    assert [row for row in await event.kept(ben, 50) if row["kind"].startswith("UPDATE")] == []
    assert (await notification.of(ben, 50, None)).rows[0]["kind"] == "REQUEST_RECEIVED"
    await did(ask, ada, "removeUpdate", updateId=update)
    viewer = (await ask(ada, query))["viewer"]
    gone = [e for e in viewer["events"]["nodes"] if e["__typename"].startswith("Update")]
    assert [(e["updateId"], e["update"]) for e in gone] == [(update, None)] * 3
    assert all(not n["kind"].startswith("UPDATE") for n in viewer["notifications"]["nodes"])


async def test_announcing_needs_the_scope_to_post(ask: Ask) -> None:
    ada = await person("ada")
    query = """mutation ($announce: Boolean!) { updateProfile(input: {headline: "Engineer",
      announce: $announce, announceAudience: MEMBERS}) { viewer { member { headline } }
      userErrors { code field } } addPosition(input: {organisation: "Larch", title: "Head",
      startYear: 2020, announce: $announce}) { position { title } userErrors { code field } } }"""
    writing = frozenset({Scope.PROFILE_READ, Scope.PROFILE_WRITE})
    found = await ask(ada, query, scopes=writing, announce=True)
    for payload in found.values():
        assert payload["userErrors"] == [{"code": "INVALID", "field": ["announce"]}]
    await ask(ada, query, scopes=writing, announce=False)
    assert await sql.rows("SELECT id FROM member_update") == []
    await sql.change("UPDATE member SET headline = ''")
    await ask(ada, query, announce=True)
    own = "{ viewer { ownUpdates { nodes { text fromProfile audience audienceSize } } } }"
    assert (await ask(ada, own))["viewer"]["ownUpdates"]["nodes"] == [
        {"text": text, "fromProfile": True, "audience": audience, "audienceSize": 0}
        for text, audience in (
            ("New position: Head, Larch", "CONNECTIONS"), ("Headline: Engineer", "MEMBERS"),
        )
    ]  # fmt: skip


# What the statement of a page brings; how many see one is asked of its author's own alone.
PLAIN = UPDATE.replace(" audienceSize", "")
READS = {
    # What is read, and in how many statements, whatever the page size.
    f"{{ viewer {{ feed(first: %d) {{ nodes {{ {PLAIN} }} {INFO} }} }} }}": 2,
    f"{{ viewer {{ feed(kind: NEWS, first: %d) {{ nodes {{ {UPDATE} }} }} }} }}": 3,
    "{ viewer { feed(first: %d) { nodes { id author { handle mutualCount } } } } }": 2,
    f"{{ viewer {{ ownUpdates(first: %d) {{ nodes {{ {UPDATE} }} {INFO} }} }} }}": 2,
    "{ viewer { feedMutes(first: %d) { nodes { handle } } } }": 1,
    "{ viewer { feedSeenAt } }": 1,
    "{ viewer { feedFewer } }": 1,
    "{ viewer { audienceSize(audience: MEMBERS) } }": 1,
    f'{{ searchUpdates(query: "text", first: %d) {{ nodes {{ {PLAIN} }} {INFO} }} }}': 1,
    f'{{ member(handle: "ben") {{ updates(first: %d) {{ nodes {{ {PLAIN} }} }} }} }}': 2,
    '{ update(id: "$ID") { text replies(first: %d) { nodes { text author { handle } } } } }': 2,
    '{ update(id: "$ID") { thankedBy(first: %d) { nodes { handle } } } }': 2,
}


async def test_how_many_statements_a_read_costs(ask: Ask) -> None:
    ada, ben, *others = await people("ada", "ben", *(f"other-{n}" for n in range(4)))
    await connect(ask, ada, ben)
    tag = await tag_named(ask, ada, "Friends")
    side = await side_of(ask, ada, ben)
    await did_in_book(ask, ada, "tagConnections", relationshipIds=[side], tagIds=[tag])
    await posted(ask, ada, "text", audience="TAGS", audienceTagIds=[tag])
    await posted(ask, ada, "text", audience="MEMBERS")
    for number in range(6):
        update = await posted(ask, ben, f"text {number}", audience="MEMBERS")
        for other in others:
            await did(ask, other, "replyToUpdate", updateId=update, text="x")
            await did(ask, other, "thankForUpdate", updateId=update)
    for query, most in READS.items():
        query = query.replace("$ID", update)
        for size in (1, 10):
            document = query % size if "%d" in query else query
            context = Context(known=await viewer_of(ada))
            async with statements() as seen:
                result = await schema.execute(document, context_value=context)
            assert result.errors is None, result.errors
            assert len(seen) <= most, (document[:80], seen)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-01T01:00:00+02:00", "2026-02-28T23:00:00+00:00"),
        ("2026-03-01T01:00:00", "2026-03-01T01:00:00+00:00"),
    ],
)
async def test_a_moment_of_any_offset_is_kept_in_utc(ask: Ask, given: str, kept: str) -> None:
    ada = (await people("ada"))[0]
    assert (await did(ask, ada, "markFeedSeen", until=given))["feedSeenAt"] == kept
    found = await sql.row("SELECT feed_seen_at FROM member WHERE id = $1", ada)
    assert found is not None
    assert found["feed_seen_at"].isoformat() == kept
    # Of what is earlier nothing remains, however its clock says it.
    earlier = await did(ask, ada, "markFeedSeen", until="2026-02-28T23:59:00+05:00")
    assert earlier["feedSeenAt"] == kept
