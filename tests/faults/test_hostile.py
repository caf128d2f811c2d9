"""10,000 hostile documents and frames, over HTTP, SSE and sockets, against a real server process.

No 5xx, no error without a code, none that is our fault, no turn of the event loop over 250 ms,
nothing left behind. FUZZ=1 in the environment draws new ones instead of the same each time.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.clients import PROTOCOL, Client
from tests.faults import hostile
from tests.faults.test_cancel_storm import nothing_hangs
from tests.server import Server, start
from tests.sites import joining

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    # What failed is shown in whole: large, and needed.
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning"),
]

LONGEST_TURN = 0.25
OURS = {"INTERNAL", "UNAVAILABLE"}
CLOSED = {1007, 1009, 4400, 4401, 4403, 4409, 4429}
# 10,000 in all; a fifth of it where only the database differs.
BY_HTTP, BY_SSE, BY_SOCKET, FRAMES = 5_000, 1_500, 2_500, 1_000
PART = {"postgres": 1.0, "sqlite": 0.2}

COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": "FUZZ" not in os.environ,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


class Target:
    """A server that looks at itself, and the member whose token the hostile client holds."""

    def __init__(self, server: Server, url: str, ada: Client, part: float) -> None:
        self.part = part
        self.server = server
        self.url = url
        self.bearer = ada.bearer
        # With a session every scope is held.
        self.callers = [ada.with_token] * 6 + [ada.with_cookie] * 3
        self.callers += [{}, {"Authorization": "Bearer mut_wrong"}]
        self.seen: Counter[str] = Counter()

    def watched(self, reset: bool = False) -> dict[str, Any]:
        found = httpx.get(f"{self.server.url}/watched", params={"reset": "1"} if reset else {})
        data: dict[str, Any] = found.json()
        return data

    def judge(self, found: Any, shown: object) -> None:
        """A result: every error has a code, and none is ours."""
        assert isinstance(found, dict), shown
        assert found.keys() <= {"data", "errors", "extensions"}, shown
        assert found.get("data") is not None or found["errors"], shown
        self.seen["data" if found.get("data") else "no data"] += 1
        self.judge_errors(found.get("errors", []), shown)

    def judge_errors(self, errors: list[Any], shown: object) -> None:
        for error in errors:
            assert isinstance(error["message"], str)
            code = error["extensions"]["code"]
            assert code not in OURS, (error, shown)
            self.seen[code] += 1


async def _settle(url: str, server: Server) -> Client:
    """Some members with a history; what they are called becomes known to the hostile client."""
    async with joining(url) as make:
        ada, *others = [await make(server, name) for name in ("ada", "grace", "hugo", "ida")]
        asked = [await ada.send(others[0]), await others[1].send(ada), await others[2].send(ada)]
        await ada.accept(asked[1])
        data = await ada.ask(
            "{ viewer { eventCursor sentRequests(first: 1) { pageInfo { endCursor } } } }"
        )
        viewer = data["viewer"]
        cursors = [viewer["eventCursor"], viewer["sentRequests"]["pageInfo"]["endCursor"]]
        hostile.KNOWN[:] = [ada.id, *(other.id for other in others), *asked, *filter(None, cursors)]
        return ada


@pytest.fixture(scope="module")
def target(site_url: str, engine: str) -> Iterator[Target]:
    with start(site_url, module="tests.faults.watched", sweep_seconds=3600) as server:
        ada = asyncio.run(_settle(site_url, server))
        yield Target(server, site_url, ada, PART[engine])


@pytest.fixture
def watch(target: Target) -> Iterator[Target]:
    """The target, whose state is compared before and after."""
    target.seen.clear()
    before = target.watched(reset=True)
    yield target
    deadline = time.monotonic() + 20
    while True:
        after = target.watched()
        left = {
            name: (before[name], after[name])
            for name in ("busy", "waiting", "tasks", "files")
            if after[name] > before[name] + (4 if name in ("tasks", "files") else 0)
        }
        if not left or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert not left, left
    assert after["longest"] < LONGEST_TURN, (after, target.seen)
    asyncio.run(nothing_hangs(target.url))
    log = target.server.log()
    assert "Traceback" not in log, log[-4000:]
    assert "ERROR" not in log, log[-4000:]


def kinds_of(seen: Counter[str]) -> None:
    """The attack reached more than the front door."""
    total = seen["data"] + seen["no data"]
    assert seen["data"] > total / 10, seen
    assert seen["BAD_REQUEST"] > total / 10, seen
    assert seen["COST_EXCEEDED"] > 0, seen


def test_by_http(watch: Target) -> None:
    accepts = st.sampled_from(["application/json", "application/graphql-response+json"])
    callers = st.sampled_from(watch.callers)
    with httpx.Client(base_url=watch.server.url, timeout=30) as web:

        @settings(max_examples=int(BY_HTTP * watch.part), **COMMON)
        @given(body=hostile.bodies, accept=accepts, caller=callers)
        def attack(body: bytes, accept: str, caller: dict[str, str]) -> None:
            headers = {"Content-Type": "application/json", "Accept": accept, **caller}
            answer = web.post("/graphql", content=body, headers=headers)
            shown = (body[:3000], answer.status_code, answer.text[:1000])
            assert answer.status_code < 500, shown
            assert answer.headers["content-type"].startswith("application/"), shown
            watch.judge(answer.json(), shown)

        attack()
    kinds_of(watch.seen)


def test_by_sse(watch: Target) -> None:
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {watch.bearer}"}
    with httpx.Client(base_url=watch.server.url, headers=headers, timeout=30) as web:

        @settings(max_examples=int(BY_SSE * watch.part), **COMMON)
        @given(operation=hostile.operations)
        def attack(operation: dict[str, Any]) -> None:
            body = json.dumps(operation).encode()
            kind = {"Content-Type": "application/json"}
            # A subscription does not end: as long as others take is waited for its first word.
            brief = httpx.Timeout(30, read=0.1 if "subscription" in operation["query"] else 30)
            request = web.build_request(
                "POST", "/graphql", content=body, headers=kind, timeout=brief
            )
            answer = web.send(request, stream=True)
            text = b""
            try:
                for chunk in answer.iter_raw():
                    text += chunk
                ended = True
            except httpx.ReadTimeout:
                ended = False
            finally:
                answer.close()
            if answer.status_code != 200:
                assert answer.status_code in (400, 413), text
                watch.judge(json.loads(text), operation)
                return
            for event in text.split(b"\r\n\r\n"):
                if event.startswith(b"event: next"):
                    watch.judge(json.loads(event.partition(b"data: ")[2]), operation)
            assert text.endswith(b"event: complete\r\ndata: \r\n\r\n") or not ended, text

        attack()
    kinds_of(watch.seen)


class Attacker:
    """A socket that is opened again whenever the server has closed it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.socket: ClientConnection | None = None
        self.count = 0

    def open(self) -> ClientConnection:
        if self.socket is None:
            url = self.target.server.socket_url
            self.socket = connect(url, subprotocols=[PROTOCOL], proxy=None, legacy=True)  # type: ignore[list-item]
            payload = {"authorization": f"Bearer {self.target.bearer}"}
            self.socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(self.socket.recv(timeout=15))["type"] == "connection_ack"
        return self.socket

    def closed(self, error: ConnectionClosed, shown: object) -> None:
        code = error.rcvd.code if error.rcvd else 1006
        assert code in CLOSED, (code, shown)
        self.target.seen[str(code)] += 1
        self.socket = None

    def operation(self, payload: dict[str, Any]) -> None:
        """Send it; read until it has ended, or is a stream and says nothing."""
        self.count += 1
        name = str(self.count)
        try:
            socket = self.open()
            socket.send(json.dumps({"type": "subscribe", "id": name, "payload": payload}))
            patience = 0.1 if "subscription" in payload["query"] else 30
            while self.read(socket, name, patience, payload):
                pass
        except TimeoutError:
            assert "subscription" in payload["query"], payload
            socket.send(json.dumps({"type": "complete", "id": name}))
        except ConnectionClosed as error:
            self.closed(error, payload)

    def read(self, socket: ClientConnection, name: str, within: float, shown: object) -> bool:
        """One frame; whether more follow."""
        frame = json.loads(socket.recv(timeout=within))
        if frame.get("id") != name:
            return True  # of a stream that was completed meanwhile
        if frame["type"] == "next":
            self.target.judge(frame["payload"], shown)
            return True
        if frame["type"] == "error":
            assert frame["payload"], shown
            self.target.seen["no data"] += 1
            self.target.judge_errors(frame["payload"], shown)
            return False
        assert frame == {"type": "complete", "id": name}, shown
        return False

    def junk(self, frame: str | bytes) -> None:
        """Send it; a ping tells whether the server still listens."""
        self.count += 1
        mark = {"mark": self.count}
        try:
            socket = self.open()
            socket.send(frame)
            socket.send(json.dumps({"type": "ping", "payload": mark}))
            while json.loads(socket.recv(timeout=15)).get("payload") != mark:
                pass
            self.target.seen["taken"] += 1
        except ConnectionClosed as error:
            self.closed(error, frame)

    def end(self) -> None:
        if self.socket is not None:
            self.socket.close()


def test_by_socket(watch: Target) -> None:
    attacker = Attacker(watch)

    @settings(max_examples=int(BY_SOCKET * watch.part), **COMMON)
    @given(operation=hostile.operations)
    def attack(operation: dict[str, Any]) -> None:
        attacker.operation(operation)

    attack()
    attacker.end()
    kinds_of(watch.seen)


def test_frames(watch: Target) -> None:
    attacker = Attacker(watch)

    @settings(max_examples=int(FRAMES * watch.part), **COMMON)
    @given(frame=hostile.frames)
    def attack(frame: str | bytes) -> None:
        attacker.junk(frame)

    attack()
    attacker.end()
    sent = watch.seen["4400"] + watch.seen["taken"]
    assert watch.seen["4400"] > sent / 3, watch.seen
    assert watch.seen["taken"] > sent / 20, watch.seen
