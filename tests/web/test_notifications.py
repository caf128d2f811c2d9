"""The page of notifications: filters, marking as read, and choosing how to be told."""

import re

from models import clock, ids, sql
from models.notification import NotificationKind, notify
from tests.models.acts import NOON
from tests.web.conftest import Browser, Enter, text_of


async def told(who: Browser, kind: NotificationKind, other: Browser) -> str:
    """Notify a member of something; the notification's id."""
    assert who.key is not None
    assert other.key is not None
    subject = ids.new_id()
    await notify(who.key, kind, subject, other.key, clock.now())
    row = await sql.row("SELECT id FROM notification WHERE subject_id = $1", subject)
    assert row is not None
    return ids.encode(ids.NOTIFICATION, row["id"])


def hidden(html: str, name: str) -> str:
    """A hidden field of the page's form."""
    [value] = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', html)
    return str(value)


async def test_a_nudge_is_worded_as_one_while_it_waits(enter: Enter) -> None:
    clock.freeze(NOON)
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada)
    assert "Ben asked to connect." in text_of((await ada.get("/notifications")).text)
    clock.advance(days=8)
    await ben.post(f"/requests/{request}/nudge")
    for path in ("/notifications", "/"):
        assert "Ben reminds you that they asked to connect." in text_of((await ada.get(path)).text)
    await ada.post(f"/requests/{request}/acceptance")
    assert "Ben asked to connect." in text_of((await ada.get("/notifications")).text)


async def test_what_came_since_the_page_was_shown_stays_unread(enter: Enter) -> None:
    clock.freeze(NOON)
    ada, ben = await enter("ada"), await enter("ben")
    await told(ada, NotificationKind.REMINDER, ben)
    page = (await ada.get("/notifications")).text
    clock.advance(seconds=5)
    newer = await told(ada, NotificationKind.UPDATE_THANKED, ben)
    part = (await ada.post("/notifications/read", htmx=True, until=hidden(page, "until"))).text
    assert part.count("is-unread") == 1
    assert f'id="notification-{newer}" class="notification is-unread"' in part
    # The button has moved on with the list, and marks what is shown now.
    answer = await ada.post("/notifications/read", until=hidden(part, "until"))
    assert "is-unread" not in await ada.follow(answer)
    assert (await ada.post("/notifications/read", until="yesterday")).status_code in (400, 422)
