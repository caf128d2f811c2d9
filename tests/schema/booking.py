"""Short forms of what tests of the contact book do all the time."""

from typing import Any

from models import ids
from tests.schema.acts import ERRORS
from tests.schema.conftest import Ask

SIDE = """id howMet metEvent metPlace metOn through { handle } muted tags { name } lastContactAt
  remindAt remindEveryWeeks notes(first: 5) { nodes { id kind text } }"""
PAYLOADS = {
    "createTag": "tag { id name contactCount }",
    "renameTag": "tag { id name contactCount }",
    "deleteTag": "tag { id name contactCount }",
    "addContactNote": f"note {{ id kind text place happenedAt }} relationship {{ {SIDE} }}",
    "updateContactNote": f"note {{ id kind text place happenedAt }} relationship {{ {SIDE} }}",
    "removeContactNote": f"note {{ id }} relationship {{ {SIDE} }}",
    "updateContact": f"relationship {{ {SIDE} }}",
    "setReminder": f"relationship {{ {SIDE} }}",
    "clearReminder": f"relationship {{ {SIDE} }}",
    "saveFilter": "savedFilter { id name sort filter { search tags { name } noContactDays } }",
    "deleteFilter": "savedFilter { id name }",
}
KINDS = {
    "untagConnections": "TagConnectionsInput",
    "muteConnections": "ContactsInput",
    "unmuteConnections": "ContactsInput",
    "removeConnections": "ContactsInput",
    "undoRemoveConnections": "ContactsInput",
}


async def do(ask: Ask, who: int, name: str, /, **given: Any) -> dict[str, Any]:
    """The payload of a mutation on the book."""
    kind = KINDS.get(name, name[0].upper() + name[1:] + "Input")
    result = PAYLOADS.get(name, f"relationships {{ {SIDE} }}")
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {result} {ERRORS} }} }}"
    payload: dict[str, Any] = (await ask(who, query, input=given))[name]
    return payload


async def did(ask: Ask, who: int, name: str, /, **given: Any) -> dict[str, Any]:
    """The payload of one that must succeed."""
    payload = await do(ask, who, name, **given)
    assert payload["userErrors"] == [], payload
    return payload


async def side_of(ask: Ask, who: int, other: int) -> str:
    """The id of one's side of a connection."""
    query = "query ($id: ID!) { node(id: $id) { ... on Member { relationship { id } } } }"
    found = await ask(who, query, id=ids.encode(ids.MEMBER, other))
    return str(found["node"]["relationship"]["id"])


async def tag_named(ask: Ask, who: int, name: str) -> str:
    """The id of a new tag."""
    return str((await did(ask, who, "createTag", name=name))["tag"]["id"])
