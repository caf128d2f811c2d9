"""People one may know, mutual connections, ways to people and following, on pages."""

import pytest

from models import sql
from tests.people import people
from tests.web.conftest import Browser, Enter, ids_in, text_of
from tests.web.messaging import mem, wrote
from tests.web.posting import post

pytestmark = pytest.mark.only_engine("sqlite")

Chain = tuple[Browser, Browser, Browser, Browser]


def main_of(html: str) -> str:
    """What a page is about, without its head and navigation."""
    return html.split("<main")[1]


@pytest.fixture
async def chain(enter: Enter) -> Chain:
    """Ada knows Ben, Ben knows Cleo, Cleo knows Dan."""
    ada, ben, cleo, dan = [await enter(name) for name in ("ada", "ben", "cleo", "dan")]
    for one, other in ((ada, ben), (ben, cleo), (cleo, dan)):
        await one.connect(other)
    return ada, ben, cleo, dan


async def test_the_way_to_somebody(chain: Chain) -> None:
    ada, *_ = chain
    page = text_of(main_of((await ada.get("/members/dan")).text))
    assert "You → knows Ben → knows Cleo → knows Dan" in page
    assert "3rd connected over two people" in page
    listed = text_of(main_of((await ada.get("/members")).text))
    for degree in ("1st", "2nd", "3rd"):
        assert degree in listed


async def test_the_degree_stands_beside_each_name(chain: Chain) -> None:
    ada, _, cleo, dan = chain
    second, third = "2nd connected over one person", "3rd connected over two people"
    for path in ("/", "/suggestions", "/members/cleo/introduction", "/messages/to/" + mem(cleo)):
        assert second in text_of(main_of((await ada.get(path)).text)), path
    faces = main_of((await dan.get("/members/cleo")).text).split('class="faces"')[1]
    assert f"Ben {second}" in text_of(faces)
    await cleo.ask(ada)
    await ada.ask(dan)
    for path in ("/requests", "/requests/triage"):
        assert second in text_of(main_of((await ada.get(path)).text)), path
    assert third in text_of(main_of((await ada.get("/requests/sent")).text))


async def test_the_degree_stands_beside_who_posts_and_replies(chain: Chain) -> None:
    ada, ben, cleo, _ = chain
    update = await post(ben)
    await cleo.post(f"/updates/{update}/replies", text="Fine")
    card = text_of(main_of((await ada.get("/")).text).split(f'id="update-{update}"')[1])
    assert card.split("Something new")[0].count("Ben 1st your connection") == 1
    replies = text_of((await ada.get(f"/updates/{update}/replies", htmx=True)).text)
    assert "Cleo 2nd connected over one person" in replies


async def test_a_connection_needs_no_degree_where_all_are_connections(chain: Chain) -> None:
    ada, ben, *_ = chain
    conversation = await wrote(ada, ben)
    page = main_of((await ada.get("/messages")).text)
    assert conversation in page
    assert "1st" not in page
    thread = main_of((await ada.get(f"/messages/{conversation}")).text)
    assert "1st your connection" in text_of(thread.split('id="talk"')[1])
    own = main_of((await ada.get("/members/ada")).text)
    assert 'class="faces"' in own
    assert "1st" not in own


async def test_a_hidden_list_shows_no_way(chain: Chain) -> None:
    ada, *_ = chain
    hide = "UPDATE member SET connections_audience = 'NOBODY' WHERE handle IN ('cleo', 'dan')"
    await sql.change(hide)
    page = main_of((await ada.get("/members/dan")).text)
    assert "cleo" not in page
    assert "Ben" not in page


async def test_mutual_connections(chain: Chain, enter: Enter) -> None:
    ada, _, cleo, _ = chain
    page = (await ada.get("/members/cleo")).text
    assert 'href="/members/cleo/mutual"' in page
    mutual = main_of((await ada.get("/members/cleo/mutual")).text)
    assert "/members/ben" in mutual
    assert "1 mutual connection" in text_of(mutual)
    part = (await ada.get("/members/cleo/mutual", htmx=True)).text
    assert "<html" not in part
    assert "/members/ben" in part
    await sql.change("UPDATE member SET connections_audience = 'NOBODY' WHERE handle = 'cleo'")
    mutual = main_of((await ada.get("/members/cleo/mutual")).text)
    assert "Nobody you may see here" in mutual
    assert "/members/ben" not in mutual
    assert (await cleo.get("/members/nobody/mutual")).status_code == 404
    stranger = await enter(None)
    assert (await stranger.get("/members/cleo/mutual")).status_code == 303


async def test_suggestions(chain: Chain) -> None:
    ada, ben, *_ = chain
    page = main_of((await ada.get("/suggestions")).text)
    assert "/members/cleo" in page
    assert "1 mutual connection: Ben" in text_of(page)
    assert "/members/dan" not in page
    assert "/members/cleo" in main_of((await ada.get("/")).text)
    assert "Nobody to suggest" not in (await ben.get("/suggestions")).text


