"""Subscriptions over a real server: graphql-transport-ws and GraphQL over SSE."""

import json
from typing import Any

import httpx
import pytest

from models import session, sql, token
from models.token import GRANTABLE, Scope
from tests.clients import Client, messages, socket
from tests.sites import Join

EVENTS = """subscription ($after: Cursor, $kinds: [EventKind!]) {
  events(after: $after, kinds: $kinds) { __typename cursor
    ... on RequestReceived { requestId request { state } member { handle } }
    ... on RequestSent { requestId }
    ... on RequestAccepted { requestId relationship { id } }
    ... on RequestWithdrawn { requestId }
    ... on StreamReset { reason } } }"""
RECEIVED = "subscription ($after: Cursor) { requestReceived(after: $after) { cursor requestId } }"
ACCEPTED = "subscription ($after: Cursor) { requestAccepted(after: $after) { cursor requestId } }"
CURSOR = "{ viewer { eventCursor } }"
# No ring and no poll for an hour: what arrives was rung for.
LIVE = 5.0


async def cursor(who: Client) -> str:
    return str((await who.ask(CURSOR))["viewer"]["eventCursor"])


async def sse_data(answer: httpx.Response) -> Any:
    """The next result of a GraphQL SSE answer."""
    async for message in messages(answer):
        if message["event"] == "next":
            return json.loads(message["data"])
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("by", ["token in the payload", "token in the handshake", "cookie"])
async def test_a_socket(join: Join, by: str) -> None:
    ada, grace = await join("ada"), await join("grace")
    headers = {
        "token in the payload": {},
        "token in the handshake": grace.with_token,
        "cookie": grace.with_cookie,
    }[by]
    bearer = grace.bearer if by == "token in the payload" else None
    async with socket(grace.server, headers) as ws:
        await ws.init(bearer)
        after = await cursor(grace)
        await ws.start(EVENTS, after=after)
        request = await ada.send(grace)
        event = (await ws.next(LIVE))["events"]
        assert event["__typename"] == "RequestReceived"
        assert (event["requestId"], event["request"]) == (request, {"state": "PENDING"})
        await grace.accept(request)
        assert (await ws.next(LIVE))["events"]["__typename"] == "RequestAccepted"


@pytest.mark.parametrize("by", ["token", "cookie"])
async def test_sse(join: Join, by: str) -> None:
    ada, grace = await join("ada"), await join("grace")
    headers = grace.with_token if by == "token" else grace.with_cookie
    after = await cursor(grace)
    async with grace.sse(EVENTS, headers, after=after) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        request = await ada.send(grace)
        assert (await sse_data(answer))["data"]["events"]["requestId"] == request


