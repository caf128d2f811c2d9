"""Searching for people: on both engines, exactly those who match by what the viewer sees."""

import pytest

from models import clock, member, paging, search, search_sql, search_text, sql
from models.directory import Wants
from models.search import Filters
from models.search_words import is_slip, variants_of, words_of
from tests.models.acts import NOON, connect
from tests.models.counting import statements
from tests.people import people, person
from tests.searching import FILTERS, QUERIES, Hit, Town, distance, expected

pytestmark = pytest.mark.usefixtures("database")


async def found(viewer: int | None, query: str | None, filters: Filters, first: int) -> list[Hit]:
    """All pages of a search, as they come."""
    hits: list[Hit] = []
    after = None
    while True:
        page = (await search.people(viewer, query, filters, first, after, Wants())).page
        hits += [Hit(row["degree"], row["rank"], -row["m_id"]) for row in page.rows]
        assert bool(page.rows) or not page.more
        if not page.more:
            return hits
        assert len(page.rows) == first
        after = search.cursor(page.rows[-1])


async def handles(viewer: int | None, query: str, **filters: str) -> list[str]:
    """Who is found, by their handles."""
    page = (await search.people(viewer, query, Filters(**filters), 100, None, Wants())).page
    return [row["m_handle"] for row in page.rows]


@pytest.mark.parametrize(("seed", "few"), [(1, search_sql.FEW), (2, search_sql.FEW), (3, 0)])
async def test_whom_each_viewer_finds_is_who_shows_them_what_matches(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_sql, "FEW", few)  # the other way for those with many connections
    clock.freeze(NOON)
    town = Town(seed)
    await town.settle(12)
    await search_text.complete()
    for _ in range(150):
        await town.act()
    await sql.change("UPDATE member SET suspended_at = $2 WHERE id = $1", town.members[4], NOON)
    hits = 0
    for viewer in [None, *town.members[:8]]:
        for query in QUERIES:
            wanted = await expected(viewer, query, Filters())
            assert await found(viewer, query, Filters(), 4) == wanted, (viewer, query)
            hits += len(wanted)
        for filters in FILTERS:
            for query in ("", "anna"):
                wanted = await expected(viewer, query, filters)
                assert await found(viewer, query, filters, 4) == wanted, (viewer, query, filters)
                hits += len(wanted)
    assert hits > 100


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lindqvist", "Nils Lindqvist"),
        ("Lindquist", "Nils Lindqvist"),
        ("nils lindqvist", "Lindqvist, Nils"),
        ("LINDQ ni", "Nì Lindqvist"),
        ("lin nil", "Nils Lindqvist"),
        ("bergstrom", "Ann Bergström"),
        ("bjork", "Björk"),
        ("soren", "Søren"),
        ("lukasz", "Łukasz"),
        ("obrien", "Pat O'Brien"),
        ("o'brien", "Pat OBrien"),
        ("strasse", "Straße"),
        ("mueller", "Müller"),
        ("jonh", "John"),
        ("kathrine", "Katherine"),
        ("marrtin", "Martin"),
        ("ο\u03b4\u03c5\u03c3\u03c3\u03b5\u03b1\u03c3", "Οδυσσέας"),
        ("王", "王小明"),
        ("नमस्ते", "नमस्ते"),
        ("jean luc", "Jean-Luc"),
        ("bo li", "Bo Li"),
    ],
)
async def test_who_is_meant_is_found(typed: str, name: str) -> None:
    await person("wanted", name=name)
    await person("other", name="Quentin Zorro")
    await search_text.complete()
    [ada] = await people("ada")
    assert await handles(ada, typed) == ["wanted"]


@pytest.mark.parametrize("typed", ["lnidqivst", "lindq viss", "bo", "indqvist ilsn", "xils"])
async def test_two_slips_or_the_middle_of_a_word_find_nobody(typed: str) -> None:
    await person("wanted", name="Nil Bos Lindqvisten")
    await search_text.complete()
    assert await handles(None, typed) == []
    [ada] = await people("ada")
    assert await handles(ada, typed) == []


def test_a_slip_is_a_distance_of_one_and_leaves_a_variant_in_common() -> None:
    words = ["anna", "ana", "hanna", "naan", "aann", "annas", "anni", "abba", "ann", "nana", "anan"]
    for one in words:
        for other in words:
            slip = is_slip(one, other)
            assert slip == (distance(one, other) == 1), (one, other)
            assert not slip or set(variants_of(one)) & set(variants_of(other)), (one, other)
    assert words_of(" C++, C#; 'R&D'\u0000 \ud800 😀 … ") == ("c++", "c#", "r", "d")


HOSTILE = [
    *("a", "%", "_", "'", '"', "\\", "*", "NEAR", "a NEAR/3 b", "AND", "OR NOT", "words:x", "-a"),
    *("^anna", "anna*", "(anna", "anna)", "{a b}: c", "!anna", "a & | ! <-> b", "'a':*", ":*", "+"),
    *(
        "\x00",
        "an\x00na",
        "\ud800",
        "\udfff anna",
        "😀",
        "👩‍👩‍👧",
        "\u202e",
        " ",
        "\n\t",
        "٣٣",
        "ﷺ",
        "ǅ",
    ),
    *(
        "x" * 100_000,
        "anna " * 20_000,
        "ab cd " * 3,
        "é" * 99 + "\u0301",
        "'; DROP TABLE member; --",
    ),
    *("1e309", "-9223372036854775809", "null", "#", "++", "c++*", "t1.a", "0aanna", "İ", "ß" * 90),
]


