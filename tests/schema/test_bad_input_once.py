"""Bad input to all that opens once two are connected: every field of every mutation on messages,
updates and notifications. Each is refused with a code, and nothing is written.
"""

import re
from collections.abc import Iterator
from typing import Any

from models import ids, sql
from schema import schema
from tests.models.acts import connect
from tests.people import all_there_is, people
from tests.schema.acts import mem
from tests.schema.conftest import Ask
from tests.schema.messaging import written
from tests.schema.posting import did, posted

TEXTS = {
    "nothing": "",
    "blank": " \n\t\u200b ",
    "100 kB": "x" * 100_000,
    "a bell": "a\x07b",
    "NUL": "a\x00b",
    "half a character": "a\ud800b",
    "text that turns": "a\u202eb",
}
KEYS = {
    "nothing": "",
    "a word": "x",
    "another's kind": "ses_0000000000000",
    "nobody's": None,
    "100 kB": "m" * 100_000,
    "NUL": "msg_\x00",
}
NUMBERS = {"below": -1, "above": 1440, "far above": 2**31 - 1}
MOMENTS = {"no moment": "yesterday", "far away": "10000-01-01T00:00:00Z", "empty": ""}
# What wrong texts are told; all that cannot be shown is TEXT_INVALID.
CODES = {"nothing": "REQUIRED", "blank": "REQUIRED", "100 kB": "TOO_LONG"}
# Without a link is as well.
A_WISH = {("postUpdate", "link", "nothing"), ("editUpdate", "link", "nothing")}


async def world(ask: Ask) -> dict[str, dict[str, Any]]:
    """Every mutation, with input that would be taken."""
    ada, grace = await people("ada", "grace")
    await connect(ada, grace)
    message = await written(ask, ada, grace, "Hello")
    await written(ask, grace, ada, "Hello yourself")
    update = await posted(ask, ada, "Something new")
    reply = await did(ask, grace, "replyToUpdate", updateId=update, text="Well said")
    theirs = await posted(ask, grace, "Something else")
    conversation, other = {"conversationId": message["conversationId"]}, {"memberId": mem(grace)}
    return {
        "sendMessage": {**other, "text": "Hello again", "clientMutationKey": "k1"},
        "editMessage": {"messageId": message["id"], "text": "Hello there"},
        "deleteMessage": {"messageId": message["id"]},
        "markConversationRead": {**conversation, "upTo": message["id"]},
        "muteConversation": conversation,
        "unmuteConversation": conversation,
        "archiveConversation": conversation,
        "unarchiveConversation": conversation,
        "deleteConversation": conversation,
        "acceptMessageRequest": conversation,
        "ignoreMessageRequest": conversation,
        "undoIgnoreMessageRequest": conversation,
        "postUpdate": {"text": "News", "link": "", "clientMutationKey": "k2"},
        "editUpdate": {"updateId": update, "text": "More news", "link": ""},
        "removeUpdate": {"updateId": update},
        "replyToUpdate": {"updateId": theirs, "text": "Well said"},
        "removeReply": {"replyId": reply["reply"]["id"]},
        "thankForUpdate": {"updateId": theirs},
        "takeBackThanks": {"updateId": theirs},
        "muteInFeed": other,
        "snoozeInFeed": other,
        "markFeedSeen": {"until": "2026-03-01T00:00:00Z"},
        "chooseQuietHours": {"timeZone": "Europe/Oslo", "from": 60, "until": 120},
        "releaseConnectionRequest": {"requestId": ids.encode(ids.REQUEST, 1)},
    }


def wrong(kind: str, good: Any) -> Iterator[tuple[str, Any]]:
    """Wrong values for a field of a type, by name."""
    if kind == "ID":
        prefix = str(good).partition("_")[0]
        yield from ((name, value or f"{prefix}_0000000000001") for name, value in KEYS.items())
    else:
        values = {"String": TEXTS, "Int": NUMBERS, "DateTime": MOMENTS}[kind]
        yield from values.items()


def input_of(types: str, mutation: str) -> dict[str, str]:
    """The types of the fields of a mutation's input, without their marks."""
    name = mutation[0].upper() + mutation[1:] + "Input"
    body = types.split(f"input {name} {{")[1].split("\n}")[0]
    return dict(re.findall(r"^  (\w+): (\w+)", body, re.MULTILINE))


def told(mutation: str, field: str, kind: str, name: str) -> str:
    """The code a wrong value must be refused with."""
    if kind == "ID":
        return "RECIPIENT_UNAVAILABLE" if mutation == "sendMessage" else "NOT_FOUND"
    if kind == "DateTime":
        return "BAD_REQUEST"
    if field == "clientMutationKey":
        return "INVALID" if name in ("nothing", "100 kB") else "TEXT_INVALID"
    if field == "link":
        return "TOO_LONG" if name == "100 kB" else "TEXT_INVALID"
    return CODES.get(name, "TEXT_INVALID") if field == "text" else "INVALID"


async def outcome(ask: Ask, who: int, name: str, given: dict[str, Any]) -> list[str]:
    """The codes an act is refused with; none where it was done."""
    kind = name[0].upper() + name[1:] + "Input"
    what = "userErrors { code field message }"
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {what} }} }}"
    found = await ask(who, query, errors=True, input=given)
    if found["errors"]:
        return [error["extensions"]["code"] for error in found["errors"]]
    errors = found["data"][name]["userErrors"]
    assert all(error["message"] and len(error["field"]) == 1 for error in errors), errors
    return [error["code"] for error in errors]


async def test_every_wrong_value_is_refused_and_writes_nothing(ask: Ask) -> None:
    good = await world(ask)
    [ada] = await sql.rows("SELECT id FROM member WHERE handle = 'ada'")
    types = schema.as_str()
    before = await all_there_is()
    for mutation, given in good.items():
        fields = input_of(types, mutation)
        for field in given:
            kind = fields[field]
            for name, value in wrong(kind, given[field]):
                if (mutation, field, name) in A_WISH:
                    continue
                found = await outcome(ask, ada["id"], mutation, {**given, field: value})
                assert found == [told(mutation, field, kind, name)], (mutation, field, name)
    assert await all_there_is() == before
