"""What is hidden on a profile changes nothing that others read, byte for byte."""

from collections.abc import Awaitable, Callable

import pytest

from models import career, clock, profile, profile_entry
from models.audience import FieldAudience
from models.career import CareerKind
from models.profile import ProfileField
from models.profile_words import OpenTo
from tests.people import people, person
from tests.profiles import KINDS, add, stay, tag, under
from tests.schema.acts import connect, mem
from tests.schema.conftest import Ask
from tests.schema.test_organisation import _id
from tests.schema.test_privacy import readable

pytestmark = pytest.mark.usefixtures("unbounded")
HANDLES = ["ada", "grace", "hugo", "stranger"]
SPAN = "Span"


class World:
    """Grace hides things; Hugo is her connection without a tag, Ada bears a tag of no use here."""

    def __init__(self, keys: dict[str, int], far: int, close: int) -> None:
        self.keys = keys
        self.far = far
        self.close = close

    @property
    def grace(self) -> int:
        return self.keys["grace"]

    async def others(self) -> list[bytes]:
        """All that everyone but Grace reads."""
        known = [*map(mem, self.keys.values()), _id(SPAN), _id("Arch")]
        who = [self.keys["ada"], self.keys["hugo"], self.keys["stranger"], None]
        return [await readable(each, HANDLES, known) for each in who]

    async def own(self) -> bytes:
        """All that Grace reads."""
        return await readable(self.grace, HANDLES, [_id(SPAN), mem(self.grace)])


async def world(ask: Ask) -> World:
    clock.freeze()
    keys = dict(zip(HANDLES[:3], await people(*HANDLES[:3]), strict=True))
    keys["stranger"] = await person("stranger")
    await connect(ask, keys["grace"], keys["hugo"])
    await connect(ask, keys["grace"], keys["ada"])
    far = await tag(keys["grace"], "Far", keys["ada"])
    close = await tag(keys["grace"], "Close")
    for kind in KINDS:
        await add(keys["grace"], kind, under(FieldAudience.EVERYONE))
        await add(keys["ada"], kind)
    clock.advance(hours=1)
    return World(keys, far, close)


async def _hidden_position(w: World) -> None:
    """At an organisation nobody else names, and once more at one that is known."""
    chosen = under(FieldAudience.ONLY_ME)
    await career.add(w.grace, CareerKind.WORK, stay("Arch"), chosen)
    await career.add(w.grace, CareerKind.STUDY, stay("SPAN", start=1999), chosen)


async def _tagged_with_nobody(w: World) -> None:
    await career.add(w.grace, CareerKind.WORK, stay("Arch"), under(FieldAudience.TAGS, w.close))


async def _hidden_contact(w: World) -> None:
    from models.profile_words import ContactKind, contact

    said = contact(ContactKind.EMAIL, "private@example.org", "")
    await profile_entry.add(w.grace, profile_entry.EntryKind.CONTACT, said)


async def _hidden_skill_changed(w: World) -> None:
    from models.profile_words import skill

    chosen = under(FieldAudience.ONLY_ME)
    kind = profile_entry.EntryKind.SKILL
    key = await profile_entry.add(w.grace, kind, skill("Hidden"), chosen)
    await profile_entry.update(w.grace, kind, key, skill("Hidden still"))
    await profile_entry.move(w.grace, key, None)


async def _empty_field_narrowed(w: World) -> None:
    await profile.change_field_audience(w.grace, ProfileField.ABOUT, under(FieldAudience.ONLY_ME))


HIDDEN: dict[str, Callable[[World], Awaitable[object]]] = {
    "a position": _hidden_position,
    "under a tag nobody bears": _tagged_with_nobody,
    "contact data": _hidden_contact,
    "a skill": _hidden_skill_changed,
    "an audience of what is not there": _empty_field_narrowed,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HIDDEN)
async def test_what_is_hidden_changes_nothing_others_read(ask: Ask, name: str) -> None:
    w = await world(ask)
    before, own = await w.others(), await w.own()
    await HIDDEN[name](w)
    assert await w.others() == before
    assert await w.own() != own, "what is compared shows such acts to those who may know"


async def test_a_name_is_spelled_as_the_one_who_shows_it(ask: Ask) -> None:
    """Whoever named an organisation first, hidden, leaves no trace in how others read it."""
    answers = []
    for hidden in (False, True):
        clock.freeze()
        tail = "1" if hidden else "0"
        ada, shy = await people(f"ada{tail}", f"shy{tail}")
        place = f"Guild {tail}"
        if hidden:
            chosen = under(FieldAudience.ONLY_ME)
            await career.add(shy, CareerKind.WORK, stay(place.upper()), chosen)
            clock.advance(days=300)
        await career.add(ada, CareerKind.WORK, stay(place))
        query = """{ viewer { member { positions { organisation {
          id name memberCount members { nodes { handle } } } } } } }"""
        found = str(await ask(ada, query)).replace(_id(place), "ID")
        answers.append(found.replace(place, "PLACE").replace(f"ada{tail}", "ada"))
    assert answers[0] == answers[1]


async def test_open_to_for_nobody(ask: Ask) -> None:
    ada, ben = await people("ada", "ben")
    query = '{ member(handle: "ada") { openTo { kind } } }'
    before = await ask(ben, query)
    await profile_entry.set_open_to(ada, [OpenTo.WORK], under(FieldAudience.ONLY_ME))
    assert await ask(ben, query) == before
    assert await ask(ada, query) != before
