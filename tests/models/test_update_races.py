"""Acts on updates at once on PostgreSQL: exactly one outcome, and every counter is right."""

import asyncio
from collections.abc import Awaitable

import pytest

from models import event, feed_choice, notification, sql, tag, update_post, update_reply
from models.update import UpdateKind
from models.update_post import Draft
from tests.models.acts import SetUp, code_of, connect, tie
from tests.models.posting import CONNECTIONS, MEMBERS, counts, posted, tagged
from tests.people import check_invariants, people

pytestmark = [pytest.mark.only_engine("postgres"), pytest.mark.usefixtures("database")]
ROUNDS = 15


async def race(*acts: Awaitable[object]) -> list[str]:
    return await asyncio.gather(*(code_of(act) for act in acts))


async def right() -> None:
    """Every stored counter is the number of rows it counts."""
    wrong = await sql.rows(
        "SELECT id FROM member_update up WHERE replies <> (SELECT count(*) FROM update_reply r "
        "WHERE r.update_id = up.id) OR thanks <> (SELECT count(*) FROM update_thanks t "
        "WHERE t.update_id = up.id)"
    )
    assert wrong == []
    await check_invariants()


async def test_thanks_and_taking_them_back() -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    update = await posted(ada, chosen=MEMBERS)
    for _ in range(ROUNDS):
        thanks = [update_reply.thank(who, update) for who in (ben, ben, cleo, ben)]
        assert await race(*thanks) == ["OK"] * 4
        assert await counts(ada, update) == (0, 2)
        back = [update_reply.take_back_thanks(who, update) for who in (ben, ben, cleo)]
        assert await race(*back) == ["OK"] * 3
        assert await counts(ada, update) == (0, 0)
    await right()


async def test_replies_are_counted_and_told(set_up: SetUp) -> None:
    set_up(replies_per_day=10_000)
    ada, *others = await people("ada", *(f"other-{n}" for n in range(8)))
    update = await posted(ada, chosen=MEMBERS)
    for _ in range(3):
        assert set(await race(*(update_reply.reply(o, update, "x") for o in others))) == {"OK"}
    assert await counts(ada, update) == (24, 0)
    assert len(await event.kept(ada, 100)) == 25
    [notice] = (await notification.of(ada, 10, None)).rows
    assert notice["kind"] == "UPDATE_REPLIED"
    keys = [row["id"] for row in await sql.rows("SELECT id FROM update_reply LIMIT 6")]
    found = await race(*(update_reply.remove(ada, key) for key in keys * 2))
    assert sorted(found) == ["NOT_FOUND"] * 6 + ["OK"] * 6
    assert await counts(ada, update) == (18, 0)
    await right()


async def test_removing_while_others_answer() -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    for _ in range(ROUNDS):
        update = await posted(ada, chosen=MEMBERS)
        removed, *said = await race(
            update_post.remove(ada, update),
            update_reply.reply(ben, update, "x"),
            update_reply.thank(cleo, update),
            update_reply.take_back_thanks(ben, update),
        )
        assert removed == "OK"
        assert set(said) <= {"OK", "NOT_FOUND"}
        left = "SELECT id FROM {} WHERE update_id = $1"
        for table in ("update_reply", "update_thanks"):
            assert await sql.rows(left.format(table), update) == []
        # A notification of what is gone would lead nowhere.
        assert (await notification.of(ada, 10, None)).rows == []
        await sql.change("DELETE FROM member_update")
    await right()


async def test_one_key_and_the_last_place(set_up: SetUp) -> None:
    set_up(updates_per_day=3, replies_per_day=3)
    ada, ben = await people("ada", "ben")
    draft = Draft(UpdateKind.NEWS, "once", "", MEMBERS)
    assert await race(*(update_post.post(ada, draft, "k") for _ in range(6))) == ["OK"] * 6
    assert len(await sql.rows("SELECT id FROM member_update")) == 1
    found = await race(*(posted(ada, f"{n}") for n in range(6)))
    assert sorted(found) == ["OK"] * 2 + ["TOO_MANY"] * 4
    [update, *_] = [row["id"] for row in await sql.rows("SELECT id FROM member_update")]
    await sql.change("UPDATE member_update SET audience = 1")
    found = await race(*(update_reply.reply(ben, update, "x") for _ in range(6)))
    assert sorted(found) == ["OK"] * 3 + ["TOO_MANY"] * 3
    await right()


async def test_a_tag_is_deleted_while_one_posts_to_it(set_up: SetUp) -> None:
    set_up(updates_per_day=1_000)
    ada, ben = await people("ada", "ben")
    await connect(ada, ben)
    side = await tie(ada, ben)
    for turn in range(ROUNDS):
        key = (await tag.create(ada, f"tag {turn}"))["id"]
        await tag.put_on(ada, [side], [key])
        update = await posted(ada, "narrowing", CONNECTIONS)
        edit = update_post.Edit(chosen=tagged(key))
        new, narrowed, deleted = await race(
            posted(ada, "x", tagged(key)), update_post.edit(ada, update, edit), tag.delete(ada, key)
        )
        assert deleted == "OK"
        assert {new, narrowed} <= {"OK", "NOT_FOUND"}
    dangling = await sql.rows(
        "SELECT id FROM audience_tag a WHERE NOT EXISTS (SELECT 1 FROM tag t WHERE t.id = a.tag_id)"
    )
    assert dangling == []
    await right()


async def test_two_edits_and_the_last_mute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_choice, "MOST_MUTES", 2)
    ada, *others = await people("ada", "b", "c", "d", "e")
    update = await posted(ada, "old", MEMBERS)
    edits = [
        update_post.edit(ada, update, update_post.Edit(f"text {n}", None, CONNECTIONS))
        for n in range(5)
    ]
    assert await race(*edits) == ["OK"] * 5
    found = await race(*(feed_choice.mute(ada, other) for other in others))
    assert sorted(found) == ["OK"] * 2 + ["TOO_MANY"] * 2
    await right()
