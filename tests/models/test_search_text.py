"""The index of people: it always says what the profiles say, whatever happened to them."""

import asyncio

import pytest

from models import career, clock, member, profile_entry, search_text, sql
from models.career import CareerKind, Stay
from models.profile_entry import EntryKind
from models.profile_words import skill
from models.search_words import may_be_meant, variants_of, word_in
from tests.models.acts import NOON
from tests.people import person
from tests.searching import Town

pytestmark = pytest.mark.usefixtures("database")


async def ids_of_all() -> list[int]:
    return [row["id"] for row in await sql.rows("SELECT id FROM member ORDER BY id")]


async def check_index() -> None:
    """Every document is there and says what the profile says; every word may be misspelt."""
    everyone = await ids_of_all()
    found = await search_text.stored(everyone)
    assert found == await search_text.derived(everyone)
    words = {word_in(token) for tokens in found.values() for token in tokens}
    rows = await sql.rows("SELECT variant, word FROM search_variant")
    known = {(row["variant"], row["word"]) for row in rows}
    assert known >= {(v, w) for w in words if may_be_meant(w) for v in variants_of(w)}
    if sql.is_sqlite():  # what FTS5 holds is what the table holds
        await sql.change("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)")


async def test_a_member_is_in_the_index_from_the_first_moment() -> None:
    key = await member.join(
        handle="ada-l", name="Ada Lovelace", email="a@example.org", password="long enough"
    )
    await check_index()
    [words] = (await search_text.stored([key])).values()
    assert words == ["1aada", "1al", "1alovelace", "1nada", "1nl", "1nlovelace"]
    await member.update_profile(key, {"headline": "Analyst", "profile_audience": "EVERYONE"})
    await check_index()
    await member.update_profile(key, {"profile_audience": "CONNECTIONS"})
    await check_index()
    [words] = (await search_text.stored([key])).values()
    assert "2aanalyst" in words
    assert not [word for word in words if word[0] in "01"]


async def test_members_without_a_document_get_one() -> None:
    keys = [await person(f"person-{n}", headline="Walks on C++") for n in range(5)]
    assert await search_text.complete() == 5
    assert await search_text.complete() == 0
    await check_index()
    assert "1ac++" in (await search_text.stored(keys))[keys[0]]


async def test_the_index_says_what_profiles_say_after_each_act() -> None:
    clock.freeze(NOON)
    town = Town(7)
    await town.settle(6)
    await search_text.complete()
    for _ in range(120):
        await town.act()
        await check_index()


async def test_a_change_that_nobody_is_found_by_writes_nothing() -> None:
    key = await person("ada", headline="Analyst")
    await search_text.complete()
    await member.update_profile(key, {"headline": "analyst"})
    await check_index()
    before = await search_text.stored([key])
    await sql.change("UPDATE member SET headline = 'Poet' WHERE id = $1", key)
    await member.update_profile(key, {"about": "About", "accepts_requests": False})
    assert await search_text.stored([key]) == before


async def test_a_member_who_goes_takes_their_words_along() -> None:
    key = await person("ada")
    await search_text.complete()
    for table in ("inbox", "allowance", "member"):
        await sql.change(f"DELETE FROM {table} WHERE id = $1", key)
    assert await sql.rows("SELECT id FROM search_document") == []
    await check_index()


async def test_nobody_finds_a_suspended_member_by_any_word() -> None:
    key = await person("ada")
    await search_text.complete()
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", key, clock.now())
    await search_text.refresh(key)
    assert await search_text.stored([key]) == {key: []}


@pytest.mark.only_engine("postgres")
async def test_of_changes_at_once_none_is_missed() -> None:
    keys = [await person(f"person-{n}") for n in range(3)]
    await search_text.complete()
    for turn in range(12):
        stay = Stay(f"Works {turn}", f"Title {turn}", "", 2000 + turn, None, None, None)
        await asyncio.gather(
            *(member.update_profile(k, {"headline": f"Headline {turn}"}) for k in keys),
            *(profile_entry.add(k, EntryKind.SKILL, skill(f"skilled{turn}x")) for k in keys),
            *(career.add(k, CareerKind.WORK, stay) for k in keys),
            *(member.update_profile(k, {"location": f"Place {turn}"}) for k in keys),
        )
        await check_index()


async def test_many_join_at_once_with_the_same_new_words() -> None:
    await asyncio.gather(
        *(
            member.join(
                handle=f"person-{n}",
                name="Zacharias Quillfeather Xenophon",
                email=f"{n}@example.org",
                password="long enough for all",
            )
            for n in range(6)
        )
    )
    await check_index()
