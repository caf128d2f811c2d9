"""The life of a webhook against a real server: told, signed, down and back, redelivered, off."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from models import clock, grant, ids, sql, unit
from models.event import EventKind
from models.token import GRANTABLE
from models.unit import Unit
from tests.clients import Client
from tests.sites import Join
from tests.webhooks.hooks import (
    CREATE,
    DOCUMENT,
    KINDS,
    SCOPES,
    Hook,
    an_app,
    browse,
    granted,
    hook,
    signature,
)
from tests.webhooks.receiver import Received, Receiver, receiving

NOTICES = "{ viewer { notifications(first: 5) { nodes { kind request { id } memberName } } } }"


async def ask(join: Join, me: Client, name: str = "hugo") -> tuple[Client, str]:
    """Somebody asks me to connect; they, and the request."""
    other = await join(name)
    return other, await other.send(me, note="Hello")


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


async def test_an_event_is_told_at_once_and_signed(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    receiver.standard = 202
    started = time.monotonic()
    hugo, request = await ask(join, me)
    [came] = await receiver.until(1)
    assert time.monotonic() - started < 4.5, "waited for the next look at the table"
    body = came.json
    assert body.keys() == {"type", "timestamp", "member", "data"}
    assert (body["type"], body["member"]) == ("request.received", me.id)
    told = dict(body["data"]["events"])
    assert told["cursor"]
    assert moment(told["occurredAt"]) == moment(body["timestamp"])
    del told["cursor"], told["occurredAt"]
    assert told == {
        "__typename": "RequestReceived",
        "requestId": request,
        "memberId": hugo.id,
        "member": {"name": await name_of(hugo)},
        "request": {"note": "Hello"},
    }
    assert came.headers["content-type"] == "application/json"
    assert came.headers["webhook-id"].startswith("dlv_")
    assert abs(int(came.headers["webhook-timestamp"]) - time.time()) < 10
    assert Webhook(mine.secret).verify(came.body, came.headers) == body
    assert came.headers["webhook-signature"] == signature(mine.secret, came)
    with pytest.raises(WebhookVerificationError):
        Webhook(mine.secret).verify(came.body + b" ", came.headers)
    [line] = await mine.until("DELIVERED")
    assert (line["id"], line["type"]) == (came.headers["webhook-id"], "request.received")
    assert (line["attempts"], line["status"], line["response"]) == (1, 202, "ok")
    assert line["error"] == ""
    assert came.body.decode() in line["request"]
    assert came.headers["webhook-signature"] in line["request"]
    assert line["nextAt"] is None


async def name_of(who: Client) -> str:
    row = await sql.row("SELECT name FROM member WHERE id = $1", who.key)
    assert row is not None
    return str(row["name"])


async def test_only_the_kinds_chosen_and_only_from_now_on(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    await ask(join, me, "before")
    mine = await hook(me, receiver.url, kinds=["REQUEST_ACCEPTED"])
    hugo, request = await ask(join, me)
    await me.accept(request)
    [came] = await receiver.until(1)
    assert came.json["type"] == "request.accepted"
    assert came.json["data"]["events"]["memberId"] == hugo.id
    await asyncio.sleep(0.3)
    assert [line["type"] for line in await mine.log()] == ["request.accepted"]


async def test_a_receiver_that_is_down_and_comes_back(join: Join) -> None:
    """Nothing listens, then it is broken, then it is back: every event arrives, with its own id."""
    me = await join("grace")
    async with receiving() as first:
        port = first.port
        mine = await hook(me, first.url)
    for number in range(3):
        await ask(join, me, f"hugo-{number}")
    log = await failed(mine, 3)
    assert {line["error"] for line in log} == {
        "Nobody answers there, or the certificate is not valid."
    }
    assert all(line["nextAt"] and line["status"] is None for line in log)
    assert (await mine.read())["failingSinceAt"]
    async with receiving(port) as back:
        back.answers = [500, b"HTTP/1.1 302 X\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 503]
        came = await back.until(6)
        log = await mine.until("DELIVERED", 3)
    assert {line["id"] for line in log} == {each.headers["webhook-id"] for each in came}
    assert len(log) == 3
    assert len({each.json["data"]["events"]["requestId"] for each in came}) == 3
    for each in came:  # signed anew at every attempt
        Webhook(mine.secret).verify(each.body, each.headers)
    assert (await mine.read())["failingSinceAt"] is None
    assert all(line["attempts"] > 1 for line in log)


async def failed(mine: Hook, number: int) -> list[dict[str, Any]]:
    """The log, once so many deliveries have been tried."""
    async with asyncio.timeout(20):
        while True:
            log = await mine.log()
            if sum(line["attempts"] > 0 for line in log) >= number:
                return log
            await asyncio.sleep(0.05)


async def test_redelivery_keeps_the_id_and_tells_what_is_so_now(
    join: Join, receiver: Receiver
) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    hugo, _ = await ask(join, me)
    [first] = await receiver.until(1)
    [line] = await mine.until("DELIVERED")
    await sql.change("UPDATE member SET name = 'Hugo the Second' WHERE id = $1", hugo.key)
    assert await mine.act("redeliverWebhook", "deliveryId", id=line["id"]) == {"userErrors": []}
    _, again = await receiver.until(2)
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert again.json["data"]["events"]["member"] == {"name": "Hugo the Second"}
    Webhook(mine.secret).verify(again.body, again.headers)
    [line] = await mine.until("DELIVERED")
    assert line["attempts"] == 2


async def test_a_ping_and_a_change_of_the_secret(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    old = mine.secret
    assert await mine.act("renewWebhookSecret") == {"userErrors": []}
    new = (await mine.read())["secret"]
    assert new != old
    assert await mine.act("testWebhook") == {"userErrors": []}
    [came] = await receiver.until(1)
    assert came.json["type"] == "test.ping"
    assert came.json["data"] is None
    for secret in (old, new):  # a receiver that still has the old one, and one that has the new
        Webhook(secret).verify(came.body, came.headers)
    assert came.headers["webhook-signature"] == f"{signature(new, came)} {signature(old, came)}"
    await sql.change("UPDATE webhook SET key_changed_at = '2026-01-01 00:00:00+00:00'")
    await mine.act("testWebhook")
    _, came = await receiver.until(2)
    assert came.headers["webhook-signature"] == signature(new, came)


async def test_gone_switches_it_off_with_a_notice_and_on_again(
    join: Join, receiver: Receiver
) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    receiver.standard = 410
    await ask(join, me, "hugo")
    await receiver.until(1)
    await mine.until("FAILED")
    assert (await mine.read())["disabledReason"] == "GONE"
    notices = (await me.ask(NOTICES))["viewer"]["notifications"]["nodes"]
    assert {key: value for key, value in notices[0].items() if key != "memberName"} == {
        "kind": "WEBHOOK_DISABLED",
        "request": None,
    }
    await ask(join, me, "missed-one")
    receiver.standard = 204
    await mine.act("enableWebhook", catchUp=False)
    assert (await mine.read())["disabledAt"] is None
    await ask(join, me, "ines")
    _, came = await receiver.until(2)
    assert came.json["data"]["events"]["member"]["name"].startswith("Ines")
    # Off by hand, and on again with what was missed.
    await mine.act("disableWebhook")
    _, request = await ask(join, me, "jon")
    await asyncio.sleep(0.4)
    assert len(receiver.received) == 2
    await mine.act("enableWebhook", catchUp=True)
    *_, came = await receiver.until(3)
    assert came.json["data"]["events"]["requestId"] == request


async def test_deleting_it_ends_what_is_on_its_way(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    receiver.standard = 500
    await ask(join, me)
    await receiver.until(2)
    await mine.act("deleteWebhook")
    await asyncio.sleep(0.2)  # one may be under way
    seen = len(receiver.received)
    await asyncio.sleep(1.5)
    assert len(receiver.received) == seen
    key = ids.decode(ids.WEBHOOK, mine.id)
    assert await sql.rows("SELECT id FROM webhook_delivery WHERE webhook_id = $1", key) == []


async def test_a_token_cannot_register_one(join: Join, receiver: Receiver) -> None:
    """Whatever its scopes: a leaked token must not lead events elsewhere."""
    me = await join("grace")
    wanted = {"url": receiver.url, "document": DOCUMENT, "kinds": KINDS, "scopes": SCOPES}
    answer = await browse(me, CREATE, me.with_token, input=wanted)
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["FORBIDDEN_SCOPE"]
    assert "data" not in answer or answer["data"] is None


async def test_an_app_is_told_of_those_who_connected_it(join: Join, receiver: Receiver) -> None:
    """By the member's grant, which counts what arrived; and no longer once it is stopped."""
    owner, ada, grace = await join("owner"), await join("ada"), await join("grace")
    app = await an_app(owner.key, " ".join(sorted(GRANTABLE)))
    grant_key = await granted(app, ada.key, "events:read requests:read")
    document = "subscription { events { ... on RequestEvent { requestId request { note } } } }"
    mine = await hook(owner, receiver.url, appId=ids.encode(ids.APP, app), document=document)
    await granted(app, grace.key, "events:read")  # less than the document needs
    _, request = await ask(join, ada)
    await ask(join, grace)
    [came] = await receiver.until(1)
    assert came.json["member"] == ada.id
    assert came.json["data"]["events"] == {"requestId": request, "request": {"note": "Hello"}}
    log = await mine.until("FAILED")
    [refused] = [line for line in log if line["state"] == "FAILED"]
    assert refused["error"] == "This needs the scope requests:read."
    assert (refused["request"], refused["status"]) == ("", None)
    await mine.until("DELIVERED")
    row = await sql.row("SELECT events_delivered AS n FROM app_grant WHERE id = $1", grant_key)
    assert row is not None
    assert row["n"] == 1
    assert (await mine.read())["disabledAt"] is None, "one member's grant is not the webhook's end"
    await grant.stop(ada.key, grant_key)
    await ask(join, ada)
    await asyncio.sleep(0.5)
    assert len(receiver.received) == 1
    assert [line["id"] for line in await mine.log()] == [refused["id"]]


