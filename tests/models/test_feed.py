"""Feeds: whose updates are in them, in which order, and what a member can leave out."""

from datetime import timedelta

import pytest

from models import (
    clock,
    contact,
    feed,
    feed_choice,
    follow,
    ids,
    relationship,
    sql,
    tag,
    update_post,
)
from models.directory import Wants
from models.follow import FollowAudience
from models.paging import BadPage
from models.problem import Code
from models.update import UpdateKind
from models.update_list import ALL
from seeds.bulk import bulk
from tests.models.acts import code_of, connect, refused, tie
from tests.models.counting import statements
from tests.models.posting import MEMBERS, feed_of, posted, tagged
from tests.people import people, person

pytestmark = pytest.mark.usefixtures("database")
NEWS, QUESTION = UpdateKind.NEWS, UpdateKind.QUESTION


async def test_whose_updates_are_in_it() -> None:
    clock.freeze()
    me, friend, followed, other = await people("me", "friend", "followed", "other")
    await connect(me, friend)
    await follow.follow(me, followed)
    for who, text in ((friend, "friend"), (followed, "followed"), (other, "other"), (me, "me")):
        clock.advance(minutes=1)
        await posted(who, f"{text} to members", MEMBERS)
        await posted(who, f"{text} to connections")
    expected = ["me to connections", "me to members", "followed to members"]
    expected += ["friend to connections", "friend to members"]
    for size in (1, 2, 100):
        assert await feed_of(me, size=size) == expected, "newest first, whatever the page"
    assert await feed_of(other) == ["other to connections", "other to members"]
    # A follow counts as long as the followed lets it.
    await follow.choose_audience(followed, FollowAudience.NOBODY)
    assert "followed to members" not in await feed_of(me)
    await follow.choose_audience(followed, FollowAudience.MEMBERS)
    # What ends, ends here at once.
    await relationship.remove(me, await tie(me, friend))
    assert await feed_of(me) == expected[:3]
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", followed, clock.now())
    assert await feed_of(me) == expected[:2]
    clock.advance(days=91)
    assert await feed_of(me) == [], "as far back as feeds reach"


async def test_filters_and_tags() -> None:
    clock.freeze()
    me, ann, bob, fan = await people("me", "ann", "bob", "fan")
    for other in (ann, bob):
        await connect(me, other)
    await follow.follow(me, fan)
    key = (await tag.create(me, "Bridge people"))["id"]
    await tag.put_on(me, [await tie(me, ann)], [key])
    for who in (ann, bob, fan):
        for kind in (NEWS, QUESTION):
            clock.advance(minutes=1)
            await posted(who, f"{who} {kind}", MEMBERS, kind)
    assert await feed_of(me, NEWS) == [f"{who} NEWS" for who in (fan, bob, ann)]
    assert await feed_of(me, tag=key) == [f"{ann} QUESTION", f"{ann} NEWS"]
    assert await feed_of(me, QUESTION, key) == [f"{ann} QUESTION"]
    assert await feed_of(ann, tag=key) == [], "a tag of somebody else"
    assert await feed_of(me, tag=key + 1) == []
    # Bearers alone see what is for them.
    hers = (await tag.create(ann, "Inner circle"))["id"]
    await posted(ann, "for few", tagged(hers))
    assert "for few" not in await feed_of(me)
    await tag.put_on(ann, [await tie(ann, me)], [hers])
    assert "for few" in await feed_of(me)


async def test_muting_and_snoozing() -> None:
    clock.freeze()
    me, ann, fan = await people("me", "ann", "fan")
    shy = await person("shy", profile_audience="CONNECTIONS")
    await connect(me, ann)
    await follow.follow(me, fan)
    for who in (ann, fan):
        await posted(who, str(who), MEMBERS)
    full = await feed_of(me)

    async def muted() -> list[str]:
        return [r["m_handle"] for r in (await feed_choice.mutes(me, 10, None, Wants())).rows]

    await feed_choice.mute(me, ann)
    await feed_choice.snooze(me, fan)
    assert await feed_of(me) == []
    assert await muted() == ["fan", "ann"]
    clock.advance(days=29)
    assert await feed_of(me) == []
    await feed_choice.snooze(me, fan)
    clock.advance(days=2)
    assert await feed_of(me) == [], "anew"
    clock.advance(days=29)
    assert await feed_of(me) == [str(fan)]
    assert await muted() == ["ann"]
    await feed_choice.unmute(me, ann)
    await feed_choice.unmute(me, ann)
    assert await feed_of(me) == full
    # A connection muted as such is left out, followed or not.
    await follow.follow(me, ann)
    await contact.mute(me, [await tie(me, ann)], muted=True)
    assert await feed_of(me) == [str(fan)]
    assert await code_of(feed_choice.mute(me, me)) == "SELF"
    for nobody in (shy, ids.new_id()):
        assert await code_of(feed_choice.snooze(me, nobody)) == "NOT_FOUND"
        await feed_choice.unmute(me, nobody)


