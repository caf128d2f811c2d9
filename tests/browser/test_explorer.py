"""The explorer in real Chromium: it asks, it follows, and it keeps to its policy. `browsing`
fails on any complaint in the console, a breach of the policy among them, and on any other host.
"""

import contextlib
import json
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, WebSocket, expect

from tests.browser.browsing import PATIENCE_MS, browsing
from tests.clients import Client
from tests.people import person
from tests.server import Server
from tests.sites import Join
from tests.sites import join as join
from tests.sites import site as site
from tests.sites import site_url as site_url
from web.pages.developers_explorer import BUNDLE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.only_engine("sqlite")]
Scheme = Literal["light", "dark"]


@pytest.fixture(autouse=True)
def _installed() -> None:
    if not BUNDLE.exists():
        pytest.skip("needs the browser packages: `make assets` installs them")


async def open_explorer(page: Page, server: Server, member: Client | None) -> None:
    if member:
        cookie = {"name": "session", "value": member.cookie, "url": server.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(f"{server.url}/developers/explorer")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("The")


def answer(page: Page) -> Locator:
    return page.locator(".result-window .view-lines")


async def run(page: Page, operation: str = "") -> None:
    await page.get_by_role("button", name="Execute query").click()
    if operation:
        await page.get_by_role("menuitem", name=operation).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_asks_and_follows_as_the_viewer(
    site: Server, join: Join, chromium_path: str, scheme: Scheme
) -> None:
    ada = await join("ada", name="Ada Lindqvist")
    cleo = await join("cleo", name="Cleo")
    async with browsing(chromium_path) as new_page:
        page = await new_page()
        await page.emulate_media(color_scheme=scheme)
        await open_explorer(page, site, ada)
        await expect(page.get_by_text("a mutation you run here is done")).to_be_visible()

        await run(page, "Begin")
        await see(page, '"name": "Ada Lindqvist"')

        await run(page, "Follow")
        await expect(page.get_by_role("button", name="Stop query")).to_be_visible()
        await ask_until_seen(page, join, ada, '"__typename": "RequestReceived"')
        await see(page, '"name": "Other')
        # Again: the stream goes on, it was not one answer.
        await cleo.send(ada)
        await see(page, '"name": "Cleo"')
        await page.get_by_role("button", name="Stop query").click()
        assert (page.viewport_size or {})["width"] >= await _width(page)


def _record(socket: WebSocket, frames: list[str]) -> None:
    socket.on("framesent", lambda frame: frames.append(str(frame)))


async def see(page: Page, text: str, patience: float = PATIENCE_MS) -> None:
    await expect(answer(page)).to_contain_text(text, timeout=patience)


async def ask_until_seen(page: Page, join: Join, ada: Client, text: str) -> None:
    """Nobody is told when the server has begun to listen: people go on asking until it has."""
    for number in range(20):
        other = await join("other", name=f"Other {number}")
        await other.send(ada)
        with contextlib.suppress(AssertionError):
            await see(page, text, 1_500)
            return
    await see(page, text)


async def _width(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.usefixtures("join")
async def test_signed_out_it_asks_what_everyone_may_see(site: Server, chromium_path: str) -> None:
    await person("open", name="Open Olga", profile_audience="EVERYONE")
    async with browsing(chromium_path) as new_page:
        page = await new_page()
        await open_explorer(page, site, None)
        await expect(page.get_by_role("link", name="Sign in").last).to_be_visible()
        await run(page)
        await see(page, '"name": "Open Olga"')
        # The schema's documentation, by introspection.
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await page.get_by_role("link", name="Query").click()
        await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("The root of reading")


async def test_a_token_under_headers_stands_for_itself(
    site: Server, join: Join, chromium_path: str
) -> None:
    """In a query by HTTP, and in a subscription, whose socket gets it with its first message."""
    ada = await join("ada", name="Ada Lindqvist")
    async with browsing(chromium_path) as new_page:
        page = await new_page()
        frames: list[str] = []
        page.on("websocket", lambda socket: _record(socket, frames))
        query = "query Me { viewer { member { name } } } subscription It { events { cursor } }"
        await page.goto(f"{site.url}/developers/explorer?query={query}")
        await page.get_by_role("button", name="Headers").click()
        lines = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines")
        await lines.click(position={"x": 40, "y": 8})
        headers = json.dumps({"Authorization": f"Bearer {ada.bearer}"})
        await page.keyboard.insert_text(headers)
        await run(page, "Me")
        await see(page, '"name": "Ada Lindqvist"')
        await run(page, "It")
        await ask_until_seen(page, join, ada, '"cursor"')
        assert f'"authorization":"Bearer {ada.bearer}"' in frames[0]
        # It is written into no storage of the browser's.
        stored = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert ada.bearer not in stored
