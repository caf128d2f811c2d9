"""Folders, message requests, a search, settings, and where one begins to write."""

import re

import pytest

from models import clock
from schema.context import by_session
from tests.web.conftest import Browser, Enter, text_of
from tests.web.messaging import WAYS, mem, rows, shown, targets, write, wrote
from web.run import run_as
from web.templating import render_text


async def done(who: Browser, path: str, htmx: bool, **fields: str) -> str:
    """What a button leads to: the page after the redirect, or the partial."""
    answer = await who.post(path, htmx=htmx, origin="/messages", **fields)
    if htmx:
        assert answer.status_code == 200, answer.text
        assert "<!doctype" not in answer.text
        return answer.text
    return await who.follow(answer)


@pytest.mark.parametrize("htmx", WAYS)
async def test_putting_away_and_quiet(enter: Enter, htmx: bool) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    mine = await wrote(ada, ben)
    assert await rows(ada) == [mine]
    html = await done(ada, f"/messages/{mine}/archive", htmx)
    assert "Archived." in html
    assert f'action="/messages/{mine}/unarchive"' in html, "with a way back"
    assert (await rows(ada), await rows(ada, "/archived")) == ([], [mine])
    assert "Back in the inbox." in await done(ada, f"/messages/{mine}/unarchive", htmx)
    assert await rows(ada) == [mine]
    assert "Muted" in await done(ada, f"/messages/{mine}/mute", htmx)
    await wrote(ben, ada)
    html = (await ada.get(f"/messages/{mine}")).text
    assert re.search(r'id="badge-messages" class="count" hidden', html)
    assert "Unmute" in html
    assert "Not muted any more." in await done(ada, f"/messages/{mine}/unmute", htmx)
    if htmx:
        html = await done(ada, f"/messages/{mine}/mute", htmx)
        assert targets(html)[:3] == [
            f"#thread-head-{mine}",
            f"#foot-{mine}",
            f"#conversation-{mine}",
        ]


@pytest.mark.parametrize("htmx", WAYS)
async def test_message_requests(enter: Enter, htmx: bool) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    assert "message request" not in (await ada.get("/members/ben")).text, "off unless chosen"
    html = await done(ben, "/settings/messages", htmx, takesMessageRequests="on")
    assert "Saved." in html
    assert re.search(r'name="takesMessageRequests"[^>]* checked', html)
    assert f"/messages/to/{mem(ben)}" in (await ada.get("/members/ben")).text
    assert "They get one message of yours" in (await ada.get(f"/messages/to/{mem(ben)}")).text
    mine = await wrote(ada, ben, "We have not met.")
    asked = (await ada.get(f"/messages/{mine}")).text
    assert "once Ben accepts or answers" in text_of(asked)
    [theirs] = await rows(ben, "/requests")
    assert await rows(ben) == []
    html = (await ben.get(f"/messages/{theirs}")).text
    assert "asks to write" in html
    assert "<textarea" not in html
    html = await done(ben, f"/messages/{theirs}/ignoring", htmx)
    assert "Ignored. Ada is not told." in html
    assert f'action="/messages/{theirs}/ignoring/undo"' in html
    assert (await rows(ben, "/requests"), await rows(ben, "/ignored")) == ([], [theirs])
    seen = (await ada.get(f"/messages/{mine}")).text
    assert text_of(seen) == text_of(asked), "the sender reads the same"
    assert "back in Requests" in await done(ben, f"/messages/{theirs}/ignoring/undo", htmx)
    assert await rows(ben, "/requests") == [theirs]
    html = await done(ben, f"/messages/{theirs}/acceptance", htmx)
    assert "You and Ada can write to each other now." in html
    assert await rows(ben) == [theirs]
    html = (await ada.get("/notifications")).text
    assert "You and Ben can write to each other now." in text_of(html)
    assert f'href="/messages/{mine}"' in html
    for who, to in ((ben, ada), (ada, ben), (ada, ben)):
        assert (await write(who, to, htmx=htmx)).status_code == (200 if htmx else 303)
    answer = await ben.post(f"/messages/{theirs}/ignoring", htmx=htmx)
    assert answer.status_code == (422 if htmx else 303)
    html = answer.text if htmx else await ben.follow(answer)
    assert "no message request that waits" in html


