"""Events about messages."""

from typing import Annotated, Any

import strawberry

from models import ids, sql
from schema.conversation import Conversation, conversation_by_key
from schema.event_base import MEMBER, MEMBER_ID, Event, Person
from schema.message import Message, message_by_key
from schema.node import later, public_id

Written = Annotated["Message", strawberry.lazy("schema.message")]
Thread = Annotated["Conversation", strawberry.lazy("schema.conversation")]


@strawberry.interface(description="An event about a message.")
class MessageEvent(Event):
    """What every event about a message has."""

    message_id: strawberry.ID = strawberry.field(
        description="The message's id; stays when the receiver has deleted it."
    )
    conversation_id: strawberry.ID = strawberry.field(
        description="The receiver's conversation it is in."
    )
    message: Written | None = strawberry.field(
        description="The message as it is now; null when the receiver has deleted it."
    )
    conversation: Thread | None = strawberry.field(
        description="The receiver's conversation as it is now. Where it is `muted` or `filtered` "
        "they want to be left alone with it."
    )
    member_id: strawberry.ID = MEMBER_ID
    member: Person | None = MEMBER


@strawberry.type(description="The receiver wrote to somebody.")
class MessageSent(MessageEvent):
    """To the sender."""


@strawberry.type(
    description="Somebody wrote to the receiver; `conversation.state` tells a message request."
)
class MessageReceived(MessageEvent):
    """To the recipient."""


@strawberry.type(description="The receiver or the other changed the words of a message of theirs.")
class MessageEdited(MessageEvent):
    """To both."""


@strawberry.type(
    description="A conversation was read, up to a message: by the receiver, for their other pages; "
    "or by the other, where both show each other how far they read."
)
class MessagesRead(MessageEvent):
    """To the reader, and to the other where both show it."""

    member_id: strawberry.ID = strawberry.field(
        description="Who read it: the receiver, or the other."
    )
    member: Person | None = strawberry.field(
        description="Who read it, as the receiver sees them now; null when they no longer may."
    )


@strawberry.type(
    description="A message request was accepted: both may write from now on. To who asked and to "
    "who accepted. Where an answer accepted it, that is MessageReceived alone."
)
class MessageRequestAccepted(MessageEvent):
    """To both; the message is the one that asked."""


MESSAGE_EVENTS: dict[str, Any] = {
    "MESSAGE_SENT": MessageSent,
    "MESSAGE_RECEIVED": MessageReceived,
    "MESSAGE_EDITED": MessageEdited,
    "MESSAGES_READ": MessagesRead,
    "MESSAGE_REQUEST_ACCEPTED": MessageRequestAccepted,
}


def about_message(row: sql.Row) -> dict[str, Any]:
    """What an event about a message has besides, from its row."""
    key, side = row["subject_id"], row["relationship_id"]
    return {
        "message_id": public_id(ids.MESSAGE, key),
        "message": later(lambda: message_by_key(key)),
        "conversation_id": public_id(ids.CONVERSATION, side),
        "conversation": later(lambda: conversation_by_key(side)),
    }
