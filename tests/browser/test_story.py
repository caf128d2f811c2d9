"""The main job as two people live it, in real Chromium: A asks, B accepts, both see it."""

import pytest
from playwright.async_api import Page, expect

from seeds import demo
from seeds.cast import DEMO_PASSWORD
from tests.browser.browsing import browsing
from tests.server import Server, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTE = "We met at the bridge of the year award."


async def sign_up(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/")
    await page.get_by_role("link", name="Join").first.click()
    await page.get_by_label("Name").fill("Nell Novak")
    await page.get_by_label("Handle").fill("nell")
    await page.get_by_label("Email").fill("nell@example.org")
    await page.get_by_label("Password").fill("a bridge too far away")
    await page.get_by_role("button", name="Join").click()
    await page.wait_for_url(f"{server.url}/")


async def sign_in(page: Page, server: Server, handle: str) -> None:
    await page.goto(f"{server.url}/sign-in")
    await page.get_by_label("Email").fill(f"{handle}@example.org")
    await page.get_by_label("Password").fill(DEMO_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(f"{server.url}/")


async def ask_henrik(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}/members?search=henrik")
    await page.get_by_role("link", name="Henrik Solberg", exact=True).click()
    await page.locator(".standing a", has_text="Connect").click()
    await page.get_by_label("Your note").fill(NOTE)
    await page.get_by_label("We met in person").check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Pending")).to_be_visible()


async def test_live(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell, henrik = await new_page(), await new_page()
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await henrik.goto(f"{server.url}/requests")
            badge = henrik.locator("#badge-requests")
            before = await badge.inner_text()
            await ask_henrik(nell, server)

            # No reload: the card slides in and the badge counts.
            card = henrik.locator("article", has_text="Nell Novak")
            await expect(card).to_contain_text(NOTE)
            await expect(badge).not_to_have_text(before)
            await card.get_by_role("button", name="Accept").click()
            await expect(henrik.get_by_text("are now connected").first).to_be_visible()

            # No reload either: the page on which she asked.
            await expect(nell.locator("#flashes")).to_contain_text(
                "Henrik Solberg are now connected"
            )
            await expect(nell.locator(".standing").first).to_contain_text("Connected")
            await nell.goto(f"{server.url}/connections")
            await expect(nell.get_by_text("Henrik Solberg").first).to_be_visible()


@pytest.mark.only_engine("sqlite")
async def test_without_javascript(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell = await new_page(javascript=False)
            henrik = await new_page(javascript=False)
            await sign_up(nell, server)
            await ask_henrik(nell, server)
            await sign_in(henrik, server, "henrik")
            await henrik.goto(f"{server.url}/requests")
            # Nothing is known of somebody who joined a minute ago: others come first.
            await henrik.get_by_role("link", name="Less familiar").click()
            card = henrik.locator("article", has_text="Nell Novak")
            await expect(card).to_contain_text(NOTE)
            await card.get_by_role("button", name="Accept").click()
            await expect(henrik.get_by_text("are now connected").first).to_be_visible()
            await nell.goto(f"{server.url}/members/henrik")
            await expect(nell.locator(".standing").first).to_contain_text("Connected")


@pytest.mark.only_engine("sqlite")
async def test_a_page_catches_up_after_the_server_was_away(
    database: str, chromium_path: str
) -> None:
    await demo.fill()
    async with browsing(chromium_path) as new_page:
        # A lost connection is said in the console by the browser itself.
        henrik = await new_page(quiet=False)
        nell = await new_page(quiet=False)
        with start(database, demo=1) as server:
            port = server.port
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await henrik.goto(f"{server.url}/requests")
            await henrik.wait_for_function("document.querySelector('#live')")
        with start(database, port=port, demo=1) as server:
            await ask_henrik(nell, server)
            card = henrik.locator("article", has_text="Nell Novak")
            await expect(card).to_contain_text(NOTE, timeout=60_000)


@pytest.mark.only_engine("postgres")
@pytest.mark.redis
async def test_live_over_two_processes(database: str, redis_url: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, redis_url, workers=2, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell, henrik = await new_page(), await new_page()
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await henrik.goto(f"{server.url}/requests")
            await ask_henrik(nell, server)
            card = henrik.locator("article", has_text="Nell Novak")
            await card.get_by_role("button", name="Accept").click()
            await expect(nell.locator(".standing").first).to_contain_text("Connected")
