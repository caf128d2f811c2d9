"""Updates in real Chromium: written, counted, answered live, quietened; and without a script."""

import pytest
from playwright.async_api import Page, expect

from models import clock, sql
from seeds import demo
from tests.browser.browsing import browsing
from tests.browser.test_story import sign_in
from tests.pictures import plain
from tests.server import Server, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "The footbridge opened this morning, see https://example.org/bridge"


async def connected(handle: str) -> str:
    """Somebody this member is connected with and can be signed in as."""
    row = await sql.row(
        "SELECT other.handle AS handle FROM relationship tie "
        "JOIN member own ON own.id = tie.owner_id JOIN member other ON other.id = tie.other_id "
        "WHERE own.handle = $1 AND tie.ended_at IS NULL AND NOT tie.muted AND length(other.handle) "
        "< 7 ORDER BY other.handle LIMIT 1",
        handle,
    )
    assert row is not None
    return str(row["handle"])


async def write(page: Page, server: Server) -> None:
    """Post an update with a picture, having seen for how many it is."""
    await page.goto(server.url)
    await page.locator("#compose > summary").click()
    size = page.locator("#audience-size")
    await expect(size).to_contain_text("will see this")
    before = await size.inner_text()
    await page.get_by_label("Who sees it?").select_option("MEMBERS")
    await expect(size).not_to_have_text(before)
    await page.get_by_label("In your words").fill(WORDS)
    await page.get_by_text("Add pictures").click()
    file = {"name": "bridge.png", "mimeType": "image/png", "buffer": plain(size=(400, 300))}
    await page.get_by_label("Picture 2").set_input_files([file])  # type: ignore[list-item]
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("heading", name="How it will look")).to_be_visible()
    await page.get_by_role("button", name="Post", exact=True).click()
    await expect(page.locator("#flashes")).to_contain_text("Posted.")
    first = page.locator("#feed article").first
    await expect(first).to_contain_text("The footbridge opened")
    # The picture that was chosen before the preview went with it.
    await expect(first.locator("img[width='400']")).to_have_count(1)
    await expect(page.locator("#compose")).not_to_have_attribute("open", "")


@pytest.mark.only_engine("sqlite")
async def test_a_feed_with_a_script(database: str, chromium_path: str) -> None:
    clock.thaw()
    await demo.fill()
    friend = await connected("henrik")
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            henrik, other = await new_page(), await new_page()
            await sign_in(henrik, server, "henrik")
            await sign_in(other, server, friend)
            await write(henrik, server)
            own = henrik.locator("#feed article").first
            await own.locator("summary", has_text="Reply").click()
            box = own.get_by_label("Reply to this")
            await box.fill("What I am typing meanwhile")

            await other.goto(server.url)
            card = other.locator("#feed article", has_text="The footbridge opened")
            await expect(card.get_by_role("link", name="https://example.org/bridge")).to_have_count(
                1
            )
            await card.get_by_role("button", name="Thanks").click()
            await expect(card.locator("button.thanks")).to_have_attribute("aria-pressed", "true")
            await card.locator("summary", has_text="Reply").click()
            await card.get_by_label("Reply to").fill("It looks wonderful.")
            await card.get_by_role("button", name="Reply", exact=True).click()
            await expect(card.locator(".reply")).to_have_count(1)
            await expect(card.get_by_label("Reply to")).to_have_value("")

            # The open thread of its author shows it, and what is being typed below stays.
            await expect(own.locator(".reply")).to_contain_text("It looks wonderful.")
            await expect(box).to_have_value("What I am typing meanwhile")
            await expect(own.locator("summary", has_text="1 reply")).to_be_visible()

            # Reading as far as the mark is what marks it read.
            await other.locator("#feed > li").last.scroll_into_view_if_needed()
            await expect(other.locator("#mark-seen")).to_have_count(0)
            await other.goto(server.url)
            await expect(other.locator(".seen-mark").first).to_contain_text("You are up to date")

            await card.locator(".update-menu > summary").click()
            await card.get_by_role("button", name="Snooze for 30 days").click()
            await expect(card).to_have_count(0)
            await other.locator("#flashes").get_by_role("button", name="Undo").click()
            await expect(card).to_have_count(1)


@pytest.mark.only_engine("sqlite")
async def test_a_feed_without_a_script(database: str, chromium_path: str) -> None:
    clock.thaw()
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            page = await new_page(javascript=False)
            await sign_in(page, server, "henrik")
            await page.goto(server.url)
            await page.locator("#compose > summary").click()
            await page.get_by_label("In your words").fill(WORDS)
            await page.get_by_role("button", name="Preview").click()
            await expect(page.locator("#audience-size")).to_contain_text("will see this")
            await page.get_by_role("button", name="Post", exact=True).click()
            card = page.locator("#feed article").first
            await expect(card).to_contain_text("The footbridge opened")
            await card.locator("summary", has_text="Reply").click()
            await card.get_by_role("link", name="Open it on a page of its own").click()
            await page.get_by_label("Reply to").fill("And a word more.")
            await page.get_by_role("button", name="Reply", exact=True).click()
            await expect(page.locator(".reply")).to_contain_text("And a word more.")
