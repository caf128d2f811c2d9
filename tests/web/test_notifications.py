"""The page of notifications: filters, marking as read, and choosing how to be told."""

import re

from models import clock, ids, notification, sql
from models.notification import NotificationKind, notify
from models.notification_kind import NotificationGroup
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


async def test_filters_have_addresses_of_their_own(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await told(ada, NotificationKind.REMINDER, ben)
    await told(ada, NotificationKind.UPDATE_REPLIED, ben)
    await notification.mark_read(ada.key or 0, group=NotificationGroup.UPDATES)
    shown = {
        "": ["Get back to Ben", "Ben replied to your update"],
        "?unread=1": ["Get back to Ben"],
        "?group=updates": ["Ben replied to your update"],
        "?group=updates&unread=1": [],
        "?group=messages": [],
    }
    for query, said in shown.items():
        answer = await ada.get(f"/notifications{query}")
        assert answer.status_code == 200
        page = text_of(answer.text)
        for each in shown[""]:
            assert (each in page) == (each in said), (query, each)
    assert (await ada.get("/notifications?group=nonsense")).status_code == 404
    # Marking a group leaves the others, and stays where it was.
    await told(ada, NotificationKind.UPDATE_THANKED, ben)
    page = (await ada.get("/notifications?group=updates")).text
    given = {"group": hidden(page, "group"), "until": hidden(page, "until")}
    answer = await ada.post("/notifications/read", origin="/notifications?group=updates", **given)
    assert answer.headers["location"] == "/notifications?group=updates"
    assert "Updates: marked as read." in await ada.follow(answer)
    assert (await ada.get("/notifications")).text.count("is-unread") == 1


async def test_one_is_marked_as_read(enter: Enter) -> None:
    ada, ben, eve = await enter("ada"), await enter("ben"), await enter("eve")
    first = await told(ada, NotificationKind.REMINDER, ben)
    second = await told(ada, NotificationKind.UPDATE_THANKED, ben)
    await eve.post(f"/notifications/{first}/read")
    assert (await ada.get("/notifications")).text.count("is-unread") == 2, "nobody else marks it"
    part = (await ada.post(f"/notifications/{first}/read", htmx=True)).text
    assert f'hx-target="#notification-{first}"' in part
    assert "is-unread" not in part
    assert "notifications-read" not in part, "there is another to mark"
    part = (await ada.post(f"/notifications/{second}/read", htmx=True)).text
    assert '<hx-partial hx-target="#notifications-read" hx-swap="delete">' in part
    answer = await ada.post(f"/notifications/{second}/read")
    assert "Marked as read." in await ada.follow(answer)


async def test_choosing_what_one_is_told_and_how(enter: Enter) -> None:
    ada = await enter("ada")
    path = "/settings/notifications"
    chosen = {"mail-REMINDER": "WEEKLY", "app-REMINDER": "on", "mail-UPDATE_REPLIED": "AT_ONCE"}
    page = await ada.follow(await ada.post(path, **chosen))
    assert "Your choices are saved." in page

    def stands(html: str, kind: str) -> tuple[bool, str]:
        [box] = re.findall(rf'name="app-{kind}"[^>]*>', html)
        [select] = re.findall(rf'<select name="mail-{kind}".*?</select>', html, re.DOTALL)
        [timing] = re.findall(r'<option value="([A-Z_]+)" selected', select)
        return "checked" in box, timing

    assert stands(page, "REMINDER") == (True, "WEEKLY")
    assert stands(page, "UPDATE_REPLIED") == (False, "AT_ONCE")
    assert stands(page, "REQUEST_RECEIVED") == (True, "AT_ONCE"), "what is left out stays"
    assert 'name="mail-SECURITY"' not in page
    part = await ada.post(path, htmx=True, **{"mail-REMINDER": "OFF", "app-REMINDER": "on"})
    assert stands(part.text, "REMINDER") == (True, "OFF")
    assert "<html" not in part.text
    answer = await ada.post(path, **{"mail-REMINDER": "HOURLY", "app-REMINDER": "on"})
    assert answer.status_code == 422
    assert stands((await ada.get(path)).text, "REMINDER") == (True, "OFF")


async def test_quiet_hours_are_set_and_ended(enter: Enter) -> None:
    clock.freeze(NOON.replace(hour=22))
    ada = await enter("ada")
    path = "/settings/notifications/quiet"
    given = {"timeZone": "Europe/Berlin", "from": "22:30", "until": "07:00"}
    page = await ada.follow(await ada.post(path, **given))
    for value in ("22:30", "07:00"):
        assert f'value="{value}"' in page
    assert "Quiet now" in page
    answer = await ada.post(path, **{**given, "until": "25:00"})
    assert answer.status_code == 422
    assert "A time of day, like 22:00." in answer.text
    assert 'value="25:00"' in answer.text, "what was typed is kept"
    part = (await ada.post(path, htmx=True, none="1", **given)).text
    assert "Your time zone and quiet hours are saved." in part
    assert "Quiet now" not in part
    assert 'value="22:30"' not in part


async def test_a_rule_holds_requests_back_until_they_are_released(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    path = "/settings/notifications/senders"
    rules = {"stranger": "HOLD", "newAccount": "ACCEPT", "noMutuals": "QUIET"}
    page = await ada.follow(await ada.post(path, **rules))
    assert "It holds for what comes from now on." in page
    for name, handling in rules.items():
        [select] = re.findall(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
        assert f'value="{handling}" selected' in select
    assert (await ada.post(path, stranger="HOLD")).status_code == 422
    request = await ben.ask(ada, "Will you?")
    assert request in (await ada.get("/requests/held")).text
    assert request not in (await ada.get("/requests")).text
    assert "Ben" not in (await ada.get("/notifications")).text
    assert (await ada.post(f"/requests/{request}/release")).status_code == 303
    assert request in (await ada.get("/requests")).text
    assert request not in (await ada.get("/requests/held")).text
    assert "Ben asked to connect." in text_of((await ada.get("/notifications")).text)
