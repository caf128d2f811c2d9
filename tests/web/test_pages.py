"""Every page renders, whole and in part, for whoever may see it, with nothing undefined."""

import re

import pytest

from models import clock
from tests.web.conftest import Enter, text_of

pytestmark = pytest.mark.only_engine("sqlite")

LISTS = [
    "/members",
    "/members/ben/connections",
    "/requests",
    "/requests/sent",
    "/requests/ignored",
    "/requests/answered",
    "/connections",
    "/notifications",
]
PAGES = [
    *LISTS,
    "/",
    "/members/ada",
    "/members/ben",
    "/members/eve/connect",
    "/settings",
    "/settings/career",
    "/settings/career/positions/new",
    "/settings/audiences/about",
    "/profile/as",
    "/settings/password",
    "/settings/sessions",
    "/settings/tokens",
]
CLOSED = [path for path in PAGES if not path.startswith("/members")] + ["/members/ben/connect"]
CLOSED.remove("/")


async def busy(enter: Enter) -> object:
    """Ada, with something of every kind on her pages."""
    ada, ben = await enter("ada", headline="Engineer", organisation="Span"), await enter("ben")
    cleo, dan, eve, fay = [await enter(name) for name in ("cleo", "dan", "eve", "fay")]
    await enter("gil", accepts_requests=False)
    await ada.connect(ben)
    await ben.connect(cleo)
    await cleo.ask(ada, "We met in Porto.\nRemember?", "MET_IN_PERSON")
    ignored = await dan.ask(ada)
    await ada.post(f"/requests/{ignored}/ignoring")
    declined = await fay.ask(ada)
    await ada.post(f"/requests/{declined}/decline", reason="NOT_NOW", tell="on")
    await eve.ask(ada)
    hal, ira = await enter("hal"), await enter("ira")
    await ada.ask(hal)
    withdrawn = await ada.ask(ira)
    await ada.post(f"/requests/{withdrawn}/withdrawal")
    return ada


@pytest.mark.parametrize("days", [0, 8, 181])
async def test_every_page_renders(enter: Enter, days: int) -> None:
    """Fresh, when a nudge is possible, and when everything has expired."""
    clock.freeze()
    ada = await busy(enter)
    clock.advance(days=days)
    if days > 30:
        ada = await enter("late")  # sessions end
    for path in PAGES:
        page = await ada.get(path)
        assert page.status_code == 200, path
        assert page.text.startswith("<!doctype html>"), path
        assert page.headers["Cache-Control"] == "no-store"
        assert "HX-Request" in page.headers["Vary"]


async def test_every_list_answers_htmx_with_its_part(enter: Enter) -> None:
    ada = await busy(enter)
    for path in LISTS:
        part = await ada.get(path, htmx=True)
        assert part.status_code == 200, path
        assert "<html" not in part.text, path
        root = re.search(r'id="[a-z-]+"', part.text)
        assert root, path
        assert root[0] in (await ada.get(path)).text, path


async def test_a_history_restore_is_answered_with_the_whole_page(enter: Enter) -> None:
    ada = await enter("ada")
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in (await ada.client.get("/members", headers=headers)).text


@pytest.mark.parametrize("path", CLOSED)
async def test_who_is_signed_out_is_sent_to_sign_in_and_back(enter: Enter, path: str) -> None:
    stranger = await enter(None)
    answer = await stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"
    part = await stranger.get(path, htmx=True)
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, f"/sign-in?next={path}")


async def test_a_stranger_reads_what_is_open_to_everyone(enter: Enter) -> None:
    await enter("ada", profile_audience="EVERYONE")
    await enter("ben")
    stranger = await enter(None)
    assert "who both said yes" in (await stranger.get("/")).text
    assert "/members/ada" in (await stranger.get("/members")).text
    shown = await stranger.get("/members/ada")
    assert "Sign in to connect" in shown.text
    assert "/live" not in shown.text
    assert (await stranger.get("/members/ben")).status_code == 404
    assert (await stranger.get("/sign-in")).status_code == 200
    assert (await stranger.get("/sign-up")).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/members/nobody", "/members/nobody/connect"])
async def test_not_there(enter: Enter, path: str) -> None:
    ada = await enter("ada")
    answer = await ada.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer.text)


@pytest.mark.parametrize(
    "path", ["/requests?after=stale", "/members?after=%00", "/connections?after=x"]
)
async def test_a_cursor_that_is_none(enter: Enter, path: str) -> None:
    ada = await enter("ada")
    assert (await ada.get(path)).status_code == 400


async def test_odd_words_to_search(enter: Enter) -> None:
    ada = await enter("ada")
    for words in ("%25_", "%E2%80%AE", "%00", "%F0%9F%8C%89", "<b>", "x" * 500):
        for path in ("/members", "/connections", "/members/ada/connections"):
            assert (await ada.get(f"{path}?search={words}")).status_code in (200, 400)


async def test_what_is_typed_is_escaped(enter: Enter) -> None:
    ada = await enter("ada", name="<script>alert(1)</script>", about="<img src=x>")
    ben = await enter("ben")
    await ben.ask(ada, "<b>bold</b>")
    for path in ("/", "/members", "/members/ada", "/requests", "/settings", "/notifications"):
        page = (await ada.get(path)).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>bold" not in page


async def test_the_next_page_keeps_the_search(enter: Enter) -> None:
    ada = await enter("ada")
    for number in range(22):
        await enter(f"anna{number}")
    page = (await ada.get("/members?search=anna")).text
    assert page.count('class="person"') == 20
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "search=anna" in following
    assert (await ada.get(following)).text.count('class="person"') == 2