async def test_the_thin_ones(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    async with socket(grace.server) as ws, socket(ada.server) as other:
        await ws.init(grace.bearer)
        await other.init(ada.bearer)
        await ws.start(RECEIVED, after=await cursor(grace))
        await other.start(ACCEPTED, after=await cursor(ada))
        request = await ada.send(grace)
        assert (await ws.next(LIVE))["requestReceived"]["requestId"] == request
        await grace.accept(request)
        assert (await other.next(LIVE))["requestAccepted"]["requestId"] == request
        second = await (await join("hugo")).send(grace)
        assert (await ws.next(LIVE))["requestReceived"]["requestId"] == second, "no acceptance"


async def test_kinds(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    after = await cursor(ada)
    await ada.withdraw(await ada.send(grace))
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.start(EVENTS, after=after, kinds=["REQUEST_WITHDRAWN", "REQUEST_ACCEPTED"])
        event = (await ws.next())["events"]
        assert event["__typename"] == "RequestWithdrawn"
        await ws.start(EVENTS, after=event["cursor"], kinds=[])
        name = await ws.start(EVENTS, kinds=["NOTHING"])
        frame = await ws.receive()
        assert (frame["type"], frame["id"]) == ("error", name)
        assert frame["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_resuming(join: Join) -> None:
    """With the cursor of the last event: what happened meanwhile, once each, in order."""
    ada, grace = await join("ada"), await join("grace")
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.start(EVENTS, after=await cursor(ada))
        request = await ada.send(grace)
        first = (await ws.next(LIVE))["events"]
    await grace.accept(request)
    later = await ada.send(await join("hugo"))
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.start(EVENTS, after=first["cursor"])
        kinds = [(await ws.next())["events"] for _ in range(2)]
        assert [e["requestId"] for e in kinds] == [request, later]
    async with socket(ada.server) as ws:  # without a cursor: from now on
        await ws.init(ada.bearer)
        await ws.start(EVENTS)
        await ws.start("{ viewer { waitingCount } }")
        assert "viewer" in await ws.next()


async def forget(who: Client, *others: Client) -> str:
    """A cursor whose next event is no longer kept."""
    old = await cursor(who)
    for other in others:
        await who.send(other)
    await sql.change(
        "DELETE FROM event WHERE member_id = $1 AND seq = (SELECT min(seq) FROM event "
        "WHERE member_id = $1)",
        who.key,
    )
    return old


async def test_a_cursor_that_is_too_old(join: Join) -> None:
    ada = await join("ada")
    old = await forget(ada, await join("ben"), await join("cleo"))
    newest = await cursor(ada)
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.start(EVENTS, after=old)
        reset = (await ws.next())["events"]
        assert (reset["__typename"], reset["reason"]) == ("StreamReset", "CURSOR_EXPIRED")
        assert reset["cursor"] == newest
        request = await ada.send(await join("grace"))
        assert (await ws.next(LIVE))["events"]["requestId"] == request, "and it goes on"
        await ws.start(EVENTS, after=old, kinds=["REQUEST_ACCEPTED"])
        assert (await ws.next())["events"]["__typename"] == "StreamReset", "of whatever kinds"
        thin = await ws.start(RECEIVED, after=old)
        frame = await ws.receive()
        assert (frame["id"], frame["type"]) == (thin, "next")
        assert frame["payload"]["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
        assert (await ws.receive())["type"] == "complete"
    async with ada.sse(ACCEPTED, after=old) as answer:
        found = await sse_data(answer)
        assert found["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_cursors_of_others_and_of_nobody(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for after in (await cursor(grace), "", "x", "💥", "A" * 5000):
            await ws.start(EVENTS, after=after)
            frame = await ws.receive()
            assert frame["payload"]["errors"][0]["extensions"]["code"] == "BAD_REQUEST", after
            assert (await ws.receive())["type"] == "complete"


@pytest.mark.parametrize("how", ["token", "session"])
async def test_what_ends_the_credentials_ends_what_they_opened(join: Join, how: str) -> None:
    ada = await join("ada")
    headers = ada.with_token if how == "token" else ada.with_cookie
    end = {
        "token": 'mutation { revokeAccessToken(input: {tokenId: "%s"}) { userErrors { code } } }',
        "session": 'mutation { revokeSession(input: {sessionId: "%s"}) { userErrors { code } } }',
    }[how]
    other = await session.open_session(ada.key, "Another browser")
    listed = "{ viewer { tokens { id } sessions { id current } } }"
    browser = httpx.AsyncClient(
        base_url=ada.server.url,
        headers={"Cookie": f"session={other}", "Sec-Fetch-Site": "same-origin"},
    )
    async with browser, socket(ada.server, headers) as ws, ada.sse(EVENTS, headers) as answer:
        await ws.init()
        await ws.start(EVENTS)
        await ws.start("{ viewer { waitingCount } }")
        await ws.next()
        viewer = (await browser.post("/graphql", json={"query": listed})).json()["data"]["viewer"]
        [mine] = [s["id"] for s in viewer["sessions"] if not s["current"]]
        wanted = viewer["tokens"][0]["id"] if how == "token" else mine
        done = (await browser.post("/graphql", json={"query": end % wanted})).json()
        assert "errors" not in done, done
        assert await ws.closed(LIVE) == 4403
        rest = [message["event"] async for message in messages(answer)]
        assert rest == ["complete"]
    async with socket(ada.server, headers) as ws:
        await ws.send({"type": "connection_init"})
        if how == "token":
            assert await ws.closed() == 4403
        else:  # a stale cookie is a visitor, who may look at what is public and not subscribe
            assert (await ws.receive())["type"] == "connection_ack"
            await ws.start(EVENTS)
            assert await ws.closed() == 4403


async def test_scopes(join: Join) -> None:
    ada = await join("ada", scopes=GRANTABLE - {Scope.EVENTS_READ})
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        for query in (EVENTS, RECEIVED, ACCEPTED):
            await ws.start(query)
            frame = await ws.receive()
            assert frame["type"] == "error"
            assert frame["payload"][0]["extensions"]["code"] == "FORBIDDEN_SCOPE"
    async with ada.sse(EVENTS) as answer:
        found = json.loads((await anext(messages(answer)))["data"])
        assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN_SCOPE"


async def test_a_scope_that_was_taken_away(join: Join) -> None:
    """Looked at again before each event, not only at the start."""
    ada, grace = await join("ada"), await join("grace")
    async with socket(ada.server) as ws:
        await ws.init(ada.bearer)
        await ws.start(EVENTS, after=await cursor(ada))
        await ada.send(grace)
        await ws.next(LIVE)
        await sql.change(
            "UPDATE access_token SET scopes = 'requests:write requests:read' WHERE member_id = $1",
            ada.key,
        )
        await ada.send(await join("hugo"))
        assert await ws.closed(LIVE) == 4403


async def test_a_token_that_ran_out_while_listening(join: Join) -> None:
    ada, grace = await join("ada"), await join("grace")
    async with socket(grace.server) as ws:
        await ws.init(grace.bearer)
        await ws.start(EVENTS, after=await cursor(grace))
        await (await join("hugo")).send(grace)
        await ws.next(LIVE)
        await sql.change(
            "UPDATE access_token SET expires_at = created_at WHERE member_id = $1", grace.key
        )
        assert await token.find(grace.bearer) is None
        await ada.send(grace)
        assert await ws.closed(LIVE) == 4403, "and not one event more"
