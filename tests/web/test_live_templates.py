"""What an event brings to open pages: whole partials by stable ids, harmless when brought twice."""

import re
from typing import Any

import pytest

from models import ids, introduction
from schema.context import by_session
from tests.web.conftest import Browser, Enter, text_of
from web.run import run_as
from web.templating import render_text

pytestmark = pytest.mark.only_engine("sqlite")
COUNTS = dict.fromkeys(
    (
        "waitingCount",
        "waitingIntroductionCount",
        "unreadCount",
        "unreadMessageCount",
        "messageRequestCount",
    ),
    0,
)


async def event(browser: Browser, kind: str, request: str, state: str, direction: str) -> str:
    """A live update as the browser of this member gets it."""
    secret = browser.client.cookies["session"]
    viewer = await by_session(secret)
    assert viewer is not None
    found = (await run_as(viewer, "RequestsDeclineForm", {"id": request})).data["node"]
    badges = (await run_as(viewer, "LiveBadges", {})).data
    other = found["sender"] if direction == "RECEIVED" else found["recipient"]
    shown = (await run_as(viewer, "MembersShow", {"handle": other["handle"]})).data["member"]
    assert (found["state"], found["direction"]) == (state, direction)
    data: dict[str, Any] = {
        "event": {"requestId": request, "memberId": shown["id"], "request": found, "member": shown},
        **badges,
    }
    return render_text(f"live/{kind}.html", data)


def targets(html: str) -> list[str]:
    return re.findall(r'<hx-partial hx-target="([^"]+)"', html)


async def test_a_request_slides_in_at_the_top_once(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada, "<b>Hi</b>")
    html = await event(ada, "request_received", request, "PENDING", "RECEIVED")
    assert targets(html)[:2] == [f"#request-{request}", "#requests-received"]
    assert 'hx-swap="delete"' in html
    assert "is-new" in html
    assert "&lt;b&gt;Hi" in html
    assert "Ben asks to connect." in text_of(html)
    assert {"#badge-requests", "#badge-notifications", "#announce"} <= set(targets(html))


async def test_a_request_already_answered_is_not_put_on_top(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada)
    await ada.post(f"/requests/{request}/ignoring")
    html = await event(ada, "request_received", request, "IGNORED", "RECEIVED")
    assert "#requests-received" not in targets(html)


@pytest.mark.parametrize("who", ["ada", "ben"])
async def test_acceptance_reads_the_same_on_both_sides(enter: Enter, who: str) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada)
    await ada.post(f"/requests/{request}/acceptance")
    mine, direction, name = {"ada": (ada, "RECEIVED", "Ben"), "ben": (ben, "SENT", "Ada")}[who]
    html = await event(mine, "request_accepted", request, "ACCEPTED", direction)
    assert f"You and {name} are now connected." in text_of(html)
    assert "accepted" not in text_of(html)
    assert f"#request-{request}" in targets(html)
    assert ("#flashes" in targets(html)) is (who == "ben"), "the news reaches who waited for it"


async def test_other_events_render(enter: Enter) -> None:
    ada, ben = await enter("ada"), await enter("ben")
    request = await ben.ask(ada)
    for kind in ("request_sent", "request_declined", "request_withdrawn", "connection_ended"):
        html = await event(ben, kind, request, "PENDING", "SENT")
        assert "#badge-requests" in targets(html)
    nobody = {"requestId": request, "memberId": "mem_0", "request": None, "member": None}
    counts = COUNTS | {"unreadCount": 120}
    kinds = ("request_received", "request_accepted", "request_withdrawn", "connection_ended")
    for kind in kinds:
        html = render_text(f"live/{kind}.html", {"event": nobody, "viewer": counts})
        assert ">99+<" in html
    assert "#flashes" in targets(render_text("live/refresh.html", {"viewer": counts}))


async def introduced(browser: Browser, kind: str, key: str) -> str:
    """A live update about an introduction as the browser of this member gets it."""
    viewer = await by_session(browser.client.cookies["session"])
    assert viewer is not None
    found = (await run_as(viewer, "IntroductionsForwardForm", {"id": key})).data["node"]
    badges = (await run_as(viewer, "LiveBadges", {})).data
    for side in ("asker", "target"):
        if found[side]:
            given = {"handle": found[side]["handle"]}
            found[side] |= (await run_as(viewer, "MembersShow", given)).data["member"]
    event = {"introductionId": key, "memberId": "mem_0", "introduction": found, "member": None}
    return render_text(f"live/{kind}.html", {"event": event, **badges})


async def test_introductions_arrive_where_they_wait(enter: Enter) -> None:
    ada, mia, ben = await enter("ada"), await enter("mia"), await enter("ben")
    await ada.connect(mia)
    await mia.connect(ben)
    assert ada.key is not None
    assert mia.key is not None
    assert ben.key is not None
    row = await introduction.ask(ada.key, mia.key, ben.key, None, "<b>Hello</b> Ben")
    key = ids.encode(ids.INTRODUCTION, row["id"])
    html = await introduced(mia, "introduction_asked", key)
    assert targets(html)[:2] == [f"#introduction-{key}", "#introductions-to-forward"]
    assert "is-new" in html
    assert "&lt;b&gt;Hello" in html
    assert "Ada asks you to introduce them." in text_of(html)
    assert {"#badge-introductions", "#badge-requests", "#announce"} <= set(targets(html))
    html = await introduced(ada, "introduction_asked", key)
    assert not any(target.startswith("#introductions") for target in targets(html))
    await introduction.forward(mia.key, row["id"], "Words")
    html = await introduced(ben, "introduction_received", key)
    assert "#introductions-for-you" in targets(html)
    assert "Mia introduces Ada." in text_of(html)
    html = await introduced(mia, "introduction_received", key)
    assert "#introductions-for-you" not in targets(html)
    await introduction.accept(ben.key, row["id"])
    for browser, said in (
        (ada, "You and Ben"),
        (ben, "You and Ada"),
        (mia, "Ada and Ben"),
    ):
        html = await introduced(browser, "introduction_accepted", key)
        assert f"{said} are now connected" in text_of(html)


async def test_an_introduction_that_is_gone_renders() -> None:
    nothing = {"introductionId": "int_0", "memberId": "mem_0", "introduction": None, "member": None}
    counts = COUNTS | {"waitingIntroductionCount": 7}
    for kind in ("asked", "received", "accepted", "withdrawn"):
        given = {"event": nothing, "viewer": counts}
        html = render_text(f"live/introduction_{kind}.html", given)
        assert "#badge-introductions" in targets(html)
        assert ">7<" in html
