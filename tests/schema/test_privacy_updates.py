"""Privacy of updates: what a member leaves out of their feed changes nothing that anybody else can
read, and an update is nowhere for those who are outside its audience.

With the clock frozen every field of every query answers byte for byte what it did before.
"""

import base64
from typing import Any

import pytest

from models import clock, feed, ids, search_text, sql, sweeper
from schema.update import picture_for
from tests.people import people, person
from tests.pictures import plain
from tests.schema.acts import codes, connect, done, end, mem, sent
from tests.schema.booking import did as did_in_book
from tests.schema.booking import side_of, tag_named
from tests.schema.conftest import Ask, viewer_of
from tests.schema.posting import did, posted, tried
from tests.schema.test_privacy import readable

Given = dict[str, Any]
pytestmark = pytest.mark.usefixtures("unbounded")
NAMES = ["ada", "ben", "cleo"]


@pytest.mark.slow
async def test_what_is_left_out_is_never_told(ask: Ask) -> None:
    clock.freeze()
    keys = dict(zip(NAMES, await people(*NAMES), strict=True))
    ada, ben, _ = keys.values()
    await search_text.complete()
    await connect(ask, ada, ben)
    clock.advance(days=1)
    update = await posted(ask, ben, "Bens", audience="MEMBERS")
    await did(ask, ada, "replyToUpdate", updateId=update, text="x")
    known = [update, mem(ada), mem(ben)]
    before = [await readable(who, NAMES, known) for who in (ben, None)]
    acts: list[tuple[str, Given]] = [
        ("snoozeInFeed", {"memberId": mem(ben)}),
        ("muteInFeed", {"memberId": mem(ben)}),
        ("showFewer", {"kind": "NEWS"}),
        ("markFeedSeen", {}),
    ]
    for act, given in acts:
        await did(ask, ada, act, **given)
    await sweeper.sweep()
    assert (await ask(ada, "{ viewer { feed { nodes { id } } } }"))["viewer"]["feed"]["nodes"] == []
    assert [await readable(who, NAMES, known) for who in (ben, None)] == before
    # What follows is answered, counted and told alike: what the muted say still comes.
    payload = await did(ask, ben, "replyToUpdate", updateId=update, text="y")
    assert payload["update"]["replyCount"] == 2
    await did(ask, ada, "thankForUpdate", updateId=update)
    await did(ask, ada, "unmuteInFeed", memberId=mem(ben))


async def outside(ask: Ask) -> tuple[dict[str, int], str, str]:
    """Ada's update for one tag, which Ben bears; Cleo is connected too. The ids of both."""
    keys = dict(zip(NAMES, await people(*NAMES), strict=True))
    await search_text.complete()
    for name in ("ben", "cleo"):
        await connect(ask, keys["ada"], keys[name])
    tag = await tag_named(ask, keys["ada"], "Inner")
    side = await side_of(ask, keys["ada"], keys["ben"])
    await did_in_book(ask, keys["ada"], "tagConnections", relationshipIds=[side], tagIds=[tag])
    return keys, tag, side


@pytest.mark.slow
async def test_outside_its_audience_an_update_is_nowhere(ask: Ask) -> None:
    """With all that was said below it, and whatever becomes of it."""
    clock.freeze()
    keys, tag, _ = await outside(ask)
    ada, ben, cleo = keys.values()
    never = ids.encode(ids.UPDATE, 1)
    before = await readable(cleo, NAMES, [never, mem(ada)])
    made = await did(
        ask, ada, "postUpdate", text="Secret ada", audience="TAGS", audienceTagIds=[tag]
    )
    update = made["update"]["id"]
    reply = await did(ask, ben, "replyToUpdate", updateId=update, text="Secret ben")
    await did(ask, ben, "thankForUpdate", updateId=update)

    async def same() -> None:
        found = await readable(cleo, NAMES, [update, mem(ada)])
        assert found.replace(update.encode(), never.encode()) == before

    assert "Secret ada" in (await readable(ben, NAMES, [update])).decode()
    assert "Secret" not in (await readable(None, NAMES, [update])).decode()
    for act, given in (
        ("thankForUpdate", {}),
        ("takeBackThanks", {}),
        ("replyToUpdate", {"text": "x"}),
        ("editUpdate", {"text": "x"}),
        ("removeUpdate", {}),
    ):
        answers = [await tried(ask, cleo, act, updateId=key, **given) for key in (update, never)]
        assert codes(answers[0]) == ["NOT_FOUND"]
        assert answers[0] == answers[1], act
    assert codes(await tried(ask, cleo, "removeReply", replyId=reply["reply"]["id"])) == [
        "NOT_FOUND"
    ]
    await did(ask, ada, "editUpdate", updateId=update, text="Secret, edited")
    await did(ask, ben, "removeReply", replyId=reply["reply"]["id"])
    await did(ask, ada, "removeUpdate", updateId=update)
    await same()


