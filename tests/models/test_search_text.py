"""The index of people: it always says what the profiles say, whatever happened to them."""

import pytest

from models import member, search_text, sql
from tests.people import person

pytestmark = pytest.mark.usefixtures("database")


async def ids_of_all() -> list[int]:
    return [row["id"] for row in await sql.rows("SELECT id FROM member ORDER BY id")]


async def check_index() -> None:
    """Every document is there and says what the profile says; every word may be misspelt."""
    everyone = await ids_of_all()
    found = await search_text.stored(everyone)
    assert found == await search_text.derived(everyone)


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
