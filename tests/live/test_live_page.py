"""/live as htmx reads it: the same events as HTML, caught up after a pause, never a tight loop."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import httpx

from models import clock, ids, sql
from models.notification import NotificationKind, notify
from tests.clients import Client, messages
from tests.sites import Join

PATIENCE = 5.0
READ = """mutation Read($ids: [ID!]) {
  markNotificationsRead(input: {notificationIds: $ids}) { unreadCount } }"""


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """What the page is told, without the counts that may come beside it."""
    async for message in messages(answer):
        if "id" in message or "event" in message:
            yield message


async def bells(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The counts alone."""
    async for message in messages(answer):
        if not {"id", "event"} & message.keys():
            yield message


def unread(html: str) -> int:
    """How many unread notifications a message has the page show."""
    return int(re.findall(r'id="badge-notifications"[^>]*>([0-9]+)', html)[0])


async def one(answer: httpx.Response) -> dict[str, str]:
    """The next message."""
    async with asyncio.timeout(PATIENCE):
        return await anext(events(answer))


async def cursor(who: Client) -> str:
    return str((await who.ask("{ viewer { eventCursor } }"))["viewer"]["eventCursor"])


def well_made(html: str) -> None:
    """Whole partials with targets, and nothing a template did not know."""
    assert html.count("<hx-partial") == html.count("</hx-partial>") > 0
    assert re.findall(r'hx-target="#[\w-]+"', html)
    for wrong in ("Undefined", "undefined", "None", "{{", "{%"):
        assert wrong not in html, html


async def happened(who: Client, seq: int, kind: str, subject: int, other: Client) -> None:
    """An event put in by hand, as the sweeper or a writer nobody heard would."""
    await sql.change(
        "INSERT INTO event (id, member_id, seq, kind, subject_id, other_id, occurred_at, "
        "relationship_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        ids.new_id(),
        who.key,
        seq,
        kind,
        subject,
        other.key,
        clock.now(),
        subject if kind == "CONNECTION_ENDED" else None,
    )
    await sql.change("UPDATE inbox SET last_seq = $2 WHERE id = $1", who.key, seq)


async def test_every_kind_of_event_is_rendered(join: Join) -> None:
    ada, grace, hugo = await join("ada"), await join("grace"), await join("hugo")
    async with ada.get(f"/live?after={await cursor(ada)}") as mine, grace.get("/live") as theirs:
        for answer in (mine, theirs):
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
        await asyncio.sleep(0.3)  # Grace's page gave no cursor: it begins when it is read
        hers, its = events(theirs), events(mine)

        async def read(stream: object) -> dict[str, str]:
            async with asyncio.timeout(PATIENCE):
                return await anext(stream)  # type: ignore[call-overload,no-any-return]

        request = await ada.send(grace, "<script>alert(1)</script>")
        sent, received = await read(its), await read(hers)
        assert f'id="request-{request}"' in received["data"]
        assert "&lt;script&gt;" in received["data"]
        assert "<script>" not in received["data"]
        await grace.accept(request)
        accepted, same = await read(its), await read(hers)
        assert "are now connected" in accepted["data"]
        await ada.withdraw(await ada.send(hugo))
        sent_again, withdrawn = await read(its), await read(its)
        assert withdrawn["id"] == await cursor(ada)
        for message in (sent, received, accepted, same, sent_again, withdrawn):
            assert "event" not in message, "unnamed messages are swapped"
            well_made(message["data"])
            assert message["id"]


async def test_a_told_decline_and_an_end(join: Join) -> None:
    """What the sweeper tells: numbered by hand here, the site's own sweeper sleeps."""
    ada, grace = await join("ada"), await join("grace")
    await grace.accept(await ada.send(grace))
    request = await ada.send(await join("hugo"))
    after = await cursor(ada)
    row = await sql.row("SELECT * FROM event WHERE member_id = $1 ORDER BY seq DESC", ada.key)
    side = await sql.row("SELECT id FROM relationship WHERE owner_id = $1", ada.key)
    assert row
    assert side
    await sql.change(
        "UPDATE connection_request SET sender_state = 'DECLINED', recipient_state = 'DECLINED', "
        "decline_reason = 'NOT_NOW', decline_told = true, sender_changed_at = $2, "
        "recipient_changed_at = $2 WHERE id = $1",
        row["subject_id"],
        row["occurred_at"],
    )
    await happened(ada, row["seq"] + 1, "REQUEST_DECLINED", row["subject_id"], grace)
    await happened(ada, row["seq"] + 2, "CONNECTION_ENDED", side["id"], grace)
    async with ada.get("/live", **{"Last-Event-ID": after}) as answer:
        stream = events(answer)
        async with asyncio.timeout(PATIENCE):
            declined, ended = await anext(stream), await anext(stream)
    assert f"request-{request}" in declined["data"]
    well_made(declined["data"])
    well_made(ended["data"])


