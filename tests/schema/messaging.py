"""Short forms of what tests of messages do all the time."""

from typing import Any

from models import ids
from tests.schema.acts import mem
from tests.schema.conftest import Ask

MESSAGE = """id conversationId mine senderName sender { handle } text selling sentAt editedAt
  editableUntil request { id note }"""
STANDING = "allowed code message until asRequest"
CONVERSATION = f"""id state member {{ handle }} memberName canWrite {{ {STANDING} }} unreadCount
  muted archived filtered lastAt lastMessage {{ {MESSAGE} }} readByOtherUpTo
  messages {{ nodes {{ {MESSAGE} }} }}"""
ERRORS = "userErrors { field code message until }"
FOLDERS = ("INBOX", "ARCHIVED", "REQUESTS", "IGNORED", "SELLING")


async def mutate(ask: Ask, who: int, name: str, what: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation."""
    kind = name[0].upper() + name[1:] + "Input"
    query = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {what} {ERRORS} }} }}"
    payload: dict[str, Any] = (await ask(who, query, input=given))[name]
    return payload


async def write(ask: Ask, who: int, to: int, text: str, **given: Any) -> dict[str, Any]:
    """The payload of sendMessage."""
    what = f"message {{ {MESSAGE} }} conversation {{ id }}"
    return await mutate(ask, who, "sendMessage", what, memberId=mem(to), text=text, **given)


async def written(ask: Ask, who: int, to: int, text: str, **given: Any) -> dict[str, Any]:
    """Write a message that must be taken; the message."""
    payload = await write(ask, who, to, text, **given)
    assert payload["userErrors"] == [], payload
    message: dict[str, Any] = payload["message"]
    return message


async def code(ask: Ask, who: int, to: int, text: str = "Again", **given: Any) -> str:
    """The code a message is refused with, or OK."""
    errors = (await write(ask, who, to, text, **given))["userErrors"]
    return str(errors[0]["code"]) if errors else "OK"


async def on(ask: Ask, who: int, name: str, conversation: str, **given: Any) -> dict[str, Any]:
    """An act on a conversation that must succeed; the conversation afterwards."""
    what = f"conversation {{ {CONVERSATION} }}"
    payload = await mutate(ask, who, name, what, conversationId=conversation, **given)
    assert payload["userErrors"] == [], payload
    found: dict[str, Any] = payload["conversation"]
    return found


async def folder(ask: Ask, who: int, name: str = "INBOX") -> list[dict[str, Any]]:
    """The conversations of a folder."""
    query = f"""query ($folder: ConversationFolder!) {{ viewer {{
      conversations(folder: $folder) {{ nodes {{ {CONVERSATION} }} }} }} }}"""
    found = (await ask(who, query, folder=name))["viewer"]["conversations"]["nodes"]
    return list(found)


async def counts(ask: Ask, who: int) -> tuple[int, int, int]:
    """Unread messages, message requests, unread notifications."""
    found = await ask(who, "{ viewer { unreadMessageCount messageRequestCount unreadCount } }")
    viewer = found["viewer"]
    return viewer["unreadMessageCount"], viewer["messageRequestCount"], viewer["unreadCount"]


async def found(ask: Ask, who: int, words: str, **given: Any) -> list[str]:
    """The texts of the messages a search finds."""
    document = """query ($words: String!, $conversation: ID) { viewer {
      searchMessages(query: $words, conversationId: $conversation) { nodes { text } } } }"""
    viewer = (await ask(who, document, words=words, **given))["viewer"]
    return [node["text"] for node in viewer["searchMessages"]["nodes"]]


def key_of(public: str) -> int:
    """The key in an id."""
    parts = ids.split(public)
    assert parts is not None
    return parts[1]