async def test_selling_goes_aside(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    await ben.post("/settings/messages", putsSellingAside="on")
    await wrote(ada, ben, "A discount", selling="on")
    [theirs] = await rows(ben, "/selling")
    assert await rows(ben) == []
    html = (await ben.get(f"/messages/{theirs}")).text
    assert "Sells something" in html
    assert "Put aside" in html
    await ben.post(f"/messages/{theirs}/unarchive")
    assert (await rows(ben), await rows(ben, "/selling")) == ([theirs], [])
    html = (await ben.get("/settings/messages")).text
    assert re.search(r'name="putsSellingAside"[^>]* checked', html)
    assert not re.search(r'name="showsReading"[^>]* checked', html)


async def test_searching(enter: Enter) -> None:
    ada, ben, cleo = await enter("ada"), await enter("ben"), await enter("cleo")
    for other in (ben, cleo):
        await ada.connect(other)
        await wrote(other, ada, f"The bridge of {other.handle}")
    mine = await wrote(ada, ben, "My <b>bridge</b>")
    html = (await ada.get("/messages?search=bridge")).text
    assert html.count('class="found-text"') == 3
    assert "My &lt;b&gt;bridge" in html
    html = (await ada.get(f"/messages?search=bridge&in={mine}")).text
    assert html.count('class="found-text"') == 2
    assert "In the conversation with Ben" in text_of(html)
    assert "Nothing found" in (await ada.get("/messages?search=tunnel")).text
    assert "What was it about?" in (await ada.get(f"/messages?in={mine}&search=")).text
    clock.advance(days=4)
    for number in range(40):
        await wrote(ada, ben, f"Later {number}.")
    found = re.search(
        r'href="(/messages/[^"]+#[^"]+)"', (await ada.get("/messages?search=my")).text
    )
    assert found
    html = (await ada.get(found[1])).text
    assert ("My &lt;b&gt;bridge" in html, "Later 0." in html) == (True, False)
    assert "The bridge of ben" in html, "and what was written before it"
    assert "To the newest messages" in html
    # It stands alone: what arrives does not belong behind it, and it is not what marks as read.
    assert "thread-messages is-older" in html
    assert f'id="reading-{mine}"' not in html
    assert f'id="newest-{mine}"' in html
    assert "is-older" not in (await ada.get(f"/messages/{mine}")).text
    message = found[1].split("#message-")[1]
    theirs = (await rows(ben))[0]
    for who, path in (
        (ada, f"{theirs}?at={message}"),
        (ada, f"{mine}?at=x"),
        (cleo, f"{mine}?at={message}"),
    ):
        assert (await who.get(f"/messages/{path}")).status_code == 404
    assert (await ada.get("/messages?search=" + "x" * 3000)).status_code == 200
    assert (await ada.get("/messages?search=%00%ff")).status_code == 200


async def test_every_folder_says_why_it_is_empty(enter: Enter) -> None:
    ada = await enter("ada")
    for path in ("", "/requests", "/selling", "/archived", "/ignored"):
        html = (await ada.get(f"/messages{path}")).text
        assert html.count('class="empty"') == 1
        assert re.search(rf'href="/messages{path}" aria-current="page"', html)
        assert "<ol" in (await ada.get(f"/messages{path}", htmx=True)).text


@pytest.mark.parametrize("htmx", WAYS)
async def test_saying_hello_where_one_accepts(enter: Enter, htmx: bool) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada, "We met in Malmö.")
    hello = f"hello-{mem(ben)}"
    if htmx:
        html = (await ada.post(f"/requests/{request}/acceptance", htmx=True)).text
        assert f'id="{hello}"' in html
        assert "hx-preserve" in html, "the event that follows leaves it alone"
        assert 'name="selling"' in html.split(f'id="{hello}"')[1].split("</form>")[0]
    else:
        assert (await ada.post(f"/requests/{request}/acceptance")).status_code == 303
    [theirs] = await rows(ben)
    assert 'placeholder="Say hello to Ada"' in (await ben.get(f"/messages/{theirs}")).text
    answer = await write(ada, ben, "Hello Ben", htmx=htmx, foot=hello)
    if htmx:
        assert f"#{hello}" in targets(answer.text)
        assert "Open the conversation" in answer.text
    else:
        assert "Your message is sent." in await ada.follow(answer)
    [mine] = await rows(ada)
    html = (await ada.get(f"/messages/{mine}")).text
    assert "With the request to connect" in html, "the note is the first message"
    assert html.rindex("We met in Malmö.") < html.rindex("Hello Ben")
    assert len(await shown(ada, mine)) == 2
    [theirs] = await rows(ben)
    assert (await ben.get(f"/messages/{theirs}")).text.count("is-mine") == 1


