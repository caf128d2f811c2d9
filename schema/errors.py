"""Top-level errors: every one has a code, clients' mistakes are explained, ours are masked."""

import asyncio
import logging

import asyncpg
from graphql import GraphQLError
from tortoise.exceptions import DBConnectionError, OperationalError

from models.event import CursorExpired
from models.paging import BadPage
from models.unit import Faster

log = logging.getLogger("mutual.schema")

UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN_SCOPE = "FORBIDDEN_SCOPE"
BAD_REQUEST = "BAD_REQUEST"
COST_EXCEEDED = "COST_EXCEEDED"
RATE_LIMITED = "RATE_LIMITED"
TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
CURSOR_EXPIRED = "CURSOR_EXPIRED"
UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL"

# Every code of a top-level error, with what it says to a client.
CODES: dict[str, str] = {
    UNAUTHENTICATED: "The token is not valid, has expired or was revoked; or nobody is signed in "
    "and the operation needs somebody. Trying again does not help.",
    FORBIDDEN_SCOPE: "The token lacks the scopes listed in `missing`. The operation was not run.",
    BAD_REQUEST: "The request, the document or its variables are wrong; `message` says where. "
    "Trying again does not help.",
    COST_EXCEEDED: "The document, its variables or the operation are over a limit that holds for "
    "each alone: ask for less at once. Trying again does not help.",
    RATE_LIMITED: "The allowance of points is used up. Try again after `retryAfter` seconds, at "
    "`resetAt`. The operation was not run.",
    TOO_MANY_SUBSCRIPTIONS: "The socket, token or member has as many subscriptions open as it "
    "may. Complete one first.",
    CURSOR_EXPIRED: "Events after this cursor are no longer kept: read the lists anew and go on "
    "from `viewer.eventCursor`.",
    UNAVAILABLE: "The service is not available at the moment. Try again, each time later. "
    "`requestId` is in our log.",
    INTERNAL: "Our fault, and masked; `requestId` is in our log. A mutation may or may not have "
    "been carried out: give a `clientMutationKey` and repeat it.",
}

_AWAY = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection the server ended while it was idle
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.TooManyConnectionsError,
    DBConnectionError,
    Faster,  # others were faster three times: busy, not broken
)


def coded(message: str, code: str, **extensions: object) -> GraphQLError:
    """An error of ours that is meant to be read."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def unauthenticated() -> GraphQLError:
    """Nobody is signed in, or the token is not valid."""
    return coded("Sign in, or send a valid bearer token.", UNAUTHENTICATED)


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached."""
    if isinstance(error, OperationalError):  # SQLite: the file is locked, gone or unreadable
        return any(word in str(error) for word in ("locked", "unable to open", "disk I/O"))
    return isinstance(error, _AWAY)


def public(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error as the client gets it."""
    if error.extensions and "code" in error.extensions:
        return error
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, BadPage):
        return _copy(error, str(cause), {"code": BAD_REQUEST})
    if isinstance(cause, CursorExpired):
        return _copy(
            error, "Events after this cursor are no longer kept.", {"code": CURSOR_EXPIRED}
        )
    if cause is None or isinstance(cause, GraphQLError):
        # graphql-core's own: parse, validation, coercion of variables.
        return _copy(error, error.message, {"code": BAD_REQUEST})
    if is_away(cause):
        return _copy(
            error,
            "The service is not available at the moment. Please try again.",
            {"code": UNAVAILABLE, "requestId": request_id},
        )
    return _copy(
        error,
        f"Something went wrong on our side. It is in the log as {request_id}.",
        {"code": INTERNAL, "requestId": request_id},
    )


def _copy(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def report(error: GraphQLError, request_id: str) -> None:
    """Log what is our fault, with its traceback; a client's mistake only when debugging."""
    code = (public(error, request_id).extensions or {}).get("code")
    cause = error.original_error or error
    if code == INTERNAL:
        log.error("request %s failed at %s", request_id, error.path, exc_info=cause)
    elif code == UNAVAILABLE:
        log.warning("request %s: database away: %r", request_id, cause)
    else:
        log.debug("request %s: %s", request_id, error.message)
