"""Real Chromium, driven by Playwright. A page that complains or asks another host is a failure."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NewPage = Callable[..., Awaitable[Page]]
PATIENCE_MS = 15_000


@contextlib.asynccontextmanager
async def browsing(chromium: str) -> AsyncIterator[NewPage]:
    """`await new_page(javascript=True, zone="Asia/Tokyo")`: a page of a browser of its own, while
    the block lasts.

    Leave it before the server stops: a page complains when its stream is cut.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)

        async def new_page(
            *, javascript: bool = True, quiet: bool = True, zone: str | None = None
        ) -> Page:
            context = await browser.new_context(java_script_enabled=javascript, timezone_id=zone)
            contexts.append(context)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda r: _check_host(r.url, complaints))
            if quiet:
                page.on(
                    "console",
                    lambda m: complaints.append(m.text) if m.type == "error" else None,
                )
            return page

        yield new_page
        for context in contexts:
            await context.close()
        await browser.close()
    assert complaints == [], "\n".join(complaints)


def _check_host(url: str, complaints: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1":
        complaints.append(f"asked {url}")
