"""Short forms of what tests of the pages of updates do all the time."""

import re
from typing import Any

import httpx

from tests.web.conftest import Browser

_UPDATE = re.compile(r'<article id="update-(upd_[0-9a-z]{13})"')
REPLY = re.compile(r'id="reply-(rpl_[0-9a-z]{13})"')
WAYS = (False, True)


def shown(html: str) -> list[str]:
    """The updates whose cards a page holds, in order."""
    return _UPDATE.findall(html)


async def feed(who: Browser, path: str = "/") -> list[str]:
    """The updates of a page."""
    answer = await who.get(path)
    assert answer.status_code == 200, path
    return shown(answer.text)


async def send(
    who: Browser, *, htmx: bool = False, files: dict[str, bytes] | None = None, **fields: Any
) -> httpx.Response:
    """Send the form of a new update."""
    given = {"kind": "NEWS", "text": "", "link": "", "audience": "CONNECTIONS", **fields}
    headers = {"HX-Request": "true"} if htmx else {}
    parts = {name: ("x.png", data) for name, data in (files or {}).items()}
    return await who.client.post("/updates", data=given, files=parts or None, headers=headers)


async def post(who: Browser, text: str = "Something new", **fields: Any) -> str:
    """Post an update; its id."""
    answer = await send(who, text=text, **fields)
    assert answer.status_code == 303, answer.text
    return re.findall(r'href="/updates/(upd_[0-9a-z]{13})"', (await who.get("/updates/own")).text)[
        0
    ]