@pytest.mark.slow
async def test_a_day_in_vain_switches_it_off_with_a_notice(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    mine = await hook(me, receiver.url)
    receiver.standard = 500
    await ask(join, me)
    await receiver.until(3)
    yesterday = clock.now() - timedelta(days=1)
    key = ids.decode(ids.WEBHOOK, mine.id)
    await sql.change("UPDATE webhook SET failing_since_at = $2 WHERE id = $1", key, yesterday)
    [line] = await mine.until("FAILED")
    assert (line["attempts"], line["status"], line["error"]) == (11, 500, "Answered with 500.")
    assert (await mine.read())["disabledReason"] == "FAILING"
    notices = (await me.ask(NOTICES))["viewer"]["notifications"]["nodes"]
    assert [each["kind"] for each in notices].count("WEBHOOK_DISABLED") == 1
    assert len(receiver.received) == 11
    names = {each.headers["webhook-id"] for each in receiver.received}
    assert names == {line["id"]}


@pytest.mark.slow
async def test_who_does_not_answer_holds_up_nobody_else(join: Join, receiver: Receiver) -> None:
    """Six hundred events for one that never answers: at most two requests at once, and another's
    deliveries come as ever.
    """
    me, ada = await join("grace"), await join("ada")
    async with receiving() as dead:
        dead.answers = [9.0] * 600
        await hook(me, dead.url, kinds=["REQUEST_SENT"])
        await hook(ada, receiver.url, kinds=["REQUEST_RECEIVED"])

        async def work(u: Unit) -> None:
            for _ in range(600):
                u.tell(me.key, EventKind.REQUEST_SENT, ids.new_id(), me.key)

        await unit.unit(work)
        await me.send(ada)  # rings in the server
        await dead.until(2)
        took = []
        for number in range(6):
            started = time.monotonic()
            await ask(join, ada, f"quick-{number}")
            await receiver.until(number + 2)
            took.append(time.monotonic() - started)
        assert max(took[2:]) < 4.5, took  # one that waits for an answer takes nine
        assert dead.most <= 2


@pytest.mark.slow
async def test_many_who_do_not_answer_hold_up_nobody_else(join: Join, receiver: Receiver) -> None:
    """Forty of them, more than a process has places for requests."""
    ada, others = await join("ada"), [await join("grace"), await join("hugo")]
    async with receiving() as dead:
        dead.answers = [9.0] * 600
        for other in others:
            for _ in range(20):
                await hook(other, dead.url, kinds=["REQUEST_SENT"])
        await hook(ada, receiver.url, kinds=["REQUEST_RECEIVED"])
        failing = "UPDATE webhook SET failing_since_at = $1 WHERE url = $2"
        await sql.change(failing, clock.now(), dead.url)
        for other in others:
            await other.send(await join("somebody"))
        await dead.until(10)
        for number in range(4):
            started = time.monotonic()
            await ask(join, ada, f"quick-{number}")
            await receiver.until(number + 1)
            assert time.monotonic() - started < 4.5
        assert dead.most <= 16


def told(received: list[Received]) -> list[str]:
    return [each.json["data"]["events"]["requestId"] for each in received]


async def test_many_at_once_arrive_once_each(join: Join, receiver: Receiver) -> None:
    me = await join("grace")
    await hook(me, receiver.url, kinds=["REQUEST_RECEIVED"])
    askers = [await join(f"asker-{number}") for number in range(30)]
    sent = await asyncio.gather(*(asker.send(me) for asker in askers))
    await receiver.until(30)
    await asyncio.sleep(0.3)
    assert sorted(told(receiver.received)) == sorted(sent)
