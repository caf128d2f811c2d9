"""Two browsers chat live, and one without a script: in real Chromium."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Page, Route, expect

from models import clock, sql
from seeds import demo
from tests.browser.browsing import browsing
from tests.browser.test_story import ask_henrik, sign_in, sign_up
from tests.server import Server, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def accept_nell(henrik: Page, server: Server) -> None:
    await henrik.goto(f"{server.url}/requests/unfamiliar")
    card = henrik.locator("article", has_text="Nell Novak")
    await card.get_by_role("button", name="Accept").click()


async def say(page: Page, words: str) -> None:
    await page.locator(".compose-message textarea").fill(words)
    await page.locator(".compose-message textarea").press("Enter")


async def _late(route: Route) -> None:
    await asyncio.sleep(0.7)
    await route.continue_()


async def test_two_chat_live(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell, henrik = await new_page(), await new_page()
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await ask_henrik(nell, server)
            await accept_nell(henrik, server)

            # The first words right where one accepts; what is typed outlives the event behind it.
            hello = henrik.get_by_label("Say hello to Nell Novak")
            await hello.fill("Hello Nell")
            await nell.goto(f"{server.url}/messages")
            row = nell.locator(".conversation", has_text="Henrik Solberg")
            await expect(row).to_contain_text("We met at the bridge")
            await expect(hello).to_have_value("Hello Nell")
            await henrik.locator(".hello button").click()

            # No reload: the row says what is new, and the badge counts.
            await expect(row).to_contain_text("Hello Nell")
            await expect(nell.locator("#badge-messages")).to_have_text("1 unread")
            await henrik.get_by_role("link", name="Open the conversation").click()
            talk = henrik.locator(".thread-messages")
            await expect(talk.locator(".message")).to_have_count(2)
            await expect(henrik.locator(".thread-foot")).to_contain_text("one message until")

            # Seen is read, on every page; who could not write can, once the other answered.
            await row.locator("a").click()
            await expect(nell.locator("#badge-messages")).to_be_hidden()
            await say(nell, "Hello Henrik <b>there</b>\nhttps://example.org/bridge.")
            await expect(talk).to_contain_text("Hello Henrik <b>there</b>")
            await expect(talk.get_by_role("link", name="example.org/bridge")).to_be_visible()
            await expect(henrik.locator("#announce")).to_contain_text("Nell Novak wrote")
            await say(henrik, "Both ways")
            here = nell.locator(".thread-messages .message")
            await expect(here.last).to_contain_text("Both ways")
            await expect(here).to_have_count(4)
            # What is typed and sent before the answer came is not lost with it.
            await henrik.route("**/messages/to/*", _late)
            await say(henrik, "And on, without a click in between")
            await expect(henrik.locator(".compose-message textarea")).to_have_value("")
            await say(henrik, "nor a wait")
            await expect(here.last).to_contain_text("nor a wait")
            await henrik.unroute("**/messages/to/*")
            await expect(talk.locator(".message")).to_have_count(6)
            # The event came to the sender's page as well: each message is there once, in order.
            assert [
                each.split("\n")[0]
                for each in await talk.locator(".message-text").all_inner_texts()
            ] == [
                "We met at the bridge of the year award.",
                "Hello Nell",
                "Hello Henrik <b>there</b>",
                "Both ways",
                "And on, without a click in between",
                "nor a wait",
            ]
            await expect(nell.locator("#badge-messages")).to_be_hidden()

            # Edited where it stands, on both pages.
            mine = talk.locator(".message").last
            await mine.hover()
            await mine.get_by_label("What to do with this message").click()
            await mine.get_by_role("link", name="Edit").click()
            await henrik.get_by_label("Edit your message").fill("And on and on")
            await henrik.get_by_role("button", name="Save").click()
            await expect(here.last).to_contain_text("And on and on")
            await expect(here.last).to_contain_text("Edited")
            await expect(talk.locator(".message").last).to_contain_text("Edited")


@pytest.mark.only_engine("sqlite")
async def test_days_are_those_of_the_hours(database: str, chromium_path: str) -> None:
    """By the clock beside who chose no other: names of days as well as hours."""
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell, henrik = await new_page(zone="Pacific/Kiritimati"), await new_page()
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await ask_henrik(nell, server)
            await accept_nell(henrik, server)
            await henrik.get_by_label("Say hello to Nell Novak").fill("Hello Nell")
            await henrik.locator(".hello button").click()
            await expect(henrik.get_by_text("Open the conversation")).to_be_visible()
            # Before and after a midnight in Kiritimati, on one day in UTC.
            day = clock.now().replace(minute=30) - timedelta(days=400)
            for words, hour in (("We met", 9), ("Hello", 10)):
                await sql.change(
                    "UPDATE message SET sent_at = $1 WHERE text LIKE $2",
                    day.replace(hour=hour),
                    f"{words}%",
                )
            await nell.goto(f"{server.url}/messages")
            await nell.locator(".conversation a", has_text="Henrik Solberg").click()
            await say(nell, "And I")
            rows = nell.locator(".thread-messages > :visible")
            await expect(rows.last).to_contain_text("And I")
            await expect(nell.locator(".thread-messages h2:visible")).to_have_count(3)
            named = [
                f"{each:%A} {each.day} {each:%B %Y}" for each in (day, day + timedelta(days=1))
            ]
            said = [(await rows.nth(n).inner_text()).split() for n in range(6)]
            assert [" ".join(words) for words in (said[0], said[2], said[4])] == [*named, "Today"]
            assert [said[1][-1], said[3][-1]] == ["23:30", "00:30"]


@pytest.mark.only_engine("sqlite")
async def test_an_older_page_takes_nothing_that_arrives(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell, henrik = await new_page(), await new_page()
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await ask_henrik(nell, server)
            await accept_nell(henrik, server)
            await nell.goto(f"{server.url}/messages?search=bridge")
            await nell.locator(".conversation a", has_text="bridge of the year").click()
            await expect(nell.locator(".thread-messages .message")).to_have_count(1)
            way = nell.get_by_role("link", name="the newest messages")
            await expect(way).to_have_text("To the newest messages")

            # Neither shown behind it nor read by it; the page says that there is more.
            await henrik.get_by_label("Say hello to Nell Novak").fill("Hello Nell")
            await henrik.locator(".hello button").click()
            await expect(way).to_have_text("Something new: to the newest messages")
            await expect(nell.locator(".thread-messages .message")).to_have_count(1)
            await expect(nell.locator("#badge-messages")).to_have_text("1 unread")
            await say(nell, "Hello Henrik")
            await expect(nell.locator(".compose-message textarea")).to_have_value("")
            await expect(nell.locator(".thread-messages .message")).to_have_count(1)
            await way.click()
            await expect(nell.locator(".thread-messages .message")).to_have_count(3)
            await expect(nell.locator("#badge-messages")).to_be_hidden()


@pytest.mark.only_engine("sqlite")
async def test_without_javascript(database: str, chromium_path: str) -> None:
    await demo.fill()
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            nell = await new_page(javascript=False)
            henrik = await new_page(javascript=False)
            await sign_up(nell, server)
            await sign_in(henrik, server, "henrik")
            await ask_henrik(nell, server)
            await accept_nell(henrik, server)
            await nell.goto(f"{server.url}/members/henrik")
            await nell.locator(".profile-head").get_by_role("link", name="Message").click()
            await nell.get_by_label("Say hello to Henrik Solberg").fill("First words")
            await nell.get_by_role("button", name="Send").click()
            await expect(nell.locator(".message").last).to_contain_text("First words")
            await expect(nell.locator(".thread-foot")).to_contain_text("one message until")

            await henrik.goto(f"{server.url}/messages")
            # Two of the demo's wait besides.
            await expect(henrik.locator("#badge-messages")).to_have_text("3 unread")
            await henrik.locator(".conversation a", has_text="Nell Novak").click()
            await henrik.get_by_role("button", name="Mark as read").click()
            await expect(henrik.locator("#badge-messages")).to_have_text("2 unread")
            await henrik.get_by_label("Write to Nell Novak").fill("An answer")
            await henrik.get_by_role("button", name="Send").click()
            await expect(henrik.locator(".message").last).to_contain_text("An answer")
            # The newest is in sight without a script that scrolls.
            await expect(henrik.locator(".message").last).to_be_in_viewport()
