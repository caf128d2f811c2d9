"""The endpoint: Strawberry's view, with each module of this package in its place."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException, StarletteRequestAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema import schema
from schema.context import BadCredentials, Context, authenticate
from schema.errors import UNAVAILABLE, coded
from web.graphql import accept, answer, body, sse
from web.graphql.handler import Handler
from web.graphql.socket import Adapter
from web.sessions import COOKIE
from web.settings import settings

INIT_SECONDS = 10
FORBIDDEN = 4403


class RequestAdapter(StarletteRequestAdapter):
    """Strawberry's look at a request, and the request itself."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.request = request


class Endpoint(GraphQL[Context, None]):
    """/graphql."""

    request_adapter_class = RequestAdapter
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
        """Answer, with every failure as the specifications have it."""
        if scope["type"] == "websocket":
            try:
                await self.run(WebSocket(scope, receive, send))
            except asyncio.CancelledError:
                if not asyncio.current_task().uncancel():  # type: ignore[union-attr]
                    return  # the adapter gave the socket up
                raise
            return
        request = Request(scope, receive)
        context = _credentials(request)
        response = answer.finish(await self._answer(request, context), context)
        await response(scope, receive, send)

    async def _answer(self, request: Request, context: Context) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": answer.ALLOW})
        kind = accept.best(", ".join(request.headers.getlist("accept")))
        request.state.kind, request.state.context = kind, context
        try:
            body.check_method(request, kind)
            return await self.run(request, context=context)
        except answer.Refused as refused:
            return answer.of_refusal(refused, kind)
        except HTTPException as error:
            return answer.of_refusal(answer.Refused(error.status_code, error.reason), kind)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """The credentials of a handshake."""
        context = _credentials(request)
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
            async with asyncio.timeout(settings().patience_seconds):
                context.entered = await authenticate(context)
        except BadCredentials:
            raise ConnectionRejectionError from None
        return await super().on_ws_connect(context)

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        """The operation. Raises Refused for any request that has none."""
        return await body.read(request.request, request.request.state.kind)

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ARG002
        """No: the explorer is a page of its own."""
        return False

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries the wanted media type to where the answer is made."""
        sub_response = await super().get_sub_response(request)
        sub_response.media_type = request.state.kind
        return sub_response

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Not for ever: an exhausted pool has no time limit of its own."""
        try:
            async with asyncio.timeout(settings().patience_seconds):
                return await super().execute_single(*args, **kwargs)
        except TimeoutError:
            error = coded("The service is not available at the moment.", UNAVAILABLE)
            return PreExecutionError(data=None, errors=[error])

    async def process_result(self, request: Any, result: Any) -> Any:
        """What failed before execution has no `data`, not even null."""
        found = await super().process_result(request, result)
        if isinstance(result, PreExecutionError):
            return {key: value for key, value in found.items() if key != "data"}
        return found

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer, in the form the client asked for."""
        return answer.of_result(response_data, sub_response.media_type)

    async def _create_streaming_response(
        self,
        request: Any,
        result: Any,
        protocol: Any,  # noqa: ARG002
        sub_response: Any,  # noqa: ARG002
    ) -> Response:
        async def as_data(value: Any) -> Any:
            return await self.process_result(request, value)

        return sse.stream(result, as_data, request.state.context.request_id)

    def decode_json(self, data: str | bytes) -> object:
        """Parse a frame."""
        return body.decode(data)

    def encode_json(self, data: object) -> str:
        """Text, since sockets need text frames."""
        return orjson.dumps(data).decode()


def _credentials(request: Request | WebSocket) -> Context:
    context = Context(host=request.client.host if request.client else "-")
    header = request.headers.get("authorization")
    if header is not None:
        context.bearer = _bearer(header)
    elif request.scope.get("cookie_counts"):
        context.cookie = request.cookies.get(COOKIE)
    return context


def _bearer(header: str) -> str:
    """The token of an Authorization header; anything else stands for no valid token."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
