"""Two hundred requests cleared without a mouse, in real Chromium."""

import pytest
from playwright.async_api import Page, expect

from models import clock, sql
from models import request as requests
from models.request import Basis
from models.sending import send
from seeds import demo
from tests import facts
from tests.browser.browsing import browsing
from tests.browser.test_story import ask_henrik, sign_in, sign_up
from tests.people import person
from tests.server import start

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MANY = 200


async def waiting(recipient: int) -> list[int]:
    rows = await sql.rows(
        "SELECT id FROM connection_request WHERE recipient_id = $1 "
        "AND recipient_state = 'PENDING' AND sender_state = 'PENDING'",
        recipient,
    )
    return [row["id"] for row in rows]


async def fill(handle: str, count: int, *, colleagues: bool = False) -> int:
    """The demo network, in which so many wait for this member; their key."""
    await demo.fill()
    row = await sql.row("SELECT id FROM member WHERE handle = $1", handle)
    assert row is not None
    for key in await waiting(row["id"]):
        await requests.ignore(row["id"], key)
    where = await facts.place("The place of all")
    await facts.career(row["id"], where, 2001)
    for n in range(count):
        asker = await person(f"asker-{n:03}")
        if colleagues:
            await facts.career(asker, where, 2010)
        await send(asker, row["id"], Basis.OTHER, f"Hello {n}")
    return int(row["id"])


async def states(recipient: int) -> dict[str, int]:
    """How many of the askers' requests are in each of the recipient's states."""
    rows = await sql.rows(
        "SELECT r.recipient_state AS state, count(*) AS number FROM connection_request r "
        "JOIN member m ON m.id = r.sender_id WHERE r.recipient_id = $1 "
        "AND m.handle LIKE 'asker-%' GROUP BY r.recipient_state",
        recipient,
    )
    return {row["state"]: row["number"] for row in rows}


async def current(page: Page) -> str:
    return await page.locator("#triage article").get_attribute("id") or ""


async def press(page: Page, *keys: str) -> None:
    """Press keys, and wait until another request, or none, is shown."""
    before = page.locator(f"#{await current(page)}")
    for key in keys:
        await page.keyboard.press(key)
    await expect(before).to_have_count(0)


@pytest.mark.only_engine("sqlite")
async def test_two_hundred_by_keyboard(database: str, chromium_path: str) -> None:
    henrik = await fill("henrik", MANY)
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            page = await new_page()
            await sign_in(page, server, "henrik")
            await page.goto(f"{server.url}/requests")
            await page.get_by_role("link", name="Go through them one by one").press("Enter")
            await expect(page.locator("#triage kbd").first).to_be_visible()

            ways = [["a"], ["i"], ["d", "1"], ["d", "d"], ["d", "3"]]
            for turn in range(MANY):
                await press(page, *ways[turn % len(ways)])
                if turn == 0:
                    await expect(page.locator(".triage-said")).to_contain_text("now connected")
                    focus = "document.activeElement.closest('#triage h2') !== null"
                    assert await page.evaluate(focus), "on the heading of the next one"
                    await expect(page.locator("#announce")).to_contain_text("now connected")
            await expect(page.get_by_text("Every request has its answer.")).to_be_visible()

            # The last one was declined: it comes back, and goes again.
            await page.keyboard.press("u")
            await expect(page.locator("#triage article")).to_contain_text("Hello 0")
            await press(page, "i")
            await expect(page.get_by_text("Every request has its answer.")).to_be_visible()
    each = MANY // len(ways)
    assert await states(henrik) == {"ACCEPTED": each, "IGNORED": each + 1, "DECLINED": 3 * each - 1}
    reasons = await sql.rows(
        "SELECT DISTINCT decline_reason, decline_told FROM connection_request "
        "WHERE recipient_id = $1 AND recipient_state = 'DECLINED' ORDER BY decline_reason",
        henrik,
    )
    assert {row["decline_reason"] for row in reasons} >= {"NOT_NOW", "NOT_RELEVANT"}


@pytest.mark.only_engine("sqlite")
async def test_moving_undoing_and_switching_off(database: str, chromium_path: str) -> None:
    clock.thaw()
    await fill("henrik", 4)
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            page = await new_page()
            await sign_in(page, server, "henrik")
            await page.goto(f"{server.url}/requests/triage")
            first = await current(page)
            await press(page, "n")
            second = await current(page)
            await press(page, "p")
            assert await current(page) == first
            await press(page, "i")
            assert await current(page) == second
            await press(page, "n")
            await press(page, "u")
            assert await current(page) == first, "undone after moving on"

            # A letter that is typed, or comes with another key, is no act.
            await page.keyboard.press("Control+i")
            await page.keyboard.press("x")
            await page.keyboard.press("?")
            await expect(page.get_by_text("Undo the last one you ignored")).to_be_visible()
            await page.get_by_label("Act by single keys").uncheck()
            await expect(page.locator("#triage kbd").first).to_be_hidden()
            await page.keyboard.press("i")
            await page.reload()
            assert await current(page) == first, "and it stays off"
            await expect(page.locator("#triage kbd").first).to_be_hidden()
            await page.get_by_label("Act by single keys").check()
            await press(page, "i")
            assert await current(page) == second


@pytest.mark.only_engine("sqlite")
async def test_a_card_that_came_in_live_is_there_once(database: str, chromium_path: str) -> None:
    """It is shown at the top at once, and where it belongs when that page is opened."""
    await fill("henrik", 25, colleagues=True)
    with start(database, demo=1) as server:
        async with browsing(chromium_path) as new_page:
            page, nell = await new_page(), await new_page()
            await sign_up(nell, server)
            await sign_in(page, server, "henrik")
            await page.goto(f"{server.url}/requests")
            await ask_henrik(nell, server)
            card = page.locator("#requests-received article", has_text="Nell Novak")
            first = page.locator("#requests-received > article").first
            await expect(first).to_contain_text("Nell Novak")
            await page.get_by_role("link", name="Show more").click()
            await expect(page.locator("#requests-received > article")).to_have_count(26)
            await expect(card).to_have_count(1)
            await expect(page.locator("#requests-received > article").last).to_contain_text(
                "Nell Novak"
            )