@pytest.mark.slow
async def test_what_somebody_unseen_says_is_not_there(ask: Ask) -> None:
    """A reply and thanks of one whom the reader may not see: no text, no count, no notice, no
    event, in no order; its author reads them, who sees theirs.
    """
    clock.freeze()
    ada, ben, cleo = await people(*NAMES)
    shy = await person("shy", profile_audience="CONNECTIONS")
    await search_text.complete()
    await connect(ask, shy, ben)
    update = await posted(ask, ada, "For all", audience="MEMBERS")
    clock.advance(days=1)
    known = [update, mem(ada), mem(shy)]
    others = (ada, None)
    before = [await readable(who, [*NAMES, "shy"], known) for who in others]
    acts: list[tuple[str, Given]] = [("replyToUpdate", {"text": "Hidden"}), ("thankForUpdate", {})]
    for act, given in acts:
        payload = await did(ask, shy, act, updateId=update, **given)
        assert payload["update"]["replyCount"] == 1
    assert [await readable(who, [*NAMES, "shy"], known) for who in others] == before
    counted = "query ($id: ID!) { update(id: $id) { replyCount replies { nodes { text } } } }"
    assert (await ask(ben, counted, id=update))["update"]["replyCount"] == 1
    # One who is suspended afterwards is as one who never said anything.
    await did(ask, cleo, "replyToUpdate", updateId=update, text="Soon gone")
    assert (await ask(ada, counted, id=update))["update"]["replyCount"] == 1
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", cleo, clock.now())
    assert await ask(ada, counted, id=update) == {
        "update": {"replyCount": 0, "replies": {"nodes": []}}
    }


async def test_the_size_of_an_audience_tells_nothing_of_others(ask: Ask) -> None:
    """Not whether somebody ignored, muted, asked others, or hid."""
    clock.freeze()
    ada = await person("ada", profile_audience="CONNECTIONS")
    ben, cleo = await people("ben", "cleo")
    await connect(ask, ada, ben)
    sizes = (
        "{ viewer { a: audienceSize(audience: MEMBERS) b: audienceSize(audience: CONNECTIONS) } }"
    )
    before = await ask(ada, sizes)
    assert before == {"viewer": {"a": 1, "b": 1}}
    request = await sent(ask, ada, cleo)
    assert await ask(ada, sizes) == before
    await done(ask, cleo, "ignore", request)
    await did(ask, ben, "muteInFeed", memberId=mem(ada))
    await sent(ask, cleo, await person("dan"))
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS'")
    assert await ask(ada, sizes) == before


LISTS = """query ($one: ID!, $tag: ID, $after: Cursor, $found: Cursor, $words: String!) {
  update(id: $one) { text } node(id: $one) { id } nodes(ids: [$one]) { id }
  searchUpdates(query: $words, first: 1, after: $found) { ...Listed }
  member(handle: "ada") { updates(first: 1, after: $after) { ...Listed } }
  viewer { feed(first: 1, after: $after) { ...Listed }
    news: feed(kind: NEWS, first: 1, after: $after) { ...Listed }
    tagged: feed(tagId: $tag, first: 1, after: $after) { ...Listed } } }
fragment Listed on UpdateConnection { edges { cursor node { text replyCount thanksCount } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"""


