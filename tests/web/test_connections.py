"""The viewer's connections: listed, searched, removed and taken back; notifications read."""

import pytest

from tests.web.conftest import Browser, Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

Pair = tuple[Browser, Browser]


@pytest.fixture
async def pair(enter: Enter) -> Pair:
    return await enter("ada"), await enter("ben", organisation="Larch")


async def test_search(pair: Pair) -> None:
    ada, ben = pair
    await ada.connect(ben)
    assert "/members/ben" in (await ada.get("/connections?search=BE", htmx=True)).text
    nobody = text_of((await ada.get("/connections?search=zed")).text)
    assert "None of your connections matches “zed”." in nobody


async def test_empty(pair: Pair) -> None:
    assert "No connections yet" in (await pair[0].get("/connections")).text


async def test_remove_and_undo(pair: Pair) -> None:
    ada, ben = pair
    side = await ada.connect(ben)
    page = await ada.follow(await ada.post(f"/connections/{side}/removal"))
    assert "Removed. Ben is not told." in text_of(page)
    assert f'action="/connections/{side}/removal/undo"' in page
    assert "/members/ada" not in (await ben.get("/connections")).text.split("<main")[1]
    page = await ada.follow(await ada.post(f"/connections/{side}/removal/undo"))
    assert "You and Ben are connected, as before." in text_of(page)
    assert "/members/ben" in page


async def test_remove_and_undo_in_place(pair: Pair) -> None:
    ada, ben = pair
    side = await ada.connect(ben)
    part = (await ada.post(f"/connections/{side}/removal", htmx=True)).text
    assert 'hx-target="#standing-mem_' in part
    assert "Removed. Ben is not told." in text_of(part)
    part = (await ada.post(f"/connections/{side}/removal/undo", htmx=True)).text
    assert "Connected" in text_of(part)


@pytest.mark.parametrize("act", ["removal", "removal/undo"])
async def test_nobody_removes_the_side_of_another(pair: Pair, enter: Enter, act: str) -> None:
    ada, ben = pair
    side = await ada.connect(ben)
    eve = await enter("eve")
    for name in (side, "rel_0000000000001", "nonsense"):
        page = await eve.follow(await eve.post(f"/connections/{name}/{act}"))
        assert 'class="flash problem"' in page
        assert (await eve.post(f"/connections/{name}/{act}", htmx=True)).status_code == 422
    assert "/members/ben" in (await ada.get("/connections")).text


async def test_notifications_are_marked_read(pair: Pair) -> None:
    ada, ben = pair
    await ben.ask(ada)
    assert "is-unread" in (await ada.get("/notifications")).text
    part = (await ada.post("/notifications/read", htmx=True)).text
    assert "<html" not in part
    assert "is-unread" not in part
    assert 'hx-target="#badge-notifications"' in part
    page = await ada.follow(await ada.post("/notifications/read"))
    assert "All notifications are marked as read." in page
    assert "Mark all as read" not in page