@pytest.mark.parametrize("signed_in", [True, False])
async def test_no_query_is_an_error_or_finds_who_does_not_match(signed_in: bool) -> None:
    [ada] = await people("ada")
    await person("wanted", name="Anna Berg", profile_audience="EVERYONE", headline="A, née B")
    await search_text.complete()
    for typed in HOSTILE:
        viewer = ada if signed_in else None
        for query, filters in (
            (typed, Filters()),
            (None, Filters(typed, None, typed)),
            (typed, Filters(None, typed, None, typed)),
        ):
            result = await search.people(viewer, query, filters, 20, None, Wants(), matched=True)
            assert len(result.matched) == len(result.page.rows) <= 2, typed
    assert await handles(ada, "a") == ["wanted"]  # a word of the headline; no other begins it


async def test_so_many_words_are_looked_at_and_no_more() -> None:
    await person("anna", name="Ann Bo Cy Di Ed Fi", location="Oslo", organisation="g h i j k l")
    [ada] = await people("ada")
    await search_text.complete()
    assert await handles(ada, "ann bo cy di ed fi nothing else matters") == ["anna"]
    assert await handles(ada, "ann bo cy di ed nothing") == []
    full = "ann bo cy di ed fi"
    assert await handles(ada, full, place="oslo nothing") == []
    assert await handles(ada, full, organisation="g h i j k l", place="nothing") == ["anna"]


async def test_without_a_word_nobody_is_found_and_nothing_is_asked() -> None:
    [ada] = await people("ada")
    for query in (None, "", " ", "…", "%"):
        async with statements() as seen:
            result = await search.people(ada, query, Filters(), 20, None, Wants())
        assert (result.page.rows, seen) == ([], [])


async def test_a_search_is_two_statements_however_many_are_found() -> None:
    for number in range(30):
        await person(f"anna-{number}", headline="Anna's baker")
    [ada] = await people("ada")
    await search_text.complete()
    for first in (1, 25):
        async with statements() as seen:
            wants = Wants(True, True, True)
            result = await search.people(
                ada, "anna baker", Filters(), first, None, wants, matched=True
            )
        assert len(result.page.rows) == first
        assert len(seen) == 2


async def test_connections_come_first_then_theirs_then_the_better_match() -> None:
    clock.freeze(NOON)
    made = {}
    for handle, headline in (
        ("exact", ""), ("begins", ""), ("says", "Knows bergs"), ("slips", "Breg climber"),
        ("second", "berg"), ("first", "Brg"), ("hub", "x"),
    ):  # fmt: skip
        name = {"exact": "Berg", "begins": "Bergman"}.get(handle, handle.title())
        made[handle] = await person(handle, name=name, headline=headline)
    [ada] = await people("ada")
    await search_text.complete()
    await connect(ada, made["hub"])
    await connect(made["hub"], made["second"])
    await connect(ada, made["first"])
    wanted = ["second", "exact", "begins", "says", "slips"]
    assert await handles(ada, "berg") == ["first", *wanted]
    await member.update_profile(made["hub"], {"connections_audience": "NOBODY"})
    await member.update_profile(made["second"], {"connections_audience": "NOBODY"})
    unseen = ["exact", "begins", "second", "says", "slips"]
    assert await handles(ada, "berg") == ["first", *unseen]


async def test_of_too_many_the_newest_are_found_and_those_two_steps_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_sql, "MOST", 3)
    second, hub = await people("anna-second", "hub")
    for number in range(8):
        await person(f"anna-{number}")
    [ada] = await people("ada")
    await search_text.complete()
    await connect(ada, hub)
    await connect(hub, second)
    wanted = ["anna-second", "anna-7", "anna-6", "anna-5"]
    assert await handles(ada, "anna") == wanted


async def test_pages_neither_repeat_nor_skip_when_somebody_joins() -> None:
    for number in range(9):
        await person(f"anna-{number}")
    [ada] = await people("ada")
    await search_text.complete()
    page = (await search.people(ada, "anna", Filters(), 4, None, Wants())).page
    await person("anna-new")
    await search_text.complete()
    after = search.cursor(page.rows[-1])
    rest = (await search.people(ada, "anna", Filters(), 9, after, Wants())).page
    names = [row["m_handle"] for row in (*page.rows, *rest.rows)]
    assert names == [f"anna-{number}" for number in reversed(range(9))]
    for wrong in ("", "x", paging.encode("mem", 1), paging.encode("fnd", 1, 2), after + "="):
        with pytest.raises(paging.BadPage):
            await search.people(ada, "anna", Filters(), 4, wrong, Wants())


async def test_what_matched_is_told_as_it_is_written() -> None:
    key = await person("anna", name="Änna Berg", headline="Baker of Bergen")
    [ada] = await people("ada")
    await member.update_profile(key, {"location": "Bergen", "organisation": "Larch & Span"})
    result = await search.people(
        ada, "berg", Filters(organisation="larch"), 5, None, Wants(), matched=True
    )
    [matched] = result.matched
    assert [(one.kind.value, one.text) for one in matched] == [
        ("NAME", "Änna Berg"),
        ("HEADLINE", "Baker of Bergen"),
        ("ORGANISATION", "Larch & Span"),
        ("PLACE", "Bergen"),
    ]
