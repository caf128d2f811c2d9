"""Short forms of what tests of the schema do all the time."""

from typing import Any

from models import ids
from tests.schema.conftest import Ask

REQUEST = """id direction state basis note replyBasis replyNote sender { handle }
  recipient { handle } recipientName recipientHandle sentAt expiresAt changedAt nudgedAt
  nudgeableAt declineReason declineTold undoableUntil"""
SIDE = "id member { handle } since request { id } listed endedAt undoableUntil"
ERRORS = "userErrors { field message code }"

SEND = f"""mutation ($input: SendConnectionRequestInput!) {{
  sendConnectionRequest(input: $input) {{ request {{ {REQUEST} }} {ERRORS} }} }}"""


def mem(key: int) -> str:
    return ids.encode(ids.MEMBER, key)


async def send(ask: Ask, one: int, two: int, **given: Any) -> dict[str, Any]:
    """The payload of asking to connect."""
    wanted = {"recipientId": mem(two), "basis": "OTHER", **given}
    payload: dict[str, Any] = (await ask(one, SEND, input=wanted))["sendConnectionRequest"]
    return payload


async def sent(ask: Ask, one: int, two: int, **given: Any) -> str:
    """Ask to connect; the request's id."""
    payload = await send(ask, one, two, **given)
    assert payload["userErrors"] == [], payload
    return str(payload["request"]["id"])


async def act(ask: Ask, who: int, name: str, request: str, **more: Any) -> dict[str, Any]:
    """The payload of `name`ConnectionRequest."""
    field = f"{name}ConnectionRequest"
    kind = field[0].upper() + field[1:] + "Input"
    query = f"""mutation ($input: {kind}!) {{ {field}(input: $input) {{
      request {{ {REQUEST} }} {ERRORS} }} }}"""
    payload: dict[str, Any] = (await ask(who, query, input={"requestId": request, **more}))[field]
    return payload


async def done(ask: Ask, who: int, name: str, request: str, **more: Any) -> dict[str, Any]:
    """An act that must succeed; the request afterwards."""
    payload = await act(ask, who, name, request, **more)
    assert payload["userErrors"] == [], payload
    found: dict[str, Any] = payload["request"]
    return found


async def end(ask: Ask, who: int, name: str, side: str) -> dict[str, Any]:
    """The payload of removeConnection or undoRemoveConnection."""
    kind = name[0].upper() + name[1:] + "Input"
    query = f"""mutation ($input: {kind}!) {{ {name}(input: $input) {{
      relationship {{ {SIDE} }} {ERRORS} }} }}"""
    payload: dict[str, Any] = (await ask(who, query, input={"relationshipId": side}))[name]
    return payload


async def connect(ask: Ask, one: int, two: int) -> str:
    """Connect two members; the id of the first one's side."""
    await done(ask, two, "accept", await sent(ask, one, two))
    handle = "query ($id: ID!) { node(id: $id) { ... on Member { relationship { id } } } }"
    return str((await ask(one, handle, id=mem(two)))["node"]["relationship"]["id"])


def codes(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["userErrors"]]


def code(result: dict[str, Any]) -> str:
    """The code of the only top-level error."""
    [error] = result["errors"]
    return str(error["extensions"]["code"])