async def test_dismiss_and_undo(chain: Chain) -> None:
    ada, *_ = chain
    [cleo] = ids_in(main_of((await ada.get("/suggestions")).text), "mem")
    page = await ada.follow(await ada.post(f"/suggestions/{cleo}/dismissal"))
    assert "Cleo is not suggested to you again." in text_of(page)
    assert "/members/cleo" not in main_of(page)
    assert "Nobody to suggest" in page
    assert f'action="/suggestions/{cleo}/dismissal/undo"' in page
    page = await ada.follow(await ada.post(f"/suggestions/{cleo}/dismissal/undo"))
    assert "/members/cleo" in main_of(page)


async def test_dismiss_and_undo_in_place(chain: Chain) -> None:
    ada, *_ = chain
    [cleo] = ids_in(main_of((await ada.get("/suggestions")).text), "mem")
    part = (await ada.post(f"/suggestions/{cleo}/dismissal", htmx=True)).text
    assert f'hx-target="#suggestion-{cleo}"' in part
    assert "<html" not in part
    assert "Undo" in part
    part = (await ada.post(f"/suggestions/{cleo}/dismissal/undo", htmx=True)).text
    assert "1 mutual connection: Ben" in text_of(part)
    assert (await ada.post("/suggestions/nonsense/dismissal", htmx=True)).status_code == 422
    page = await ada.follow(await ada.post("/suggestions/nonsense/dismissal"))
    assert 'class="flash problem"' in page


async def test_follow(chain: Chain) -> None:
    ada, _, _, dan = chain
    page = (await ada.get("/members/dan")).text
    [member] = [each for each in ids_in(page, "mem") if f'action="/following/{each}"' in page]
    page = await ada.follow(await ada.post(f"/following/{member}"))
    assert "You follow Dan. They are not told." in text_of(page)
    assert "/members/dan" in main_of((await ada.get("/following")).text)
    followers = main_of((await dan.get("/followers")).text)
    assert "/members/ada" in followers
    await ada.post(f"/following/{member}/end")
    assert "You follow nobody yet" in (await ada.get("/following")).text
    part = (await ada.post(f"/following/{member}", htmx=True)).text
    assert f'hx-target="#follow-{member}"' in part
    assert "Unfollow Dan" in text_of(part)
    part = (await ada.post(f"/following/{member}/end", htmx=True)).text
    assert "Follow Dan" in text_of(part)
    assert "Unfollow" not in text_of(part)


async def test_remove_a_follower(chain: Chain) -> None:
    ada, _, _, dan = chain
    page = (await ada.get("/members/dan")).text
    [member] = [each for each in ids_in(page, "mem") if f'action="/following/{each}"' in page]
    for htmx in (False, True):
        await ada.post(f"/following/{member}")
        page = (await dan.get("/followers")).text
        [follower] = [each for each in ids_in(page, "mem") if f"/followers/{each}/" in page]
        answer = await dan.post(f"/followers/{follower}/removal", htmx=htmx)
        said = answer.text if htmx else await dan.follow(answer)
        assert "Ada no longer follows you" in text_of(said)
        assert "Nobody follows you yet" in (await dan.get("/followers")).text


async def test_settings(chain: Chain) -> None:
    ada, _, cleo, _ = chain
    assert text_of((await cleo.get("/settings/suggestions")).text).count("checked") == 0
    page = await cleo.follow(await cleo.post("/settings/suggestions", byWork="on"))
    assert "Saved." in page
    assert "/members/cleo" not in main_of((await ada.get("/suggestions")).text)
    part = (await cleo.post("/settings/suggestions", htmx=True, suggested="on")).text
    assert "<html" not in part
    assert "Saved." in part
    page = await cleo.follow(await cleo.post("/settings/followers", followAudience="NOBODY"))
    assert 'value="NOBODY" checked' in " ".join(page.split()).replace("  ", " ")
    assert 'action="/following/' not in (await ada.get("/members/cleo")).text
    part = (await cleo.post("/settings/followers", htmx=True, followAudience="MEMBERS")).text
    assert "Saved." in part


@pytest.mark.parametrize("htmx", [False, True])
async def test_no_choice(chain: Chain, htmx: bool) -> None:
    ada, *_ = chain
    answer = await ada.post("/settings/followers", htmx=htmx, followAudience="LORDS")
    assert answer.status_code == 422
    assert "Choose who may follow you." in text_of(answer.text)
    assert ("<html" in answer.text) is not htmx


async def test_pages_go_on(enter: Enter) -> None:
    ada, hub = await enter("ada"), await enter("hub")
    await ada.connect(hub)
    for key in await people(*(f"other-{n:02}" for n in range(25))):
        await _tie(hub.key or 0, key)
    page = main_of((await ada.get("/suggestions")).text)
    assert len(ids_in(page, "mem")) == 20
    more = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(ids_in((await ada.get(more, htmx=True)).text, "mem")) == 5


async def _tie(one: int, other: int) -> None:
    from models import ids

    await sql.change(
        "INSERT INTO relationship (id, owner_id, other_id, connected_at, listed, shown) "
        "SELECT $1, $3, $4, joined_at, true, true FROM member WHERE id = $3 "
        "UNION ALL SELECT $2, $4, $3, joined_at, true, true FROM member WHERE id = $3",
        ids.new_id(),
        ids.new_id(),
        one,
        other,
    )
    await sql.change("UPDATE inbox SET connections = connections + 1 WHERE id = $1", one)
    await sql.change("UPDATE inbox SET connections = connections + 1 WHERE id = $1", other)
