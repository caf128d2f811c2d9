"""The application in process, asked by members over HTTP as a browser would."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from html import unescape
from typing import Any

import httpx
import pytest

from models import clock, session
from tests.people import person
from web import moments
from web.app import create_app

_IDS = re.compile(r"\b(?:crq|rel|mem)_[0-9a-z]{13}\b")


class Browser:
    """One member's browser: with htmx or, by default, without a script."""

    def __init__(self, client: httpx.AsyncClient, handle: str, key: int | None) -> None:
        self.client = client
        self.handle = handle
        self.key = key

    async def get(self, path: str, *, htmx: bool = False) -> httpx.Response:
        """Open a page, or ask for its partial."""
        return await self.client.get(path, headers={"HX-Request": "true"} if htmx else {})

    async def post(
        self, path: str, *, htmx: bool = False, origin: str = "", **fields: Any
    ) -> httpx.Response:
        """Send a form; `origin` is the path of the page it stood on."""
        headers = {"HX-Request": "true"} if htmx else {}
        if origin:
            headers["Referer"] = f"http://site{origin}"
        return await self.client.post(path, data=fields, headers=headers)

    async def follow(self, answer: httpx.Response) -> str:
        """The page an answer redirects to."""
        assert answer.status_code == 303, answer.text
        page = await self.get(answer.headers["location"])
        assert page.status_code == 200
        return page.text

    async def ask(self, other: "Browser", note: str = "", basis: str = "OTHER") -> str:
        """Ask to connect; the request's id, as the sent list shows it."""
        path = f"/members/{other.handle}/connect"
        answer = await self.post(path, basis=basis, note=note)
        assert answer.status_code == 303, answer.text
        return ids_in((await self.get("/requests/sent")).text, "crq")[0]

    async def connect(self, other: "Browser") -> str:
        """Connect with another; the id of this side."""
        request = await self.ask(other)
        assert (await other.post(f"/requests/{request}/acceptance")).status_code == 303
        return ids_in((await self.get(f"/members/{other.handle}")).text, "rel")[0]


def ids_in(html: str, prefix: str) -> list[str]:
    """The ids of a kind a page mentions, in order."""
    return list(dict.fromkeys(each for each in _IDS.findall(html) if each.startswith(prefix)))


def text_of(html: str) -> str:
    """What a person reads: tags gone, spaces folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


Enter = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def enter(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Enter]:
    """`await enter("ada")`: a new member's browser; `enter(None)`: a stranger's."""
    monkeypatch.setattr(moments, "now", clock.now)
    transport = httpx.ASGITransport(create_app())
    async with AsyncExitStack() as stack:

        async def enter(handle: str | None, **columns: object) -> Browser:
            client = httpx.AsyncClient(
                transport=transport,
                base_url="http://site",
                headers={"Sec-Fetch-Site": "same-origin", "User-Agent": "Firefox on Linux"},
            )
            await stack.enter_async_context(client)
            if handle is None:
                return Browser(client, "", None)
            key = await person(handle, **columns)
            client.cookies.set("session", await session.open_session(key, "Firefox on Linux"))
            return Browser(client, handle, key)

        yield enter
