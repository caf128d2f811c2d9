"""Choosing who introduces, among more than one page shows."""

import re

import pytest

from models import clock
from tests.models.acts import connect
from tests.people import people
from tests.web.conftest import Browser, Enter, text_of
from tests.web.messaging import mem

PATH = "/members/ben/introduction"
WORDS = {"noteToIntroducer": "You know us both", "noteToTarget": "May I ask about <tides>?"}


@pytest.fixture
async def busy(enter: Enter) -> tuple[Browser, Browser]:
    """Ada, and Mia, whom she knew before 24 others; all know Ben."""
    clock.freeze()
    ada, mia, ben = await enter("ada"), await enter("mia"), await enter("ben")
    assert ada.key
    assert mia.key
    assert ben.key
    for other in (mia.key, *(await people(*(f"other-{n}" for n in range(24))))):
        clock.advance(minutes=1)
        await connect(ada.key, other)
        await connect(other, ben.key)
    return ada, mia


def offered(page: str) -> list[str]:
    return re.findall(r'name="introducerId" value="(mem_[0-9a-z]{13})"', page)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


@pytest.mark.parametrize("htmx", [False, True])
async def test_more_of_them(busy: tuple[Browser, Browser], htmx: bool) -> None:
    ada, mia = busy
    page = (await ada.get(PATH)).text
    first = offered(page)
    assert len(first) == 20
    assert mem(mia) not in first
    chosen = {"introducerId": first[3], **WORDS}
    answer = await ada.post(PATH, htmx=htmx, **hidden(page), **chosen, look="more")
    assert answer.status_code == 200
    assert ("<!doctype" in answer.text) is not htmx
    assert offered(answer.text) == [first[3], *offered(answer.text)[1:]], "the chosen one stays"
    assert offered(answer.text)[-1] == mem(mia)
    assert len(offered(answer.text)) == 6
    assert "checked" in answer.text.split(first[3])[1][:150]
    assert "May I ask about &lt;tides&gt;?" in answer.text
    assert "There is a problem" not in answer.text
    carried = hidden(answer.text)
    assert carried["key"] == hidden(page)["key"]
    back = await ada.post(PATH, htmx=htmx, **carried, **chosen, look="first")
    assert offered(back.text) == first
    said = {**carried, **WORDS, "introducerId": mem(mia)}
    answer = await ada.post(PATH, htmx=htmx, **said)
    assert "asked Mia" in text_of(answer.text if htmx else await ada.follow(answer))


@pytest.mark.parametrize("htmx", [False, True])
async def test_finding_one(busy: tuple[Browser, Browser], htmx: bool) -> None:
    ada, mia = busy
    carried = hidden((await ada.get(PATH)).text)
    answer = await ada.post(PATH, htmx=htmx, **carried, **WORDS, search="mia", look="search")
    assert offered(answer.text) == [mem(mia)]
    assert "May I ask about &lt;tides&gt;?" in answer.text
    none = await ada.post(PATH, htmx=htmx, **carried, **WORDS, search="nobody", look="search")
    assert offered(none.text) == []
    assert "No connection of yours by that name" in none.text
    assert "All, from the first" in none.text
    # Who is found is sent as well as who was on the first page.
    said = {**hidden(answer.text), **WORDS, "search": "mia", "introducerId": mem(mia)}
    answer = await ada.post(PATH, htmx=htmx, **said)
    assert "asked Mia" in text_of(answer.text if htmx else await ada.follow(answer))


async def test_who_was_meant_is_chosen_wherever_they_stand(busy: tuple[Browser, Browser]) -> None:
    ada, mia = busy
    page = (await ada.get(f"{PATH}?through={mem(mia)}")).text
    assert offered(page)[0] == mem(mia)
    assert "checked" in page.split(mem(mia))[1][:150]
    assert page.count("checked") == 1


async def test_the_model_judges_who_introduces(busy: tuple[Browser, Browser], enter: Enter) -> None:
    ada, _ = busy
    zoe = await enter("zoe")
    for wrong in (mem(zoe), mem(ada), "nonsense"):
        answer = await ada.post(PATH, introducerId=wrong, **WORDS)
        assert answer.status_code == 422
        assert 'id="field-introducerId-error"' in answer.text
        assert "May I ask about &lt;tides&gt;?" in answer.text
    answer = await ada.post(PATH, **WORDS)
    assert "Choose who should introduce you." in answer.text
