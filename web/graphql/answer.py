"""What an answer looks like from outside: its status, media type and headers, decided here alone.

As shipped, Strawberry answers 200 as application/json to everything it could read, text to the
rest, and gives a failure before execution a `data` that the specification forbids.

The draft of GraphQL over HTTP asks for 422 where a document is not valid; the audits that servers
are judged by ask for 400. See docs/decisions/0009.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from schema.context import Context
from schema.errors import BAD_REQUEST
from web.errors import STATUS
from web.graphql.accept import JSON, STRICT
from web.settings import settings

ALLOW = "POST, OPTIONS"
PARTIAL = 294
TOO_MANY = 429
HEADERS = {
    # Tokens travel in a header, never in a cookie, so any page may ask in its user's name.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "authorization, content-type, accept",
    "Access-Control-Max-Age": "86400",
    "Access-Control-Expose-Headers": "RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate",
    "Cache-Control": "no-store",
}


class Refused(Exception):
    """The request is none that can be run; answered with the status and the reason."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def of_result(result: Mapping[str, Any], kind: str | None) -> Response:
    """The answer to an operation that could be read."""
    status = _status(result)
    if kind != STRICT and status != TOO_MANY:  # that was refused before it was an operation
        status = 200
    headers = _too_narrow(result) if status == 403 else None
    return Response(orjson.dumps(result), status, headers, media_type=_with_charset(kind))


def _too_narrow(result: Mapping[str, Any]) -> Mapping[str, str]:
    missing = " ".join(result["errors"][0]["extensions"].get("missing", ()))
    return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{missing}"'}


def of_refusal(refused: Refused, kind: str | None) -> Response:
    """The answer to a request that is none."""
    error = {"message": refused.reason, "extensions": {"code": BAD_REQUEST}}
    body = orjson.dumps({"errors": [error]})
    return Response(body, refused.status, refused.headers, media_type=_with_charset(kind))


def finish(response: Response, context: Context | None) -> Response:
    """Give an answer of any kind the headers they all carry."""
    for name, value in {**HEADERS, **_allowance(response.status_code, context)}.items():
        response.headers.setdefault(name, value)
    if response.status_code == 401:  # RFC 6750, 3; no token at all is not a wrong one
        given = context is not None and context.bearer is not None
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if given else "Bearer"
    return response


def _allowance(status: int, context: Context | None) -> Mapping[str, str]:
    """How the asker stands, in the fields of draft-ietf-httpapi-ratelimit-headers."""
    account = context.account if context is not None else None
    if account is None or account.standing is None:
        return {}
    standing = account.standing
    headers = {
        "RateLimit-Policy": ", ".join(
            f'"{each.policy}";q={each.limit};w={settings().api_window_seconds}'
            for each in account.buckets
        ),
        "RateLimit": f'"{standing.policy}";r={standing.remaining};t={standing.reset_after}',
    }
    if status == TOO_MANY and account.refused:
        headers["Retry-After"] = str(standing.reset_after)
    return headers


def _status(result: Mapping[str, Any]) -> int:
    if "data" in result:
        return PARTIAL if result.get("errors") else 200
    code = result["errors"][0].get("extensions", {}).get("code")
    return STATUS.get(code, 400)


def _with_charset(kind: str | None) -> str:
    return f"{STRICT if kind == STRICT else JSON}; charset=utf-8"