async def test_catching_up(join: Join) -> None:
    """Last-Event-ID is newer than the address, and wins."""
    ada, grace, hugo = await join("ada"), await join("grace"), await join("hugo")
    start = await cursor(ada)
    await ada.send(grace)
    seen = await cursor(ada)
    missed = await ada.send(hugo)
    async with ada.get(f"/live?after={start}", **{"Last-Event-ID": seen}) as answer:
        message = await one(answer)
    assert message["id"] == await cursor(ada)
    assert f'hx-target="#standing-{hugo.id}"' in message["data"]
    assert missed
    async with ada.get(f"/live?after={start}") as answer:
        assert (await one(answer))["id"] == seen, "one by one, from where the page stood"


async def test_far_behind_is_one_refresh(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    start = await cursor(ada)
    for number in range(21):
        await happened(ada, number + 1, "REQUEST_SENT", 1, grace)
    newest = await cursor(ada)
    async with ada.get(f"/live?after={start}") as answer:
        stream = events(answer)
        async with asyncio.timeout(PATIENCE):
            message = await anext(stream)
            assert message["id"] == newest
            assert "There is news" in message["data"]
            well_made(message["data"])
            await ada.send(grace)
            assert "There is news" not in (await anext(stream))["data"], "then it goes on"
    for broken in ("x", "-", "A" * 5000, await cursor(grace)):
        async with ada.get("/live", **{"Last-Event-ID": broken}) as answer:
            assert "There is news" in (await one(answer))["data"], broken


async def test_an_expired_cursor_is_one_refresh(join: Join) -> None:
    ada = await join("ada")
    start = await cursor(ada)
    for name in ("ben", "cleo"):
        await ada.send(await join(name))
    await sql.change(
        "DELETE FROM event WHERE member_id = $1 AND seq = (SELECT min(seq) FROM event "
        "WHERE member_id = $1)",
        ada.key,
    )
    async with ada.get(f"/live?after={start}") as answer:
        message = await one(answer)
    assert message["id"] == await cursor(ada)
    assert "There is news" in message["data"]


async def test_signed_out(join: Join) -> None:
    """Not a 401, which htmx tries again for ever; nor a 204, which it tries again at once."""
    ada = await join("ada")
    for cookie in ("", "session=mus_wrong", f"session={ada.cookie}x"):
        async with httpx.AsyncClient(base_url=ada.server.url, headers={"Cookie": cookie}) as web:
            answer = await web.get("/live?after=x")
            assert answer.status_code == 200
            assert "event: signed-out" in answer.text


async def test_a_session_that_ends_while_the_page_is_open(join: Join) -> None:
    ada = await join("ada")
    async with ada.get("/live") as answer:
        end = {"Cookie": f"session={ada.cookie}", "Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(base_url=ada.server.url, headers=end) as web:
            await asyncio.sleep(0.3)
            assert (await web.post("/sign-out")).status_code == 303
        assert (await one(answer))["event"] == "signed-out"


async def test_every_open_page_is_told(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    after = await cursor(grace)
    async with (
        grace.get(f"/live?after={after}") as first,
        grace.get(f"/live?after={after}") as second,
    ):
        request = await ada.send(grace)
        for answer in (first, second):
            assert request in (await one(answer))["data"]


async def test_what_makes_no_event_moves_the_bell(join: Join) -> None:
    """A reminder, and reading it in another tab; a page that was away hears of it as it is back."""
    ada, grace = await join("ada"), await join("grace")
    await ada.ask(READ, ids=None)  # a token was made for them
    after = await cursor(ada)
    page = f"/live?after={after}&unread=0"

    async def next_of(stream: AsyncIterator[dict[str, str]]) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await anext(stream))["data"]

    async def reminded(subject: int) -> None:
        await notify(ada.key, NotificationKind.REMINDER, subject, grace.key, clock.now())
        await ada.ask(READ, ids=[])  # marks none, and rings in the server's process

    async with ada.get(page) as answer:
        stream = bells(answer)
        await asyncio.sleep(1)
        await reminded(1)
        html = await next_of(stream)
        assert unread(html) == 1
        assert "Show what is new" in html
        well_made(html)
        await ada.ask(READ, ids=None)
        html = await next_of(stream)
        assert unread(html) == 0
        assert "Show what is new" not in html
    await reminded(2)
    async with ada.get(page) as answer:  # rendered before the reminder, and connected after it
        assert unread(await next_of(bells(answer))) == 1
    async with ada.get(page, **{"Last-Event-ID": after}) as answer:
        assert unread(await next_of(bells(answer))) == 1


async def test_what_an_event_has_told_does_not_come_twice(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    await grace.ask(READ, ids=None)
    async with grace.get(f"/live?after={await cursor(grace)}&unread=0") as answer:
        stream = messages(answer)
        await asyncio.sleep(1)
        await ada.send(grace)
        async with asyncio.timeout(PATIENCE):
            told = await anext(stream)
        assert unread(told["data"]) == 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                assert "id" in await anext(stream)
