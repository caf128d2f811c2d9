"""What is asked of each contender, and its answers brought into one shape."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from bench.client import request

FIRST = 20
_PERSON = "id handle name headline organisation"
_INBOX = f"""query BenchInbox($first: Int!) {{ viewer {{ receivedRequests(first: $first) {{
  nodes {{ id basis note sentAt sender {{ {_PERSON} mutualCount }} }}
  pageInfo {{ hasNextPage endCursor }} }} }} }}"""
_CONNECTIONS = f"""query BenchConnections($first: Int!) {{ viewer {{ connections(first: $first) {{
  totalCount edges {{ connectedAt node {{ {_PERSON} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }} }}"""
_SEND = """mutation BenchSend($input: SendConnectionRequestInput!) {
  sendConnectionRequest(input: $input) {
    request { id state recipientName sentAt expiresAt } userErrors { field message code } } }"""
_ACCEPT = """mutation BenchAccept($input: AcceptConnectionRequestInput!) {
  acceptConnectionRequest(input: $input) {
    request { id state } relationship { id since } userErrors { field message code } } }"""
WITHDRAW = """mutation BenchWithdraw($input: WithdrawConnectionRequestInput!) {
  withdrawConnectionRequest(input: $input) { request { id } userErrors { code } } }"""
EVENTS = """subscription BenchEvents { events { __typename cursor occurredAt
  ... on RequestSent { requestId memberId } ... on RequestReceived { requestId memberId } } }"""


class Send(NamedTuple):
    """A member to ask another."""

    token: str
    recipient: str
    basis: str = "WORKED_TOGETHER"
    note: str = "We built the footbridge in Porto together, and I never had your address."


class Accept(NamedTuple):
    """A member to accept a request."""

    token: str
    request: str


def _graphql(token: str, query: str, **variables: object) -> bytes:
    body = orjson.dumps({"query": query, "variables": variables})
    return request("POST", "/graphql", token, body)


class Contender(NamedTuple):
    """How to ask for the four operations, whether an answer is good, and what it says."""

    inbox: Callable[[str], bytes]
    connections: Callable[[str], bytes]
    send: Callable[[Send], bytes]
    accept: Callable[[Accept], bytes]
    good: Callable[[bytes], bool]
    says: Callable[[bytes], Any]


def _floor_send(what: Send) -> bytes:
    body = orjson.dumps({"recipientId": what.recipient, "basis": what.basis, "note": what.note})
    return request("POST", "/send", what.token, body)


FLOOR = Contender(
    inbox=lambda token: request("GET", f"/inbox?first={FIRST}", token),
    connections=lambda token: request("GET", f"/connections?first={FIRST}", token),
    send=_floor_send,
    accept=lambda what: request(
        "POST", "/accept", what.token, orjson.dumps({"requestId": what.request})
    ),
    good=lambda body: b'"error":' not in body,
    says=orjson.loads,
)


def mutual_send(what: Send) -> bytes:
    """sendConnectionRequest over HTTP."""
    given = {"recipientId": what.recipient, "basis": what.basis, "note": what.note}
    return _graphql(what.token, _SEND, input=given)


def _mutual_good(body: bytes) -> bool:
    # GraphQL answers 200 to failures as well: errors, or userErrors that are not empty.
    return b'"errors":' not in body and (b'"userErrors":' not in body or _NO_ERRORS in body)


_NO_ERRORS = b'"userErrors":[]'


def _mutual_says(body: bytes) -> Any:
    data = orjson.loads(body)["data"]
    if "viewer" in data:
        [(name, page)] = data["viewer"].items()
        said = {**page["pageInfo"]}
        if name == "receivedRequests":
            return {"rows": page["nodes"], **said}
        rows = [{"connectedAt": e["connectedAt"], **e["node"]} for e in page["edges"]]
        return {"totalCount": page["totalCount"], "rows": rows, **said}
    [payload] = data.values()
    side = payload.get("relationship")
    tied = {"relationshipId": side["id"], "since": side["since"]} if side else {}
    return {**payload["request"], **tied}


MUTUAL = Contender(
    inbox=lambda token: _graphql(token, _INBOX, first=FIRST),
    connections=lambda token: _graphql(token, _CONNECTIONS, first=FIRST),
    send=mutual_send,
    accept=lambda what: _graphql(what.token, _ACCEPT, input={"requestId": what.request}),
    good=_mutual_good,
    says=_mutual_says,
)
CONTENDERS = {"floor": FLOOR, "mutual": MUTUAL}


def withdraw(token: str, request_id: str) -> bytes:
    """withdrawConnectionRequest over HTTP."""
    return _graphql(token, WITHDRAW, input={"requestId": request_id})
