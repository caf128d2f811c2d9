"""Announcing a change of one's profile: only if asked, and to nobody who does not see it there."""

import pytest

from models import career, event, member, profile, sql, tag, update_list, update_profile
from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.problem import Code
from models.profile import ProfileField
from models.update_list import ALL
from tests.models.acts import SetUp, refused
from tests.models.posting import tagged
from tests.people import person

pytestmark = pytest.mark.usefixtures("database")
WORK, STUDY = CareerKind.WORK, CareerKind.STUDY
EVERYONE, MEMBERS, CONNECTIONS, TAGS, ONLY_ME = FieldAudience


def stay(title: str = "Engineer") -> Stay:
    return Stay("Carrick Institute", title, "", 2020, None, None, None)


async def announced(owner: int) -> list[tuple[str, FieldAudience]]:
    rows = (await update_list.of_member(owner, owner, 50, None, ALL)).rows
    assert all(row["up_from_profile"] for row in rows)
    return [(row["up_text"], FieldAudience(row["up_audience"])) for row in rows]


async def test_positions_and_education() -> None:
    ada = await person("ada")
    key = await career.add(ada, WORK, stay("Silent"))
    await career.update(ada, WORK, key, stay("Still silent"))
    await member.update_profile(ada, {"headline": "Silent as well"})
    assert await announced(ada) == [], "nothing is broadcast unless asked for"
    say = update_profile.announced_stay
    key = await say(ada, WORK, None, stay(), Chosen(MEMBERS), EVERYONE)
    await say(ada, WORK, key, stay("Head"), None, CONNECTIONS)
    await say(ada, STUDY, None, stay(""), None, EVERYONE)
    found = [
        ("New education: Carrick Institute", MEMBERS),
        ("Position: Head, Carrick Institute", CONNECTIONS),
        ("New position: Engineer, Carrick Institute", MEMBERS),
    ]
    assert await announced(ada) == found
    before = await sql.rows("SELECT * FROM career_entry ORDER BY id")
    for chosen, to in ((Chosen(ONLY_ME), CONNECTIONS), (None, TAGS), (None, ONLY_ME)):
        with refused(Code.INVALID):
            await say(ada, WORK, None, stay("Secret"), chosen, to)
    assert await sql.rows("SELECT * FROM career_entry ORDER BY id") == before, "all or nothing"
    assert await announced(ada) == found
    kinds = [row["kind"] for row in await event.kept(ada, 100)]
    assert kinds == ["UPDATE_POSTED"] * 3


async def test_the_fields_of_a_profile() -> None:
    ada = await person("ada", headline="Old", organisation="Halden Rail")
    say = update_profile.announced_profile
    await profile.change_field_audience(ada, ProfileField.HEADLINE, Chosen(EVERYONE))
    await profile.change_field_audience(ada, ProfileField.LOCATION, Chosen(ONLY_ME))
    await profile.change_field_audience(ada, ProfileField.ORGANISATION, Chosen(CONNECTIONS))
    await say(ada, {"headline": "New", "organisation": "Halden Rail"}, EVERYONE)
    await say(ada, {"location": "Porto", "about": "Long"}, EVERYONE)
    await say(ada, {"headline": "", "name": "Ada L."}, MEMBERS)
    await say(ada, {"headline": "Newer", "organisation": "Larch"}, MEMBERS)
    assert await announced(ada) == [
        ("Headline: Newer\nOrganisation: Larch", CONNECTIONS),
        ("Name: Ada L.", MEMBERS),
        ("Headline: New", EVERYONE),
    ]


async def test_it_counts_as_an_update(set_up: SetUp) -> None:
    set_up(updates_per_day=1)
    ada = await person("ada")
    await update_profile.announced_profile(ada, {"headline": "One"}, MEMBERS)
    with refused(Code.TOO_MANY) as caught:
        await update_profile.announced_profile(ada, {"headline": "Two"}, MEMBERS)
    assert caught[0].field == ("announce",)
    row = await sql.row("SELECT headline FROM member WHERE id = $1", ada)
    assert row is not None
    assert row["headline"] == "One"


async def test_bearers_of_tags() -> None:
    ada = await person("ada")
    key = (await tag.create(ada, "Close"))["id"]
    await update_profile.announced_stay(ada, WORK, None, stay(), tagged(key), MEMBERS)
    [row] = (await update_list.of_member(ada, ada, 5, None, ALL)).rows
    assert (row["up_audience"], row["up_tags"]) == (TAGS, str(key))
