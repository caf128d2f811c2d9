"""/graphql for everyone else: HTTP, GraphQL over SSE and graphql-transport-ws.

Strawberry's view with what it lacks here: credentials, coded errors for malformed bodies, streams
that end on shutdown, sockets that are closed when they do not drain.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException
from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema import schema
from schema.context import BadCredentials, Context, authenticate
from schema.errors import BAD_REQUEST, UNAVAILABLE, coded
from web.errors import STATUS
from web.sessions import COOKIE
from web.settings import settings

# With it a client asks for statuses; application/json has 200 for every operation that was read.
STRICT = "application/graphql-response+json"
INIT_SECONDS = 10
MAX_BODY = 256 * 1024
FORBIDDEN = 4403
CORS = {
    # Tokens travel in a header, never in a cookie, so any page may ask in its user's name.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, accept",
    "Access-Control-Max-Age": "86400",
}
PRIVATE = {"Cache-Control": "no-store"}


class Adapter(ASGIWebSocketAdapter):
    """Frames must be JSON objects, and a client that takes nothing for 30 s is let go."""

    reader: asyncio.Task[Any] | None = None

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """The client's messages."""
        self.reader = asyncio.current_task()
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not isinstance(message, dict):
                raise NonJsonMessageReceived
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, or give the socket up."""
        try:
            async with asyncio.timeout(settings().socket_drain_seconds):
                await super().send_json(message)
        except TimeoutError:
            if self.reader is not None:
                self.reader.cancel()
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        """Close once: a second close is an error of the server's."""
        if self.ws.application_state != WebSocketState.DISCONNECTED:
            await super().close(code, reason[:120])


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Answers frames of the wrong shape with 4400 instead of crashing on them."""

    async def handle_message(self, message: Any) -> None:
        """One frame."""
        payload = message.get("payload")
        shapes = {
            "subscribe": isinstance(message.get("id"), str)
            and isinstance(payload, dict)
            and isinstance(payload.get("query"), str)
            and isinstance(payload.get("variables"), dict | None)
            and isinstance(payload.get("operationName"), str | None),
            "complete": isinstance(message.get("id"), str),
            "connection_init": isinstance(payload, dict | None),
        }
        kind = message.get("type")
        if not shapes.get(kind, True) if isinstance(kind, str) else True:
            await self.handle_invalid_message("Malformed message")
            return
        if kind == "connection_init" and payload is None:
            message = {**message, "payload": {}}
        await super().handle_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log it. A client that was gone before its answer is no bug of ours."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)


class Endpoint(GraphQL[Context, None]):
    """The endpoint."""

    websocket_adapter_class = Adapter
    graphql_transport_ws_handler_class = Handler

    def __init__(self) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=settings().subscriptions_per_socket,
            # web/origin.py stands in front: a foreign socket comes without its cookie.
            allowed_origins=["*"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with every failure as GraphQL over HTTP has it."""
        if scope["type"] == "websocket":
            try:
                await self.run(WebSocket(scope, receive, send))
            except asyncio.CancelledError:
                if not asyncio.current_task().uncancel():  # type: ignore[union-attr]
                    return  # the adapter gave the socket up
                raise
            return
        response = await self._answer(Request(scope, receive))
        response.headers.update({**PRIVATE, **CORS})
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204)
        accepted = request.headers.get("accept", "")
        if request.method == "GET" and "text/event-stream" not in accepted:
            return _refusal(405, "Send operations by POST", {"Allow": "POST, OPTIONS"})
        try:
            response = await self.run(request)
        except HTTPException as error:
            return _refusal(error.status_code, error.reason)
        if STRICT in accepted and response.media_type == "application/json":
            response.headers["content-type"] = STRICT
            response.status_code = getattr(response, "strict_status", 200)
        return response

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """The credentials of a request or a handshake."""
        context = Context()
        header = request.headers.get("authorization")
        if header is not None:
            context.bearer = _bearer(header)
        elif request.scope.get("cookie_counts"):
            context.cookie = request.cookies.get(COOKIE)
        if isinstance(response, WebSocket):
            socket = response

            async def close() -> None:
                if socket.application_state != WebSocketState.DISCONNECTED:
                    await socket.close(FORBIDDEN, "Forbidden")

            context.close = close
        return context

    async def on_ws_connect(self, context: Context) -> Any:
        """connection_init: a bearer token in its payload wins over the cookie."""
        given = (context.connection_params or {}).get("authorization")
        if given is not None:
            context.bearer = _bearer(given if isinstance(given, str) else "")
        try:
            await authenticate(context)
        except BadCredentials:
            raise ConnectionRejectionError from None
        return await super().on_ws_connect(context)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Not for ever: an exhausted pool has no time limit of its own."""
        try:
            async with asyncio.timeout(settings().patience_seconds):
                return await super().execute_single(*args, **kwargs)
        except TimeoutError:
            error = coded("The service is not available at the moment.", UNAVAILABLE)
            return ExecutionResult(data=None, errors=[error])

    async def parse_http_body(self, request: Any) -> Any:
        """The operation. Raises 400 for any body that is none."""
        if request.method == "POST":
            if "application/json" not in (request.content_type or ""):
                raise HTTPException(415, "Send Content-Type: application/json")
            _check_body(self.parse_json(await request.get_body()))
        return await super().parse_http_body(request)

    async def process_result(self, request: Any, result: Any) -> Any:
        """What failed before execution has no `data`, not even null."""
        found = await super().process_result(request, result)
        if isinstance(result, PreExecutionError):
            return {key: value for key, value in found.items() if key != "data"}
        return found

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer, with the status it has where the client reads statuses."""
        response = super().create_response(response_data, sub_response)
        if "data" not in response_data:
            code = response_data["errors"][0].get("extensions", {}).get("code")
            response.strict_status = STATUS.get(code, 400)  # type: ignore[attr-defined]
        return response

    def decode_json(self, data: str | bytes) -> object:
        """Parse JSON; whatever is wrong with it is the client's mistake."""
        try:
            return orjson.loads(data)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from None

    def encode_json(self, data: object) -> str:
        """Text, since sockets need text frames."""
        return orjson.dumps(data).decode()

    async def create_streaming_response(
        self,
        request: Request | WebSocket,  # noqa: ARG002 - Strawberry passes them by name
        stream: Callable[[], AsyncIterator[str]],
        sub_response: Response,  # noqa: ARG002
        headers: Mapping[str, str],
    ) -> Response:
        """GraphQL over SSE in a response that ends at once when the server stops."""

        async def chunks() -> AsyncIterator[bytes]:
            async for text in stream():
                yield text.encode()

        kept = {k: v for k, v in headers.items() if k.lower() != "content-type"}
        return EventSourceResponse(
            chunks(), headers=kept, ping=15, send_timeout=settings().socket_drain_seconds
        )


def _bearer(header: str) -> str:
    """The token of an Authorization header; anything else stands for no valid token."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_body(body: object) -> None:
    """Raises 400 for anything but an operation with its variables."""
    if not isinstance(body, dict):
        raise HTTPException(400, "The body must be a JSON object")
    for name, kind, words in (
        ("query", str, "text"),
        ("variables", dict | None, "an object"),
        ("operationName", str | None, "text"),
        ("extensions", dict | None, "an object"),
    ):
        if not isinstance(body.get(name), kind):
            raise HTTPException(400, f"`{name}` must be {words}")


def _refusal(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    error = {"message": reason, "extensions": {"code": BAD_REQUEST}}
    return JSONResponse({"errors": [error]}, status, headers)
