"""Mutations on messages: one intention each, thin over models."""

from typing import Any

import strawberry

from models import ids, message_acts, message_send, sql
from models.message import LONGEST
from models.message_acts import gone
from models.token import Scope
from schema.context import asking, viewer_id
from schema.conversation import Conversation, conversation_by_key
from schema.message import Message, message_of
from schema.node import later
from schema.payload import USER_ERRORS, Input, UserError, attempt
from schema.scopes import needs

_WRITE = needs(Scope.MESSAGES_WRITE)
_TEXT = f"Plain text with line breaks, 1 to {LONGEST:,} characters."


@strawberry.input(description="A message to a member.")
class SendMessageInput:
    """Input of sendMessage."""

    member_id: strawberry.ID = strawberry.field(description="To whom.")
    text: str = strawberry.field(description=_TEXT)
    selling: bool = strawberry.field(
        default=False,
        description="Whether it sells something, or wants to: say so. Who has such messages put "
        "aside gets it there.",
    )
    client_mutation_key: str | None = strawberry.field(
        default=None,
        description="Any text of 1 to 100 characters. For 24 hours the same key with the same "
        "input gives the first message again, so a send can be retried safely.",
    )


@strawberry.input(description="New words for a message.")
class EditMessageInput:
    """Input of editMessage."""

    message_id: strawberry.ID = strawberry.field(description="A message of the viewer's.")
    text: str = strawberry.field(description=_TEXT)


@strawberry.input(description="A message to delete.")
class DeleteMessageInput:
    """Input of deleteMessage."""

    message_id: strawberry.ID = strawberry.field(
        description="A message of one of the viewer's conversations."
    )


@strawberry.type
class MessagePayload:
    """What payloads with a message share."""

    message: Message | None = strawberry.field(default=None, description="The message.")
    conversation: Conversation | None = strawberry.field(
        default=None, description="The viewer's conversation it is in."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="The message sent.")
class SendMessagePayload(MessagePayload):
    """sendMessage"""


@strawberry.type(description="The message as it now is.")
class EditMessagePayload(MessagePayload):
    """editMessage"""


@strawberry.type(description="The message deleted for the viewer.")
class DeleteMessagePayload:
    """deleteMessage"""

    message_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id it had for the viewer."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def _written(row: sql.Row) -> dict[str, Any]:
    asking().loaders.clear()
    side = row["s_id"]
    return {
        "message": message_of(row),
        "conversation": later(lambda: conversation_by_key(side)),
    }


def _key(given: strawberry.ID) -> int:
    key = ids.decode(ids.MESSAGE, given)
    if key is None:
        raise gone()
    return key


@strawberry.type
class MessageMutation:
    """Mutations."""

    @strawberry.mutation(
        description="Write to a connection, or, where `Member.canMessage.asRequest` says so, a "
        "message request to another member: one message, until they accept it. Both get an event, "
        "the other one notification for all unread messages. AWAITING_ANSWER in a message request, "
        "and in the first `instance.limits.firstContactDays` days after connecting, or after the "
        "request was accepted, once the viewer has written and the other has not, with `until`; "
        "CONVERSATION_CLOSED where the two could write and no longer can, whatever the cause; "
        "RECIPIENT_UNAVAILABLE for every cause on the other side otherwise; TOO_MANY beyond "
        "`instance.limits.messageRequestsPerWeek` message requests, with `until`; "
        "EMAIL_UNVERIFIED, SELF.",
        directives=_WRITE,
    )
    async def send_message(self, input: Input[SendMessageInput]) -> SendMessagePayload:
        """message_send.send"""

        async def work() -> dict[str, Any]:
            # An id that is nobody's meets the same refusal as one that is.
            to = ids.decode(ids.MEMBER, input.member_id) or 0
            key = input.client_mutation_key
            return _written(
                await message_send.send(viewer_id(), to, input.text, selling=input.selling, key=key)
            )

        return await attempt(SendMessagePayload, work())

    @strawberry.mutation(
        description="Change the words of a message of the viewer's; it shows `editedAt`, and both "
        "get MessageEdited. TOO_LATE after `instance.limits.messageEditMinutes`, and of a "
        "request's note; CONVERSATION_CLOSED where the two can no longer write to each other; "
        "NOT_FOUND for one that is not theirs.",
        directives=_WRITE,
    )
    async def edit_message(self, input: Input[EditMessageInput]) -> EditMessagePayload:
        """message_acts.edit"""

        async def work() -> dict[str, Any]:
            key = _key(input.message_id)
            return _written(await message_acts.edit(viewer_id(), key, input.text))

        return await attempt(EditMessagePayload, work())

    @strawberry.mutation(
        description="Delete a message, the viewer's or the other's, for the viewer alone: the "
        "other has it still, and is not told. Success when it was deleted already.",
        directives=_WRITE,
    )
    async def delete_message(self, input: Input[DeleteMessageInput]) -> DeleteMessagePayload:
        """message_acts.delete"""

        async def work() -> dict[str, Any]:
            await message_acts.delete(viewer_id(), _key(input.message_id))
            asking().loaders.clear()
            return {"message_id": input.message_id}

        return await attempt(DeleteMessagePayload, work())
