"""What a socket and a stream say when it is the server that fails."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from schema import schema
from tests.clients import PROTOCOL
from web.graphql import Endpoint, endpoint

HELLO = {"query": "{ __typename }"}
INIT = {"type": "connection_init"}


@pytest.fixture
def web() -> Iterator[TestClient]:
    """The endpoint alone, in process and without a database."""
    made = Endpoint()
    routes = [Route("/graphql", made), WebSocketRoute("/graphql", made)]
    with TestClient(Starlette(routes=routes)) as client:
        yield client


def opened(web: TestClient) -> WebSocketTestSession:
    return web.websocket_connect("/graphql", subprotocols=[PROTOCOL])


@pytest.mark.parametrize(
    ("fault", "code"),
    [(ConnectionRefusedError(), 1013), (TimeoutError(), 1013), (KeyError(), 1011)],
)
def test_credentials_that_cannot_be_looked_up(
    web: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    code: int,
) -> None:
    """Come back later, or: it is in the log."""

    async def fail(_: Any) -> None:
        raise fault

    monkeypatch.setattr(endpoint, "authenticate", fail)
    with opened(web) as ws:
        ws.send_json(INIT)
        with pytest.raises(WebSocketDisconnect) as closed:
            ws.receive_json()
    assert closed.value.code == code
    [record] = [each for each in caplog.records if each.name == "mutual.web"]
    assert record.levelno == (logging.WARNING if code == 1013 else logging.ERROR)


async def _broken(*_: Any, **__: Any) -> AsyncIterator[Any]:
    raise ZeroDivisionError("a secret")
    yield


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stream(*_: Any, **__: Any) -> AsyncIterator[Any]:
        return _broken()

    monkeypatch.setattr(schema, "stream", stream)


@pytest.mark.usefixtures("broken")
def test_an_operation_that_crashes(web: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """`error`, masked, with where to find it in the log; the socket goes on."""
    with opened(web) as ws:
        ws.send_json(INIT)
        ws.receive_json()
        for _ in range(2):
            ws.send_json({"type": "subscribe", "id": "same", "payload": HELLO})
            frame = ws.receive_json()
            assert (frame["type"], frame["id"]) == ("error", "same")
            [error] = frame["payload"]
            assert error["extensions"]["code"] == "INTERNAL"
            assert "secret" not in json.dumps(frame)
            assert error["extensions"]["requestId"] in caplog.text
    assert "a secret" in caplog.text


@pytest.mark.usefixtures("broken")
def test_a_stream_that_crashes(web: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = web.post("/graphql", json=HELLO, headers={"Accept": "text/event-stream"})
    first, last, *rest = answer.text.split("\r\n\r\n")
    assert first.startswith("event: next\r\ndata: ")
    [error] = json.loads(first.partition("data: ")[2])["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["requestId"] in caplog.text
    assert last == "event: complete\r\ndata: "
    assert "secret" not in answer.text
    assert rest == [""]
