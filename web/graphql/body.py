"""Reading an operation out of a request; whatever is wrong with it is a 4xx in words.

As shipped, Strawberry reads bodies without bound and takes any type with "application/json" in
it; bodies such as `null`, `7`, bytes that are not UTF-8, 5,000-digit integers and 50,000 nested
brackets end in a 500. Starlette's own bound answers in plain text, so /graphql keeps its own.
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from strawberry.http import GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type

from schema import library
from schema.limits import MAX_BODY as MAX_BODY
from web.graphql.accept import EVENTS, is_utf8
from web.graphql.answer import ALLOW, Refused

_SHAPES: tuple[tuple[str, Any, str], ...] = (
    ("query", str, "text"),
    ("variables", dict | None, "an object"),
    ("operationName", str | None, "text"),
    ("extensions", dict | None, "an object"),
)


def check_method(request: Request, kind: str | None) -> None:
    """POST; and GET for an EventSource, which can do no other. Raises Refused."""
    if request.method != "POST" and not (request.method == "GET" and kind == EVENTS):
        raise Refused(405, "Send operations by POST.", Allow=ALLOW)
    if kind is None:
        raise Refused(406, "Accept application/graphql-response+json or application/json.")


async def read(request: Request, kind: str | None) -> GraphQLRequestData:
    """The operation of a request. Raises Refused."""
    given = _of_address(request) if request.method == "GET" else await _of_body(request)
    for name, shape, words in _SHAPES:
        if not isinstance(given.get(name), shape):
            raise Refused(400, f"`{name}` must be {words}.")
    operation = GraphQLRequestData(
        query=given["query"],
        variables=given.get("variables"),
        operation_name=given.get("operationName"),
        extensions=given.get("extensions"),
        protocol="sse" if kind == EVENTS else "http",
    )
    if request.method == "GET" and _acts_or_asks(operation):
        raise Refused(405, "Only a subscription can be opened by GET.", Allow=ALLOW)
    return operation


def decode(data: str | bytes) -> object:
    """Parse JSON. Raises JSONDecodeError, whatever is wrong with it."""
    try:
        return orjson.loads(data)
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from None


async def _of_body(request: Request) -> Mapping[str, Any]:
    _check_headers(request)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused(413, f"The body may have {MAX_BODY} bytes.")
    try:
        found = decode(bytes(body))
    except json.JSONDecodeError as error:
        raise Refused(400, f"The body is not JSON in UTF-8: {error.msg}") from None
    if not isinstance(found, dict):
        raise Refused(400, "The body must be a JSON object.")
    return found


def _check_headers(request: Request) -> None:
    kind, parameters = parse_content_type(request.headers.get("content-type") or "-")
    if kind.lower() != "application/json" or not is_utf8(parameters):
        raise Refused(415, "Send Content-Type: application/json, in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "Send the body without a Content-Encoding.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise Refused(413, f"The body may have {MAX_BODY} bytes.")


def _of_address(request: Request) -> Mapping[str, Any]:
    """Parameters of a GET, where the empty text stands for nothing."""
    given: dict[str, Any] = {k: v for k, v in request.query_params.items() if v}
    for name in ("variables", "extensions"):
        if name in given:
            try:
                given[name] = decode(given[name])
            except json.JSONDecodeError as error:
                raise Refused(400, f"`{name}` is not JSON: {error.msg}") from None
    return given


def _acts_or_asks(operation: GraphQLRequestData) -> bool:
    """Whether it is a query or a mutation. One that cannot be read is told so where it is run."""
    try:
        prepared = library.prepare(operation.query or "")
        return prepared.operation(operation.operation_name).operation.value != "subscription"
    except Exception:
        return False
