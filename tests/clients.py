"""Clients of a real server: an integrator's GraphQL over HTTP, socket and SSE."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from models import ids, session, token
from models.token import GRANTABLE, Scope
from tests.people import person
from tests.server import Server

PROTOCOL = "graphql-transport-ws"
PATIENCE = 15.0
# What a socket is closed with that was cut without a close frame: a crash.
CUT = 1006

SEND = """mutation Send($to: ID!, $note: String) {
  sendConnectionRequest(input: {recipientId: $to, basis: OTHER, note: $note}) {
    request { id state } userErrors { code } } }"""
ACCEPT = """mutation Accept($id: ID!) { acceptConnectionRequest(input: {requestId: $id}) {
  request { id state } relationship { id } userErrors { code } } }"""
WITHDRAW = """mutation Withdraw($id: ID!) { withdrawConnectionRequest(input: {requestId: $id}) {
  request { id state } userErrors { code } } }"""


class Client:
    """A member's program with a token, and the member's browser with a session."""

    def __init__(self, server: Server, key: int, bearer: str, cookie: str) -> None:
        self.server = server
        self.key = key
        self.id = ids.encode(ids.MEMBER, key)
        self.bearer = bearer
        self.cookie = cookie
        self._http = httpx.AsyncClient(base_url=server.url, timeout=PATIENCE)

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def with_token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"}

    @property
    def with_cookie(self) -> dict[str, str]:
        """As a page of ours would send it."""
        return {"Cookie": f"session={self.cookie}", "Origin": self.server.url}

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation; an error fails the test."""
        body = {"query": query, "variables": variables}
        answer = await self._http.post("/graphql", json=body, headers=self.with_token)
        found = answer.json()
        assert "errors" not in found, found
        data: dict[str, Any] = found["data"]
        return data

    async def send(self, to: "Client", note: str | None = None) -> str:
        """Ask to connect; the request's id."""
        sent = (await self.ask(SEND, to=to.id, note=note))["sendConnectionRequest"]
        assert sent["userErrors"] == [], sent
        return str(sent["request"]["id"])

    async def accept(self, request: str) -> None:
        """Accept a request."""
        done = (await self.ask(ACCEPT, id=request))["acceptConnectionRequest"]
        assert done["userErrors"] == [], done

    async def withdraw(self, request: str) -> None:
        """Withdraw a request."""
        done = (await self.ask(WITHDRAW, id=request))["withdrawConnectionRequest"]
        assert done["userErrors"] == [], done

    def get(self, path: str, **headers: str) -> Any:
        """A page's answer, streamed: `async with client.get("/live") as answer`."""
        return self._http.stream(
            "GET", path, headers={"Cookie": f"session={self.cookie}", **headers}
        )

    def sse(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """GraphQL over SSE."""
        return self._http.stream(
            "POST",
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Accept": "text/event-stream", **(headers or self.with_token)},
            timeout=httpx.Timeout(PATIENCE, read=3 * PATIENCE),  # a comment comes every 15 s
        )


async def client(
    server: Server, handle: str, scopes: frozenset[Scope] = GRANTABLE, **columns: object
) -> Client:
    """A new member with a token and a session, made in the database that the test has open."""
    key = await person(handle, **columns)
    _, bearer = await token.create(key, "A program", sorted(scopes), None)
    return Client(server, key, bearer, await session.open_session(key, "Firefox on Linux"))


class Closed(Exception):
    """The server closed the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """One socket that speaks graphql-transport-ws."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._number = 0

    async def send(self, frame: object) -> None:
        """Any frame; text and bytes as they are."""
        raw = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        await self.connection.send(raw)

    async def receive(self, within: float = PATIENCE) -> dict[str, Any]:
        """The next frame. Raises Closed."""
        try:
            async with asyncio.timeout(within):
                found: dict[str, Any] = json.loads(await self.connection.recv())
                return found
        except websockets.ConnectionClosed as error:
            raise Closed(error.rcvd.code if error.rcvd else CUT) from None

    async def init(self, bearer: str | None = None) -> None:
        """connection_init, and its ack."""
        payload = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
        await self.send({"type": "connection_init", "payload": payload})
        frame = await self.receive()
        assert frame["type"] == "connection_ack", frame

    async def start(self, query: str, **variables: Any) -> str:
        """Start an operation; its id."""
        self._number += 1
        name = str(self._number)
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": name, "payload": payload})
        return name

    async def next(self, within: float = PATIENCE) -> dict[str, Any]:
        """The data of the next result, whichever operation's."""
        frame = await self.receive(within)
        assert frame["type"] == "next", frame
        assert "errors" not in frame["payload"], frame
        data: dict[str, Any] = frame["payload"]["data"]
        return data

    async def closed(self, within: float = PATIENCE) -> int:
        """Wait until the server closes; the code."""
        with contextlib.suppress(StopAsyncIteration):
            try:
                async with asyncio.timeout(within):
                    while True:
                        await self.receive(within)
            except Closed as error:
                return error.code
        raise AssertionError("unreachable")


@contextlib.asynccontextmanager
async def socket(
    server: Server, headers: dict[str, str] | None = None, protocol: str = PROTOCOL
) -> AsyncIterator[Socket]:
    """An open socket, not yet initialised."""
    async with websockets.connect(
        server.socket_url,
        subprotocols=[websockets.Subprotocol(protocol)],
        additional_headers=headers,
        close_timeout=2,
        proxy=None,
    ) as connection:
        yield Socket(connection)


async def messages(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The messages of an SSE answer: event, id and data, comments left out."""
    message: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line and message:
            yield message
            message = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            message[name] = f"{message[name]}\n{value}" if name in message else value
