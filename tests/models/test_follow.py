"""Following: who may, who does, and what either side reads of it."""

import asyncio

import pytest

from models import clock, follow, sql, suggestion
from models.follow import FollowAudience
from models.problem import Code
from tests.models.acts import NOON, PLAIN, code_of, connect, refused
from tests.people import people, person


async def following(viewer: int) -> list[int]:
    """Whom the list names; it has as many as the count says."""
    rows = (await follow.following(viewer, 100, None, PLAIN)).rows
    assert await follow.count_following(viewer) == len(rows)
    return [row["m_id"] for row in rows]


async def followers(viewer: int) -> list[int]:
    """Whom the list of followers names."""
    rows = (await follow.followers(viewer, 100, None, PLAIN)).rows
    assert await follow.count_followers(viewer) == len(rows)
    return [row["m_id"] for row in rows]


async def follows(viewer: int, member: int) -> tuple[bool, bool]:
    """Whether the viewer does, and may."""
    row = (await follow.standing(viewer, [member]))[member]
    return bool(row["follows"]), bool(row["may"])


async def test_follow_and_unfollow(database: str) -> None:
    clock.freeze(NOON)
    ada, ben, cleo = await people("ada", "ben", "cleo")
    for other in (ben, cleo, ben):
        clock.advance(minutes=1)
        await follow.follow(ada, other)
    assert await following(ada) == [cleo, ben]
    assert await followers(ben) == [ada]
    assert await follows(ada, ben) == (True, True)
    assert await follows(ben, ada) == (False, True)
    for _ in range(2):
        await follow.unfollow(ada, ben)
    assert await following(ada) == [cleo]
    await follow.remove_follower(cleo, ada)
    assert await following(ada) == []
    assert await followers(cleo) == []
    told = await sql.rows("SELECT id FROM event UNION ALL SELECT id FROM notification")
    assert told == []


async def test_who_may(database: str) -> None:
    clock.freeze(NOON)
    ada, ben, cleo = await people("ada", "ben", "cleo")
    await connect(ben, ada)
    for who in (ada, cleo):
        await follow.follow(who, ben)
    await follow.choose_audience(ben, FollowAudience.CONNECTIONS)
    assert await followers(ben) == [ada]
    assert (await following(cleo), await follows(cleo, ben)) == ([], (False, False))
    with refused(Code.RECIPIENT_UNAVAILABLE):
        await follow.follow(cleo, ben)
    await follow.choose_audience(ben, FollowAudience.NOBODY)
    assert (await followers(ben), await following(ada)) == ([], [])
    await follow.choose_audience(ben, FollowAudience.MEMBERS)
    assert await followers(ben) == [cleo, ada]


async def test_one_refusal_for_all_hidden_causes(database: str) -> None:
    ada = await person("ada")
    hidden = await person("hidden", profile_audience="CONNECTIONS")
    gone = await person("gone", suspended_at=clock.now())
    private = await person("private", follow_audience="NOBODY")
    said = set()
    for other in (hidden, gone, private, 5):
        with refused(Code.RECIPIENT_UNAVAILABLE) as caught:
            await follow.follow(ada, other)
        said.add((caught[0].message, caught[0].field))
    assert len(said) == 1
    with refused(Code.SELF):
        await follow.follow(ada, ada)


@pytest.mark.parametrize("change", ["suspended_at = $1", "profile_audience = 'CONNECTIONS'"])
async def test_who_is_hidden_is_in_no_list(database: str, change: str) -> None:
    ada, ben, cleo = await people("ada", "ben", "cleo")
    await follow.follow(ada, ben)
    await follow.follow(ben, cleo)
    values = [clock.now()] if "$1" in change else []
    await sql.change(f"UPDATE member SET {change} WHERE handle = 'ben'", *values)
    assert (await following(ada), await followers(cleo)) == ([], [])
    assert await follows(ada, ben) == (False, False)
    await follow.unfollow(ada, ben)
    await sql.change(
        "UPDATE member SET suspended_at = NULL, profile_audience = 'MEMBERS' WHERE handle = 'ben'"
    )
    assert await following(ada) == []


async def test_the_cap_holds_in_a_race(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MOST", 3)
    ada, *others = await people("ada", *(f"other-{n}" for n in range(6)))
    done = await asyncio.gather(*(code_of(follow.follow(ada, other)) for other in others))
    assert sorted(done) == ["OK"] * 3 + ["TOO_MANY"] * 3
    assert await code_of(follow.follow(ada, (await following(ada))[0])) == "OK"
    again = await asyncio.gather(*(code_of(follow.follow(others[0], ada)) for _ in range(5)))
    assert again == ["OK"] * 5
    assert await followers(ada) == [others[0]]


async def test_pages(database: str) -> None:
    clock.freeze(NOON)
    ada, *others = await people("ada", *(f"other-{n}" for n in range(5)))
    for other in others:
        await follow.follow(ada, other)
    seen, after = list[int](), None
    while True:
        page = await follow.following(ada, 2, after, PLAIN)
        seen += [row["m_id"] for row in page.rows]
        if not page.more:
            break
        after = follow.cursor(page.rows[-1])
    assert sorted(seen) == sorted(others)


async def suggested(viewer: int) -> list[int]:
    """Who is suggested."""
    return [row["m_id"] for row in (await suggestion.suggested(viewer, 100, None, PLAIN)).rows]


async def test_dismiss_and_undo(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.freeze(NOON)
    ada, ben, cleo, dan = await people("ada", "ben", "cleo", "dan")
    for one, other in ((ada, ben), (ben, cleo), (ben, dan)):
        await connect(one, other)
    assert set(await suggested(ada)) == {cleo, dan}
    await asyncio.gather(*(suggestion.dismiss(ada, cleo) for _ in range(4)))
    assert await suggested(ada) == [dan]
    assert ada in await suggested(cleo), "nobody is told"
    await suggestion.undo_dismiss(ada, cleo)
    await suggestion.undo_dismiss(ada, cleo)
    assert set(await suggested(ada)) == {cleo, dan}
    await suggestion.dismiss(ada, cleo)
    clock.advance(minutes=11)
    with refused(Code.TOO_LATE):
        await suggestion.undo_dismiss(ada, cleo)
    clock.advance(days=1000)
    assert await suggested(ada) == [dan]
    with refused(Code.SELF):
        await suggestion.dismiss(ada, ada)
    with refused(Code.NOT_FOUND):
        await suggestion.dismiss(ada, 5)
    monkeypatch.setattr(suggestion, "MOST_DISMISSED", 1)
    assert await code_of(suggestion.dismiss(ada, dan)) == "TOO_MANY"
    assert await code_of(suggestion.dismiss(ada, cleo)) == "OK"


async def test_switches(database: str) -> None:
    clock.freeze(NOON)
    ada, ben, cleo = await people("ada", "ben", "cleo")
    for one, other in ((ada, ben), (ben, cleo)):
        await connect(one, other)
    assert await suggested(ada) == [cleo]
    for name in ("suggested", "suggested_by_connections"):
        await suggestion.update_settings(cleo, {name: False})
        assert await suggested(ada) == []
        assert await suggested(cleo) == [ada], "the switch is about oneself"
        await suggestion.update_settings(cleo, {name: True})
    await suggestion.update_settings(cleo, {"suggested_by_work": False})
    assert await suggested(ada) == [cleo]
    assert not (await suggestion.settings_of(cleo))["suggested_by_work"]
    await suggestion.update_settings(cleo, {})
