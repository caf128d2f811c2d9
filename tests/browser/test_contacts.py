"""The page of one contact in real Chromium: what is typed in one form outlives the others."""

import pytest
from playwright.async_api import expect

from seeds import demo
from tests.browser.browsing import browsing
from tests.browser.test_story import sign_in
from tests.server import start

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.only_engine("sqlite")]


async def test_a_note_outlives_other_acts(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            page = await new_page()
            await sign_in(page, server, "henrik")
            await page.goto(f"{server.url}/connections")
            await page.get_by_role("link", name="Notes about").first.click()
            words = page.locator("#contact-write textarea")
            await words.fill("Spoke of arches, and of")
            await page.locator(".tag-form input").fill("Bridges again")
            await page.get_by_role("button", name="Add tag").click()
            await expect(page.locator("#contact-worn")).to_contain_text("Bridges again")
            await expect(page.locator("#contact-tags [role=status]")).to_be_focused()
            await page.get_by_role("button", name="Mute ").click()
            await expect(page.locator("#contact-quieter")).to_contain_text("You muted")
            await page.get_by_label("Every … weeks").fill("4")
            await page.get_by_role("button", name="Remind me").click()
            await expect(page.locator("#contact-due")).to_contain_text("every 4 weeks")
            await expect(words).to_have_value("Spoke of arches, and of")
            await page.locator("#contact-write select").select_option("MET")
            await page.get_by_role("button", name="Write down").click()
            await expect(page.locator("#contact-entries")).to_contain_text("Spoke of arches")
            await expect(page.locator("#contact-due")).to_contain_text("Last contact just now")
            await expect(words).to_have_value("")
