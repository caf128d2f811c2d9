"""Items of a profile and who sees them: every kind and field, every audience, every viewer."""

import asyncio

import pytest

from models import (
    career,
    clock,
    contact_share,
    directory,
    eyes,
    profile,
    profile_entry,
    profile_words,
    relationship,
    search_text,
    sql,
    unit,
)
from models.audience import MOST_TAGS, Chosen, FieldAudience
from models.career import CareerKind
from models.directory import Wants
from models.eyes import Eyes
from models.member import ProfileAudience
from models.problem import Code, Problem
from models.profile import ProfileField
from models.profile_entry import CALLED, MOST, EntryKind
from models.profile_words import ContactKind, LanguageLevel, OpenTo
from tests.models.acts import NOON, code_of, connect, refused, tie
from tests.models.counting import statements
from tests.people import people, person
from tests.profiles import KINDS, SAID, add, tag, under, wear

pytestmark = pytest.mark.usefixtures("database")
EVERYONE, MEMBERS, CONNECTIONS, TAGS, ONLY_ME = FieldAudience
VIEWERS = ["visitor", "stranger", "friend", "tagged", "otherly", "former", "ada"]
SEEN_BY = {
    EVERYONE: set(VIEWERS),
    MEMBERS: set(VIEWERS) - {"visitor"},
    CONNECTIONS: {"friend", "tagged", "otherly", "ada"},
    TAGS: {"tagged", "ada"},
    ONLY_ME: {"ada"},
}


class World:
    """Ada and everyone who may look at her; `close` is her tag on `tagged` and on `former`,
    with whom she is no longer connected.
    """

    keys: dict[str, int | None]
    close: int
    far: int

    @property
    def ada(self) -> int:
        key = self.keys["ada"]
        assert key is not None
        return key


@pytest.fixture
async def world() -> World:
    clock.freeze(NOON)
    made = World()
    ada = await person("ada", profile_audience="EVERYONE")
    names = [name for name in VIEWERS if name not in ("visitor", "ada")]
    others = dict(zip(names, await people(*names), strict=True))
    made.keys = {"visitor": None, **others, "ada": ada}
    for name in ("friend", "tagged", "otherly", "former"):
        await connect(made.ada, made.keys[name])  # type: ignore[arg-type]
    made.close = await tag(made.ada, "Close", made.keys["tagged"], made.keys["former"])  # type: ignore[arg-type]
    made.far = await tag(made.ada, "Far", made.keys["otherly"])  # type: ignore[arg-type]
    # Somebody else's tag on Ada opens nothing of Ada's.
    await tag(made.keys["friend"], "Ada", made.ada)  # type: ignore[arg-type]
    former = made.keys["former"]
    assert former is not None
    await relationship.remove(made.ada, await tie(made.ada, former))
    return made


async def shown(look: Eyes, member: int, kind: CareerKind | EntryKind) -> list[int]:
    """Keys of what a member shows of a kind to these eyes."""
    read = profile.careers if isinstance(kind, CareerKind) else profile.entries
    part = (member, kind.value)
    return [row["id"] for row in (await read(look, [part]))[part]]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_sees_an_item(world: World, kind: CareerKind | EntryKind) -> None:
    for audience in FieldAudience:
        tags = [world.close] if audience is TAGS else []
        key = await add(world.ada, kind, under(audience, *tags))
        for name, viewer in world.keys.items():
            seen = await shown(eyes.of(viewer), world.ada, kind) == [key]
            assert seen == (name in SEEN_BY[audience]), (audience.name, name)


