"""Short forms of what tests of the pages of messages do all the time."""

import re

import httpx

from models import ids
from tests.web.conftest import Browser

CONVERSATION = re.compile(r"cnv_[0-9a-z]{13}")
MESSAGE = re.compile(r'<li id="message-(msg_[0-9a-z]{13})"')
WAYS = (False, True)


def mem(who: Browser) -> str:
    """The id of a member."""
    assert who.key is not None
    return ids.encode(ids.MEMBER, who.key)


async def write(
    who: Browser, to: Browser, text: str = "Hello", *, htmx: bool = False, **fields: str
) -> httpx.Response:
    """Send the form of a message."""
    return await who.post(f"/messages/to/{mem(to)}", htmx=htmx, text=text, **fields)


async def wrote(who: Browser, to: Browser, text: str = "Hello", **fields: str) -> str:
    """Send a message without a script; the sender's conversation."""
    answer = await write(who, to, text, **fields)
    assert answer.status_code == 303, answer.text
    found = CONVERSATION.search(answer.headers["location"])
    assert found, answer.headers["location"]
    return found[0]


async def rows(who: Browser, folder: str = "") -> list[str]:
    """The conversations of a folder's page, in order."""
    answer = await who.get(f"/messages{folder}")
    assert answer.status_code == 200
    return re.findall(r'<li id="conversation-(cnv_[0-9a-z]{13})"', answer.text)


async def shown(who: Browser, conversation: str) -> list[str]:
    """The messages of a conversation's page, oldest first."""
    answer = await who.get(f"/messages/{conversation}")
    assert answer.status_code == 200
    return MESSAGE.findall(answer.text)


def targets(html: str) -> list[str]:
    """What a partial replaces, in order."""
    return re.findall(r'<hx-partial hx-target="([^"]+)"', html)
