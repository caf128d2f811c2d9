"""Bad input to the pages of messages, updates, notifications and mail: in paths, in what stands
behind a question mark, and in forms. Never a 500; nothing is written, and no word is lost.
"""

import random
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.people import all_there_is
from tests.web.conftest import Browser, Enter
from tests.web.messaging import mem, shown, wrote
from tests.web.posting import WAYS, post

STRANGE = [
    "",
    "x",
    "0",
    "\x00",
    "a\x07b",
    "\ufffe",
    "../../etc",
    "cnv_0000000000000",
    "%",
    "é" * 900,
]
NOBODYS = "0000000000001"
FINE = {200, 303, 307, 400, 404, 405, 410, 422}
# Where something could be asked for, and by which names.
ASKING = {
    "/messages": ("after", "search", "in"),
    "/messages/archived": ("after",),
    "/messages/requests": ("after",),
    "/": ("after", "kind", "tag"),
    "/updates": ("after", "kind", "tag", "search"),
    "/updates/own": ("after",),
    "/updates/audience": ("audience", "audienceTagIds"),
    "/updates/newer": ("since", "after"),
    "/members/ada/updates": ("after",),
    "/members/ada/updates.atom": ("after",),
    "/notifications": ("after", "group", "unread"),
}
PLACES = [
    "/messages/{}",
    "/messages/to/{}",
    "/updates/{}",
    "/updates/{}/edit",
    "/updates/{}/replies",
    "/updates/{}/removal",
    "/updates/{}/pictures/{}.webp",
    "/members/{}/updates",
    "/members/{}/updates.atom",
    "/mail/unsubscribe/{}",
    "/mail/verify/{}",
    "/dev/mail/{}",
]
ACTS = [
    "/messages/{}/deletion",
    "/messages/{}/reading",
    "/messages/{}/acceptance",
    "/messages/{}/ignoring",
    "/messages/{}/ignoring/undo",
    "/messages/{}/archive",
    "/messages/{}/mute",
    "/messages/{}/{}/deletion",
    "/messages/{}/{}/edit",
    "/messages/to/{}",
    "/updates/{}/thanks",
    "/updates/{}/thanks/undo",
    "/updates/{}/replies",
    "/updates/{}/replies/{}/removal",
    "/updates/{}/removal",
    "/updates/{}/edit",
    "/updates/muted/{}",
    "/updates/snoozed/{}",
    "/updates/fewer/{}",
    "/notifications/{}/read",
    "/mail/unsubscribe/{}",
    "/mail/verify/{}",
    "/mail/bounces",
]
TEXTS = {
    "nothing": "",
    "blank": " \r\n\t ",
    "100 kB": "x" * 100_000,
    "a bell": "a\x07b",
    "NUL": "a\x00b",
    "text that turns": "a\u202eb",
}


def asked() -> Iterator[str]:
    """Addresses with something strange behind the question mark."""
    for path, names in ASKING.items():
        for name in names:
            yield from (f"{path}?{name}={quote(strange)}" for strange in STRANGE)


def strange_places(patterns: list[str]) -> Iterator[str]:
    """Paths with something strange in them."""
    for pattern in patterns:
        for strange in (*STRANGE, f"msg_{NOBODYS}", f"upd_{NOBODYS}", f"mem_{NOBODYS}"):
            yield pattern.replace("{}", quote(strange, safe=""))


async def two(enter: Enter) -> tuple[Browser, Browser]:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    return ada, ben


async def test_no_address_breaks_a_page(enter: Enter) -> None:
    ada, ben = await two(enter)
    await wrote(ben, ada)
    await post(ada)
    before = await all_there_is()
    chance = random.Random(5)
    for path in (*asked(), *strange_places(PLACES)):
        htmx = chance.random() < 0.5
        answer = await ada.get(path, htmx=htmx)
        assert answer.status_code in FINE, (path, htmx, answer.status_code)
        assert "Traceback" not in answer.text
    assert await all_there_is() == before


async def test_no_act_on_what_is_not_there_does_anything(enter: Enter) -> None:
    ada, ben = await two(enter)
    await wrote(ben, ada)
    before = await all_there_is()
    chance = random.Random(5)
    for path in strange_places(ACTS):
        htmx = chance.random() < 0.5
        answer = await ada.post(path, htmx=htmx, text="Hello")
        assert answer.status_code in FINE, (path, htmx, answer.status_code)
    assert await all_there_is() == before


async def test_no_word_is_lost(enter: Enter) -> None:
    ada, ben = await two(enter)
    mine = await wrote(ada, ben)
    [message] = await shown(ada, mine)
    update = await post(ada)
    before = await all_there_is()
    forms = (
        f"/messages/to/{mem(ben)}",
        f"/messages/{mine}/{message}/edit",
        "/updates",
        f"/updates/{update}/edit",
        f"/updates/{update}/replies",
    )
    more = {"kind": "NEWS", "link": "", "audience": "CONNECTIONS"}
    for path in forms:
        for name, text in TEXTS.items():
            for htmx in WAYS:
                answer = await ada.post(path, htmx=htmx, text=text, **more)
                assert answer.status_code == 422, (path, name, htmx, answer.status_code)
                assert "error" in answer.text
                kept = text.strip().replace("\x00", "\ufffd")
                assert kept in answer.text.replace("\x00", "\ufffd"), (path, name, htmx)
    assert await all_there_is() == before


CHOICES = [
    ("/settings/notifications/quiet", {"timeZone": "Mars/Olympus"}),
    ("/settings/notifications/quiet", {"timeZone": "x" * 100_000}),
    ("/settings/notifications/quiet", {"timeZone": "Europe/Oslo", "from": "25:00", "until": "7"}),
    ("/settings/notifications/quiet", {"timeZone": "Europe/Oslo", "from": "22:00"}),
    ("/settings/notifications/quiet", {"timeZone": "\x00", "from": "x", "until": "y"}),
    ("/settings/notifications/senders", {"stranger": "BLOCK"}),
    ("/settings/notifications", {"mail-REQUEST_RECEIVED": "HOURLY"}),
]


@pytest.mark.parametrize("htmx", WAYS)
async def test_no_choice_but_those_there_are(enter: Enter, htmx: bool) -> None:
    ada = await enter("ada")
    before = await all_there_is()
    for path, fields in CHOICES:
        answer = await ada.post(path, htmx=htmx, **fields)
        assert answer.status_code in (413, 422), (path, fields, answer.status_code)
    assert await all_there_is() == before
