"""Connecting an app in real Chromium: its policy on forms follows every redirect."""

from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, Route

from models.member import hash_password
from tests.browser.browsing import browsing
from tests.clients import Client
from tests.oauth.conftest import challenge_of, parameters
from tests.oauth.dancing import app_of, landing
from tests.sites import Join
from tests.sites import join as join
from tests.sites import site as site
from tests.sites import site_url as site_url

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "correct horse battery"


async def address_of(ada: Client, mary: Client, back: str) -> str:
    client_id, _ = await app_of(mary, back)
    given = {
        "client_id": client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "events:read",
        "state": "a&b=ü",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
    }
    return f"{ada.server.url}/oauth/authorize?{urlencode(given)}"


async def sign_in(page: Page, ada: Client) -> None:
    handle = (await ada.ask("{ viewer { member { handle } } }"))["viewer"]["member"]["handle"]
    await page.get_by_label("Email").fill(f"{handle}@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("javascript", [True, False])
async def test_from_signed_out_to_back_at_the_app(
    join: Join, chromium_path: str, javascript: bool
) -> None:
    ada = await join("ada", password_hash=await hash_password(PASSWORD))
    mary = await join("mary")
    async with landing() as (back, asked), browsing(chromium_path) as new_page:
        address = await address_of(ada, mary, back)
        page = await new_page(javascript=javascript)
        await page.goto(address)
        await sign_in(page, ada)
        await page.get_by_role("button", name="Connect", exact=True).click()
        await page.wait_for_url(f"{back}?**")
        assert await page.get_by_role("heading").inner_text() == "Welcome back"
        assert parameters(asked[-1])["state"] == "a&b=ü"
        assert parameters(asked[-1])["code"].startswith("muc_")
        await page.goto(address)
        await page.get_by_role("button", name="Do not connect").click()
        await page.wait_for_url(f"{back}?**")
        assert parameters(asked[-1])["error"] == "access_denied"


async def test_without_its_own_policy_the_page_would_lead_nowhere(
    join: Join, chromium_path: str
) -> None:
    """The control: the policy of every other page stops the redirect."""
    ada = await join("ada", password_hash=await hash_password(PASSWORD))
    mary = await join("mary")
    async with landing() as (back, asked), browsing(chromium_path) as new_page:
        page = await new_page(quiet=False)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))

        async def strict(route: Route) -> None:
            answer = await route.fetch()
            policy = answer.headers["content-security-policy"].split("form-action")[0]
            headers = {**answer.headers, "content-security-policy": f"{policy}form-action 'self'"}
            await route.fulfill(response=answer, headers=headers)

        address = await address_of(ada, mary, back)
        await page.goto(address)
        await sign_in(page, ada)
        await page.get_by_role("button", name="Connect", exact=True).wait_for()
        await page.route("**/oauth/authorize?*", strict)
        await page.reload()
        await page.unroute("**/oauth/authorize?*")
        await page.get_by_role("button", name="Connect", exact=True).click()
        await page.wait_for_timeout(1000)
        assert asked == []
        assert any("form-action" in words for words in said), said
