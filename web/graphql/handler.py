"""graphql-transport-ws: the course of a connection and of its operations.

As shipped, Strawberry's handler
- answers a ping without its payload;
- closes the socket because of a document that cannot be parsed: the protocol has `error` for it;
- says `complete` of an operation that crashed;
- sends results of an operation that its client has completed, and forgets the id of the next one
  that took the name;
- counts only operations whose client has not completed them: a flood of `subscribe` and
  `complete` has no bound;
- refuses the operation over the limit with an error that has no code;
- cuts the socket with 1006 when credentials cannot be looked up;
- keeps a socket without a subscription open after its credentials have ended.
"""

import asyncio
import contextlib
import logging
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from schema import errors, lasting
from schema.context import Context
from web.graphql.frames import fault_of

# Codes of RFC 6455's registry; clients come back after the first and not after the second.
TRY_AGAIN = 1013
BROKEN = 1011
# A database that is away is asked again after this.
RETRY_SECONDS = 5

log = logging.getLogger("mutual.web")


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.running: set[asyncio.Task[Any]] = set()
        self.watching: asyncio.Task[None] | None = None

    async def handle_message(self, message: Any) -> None:
        """One frame."""
        fault = fault_of(message)
        if fault is not None:
            await self.handle_invalid_message(fault)
            return
        if message["type"] == "connection_init" and message.get("payload") is None:
            message = {**message, "payload": {}}
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Greet, or say why not."""
        try:
            await super().handle_connection_init(message)
            if self.connection_acknowledged and self.watching is None:
                self.watching = asyncio.create_task(self._end_with_credentials())
        except WebSocketDisconnected:
            raise
        except Exception as error:
            if errors.is_away(error):
                log.warning("socket %s: database away: %r", self.context.request_id, error)
                await self.websocket.close(TRY_AGAIN, "The service is not available")
            else:
                log.exception("socket %s failed to begin", self.context.request_id)
                await self.websocket.close(BROKEN, f"In the log as {self.context.request_id}")

    async def _end_with_credentials(self) -> None:
        """Close the socket when its token, session or member has ended."""
        viewer = self.context.entered
        if viewer is None:
            return
        while True:
            try:
                await lasting.until_ended(self.context, viewer)
            except Exception as error:
                log.warning("socket %s: cannot look up: %r", self.context.request_id, error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                break
        with contextlib.suppress(Exception):  # gone in this moment
            if self.context.close is not None:
                await self.context.close()

    async def handle_ping(self, message: Any) -> None:
        """A pong with what the ping brought."""
        payload = message.get("payload")
        pong = {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
        await self.send_message(pong)  # type: ignore[arg-type]

    async def handle_subscribe(self, message: Any) -> None:
        """Start an operation, if there is room for it."""
        name = message["id"]
        most = self.max_subscriptions_per_connection or 0
        is_new = self.connection_acknowledged and name not in self.operations
        if is_new and len(self.running) >= most:
            error = errors.coded(
                f"A socket may have {most} operations at once.", errors.TOO_MANY_SUBSCRIPTIONS
            )
            await self.send_message({"id": name, "type": "error", "payload": [error.formatted]})
            return
        await super().handle_subscribe(message)
        started = self.operations.get(name)
        if started is not None and started.task is not None:
            self.running.add(started.task)
            started.task.add_done_callback(self.running.discard)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Send what an operation yields, and how it ends."""
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self.context,
                root_value=self.root_value,
                operation_name=operation.operation_name,
            )
            async with aclosing(results):
                await self._send_result_stream(operation, results)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            return  # gone before its answer
        except Exception as error:
            report = self.context.request_id
            log.exception("request %s failed on its socket", report)
            masked = errors.public(GraphQLError("", original_error=error), report)
            with contextlib.suppress(WebSocketDisconnected):
                await operation.send_initial_errors([masked])

    async def cleanup_operation(self, operation_id: str) -> None:
        """The client has completed it: nothing more is said of it."""
        operation = self.operations.get(operation_id)
        if operation is not None:
            operation.completed = True
        await super().cleanup_operation(operation_id)

    async def shutdown(self) -> None:
        """End with everything that was started, also what its client has completed."""
        if self.watching is not None:
            self.watching.cancel()
        await super().shutdown()
        for task in list(self.running):
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await task

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004
        return None
