"""The pages for developers in real Chromium: narrow and wide, light and dark, and the search."""

import pytest
from playwright.async_api import expect

from tests.browser.browsing import browsing
from tests.server import Server
from tests.sites import site as site
from tests.sites import site_url as site_url
from web.pages.developers_guides import contents

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.only_engine("sqlite")]


async def test_nothing_sticks_out_and_nothing_complains(site: Server, chromium_path: str) -> None:
    paths = [path for path, _, _ in contents()]
    paths += [f"/developers/reference/{name}" for name in ("Query", "Member", "UserErrorCode")]
    async with browsing(chromium_path) as new_page:
        page = await new_page()
        for width in (360, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if width == 360 else "light")
            for path in paths:
                await page.goto(f"{site.url}{path}")
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{path} at {width}"
                current = page.locator(".manual-nav [aria-current]")
                if path != "/developers/explorer":
                    await expect(current).to_be_in_viewport()


async def test_the_reference_is_searched_while_one_types(site: Server, chromium_path: str) -> None:
    async with browsing(chromium_path) as new_page:
        page = await new_page()
        await page.goto(f"{site.url}/developers/reference")
        await page.get_by_role("searchbox").press_sequentially("withdrawConn")
        hit = page.get_by_role("link", name="Mutation.withdrawConnectionRequest", exact=True)
        await hit.click()
        place = page.locator('[id="Mutation.withdrawConnectionRequest"]')
        await expect(place).to_be_in_viewport()
        await expect(place).to_contain_text("Withdraw")
        assert page.url.endswith("/Mutation#Mutation.withdrawConnectionRequest")


async def test_the_search_works_without_javascript(site: Server, chromium_path: str) -> None:
    async with browsing(chromium_path) as new_page:
        page = await new_page(javascript=False)
        await page.goto(f"{site.url}/developers/reference")
        await page.get_by_role("searchbox").fill("withdrawConn")
        await page.get_by_role("button", name="Search").click()
        await expect(
            page.get_by_role("link", name="Mutation.withdrawConnectionRequest", exact=True)
        ).to_be_visible()