async def test_no_list_tells_of_what_it_leaves_out(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by a filter, a cursor, a page's end, or what "fewer" keeps; whichever way feeds go."""
    clock.freeze()
    keys, tag, _ = await outside(ask)
    ada, _, cleo = keys.values()
    side = await side_of(ask, cleo, ada)
    cleos = await tag_named(ask, cleo, "Hers")
    await did_in_book(ask, cleo, "tagConnections", relationshipIds=[side], tagIds=[cleos])
    await did(ask, cleo, "showFewer", kind="NEWS")
    await posted(ask, ada, "Zebra old")
    clock.advance(days=1)
    never = ids.encode(ids.UPDATE, 1)
    given: Given = {"tag": cleos, "words": "zebra", "one": never}
    first = await ask(cleo, LISTS, **given)
    end_of, found_to = [
        each["pageInfo"]["endCursor"] for each in (first["viewer"]["feed"], first["searchUpdates"])
    ]
    assert end_of
    assert found_to

    async def views() -> list[Any]:
        found = []
        for few, walked in ((feed.FEW, feed.WALKED), (0, 1)):
            with monkeypatch.context() as patch:
                patch.setattr(feed, "FEW", few)
                patch.setattr(feed, "WALKED", walked)
                for at, hit in ((None, None), (end_of, found_to)):
                    found.append(await ask(cleo, LISTS, **given, after=at, found=hit))
                # A tag of somebody else's is none, whoever bears it.
                found.append(await ask(cleo, LISTS, **{**given, "tag": tag}))
        return found

    given["one"] = never
    before = await views()
    for number in range(3):
        given["one"] = await posted(
            ask, ada, f"Zebra {number}", kind="NEWS", audience="TAGS", audienceTagIds=[tag]
        )
        assert await views() == before
        clock.advance(minutes=1)


@pytest.mark.slow
async def test_whoever_bears_a_tag_reads_nothing_of_it(ask: Ask) -> None:
    """For chosen tags or for all connections: the same to those who see it, and so is whatever
    becomes of the tag as long as they bear it.
    """
    clock.freeze()
    keys, tag, _ = await outside(ask)
    ada, ben, cleo = keys.values()
    update = await posted(ask, ada, "For some")
    before = await readable(ben, NAMES, [update, tag])
    acts: list[tuple[str, Given]] = [
        ("editUpdate", {"updateId": update, "audience": "TAGS", "audienceTagIds": [tag]}),
        ("renameTag", {"tagId": tag, "name": "Rivals"}),
        ("tagConnections", {"relationshipIds": [await side_of(ask, ada, cleo)], "tagIds": [tag]}),
    ]
    for name, given in acts:
        await (did if name == "editUpdate" else did_in_book)(ask, ada, name, **given)
    assert await readable(ben, NAMES, [update, tag]) == before


GONE = ("narrowed", "ended", "hidden", "suspended")


async def test_what_was_seen_is_gone_like_one_that_never_was(ask: Ask) -> None:
    """After the audience was narrowed, the connection ended, or the author hid: its picture by
    the address one kept, its replies, and every act on it.
    """
    image = {"image": base64.b64encode(plain()).decode()}
    never = ids.encode(ids.UPDATE, 1)
    inner = await person("inner")
    for how in GONE:
        ada, cleo = await people(f"ada-{how}", f"cleo-{how}")
        side = await connect(ask, ada, cleo)
        await connect(ask, ada, inner)
        tag = await tag_named(ask, ada, "Inner")
        worn = {"relationshipIds": [await side_of(ask, ada, inner)], "tagIds": [tag]}
        await did_in_book(ask, ada, "tagConnections", **worn)
        wide = "MEMBERS" if how in ("hidden", "suspended") else "CONNECTIONS"
        given: Given = {"text": "Quagga", "audience": wide, "pictures": [image]}
        made = await did(ask, ada, "postUpdate", **given)
        update, picture = made["update"]["id"], made["update"]["pictures"][0]["url"]
        key = picture.rsplit("/", 1)[1].removesuffix(".webp")
        stranger = await person(f"stranger-{how}")
        who = stranger if how == "hidden" else cleo
        mine = await did(ask, who, "replyToUpdate", updateId=update, text="Well")
        assert await picture_for(await viewer_of(who), None, update, key)
        if how == "narrowed":
            given = {"audience": "TAGS", "audienceTagIds": [tag]}
            await did(ask, ada, "editUpdate", updateId=update, **given)
        elif how == "ended":
            assert codes(await end(ask, ada, "removeConnection", side)) == []
        elif how == "hidden":
            hide = "UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1"
            await sql.change(hide, ada)
        else:
            gone = "UPDATE member SET suspended_at = $2 WHERE id = $1"
            await sql.change(gone, ada, clock.now())
        for viewer in (who, None):
            assert await picture_for(await viewer_of(viewer), None, update, key) is None, how
        if how != "suspended":
            assert await picture_for(await viewer_of(inner), None, update, key), how
        read = """query ($id: ID!) { update(id: $id) { id replies { nodes { id } } }
          node(id: $id) { id } searchUpdates(query: "quagga") { nodes { id } } }"""
        assert await ask(who, read, id=update) == await ask(who, read, id=never), how
        for name, more in (
            ("replyToUpdate", {"text": "x"}),
            ("replyToUpdate", {"text": ""}),
            ("thankForUpdate", {}),
            ("takeBackThanks", {}),
        ):
            pair = [await tried(ask, who, name, updateId=i, **more) for i in (update, never)]
            assert pair[0] == pair[1], (how, name)
        # What one said oneself one may take away, and reads nothing more by it.
        taken = await did(ask, who, "removeReply", replyId=mine["reply"]["id"])
        assert taken["update"] is None


NOTICES = """{ viewer { unreadCount notifications(first: 5) { nodes {
  id kind read times memberName occurredAt member { handle } update { id replyCount thanksCount } }
} } }"""


async def test_what_tells_the_author_hangs_on_nothing_they_do_not_see(ask: Ask) -> None:
    """Replies and thanks of the unseen neither keep a notification nor take one away; and a
    reply the author does not see is not theirs to remove.
    """
    clock.freeze()
    ada, ben = await people("ada", "ben")
    shy = await person("shy", profile_audience="CONNECTIONS")

    async def said(update: str, who: int) -> str:
        reply = await did(ask, who, "replyToUpdate", updateId=update, text="x")
        await did(ask, who, "thankForUpdate", updateId=update)
        return str(reply["reply"]["id"])

    async def unsaid(update: str, who: int, reply: str) -> None:
        await did(ask, who, "removeReply", replyId=reply)
        await did(ask, who, "takeBackThanks", updateId=update)

    nothing = await ask(ada, NOTICES)
    update = await posted(ask, ada, "For all", audience="MEMBERS")
    hidden = await said(update, shy)
    assert await ask(ada, NOTICES) == nothing
    own = await did(ask, ada, "replyToUpdate", updateId=update, text="Mine")
    open_one = await said(update, ben)
    told = await ask(ada, NOTICES)
    assert told["viewer"]["unreadCount"] == 2
    # The last that is seen is gone; hers, and what she does not see, tell her nothing.
    await unsaid(update, ben, open_one)
    assert await ask(ada, NOTICES) == nothing
    answers = [
        await tried(ask, ada, "removeReply", replyId=reply)
        for reply in (hidden, ids.encode(ids.REPLY, 1))
    ]
    assert codes(answers[0]) == ["NOT_FOUND"]
    assert answers[0] == answers[1]
    # One who hides after they said it: nothing they or another unseen do changes what was told.
    open_one = await said(update, ben)
    await did(ask, ada, "removeReply", replyId=own["reply"]["id"])
    await sql.change("UPDATE member SET profile_audience = 'CONNECTIONS' WHERE id = $1", ben)
    told = await ask(ada, NOTICES)
    assert [n["memberName"] for n in told["viewer"]["notifications"]["nodes"]] == ["A member"] * 2
    await unsaid(update, shy, hidden)
    await unsaid(update, ben, open_one)
    assert await ask(ada, NOTICES) == told
