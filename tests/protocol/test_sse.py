"""GraphQL over SSE, distinct connections mode, rule by rule."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from models import session
from tests.clients import Client, messages, socket
from tests.protocol.node import run
from tests.server import Server
from tests.sites import Join
from web.graphql.sse import PING_SECONDS

pytestmark = pytest.mark.only_engine("sqlite")

HELLO = "{ __typename }"
TICK = "subscription { events { __typename cursor } }"
STREAM = {"Accept": "text/event-stream"}


async def events_of(answer: httpx.Response) -> list[tuple[str, Any]]:
    """All events of an answer that ends, data read where it is JSON."""
    return [
        (each["event"], json.loads(each["data"]) if each["data"] else None)
        async for each in messages(answer)
    ]


@pytest.mark.node
async def test_the_client_integrators_use(join: Join, node_path: str) -> None:
    ada, grace = await join("ada", name="Ada"), await join("grace")
    url = f"{ada.server.url}/graphql"
    seen = await run(node_path, "listener.mjs", url, ada.bearer, grace.id)
    assert [each["data"] for each in seen["query"]] == [{"viewer": {"member": {"name": "Ada"}}}]
    for name, count, code in (
        ("syntax", 1, "BAD_REQUEST"),
        ("validation", 2, "BAD_REQUEST"),
        ("coercion", 1, "BAD_REQUEST"),
        ("wrong", 1, "UNAUTHENTICATED"),
        ("stranger", 1, "UNAUTHENTICATED"),
    ):
        [one] = seen[name]
        assert "data" not in one
        assert len(one["errors"]) == count
        assert {error["extensions"]["code"] for error in one["errors"]} == {code}
    assert seen["partial"][0]["data"] is None
    [done] = seen["mutation"]
    assert done["data"] == {"sendConnectionRequest": {"userErrors": []}}
    assert seen["event"]["data"]["events"]["__typename"] == "RequestSent"


@pytest.mark.parametrize("query", [HELLO, "mutation { __typename }", "{", "{ nothing }"])
async def test_one_result_and_its_end(join: Join, query: str) -> None:
    """Any operation runs, and what fails before execution is an event, not a status."""
    ada = await join("ada")
    async with ada.sse(query) as answer:
        assert answer.status_code == 200
        kind = answer.headers["content-type"]
        assert kind == "text/event-stream; charset=utf-8"
        assert "no-transform" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        body = (await answer.aread()).decode()
    assert body.endswith("event: complete\r\ndata: \r\n\r\n"), "an EventSource needs the data"
    [(name, result), end] = await events_of(httpx.Response(200, text=body))
    assert (name, end) == ("next", ("complete", None))
    assert ("data" in result) is ("__typename" in query)
    assert ("errors" in result) is ("__typename" not in query)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"query":7}', "application/json", 400),
        (b'{"query":"{__typename}"}', "text/plain", 415),
        (b" " * 300_000, "application/json", 413),
    ],
)
async def test_requests_that_are_none(site: Server, content: bytes, kind: str, status: int) -> None:
    """As over plain HTTP: nothing was asked, so nothing streams."""
    async with httpx.AsyncClient(base_url=site.url, headers=STREAM) as web:
        answer = await web.post("/graphql", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_event_source_of_a_page_of_ours(join: Join) -> None:
    """A browser's EventSource can only GET; that opens a subscription and runs nothing else."""
    ada, grace = await join("ada"), await join("grace")
    query = """subscription A($after: Cursor, $kinds: [EventKind!]) {
      events(after: $after, kinds: $kinds) { __typename } }"""
    good = {
        "query": query,
        "variables": '{"kinds":["REQUEST_SENT"]}',
        "operationName": "",
        "extensions": "",
    }
    async with httpx.AsyncClient(base_url=ada.server.url, timeout=15) as web:
        headers = {**STREAM, "Cookie": f"session={ada.cookie}", "Sec-Fetch-Site": "same-origin"}
        async with web.stream("GET", "/graphql", params=good, headers=headers) as answer:
            assert answer.status_code == 200
            await asyncio.sleep(0.3)
            await ada.send(grace)
            first = await anext(messages(answer))
            assert json.loads(first["data"])["data"] == {"events": {"__typename": "RequestSent"}}
        for query in (HELLO, "mutation { markNotificationsRead(input: {}) { unreadCount } }"):
            answer = await web.get("/graphql", params={"query": query}, headers=headers)
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        for params in ({}, {"query": ""}, {**good, "variables": "{"}, {**good, "variables": "[]"}):
            answer = await web.get("/graphql", params=params, headers=headers)
            assert answer.status_code == 400, answer.text
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        for query in (
            "{",
            "subscription { nothing }",
            "subscription A { events { cursor } } query B { __typename }",
        ):
            answer = await web.get("/graphql", params={"query": query}, headers=headers)
            assert answer.status_code == 200
            [(name, result), end] = await events_of(answer)
            assert (name, end) == ("next", ("complete", None))
            assert result["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        await session.end_others(ada.key, None)
        answer = await web.get("/graphql", params=good, headers=headers)
        assert "UNAUTHENTICATED" in answer.text


@pytest.mark.slow
async def test_who_waits_hears_something(join: Join) -> None:
    """A comment in time for proxies; and a socket that never says who it is is let go."""
    ada = await join("ada")

    async def stream() -> None:
        async with ada.sse(TICK) as answer, asyncio.timeout(PING_SECONDS + 10):
            line = await anext(answer.aiter_lines())
            assert line.startswith(": ping")

    async def strange() -> None:
        async with socket(ada.server) as ws:
            assert await ws.closed(15) == 4408
            assert ws.connection.close_reason == "Connection initialisation timeout"

    async def known() -> None:
        async with socket(ada.server) as ws:
            await ws.init()
            await asyncio.sleep(11)
            await ws.start(HELLO)
            assert await ws.next() == {"__typename": "Query"}

    await asyncio.gather(stream(), strange(), known())


async def test_a_client_that_goes_ends_its_stream(join: Join) -> None:
    """Again and again: nothing of it stays behind, and others go on."""
    ada, grace = await join("ada"), await join("grace")

    async def once(who: Client) -> None:
        async with who.sse(TICK) as answer:
            assert answer.status_code == 200

    async with ada.sse(TICK) as kept:
        await asyncio.sleep(0.2)
        for _ in range(10):
            await asyncio.gather(*(once(ada) for _ in range(10)))
        await ada.send(grace)
        first = await anext(messages(kept))
        assert json.loads(first["data"])["data"]["events"]["__typename"] == "RequestSent"
    assert "Traceback" not in ada.server.log(), ada.server.log()[-3000:]