@pytest.mark.parametrize("field", ProfileField)
async def test_who_sees_a_field(world: World, field: ProfileField) -> None:
    column = "avatar_key" if field is ProfileField.AVATAR else field.column
    await sql.change(f"UPDATE member SET {column} = 'Something' WHERE id = $1", world.ada)
    for audience in FieldAudience:
        tags = [world.close] if audience is TAGS else []
        await profile.change_field_audience(world.ada, field, under(audience, *tags))
        for name, viewer in world.keys.items():
            rows = await directory.by_ids(viewer, [world.ada], Wants(about=True))
            seen = rows[world.ada][f"m_{column}"] == "Something"
            assert seen == (name in SEEN_BY[audience]), (audience.name, name)
        assert (await profile.field_audiences(world.ada))[field] == Chosen(audience, tags)
        assert await search_text.stored([world.ada]) == await search_text.derived([world.ada])


@pytest.mark.parametrize("kind", KINDS)
async def test_other_eyes_see_what_such_a_member_sees(
    world: World, kind: CareerKind | EntryKind
) -> None:
    """What an owner tries on is what the viewers it stands for have."""
    alike = {
        "visitor": profile.AS_AUDIENCE[ProfileAudience.EVERYONE],
        "stranger": profile.AS_AUDIENCE[ProfileAudience.MEMBERS],
        "friend": profile.AS_AUDIENCE[ProfileAudience.CONNECTIONS],
        "tagged": await profile.as_tagged(world.ada, world.close),
        "otherly": await profile.as_tagged(world.ada, world.far),
    }
    for audience in FieldAudience:
        await add(world.ada, kind, under(audience, *([world.close] if audience is TAGS else [])))
        for name, look in alike.items():
            assert look is not None
            real = await shown(eyes.of(world.keys[name]), world.ada, kind)
            assert await shown(look, world.ada, kind) == real, (audience.name, name)


async def test_whose_eyes_can_be_tried_on(world: World) -> None:
    friend, stranger, former = (world.keys[n] for n in ("friend", "stranger", "former"))
    assert friend
    assert stranger
    assert former
    assert await profile.as_connection(world.ada, friend) == eyes.of(friend)
    for nobody in (stranger, former, world.ada, 1):
        assert await profile.as_connection(world.ada, nobody) is None
    assert await profile.as_tagged(friend, world.close) is None
    await sql.change("UPDATE member SET suspended_at = $1 WHERE id = $2", clock.now(), friend)
    assert await profile.as_connection(world.ada, friend) is None


async def test_what_is_shared_is_seen_whatever_its_audience(world: World) -> None:
    friend = world.keys["friend"]
    assert friend is not None
    key = await add(world.ada, EntryKind.CONTACT)
    assert await shown(eyes.of(friend), world.ada, EntryKind.CONTACT) == []
    side = await sql.row("SELECT request_id FROM relationship WHERE owner_id = $1", friend)
    assert side is not None

    async def share(u: unit.Unit) -> None:
        await contact_share.share(u, world.ada, friend, [key], side["request_id"])

    await unit.unit(share)
    for name, viewer in world.keys.items():
        seen = await shown(eyes.of(viewer), world.ada, EntryKind.CONTACT) == [key]
        assert seen == (name in ("friend", "ada")), name
    as_friend = await profile.as_connection(world.ada, friend)
    assert as_friend is not None
    assert await shown(as_friend, world.ada, EntryKind.CONTACT) == [key]
    assert await shown(eyes.A_CONNECTION, world.ada, EntryKind.CONTACT) == []
    await relationship.remove(friend, await tie(friend, world.ada))
    assert await shown(eyes.of(friend), world.ada, EntryKind.CONTACT) == []


async def test_deleting_a_tag_narrows(world: World) -> None:
    both = await add(world.ada, EntryKind.SKILL, under(TAGS, world.close, world.far))
    one = await add(world.ada, CareerKind.WORK, under(TAGS, world.close))
    await sql.change("DELETE FROM tag WHERE id = $1", world.close)
    for name, viewer in world.keys.items():
        skills = await shown(eyes.of(viewer), world.ada, EntryKind.SKILL)
        assert (skills == [both]) == (name in ("otherly", "ada")), name
        jobs = await shown(eyes.of(viewer), world.ada, CareerKind.WORK)
        assert (jobs == [one]) == (name == "ada"), name


