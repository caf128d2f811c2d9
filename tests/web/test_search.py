"""The search for people: its page, its filters, as one types, and without a script."""

import re

import pytest

from models import search_text
from tests.people import person
from tests.web.conftest import Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")


async def test_who_is_found_and_why(enter: Enter) -> None:
    ada = await enter("ada")
    await person("ben", headline="Bridges & beams")
    await search_text.complete()
    page = (await ada.get("/search?search=ben")).text
    assert "Bridges &amp; beams" in page
    assert 'value="ben"' in page
    assert "Handle:" not in text_of(page)
    part = (await ada.get("/search?search=brigdes", htmx=True)).text
    assert "<html" not in part
    assert part.strip().startswith('<ul id="members-list"')
    assert "/members/ben" in part


async def test_filters_stay_in_the_form_and_in_the_next_page(enter: Enter) -> None:
    ada = await enter("ada")
    for number in range(25):
        await person(f"ben-{number}", location="Malmö", organisation="Larch & Span")
    await search_text.complete()
    page = (await ada.get("/search?search=ben&place=malmo&organisation=larch")).text
    assert 'name="place" value="malmo"' in page
    assert re.search(r"<details class=\"filter-panel\" open", page)
    [following] = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = (await ada.get(following.replace("&amp;", "&"))).text
    seen = re.findall(r'<h3><a href="/members/(ben-\d+)"', page + rest)
    assert len(seen) == len(set(seen)) == 25


async def test_an_empty_search_and_one_in_vain_give_advice(enter: Enter) -> None:
    ada = await enter("ada")
    assert "Whom are you looking for?" in text_of((await ada.get("/search")).text)
    assert "another spelling" in text_of((await ada.get("/search?search=zzz")).text)
    page = (await ada.get("/search?search=zz%26z&skill=x")).text
    assert "without the filters" in text_of(page)
    assert 'href="/search?search=zz%26z"' in page


@pytest.mark.parametrize(
    "typed", ["%00", "%ED%A0%80", "<script>", "\"'", "a" * 5000, "%F0%9F%98%80"]
)
async def test_whatever_is_typed_is_answered(enter: Enter, typed: str) -> None:
    ada = await enter("ada")
    page = await ada.get(f"/search?search={typed}&place={typed}")
    assert page.status_code == 200
    assert "<script>" not in page.text.partition("</head>")[2]


async def test_a_cursor_that_is_none_is_a_designed_answer(enter: Enter) -> None:
    ada = await enter("ada")
    assert (await ada.get("/search?search=ada&after=nonsense")).status_code == 400


async def test_a_visitor_searches_what_everyone_sees(enter: Enter) -> None:
    visitor = await enter(None)
    await person("ben", profile_audience="EVERYONE")
    await person("bea")
    await search_text.complete()
    page = (await visitor.get("/search?search=ben")).text
    assert "/members/ben" in page
    assert "/members/bea" not in (await visitor.get("/search?search=bea")).text