async def test_the_way_to_a_conversation(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    relationship = await ada.connect(ben)
    for path in ("/members/ben", f"/connections/{relationship}"):
        assert f'href="/messages/to/{mem(ben)}"' in (await ada.get(path)).text, path
    mine = await wrote(ada, ben)
    await ada.post(f"/connections/{relationship}/removal")
    assert f'href="/messages/{mine}"' in (await ada.get("/members/ben")).text
    for nobody in ("mem_0000000000000", "x", mem(ada)[:-1]):
        assert (await ada.get(f"/messages/to/{nobody}")).status_code == 404
    assert "cannot write to yourself" in (await ada.get(f"/messages/to/{mem(ada)}")).text


async def test_what_live_updates_bring(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    await ada.connect(ben)
    await wrote(ada, ben, "One <b>word</b>")
    [theirs] = await rows(ben)
    [message] = await shown(ben, theirs)
    viewer = await by_session(ben.client.cookies["session"])
    assert viewer is not None
    data = {**(await run_as(viewer, "LiveBadges", {})).data, "quiet": False}
    said = (await run_as(viewer, "MessagesAt", {"id": message})).data["node"]
    thread = (await run_as(viewer, "MessagesNow", {"id": theirs})).data["conversation"]

    def brought(kind: str, said: object = said, **changed: object) -> str:
        event = {"message": said, "conversation": thread | changed}
        return render_text(f"live/{kind}.html", {**data, "event": event})

    html = brought("message_received")
    day = said["sentAt"][:10]
    # In place where it is there already, or at the end: never twice, however often it comes.
    assert targets(html)[:3] == [
        f"#messages-{theirs}:not(.is-older):not(:has(#day-{theirs}-{day}))",
        f"#message-{message}",
        f"#messages-{theirs}:not(.is-older):not(:has(#message-{message}))",
    ]
    assert targets(html)[3] == f"#newest-{theirs}", "an older page leads to it"
    assert "Something new: to the newest messages" in html
    assert f"#foot-{theirs}.is-notice" in targets(html), "what is being typed stays"
    assert "Ben" not in text_of(html)
    assert "Ada wrote: One <b>word</b>" in text_of(html)
    assert "&lt;b&gt;word" in html
    assert f'value="{message}"' in html, "it says itself that it is read, once it is seen"
    for kind in ("message_sent", "message_edited", "messages_read"):
        html = brought(kind)
        assert f"#conversation-{theirs}" in "".join(targets(html)), kind
        assert "#announce" not in targets(html), kind
    assert f"#message-{message}:not(.is-editing)" in targets(brought("message_edited"))
    # The sender of a message request hears that it is accepted, wherever they are.
    asked = {"mine": True, "id": message}
    html = brought("message_request_accepted", asked, canWrite={"allowed": True})
    assert targets(html)[:2] == [f"#conversation-{theirs}", f"#foot-{theirs}.is-notice"]
    assert "<textarea" in html
    assert "You and Ada can write to each other now." in text_of(html)
    assert {"#announce", "#flashes"} <= set(targets(html))
    for said_by, changed in (({"mine": False}, {}), (asked, {"muted": True}), (None, {})):
        html = brought("message_request_accepted", said_by, **changed)
        assert not {"#announce", "#flashes"} & set(targets(html))
    for quiet in ({"muted": True}, {"filtered": True}, {"state": "IGNORED"}):
        assert "#announce" not in targets(brought("message_received", **quiet)), quiet
    for state, folder in (("OPEN", "inbox"), ("REQUESTED", "requests"), ("IGNORED", "ignored")):
        html = brought("message_received", state=state)
        assert f"#conversations-{folder}:not(" in html
        assert len(re.findall("#conversations-", html)) == 1
    kinds = ("message_sent", "message_received", "message_edited", "messages_read")
    for kind in (*kinds, "message_request_accepted"):
        nothing = {"event": {"message": None, "conversation": None}, **data}
        assert "#message" not in render_text(f"live/{kind}.html", nothing).replace("#badge", "")
