"""Reading the contact book: filters, orders and pages, alike on both engines."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from models import clock, contact, contact_list, contact_note, paging, relationship, sql, tag
from models.audience import FieldAudience
from models.contact_list import EVERYBODY, ContactSort, Filter
from models.contact_note import ContactNoteKind
from tests.models.acts import NOON, PLAIN, connect, tie
from tests.models.counting import statements
from tests.people import people, person

PEOPLE = {
    "zoe": ("Zoë Quist", "Larch & Söhne", "Köln"),
    "emile": ("Émile Larue", "", "Porto"),
    "anna": ("anna Bell", "Arup", "KÖLN"),
    "oscar": ("Óscar 50%_off", "larch & sohne", "Cologne"),
    "ola": ("Øla Dahl", "Åkerö", ""),
    "wolf": ("Wolf Straße", "Arup", "Porto"),
}


@pytest.fixture
async def ada(database: str) -> int:
    """Connected with all of them, one a day, the last one last."""
    clock.freeze(NOON)
    [ada] = await people("ada")
    for handle, (name, organisation, location) in PEOPLE.items():
        other = await person(handle, name=name, organisation=organisation, location=location)
        await connect(ada, other)
        clock.advance(days=1)
    return ada


async def key(handle: str) -> int:
    row = await sql.row("SELECT id FROM member WHERE handle = $1", handle)
    assert row is not None
    return int(row["id"])


async def read(
    who: int, wanted: Filter = EVERYBODY, sort: ContactSort = ContactSort.NAME, first: int = 100
) -> list[str]:
    """The handles of all pages."""
    found: list[str] = []
    after = None
    while True:
        page = await contact_list.page(who, wanted, sort, first, after, PLAIN, counted=True)
        found += [row["m_handle"] for row in page.rows]
        if page.rows:
            assert {row["total"] for row in page.rows} == {await contact_list.count(who, wanted)}
        if not page.more:
            return found
        after = contact_list.cursor(sort, page.rows[-1])


BY_NAME = ["anna", "emile", "oscar", "wolf", "zoe", "ola"]
BY_ORGANISATION = ["ola", "anna", "wolf", "oscar", "zoe", "emile"]


@pytest.mark.parametrize("first", [1, 2, 5, 100])
async def test_orders(ada: int, first: int) -> None:
    assert await read(ada, sort=ContactSort.NAME, first=first) == BY_NAME
    assert await read(ada, sort=ContactSort.ORGANISATION, first=first) == BY_ORGANISATION
    newest = list(reversed(PEOPLE))
    assert await read(ada, sort=ContactSort.RECENT, first=first) == newest
    assert await read(ada, sort=ContactSort.LAST_CONTACT, first=first) == list(PEOPLE)
    side = await tie(ada, await key("zoe"))
    await contact_note.add(ada, side, ContactNoteKind.MET, "", "", None)
    later = await read(ada, sort=ContactSort.LAST_CONTACT, first=first)
    assert later == [*list(PEOPLE)[1:], "zoe"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(search="LARUE"), ["emile"]),
        (Filter(search="emile"), ["emile"]),
        (Filter(search="Söhn"), ["oscar", "zoe"]),
        (Filter(search="strasse"), ["wolf"]),
        (Filter(search="50%"), ["oscar"]),
        (Filter(search="%"), ["oscar"]),
        (Filter(search="_"), ["oscar"]),
        (Filter(search="\\"), []),
        (Filter(search="\x00"), []),
        (Filter(search="\udcff"), []),
        (Filter(search="  "), BY_NAME),
        (Filter(organisation="arup"), ["anna", "wolf"]),
        (Filter(organisation="anna"), []),
        (Filter(place="koln"), ["anna", "zoe"]),
        (Filter(place="o", organisation="arup"), ["anna", "wolf"]),
        (Filter(muted=True), []),
        (Filter(muted=False), BY_NAME),
        (Filter(remind_within_days=10), []),
        (Filter(tags=[5]), []),
    ],
)
async def test_filters(ada: int, wanted: Filter, found: list[str]) -> None:
    assert await read(ada, wanted) == found
    assert await read(ada, wanted, first=1) == found


async def test_no_contact_for_a_while(ada: int) -> None:
    clock.freeze(NOON + timedelta(days=30))
    assert await read(ada, Filter(no_contact_days=30)) == ["zoe"], "the day of connecting counts"
    await contact_note.add(
        ada, await tie(ada, await key("zoe")), ContactNoteKind.CONTACTED, "", "", None
    )
    assert await read(ada, Filter(no_contact_days=30)) == []
    assert await read(ada, Filter(no_contact_days=28)) == ["anna", "emile"]


async def test_the_last_contact_is_never_before_the_connection(ada: int) -> None:
    """What was long ago may be written down on the day of connecting."""
    side = await tie(ada, await key("wolf"))
    await contact_note.add(
        ada, side, ContactNoteKind.MET, "", "", clock.now() - timedelta(days=2 * 365)
    )
    assert await read(ada, sort=ContactSort.LAST_CONTACT) == list(PEOPLE)
    assert await read(ada, Filter(no_contact_days=365)) == []
    book = await contact_list.own_by_ids(ada, [side])
    assert book[side]["last_contact_at"] is None


async def test_connecting_again_is_a_contact(ada: int) -> None:
    zoe = await key("zoe")
    await contact_note.add(ada, await tie(ada, zoe), ContactNoteKind.MET, "", "", None)
    await relationship.remove(ada, await tie(ada, zoe))
    clock.advance(days=400)
    await connect(ada, zoe)
    assert await read(ada, sort=ContactSort.LAST_CONTACT) == [*list(PEOPLE)[1:], "zoe"]
    assert "zoe" not in await read(ada, Filter(no_contact_days=365))


async def test_own_marks(ada: int) -> None:
    sides = {name: await tie(ada, await key(name)) for name in PEOPLE}
    one, two = [(await tag.create(ada, name))["id"] for name in ("one", "two")]
    await tag.put_on(ada, [sides["zoe"], sides["ola"]], [one])
    await tag.put_on(ada, [sides["zoe"]], [two])
    assert await read(ada, Filter(tags=[one])) == ["zoe", "ola"]
    assert await read(ada, Filter(tags=[one, two])) == ["zoe"]
    assert await read(await key("zoe"), Filter(tags=[one])) == [], "a tag is its owner's"
    await contact.mute(ada, [sides["anna"]], muted=True)
    assert await read(ada, Filter(muted=True)) == ["anna"]
    assert await read(ada, Filter(muted=False)) == [name for name in BY_NAME if name != "anna"]


async def test_who_is_gone_is_left_out(ada: int) -> None:
    await relationship.remove(ada, await tie(ada, await key("zoe")))
    await sql.change(
        "UPDATE member SET suspended_at = $2 WHERE id = $1", await key("anna"), clock.now()
    )
    rest = [name for name in BY_NAME if name not in ("zoe", "anna")]
    for sort in ContactSort:
        page = await contact_list.page(ada, EVERYBODY, sort, 50, None, PLAIN, counted=False)
        assert sorted(row["m_handle"] for row in page.rows) == sorted(rest)
    assert await read(ada, Filter(search="a")) == ["emile", "oscar", "wolf", "ola"]


@pytest.mark.parametrize("audience", [FieldAudience.ONLY_ME, FieldAudience.TAGS])
async def test_a_hidden_field_is_neither_found_nor_sorted_by(
    ada: int, audience: FieldAudience
) -> None:
    """Whatever it says: the same answers as if it were empty."""

    async def answers() -> list[Any]:
        asked: Sequence[Filter] = (
            EVERYBODY,
            Filter(search="zebra"),
            Filter(search="larch"),
            Filter(organisation="zebra"),
            Filter(place="atlantis"),
            Filter(place="koln"),
        )
        found: list[Any] = [await read(ada, each, sort) for each in asked for sort in ContactSort]
        page = await contact_list.page(
            ada, EVERYBODY, ContactSort.ORGANISATION, 100, None, PLAIN, counted=True
        )
        rows = [dict(row) for row in page.rows]
        return [*found, *(contact_list.cursor(ContactSort.ORGANISATION, r) for r in rows), rows]

    hide = (
        "UPDATE member SET organisation_audience = $1, location_audience = $1 WHERE handle = 'zoe'"
    )
    await sql.change(hide, int(audience))
    before = await answers()
    await sql.change(
        "UPDATE member SET organisation = 'Zebra', organisation_key = 'zebra', "
        "location = 'Atlantis', location_key = 'atlantis' WHERE handle = 'zoe'"
    )
    assert await answers() == before
    assert (await read(ada, sort=ContactSort.ORGANISATION))[-2:] == ["emile", "zoe"]
    await sql.change(hide, int(FieldAudience.CONNECTIONS))
    assert await read(ada, Filter(organisation="zebra")) == ["zoe"]
    assert await read(ada, Filter(search="zebra", place="ATLANTIS")) == ["zoe"]


async def test_a_page_is_one_statement(ada: int) -> None:
    for first in (1, 100):
        for sort in ContactSort:
            async with statements() as seen:
                await contact_list.page(
                    ada, Filter(search="a"), sort, first, None, PLAIN, counted=True
                )
            assert len(seen) == 1


@pytest.mark.parametrize("sort", ContactSort)
async def test_cursors_of_others_are_refused(ada: int, sort: ContactSort) -> None:
    bad = [
        "",
        "x",
        "é",
        paging.encode("book-recent", 1),
        paging.moment_cursor("con", NOON, 1),
        paging.text_cursor("book-name", "a\x00", 1),
        paging.text_cursor("book-organisation", "a", 2**63),
        paging.text_cursor("book-name", "a", 1) + "=",
        *(
            paging.text_cursor(f"book-{each.value.lower()}", "1", 1)
            for each in ContactSort
            if each is not sort
        ),
    ]
    for after in bad:
        with pytest.raises(paging.BadPage):
            await contact_list.page(ada, EVERYBODY, sort, 5, after, PLAIN, counted=False)
    for first in (0, 101, -1):
        with pytest.raises(paging.BadPage):
            await contact_list.page(ada, EVERYBODY, sort, first, None, PLAIN, counted=False)


async def test_pages_neither_repeat_nor_skip_when_somebody_comes(ada: int) -> None:
    page = await contact_list.page(ada, EVERYBODY, ContactSort.NAME, 2, None, PLAIN, counted=False)
    after = contact_list.cursor(ContactSort.NAME, page.rows[-1])
    await connect(ada, await person("aaron"))
    rest = await contact_list.page(ada, EVERYBODY, ContactSort.NAME, 9, after, PLAIN, counted=False)
    assert [row["m_handle"] for row in rest.rows] == BY_NAME[2:]
