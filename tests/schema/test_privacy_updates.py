"""Privacy of updates: what a member leaves out of their feed changes nothing that anybody else can
read, and an update is nowhere for those who are outside its audience.

With the clock frozen every field of every query answers byte for byte what it did before.
"""

from typing import Any

import pytest

from models import clock, ids, search_text, sql, sweeper
from tests.people import people, person
from tests.schema.acts import codes, connect, done, mem, sent
from tests.schema.booking import did as did_in_book
from tests.schema.booking import side_of, tag_named
from tests.schema.conftest import Ask
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
    """Not whether somebody ignored or blocked, is about to be introduced, or muted."""
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
    assert await ask(ada, sizes) == before