async def test_the_last_mute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_choice, "MOST_MUTES", 1)
    me, ann, bob = await people("me", "ann", "bob")
    await feed_choice.mute(me, ann)
    await feed_choice.snooze(me, ann)
    with refused(Code.TOO_MANY):
        await feed_choice.mute(me, bob)


async def test_fewer_of_a_kind() -> None:
    clock.freeze()
    me, ann = await people("me", "ann")
    await connect(me, ann)
    hers = (await tag.create(ann, "Others"))["id"]
    for day, text, kind in (
        (0, "old", NEWS), (3, "question", QUESTION), (9, "middle", NEWS), (15.9, "new", NEWS),
    ):  # fmt: skip
        clock.freeze()
        await posted(ann, text, MEMBERS, kind)
        at = clock.now() - timedelta(days=20 - day)
        await sql.change("UPDATE member_update SET posted_at = $1 WHERE text = $2", at, text)
    full = ["new", "middle", "question", "old"]
    assert await feed_of(me) == full
    await feed_choice.show_fewer(me, NEWS, True)
    await feed_choice.show_fewer(me, NEWS, True)
    assert await feed_choice.fewer_kinds(me) == [NEWS]
    assert await feed_of(me) == ["new", "question", "old"]
    assert await feed_of(me, NEWS) == ["new", "old"]
    # One that is not for the viewer makes no other disappear.
    await update_post.edit(ann, await key_of("new"), update_post.Edit(chosen=tagged(hers)))
    assert await feed_of(me) == ["middle", "question", "old"]
    await feed_choice.show_fewer(me, NEWS, False)
    assert await feed_of(me) == full[1:]


async def key_of(text: str) -> int:
    row = await sql.row("SELECT id FROM member_update WHERE text = $1", text)
    assert row is not None
    return int(row["id"])


async def test_up_to_date() -> None:
    clock.freeze()
    me = await person("me")
    assert await feed_choice.seen_at(me) is None
    began = clock.now()
    clock.advance(hours=2)
    await feed_choice.mark_seen(me, began)
    assert await feed_choice.seen_at(me) == began
    await feed_choice.mark_seen(me)
    assert await feed_choice.seen_at(me) == clock.now()
    await feed_choice.mark_seen(me, began)
    await feed_choice.mark_seen(me, clock.now() + timedelta(days=9))
    assert await feed_choice.seen_at(me) == clock.now()


async def test_cursors_that_are_none() -> None:
    me = await person("me")
    for first, after in ((0, None), (101, None), (20, "x"), (20, "dXBkOjE6eA"), (20, "\x00")):
        with pytest.raises(BadPage):
            await feed.page(me, feed.Filter(), first, after, ALL)


async def test_both_ways_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking the newest, the lists of the few, and any mixture of both, in two statements."""
    await bulk(150, 12, 5, lambda *_: None)
    rows = await sql.rows("SELECT id FROM inbox ORDER BY connections DESC LIMIT 3")
    for row in rows:
        viewer = row["id"]
        await feed_choice.show_fewer(viewer, NEWS, True)
        found = {}
        for few, walked in ((10_000, 1), (0, 1), (0, 7), (0, 60), (0, 100_000)):
            monkeypatch.setattr(feed, "FEW", few)
            monkeypatch.setattr(feed, "WALKED", walked)
            found[few, walked] = [await feed_of(viewer, kind, size=40) for kind in (None, QUESTION)]
        [lists, *others] = found.values()
        assert len(lists[0]) > 40
        assert all(other == lists for other in others)
    async with statements() as seen:
        await feed.page(viewer, feed.Filter(), 20, None, ALL)
    assert len(seen) == 2
    [row] = await sql.rows(
        "SELECT t.id, t.owner_id FROM tag t JOIN relationship_tag worn ON worn.tag_id = t.id "
        "GROUP BY t.id, t.owner_id ORDER BY count(*) DESC, t.id LIMIT 1"
    )
    ways = []
    for few in (10_000, 0):
        monkeypatch.setattr(feed, "FEW", few)
        ways.append(await feed_of(row["owner_id"], tag=row["id"], size=5))
    assert ways[0] == ways[1] != []
