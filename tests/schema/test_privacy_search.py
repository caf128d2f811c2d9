"""What is hidden from somebody is neither found by them nor sorted by: whatever they search for,
each answer is byte for byte what it was.
"""

import json
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from models import career, clock, member, profile, profile_entry, search_text, sql, tag
from models.audience import Chosen, FieldAudience
from models.career import CareerKind, Stay
from models.profile import ProfileField
from models.profile_entry import EntryKind
from models.profile_words import skill
from tests.people import person
from tests.schema.acts import connect
from tests.schema.conftest import Ask

SEARCH = """query ($words: String, $organisation: String, $school: String, $skill: String,
  $place: String, $first: Int!, $after: Cursor) {
  searchMembers(query: $words, organisation: $organisation, school: $school, skill: $skill,
    place: $place, first: $first, after: $after) {
    edges { cursor degree matched { kind text } node { id name headline degree mutualCount } }
    pageInfo { hasNextPage endCursor } } }"""
WORDS = (
    "grace",
    "ida",
    "zymurgy",
    "zymurgi",
    "zym",
    "oslo",
    "larch",
    "upsala",
    "brewer",
    "grace oslo",
)
FILTERS = ("organisation", "school", "skill", "place")


class World(NamedTuple):
    """Grace hides things; Hugo is her connection without a tag. Ida is called and does alike."""

    ask: Ask
    grace: int
    hugo: int
    stranger: int
    unworn: int

    async def read(self, who: int | None) -> bytes:
        """All that somebody finds, page by page of two, by each word and as each filter."""
        answers = []
        for word in WORDS:
            for given in ({"words": word}, *({name: word} for name in FILTERS)):
                after = None
                while True:
                    data = await self.ask(who, SEARCH, first=2, after=after, **given)
                    answers.append(data)
                    info = data["searchMembers"]["pageInfo"]
                    after = info["endCursor"]
                    if not info["hasNextPage"]:
                        break
        return json.dumps(answers, sort_keys=True).encode()

    async def others(self, *, connected: bool) -> list[bytes]:
        """What is found by whoever may not see: Hugo too unless he may."""
        who = [self.hugo] if connected else []
        return [await self.read(each) for each in (*who, self.stranger, None)]


async def world(ask: Ask) -> World:
    clock.freeze()
    grace = await person("grace", name="Grace Ek", headline="Brews", profile_audience="EVERYONE")
    ida = await person("ida", name="Ida Grace", headline="Brewery", profile_audience="EVERYONE")
    hugo, stranger = await person("hugo"), await person("stranger", headline="Brewing")
    await search_text.complete()
    await profile_entry.add(ida, EntryKind.SKILL, skill("Zymurgy"), _for(FieldAudience.EVERYONE))
    await connect(ask, grace, hugo)
    await connect(ask, hugo, ida)
    unworn = (await tag.create(grace, "Unworn"))["id"]
    return World(ask, grace, hugo, stranger, unworn)


def _for(audience: FieldAudience, *tags: int) -> Chosen:
    return Chosen(audience, tags)


STAY = Stay("Larch & Span", "Brewer", "", 2010, None, None, None)
STUDY = Stay("Upsala", "", "", 2001, None, 2004, None)


async def _skill(w: World, chosen: Chosen) -> None:
    await profile_entry.add(w.grace, EntryKind.SKILL, skill("Zymurgy"), chosen)


async def _career(w: World, chosen: Chosen) -> None:
    await career.add(w.grace, CareerKind.WORK, STAY, chosen)
    await career.add(w.grace, CareerKind.STUDY, STUDY, chosen)


async def _place(w: World, chosen: Chosen) -> None:
    await profile.change_field_audience(w.grace, ProfileField.LOCATION, chosen)
    await member.update_profile(w.grace, {"location": "Oslo"})


HIDE: dict[str, Callable[[World, Chosen], Awaitable[None]]] = {
    "a skill": _skill,
    "a career": _career,
    "a place": _place,
}


@pytest.mark.parametrize("what", HIDE)
@pytest.mark.parametrize("audience", ["ONLY_ME", "TAGS", "CONNECTIONS"])
async def test_what_is_hidden_is_neither_found_nor_sorted_by(
    ask: Ask, what: str, audience: str
) -> None:
    w = await world(ask)
    if what == "a place":  # hidden while it is empty, so that saying it is the hidden act
        await profile.change_field_audience(
            w.grace, ProfileField.LOCATION, _for(FieldAudience.ONLY_ME)
        )
    hugo_may = audience == "CONNECTIONS"
    before = await w.others(connected=not hugo_may)
    shown = await w.read(w.hugo)
    chosen = FieldAudience[audience]
    await HIDE[what](w, _for(chosen, *([w.unworn] if audience == "TAGS" else [])))
    assert await w.others(connected=not hugo_may) == before
    if hugo_may:
        assert await w.read(w.hugo) != shown, "what is compared shows it to those who may see"


async def test_a_bearer_of_the_tag_finds_what_it_shows_and_no_longer_without_it(ask: Ask) -> None:
    w = await world(ask)
    before = await w.read(w.hugo)
    side = await sql.row("SELECT id FROM relationship WHERE owner_id = $1", w.grace)
    assert side is not None
    worn = (await tag.create(w.grace, "Worn"))["id"]
    await tag.put_on(w.grace, [side["id"]], [worn])
    strangers = await w.read(w.stranger)
    await _skill(w, _for(FieldAudience.TAGS, worn))
    assert await w.read(w.hugo) != before
    assert await w.read(w.stranger) == strangers
    await tag.take_off(w.grace, [side["id"]], [worn])
    assert await w.read(w.hugo) == before


@pytest.mark.parametrize("how", ["suspended", "connections only"])
async def test_a_hidden_member_changes_nothing_that_is_found(ask: Ask, how: str) -> None:
    w = await world(ask)
    if how == "suspended":
        await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", w.grace, clock.now())
        viewers = [w.hugo, w.stranger, None]
    else:
        await member.update_profile(w.grace, {"profile_audience": "CONNECTIONS"})
        viewers = [w.stranger, None]
    before = [await w.read(who) for who in viewers]
    assert all(b"Grace Ek" not in answer for answer in before)
    await _skill(w, _for(FieldAudience.EVERYONE))
    await _career(w, _for(FieldAudience.MEMBERS))
    await member.update_profile(w.grace, {"headline": "Brewer", "location": "Oslo"})
    assert [await w.read(who) for who in viewers] == before


async def test_a_hidden_list_makes_nobody_nearer(ask: Ask) -> None:
    w = await world(ask)
    await member.update_profile(w.hugo, {"connections_audience": "NOBODY"})
    ida = await sql.row("SELECT id FROM member WHERE handle = 'ida'")
    assert ida is not None
    await member.update_profile(ida["id"], {"connections_audience": "NOBODY"})
    data = await w.ask(w.grace, SEARCH, first=5, words="ida")
    [edge] = data["searchMembers"]["edges"]
    assert edge["degree"] is None
    await member.update_profile(w.hugo, {"connections_audience": "CONNECTIONS"})
    data = await w.ask(w.grace, SEARCH, first=5, words="ida")
    assert data["searchMembers"]["edges"][0]["degree"] == 2