async def test_tags_that_can_be_chosen(world: World) -> None:
    friends = await tag(world.keys["friend"], "Mine")  # type: ignore[arg-type]
    for chosen, code in (
        (under(TAGS), Code.REQUIRED),
        (under(TAGS, world.close, friends), Code.NOT_FOUND),
        (under(TAGS, 0), Code.NOT_FOUND),
        (under(MEMBERS, world.close), Code.INVALID),
        (under(TAGS, *range(1, MOST_TAGS + 2)), Code.TOO_MANY),
    ):
        for kind in (CareerKind.WORK, EntryKind.LINK):
            with refused(code) as [*caught]:
                await add(world.ada, kind, chosen)
        with refused(code) as caught:
            await profile.change_field_audience(world.ada, ProfileField.ABOUT, chosen)
        assert caught[0].field == ("audienceTagIds",)
    assert await shown(eyes.of(world.ada), world.ada, EntryKind.LINK) == []
    await add(world.ada, EntryKind.LINK, under(TAGS, world.close, world.close))


async def test_leaving_tags_behind_forgets_them(world: World) -> None:
    key = await add(world.ada, EntryKind.SKILL, under(TAGS, world.close))
    await add(world.ada, EntryKind.SKILL, under(MEMBERS))
    await add(world.ada, EntryKind.SKILL, under(TAGS, world.far))
    seen = await shown(eyes.of(world.keys["tagged"]), world.ada, EntryKind.SKILL)
    assert seen == []
    await profile_entry.remove(world.ada, EntryKind.SKILL, key)
    left = await sql.row("SELECT count(*) AS n FROM audience_tag")
    assert left is not None
    assert left["n"] == 0


async def test_defaults() -> None:
    ada = await person("ada")
    for kind in KINDS:
        await add(ada, kind)
    rows = await profile.entries(eyes.of(ada), [(ada, kind.value) for kind in EntryKind])
    seen = {kind: rows[(ada, kind.value)][0]["own_audience"] for kind in EntryKind}
    assert seen.pop(EntryKind.CONTACT) == ONLY_ME
    assert set(seen.values()) == {MEMBERS}


async def test_a_whole_profile_is_two_statements() -> None:
    ada, ben = await people("ada", "ben")
    for kind in KINDS:
        await add(ada, kind)
        await add(ben, kind)
    async with statements() as seen:
        await profile.careers(eyes.of(ben), [(m, k.value) for m in (ada, ben) for k in CareerKind])
        await profile.entries(eyes.of(ben), [(m, k.value) for m in (ada, ben) for k in EntryKind])
    assert len(seen) == 2


@pytest.mark.parametrize("kind", EntryKind)
async def test_the_same_again_is_the_same(kind: EntryKind) -> None:
    ada = await person("ada")
    key = await add(ada, kind, under(ONLY_ME))
    assert await add(ada, kind) == key
    rows = await profile.entries(eyes.of(ada), [(ada, kind.value)])
    [row] = rows[(ada, kind.value)]
    assert row["own_audience"] == ONLY_ME


async def test_one_is_said_anew_and_removed() -> None:
    ada, eve = await people("ada", "eve")
    skill, words = EntryKind.SKILL, profile_words.skill
    key = await profile_entry.add(ada, skill, words("Surveying"), under(CONNECTIONS))
    other = await profile_entry.add(ada, skill, words("Welding"))
    await profile_entry.update(ada, skill, key, words("Survey"))
    [row, _] = (await profile.entries(eyes.of(ada), [(ada, skill.value)]))[(ada, skill.value)]
    assert (row["value"], row["own_audience"]) == ("Survey", CONNECTIONS)
    with refused(Code.INVALID) as caught:
        await profile_entry.update(ada, skill, key, words("WELDING"))
    assert caught[0].field == ("name",)
    for who, kind in ((eve, skill), (ada, EntryKind.LINK)):
        for act in (
            profile_entry.update(who, kind, key, SAID[kind]),
            profile_entry.remove(who, kind, key),
        ):
            with refused(Code.NOT_FOUND) as caught:
                await act
            assert caught[0].field == (CALLED[kind][1],)
    await profile_entry.remove(ada, skill, key)
    assert await code_of(profile_entry.remove(ada, skill, key)) == "NOT_FOUND"
    assert await shown(eyes.of(ada), ada, skill) == [other]
    assert await search_text.stored([ada]) == await search_text.derived([ada])


async def test_there_are_so_many_and_no_more() -> None:
    ada = await person("ada")
    kind = EntryKind.FEATURED
    for number in range(MOST[kind] - 1):
        await profile_entry.add(ada, kind, profile_words.featured("", f"Work {number}", ""))
    racers = [
        profile_entry.add(ada, kind, profile_words.featured("", f"Late {number}", ""))
        for number in range(4)
    ]
    results = await asyncio.gather(*racers, return_exceptions=True)
    codes = [each.code for each in results if isinstance(each, Problem)]
    assert codes == [Code.TOO_MANY] * 3
    assert len(await shown(eyes.of(ada), ada, kind)) == MOST[kind]


async def test_order(world: World) -> None:
    kind, words = EntryKind.LANGUAGE, profile_words.language
    keys = [
        await profile_entry.add(world.ada, kind, words(name, LanguageLevel.BASIC))
        for name in ("One", "Two", "Three", "Four")
    ]

    async def now() -> list[int]:
        found = await shown(eyes.of(world.ada), world.ada, kind)
        return [keys.index(key) + 1 for key in found]

    assert await now() == [1, 2, 3, 4]
    await profile_entry.move(world.ada, keys[3], None)
    assert await now() == [4, 1, 2, 3]
    await profile_entry.move(world.ada, keys[0], keys[2])
    assert await now() == [4, 2, 3, 1]
    skill = await add(world.ada, EntryKind.SKILL)
    for moved, after in ((keys[0], skill), (keys[0], keys[0]), (0, None), (skill, keys[0])):
        assert await code_of(profile_entry.move(world.ada, moved, after)) == "NOT_FOUND"
    friend = world.keys["friend"]
    assert friend is not None
    assert await code_of(profile_entry.move(friend, keys[0], None)) == "NOT_FOUND"
    assert await now() == [4, 2, 3, 1]


async def test_open_to_exactly_these(world: World) -> None:
    async def now() -> list[tuple[str, int]]:
        part = (world.ada, EntryKind.OPEN_TO.value)
        rows = (await profile.entries(eyes.of(world.ada), [part]))[part]
        return [(row["value"], row["own_audience"]) for row in rows]

    await profile_entry.set_open_to(world.ada, [OpenTo.SPEAKING, OpenTo.WORK, OpenTo.SPEAKING])
    assert await now() == [("SPEAKING", MEMBERS), ("WORK", MEMBERS)]
    await profile_entry.set_open_to(
        world.ada, [OpenTo.WORK, OpenTo.HIRING], under(TAGS, world.close)
    )
    assert await now() == [("WORK", TAGS), ("HIRING", TAGS)]
    await wear(world.ada, world.keys["friend"], world.close)  # type: ignore[arg-type]
    assert len(await shown(eyes.of(world.keys["friend"]), world.ada, EntryKind.OPEN_TO)) == 2
    await profile_entry.set_open_to(world.ada, [])
    assert await now() == []
    await career.add(world.ada, CareerKind.WORK, career.Stay("X", "Y", "", 2020, None, None, None))


async def test_a_contact_detail_is_one_by_what_it_says() -> None:
    ada = await person("ada")
    for value in ("Ada@example.org", "ada@example.org"):
        await profile_entry.add(
            ada, EntryKind.CONTACT, profile_words.contact(ContactKind.EMAIL, value, "")
        )
    part = (ada, EntryKind.CONTACT.value)
    [row] = (await profile.entries(eyes.of(ada), [part]))[part]
    assert row["value"] == "ada@example.org"
