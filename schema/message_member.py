"""Writing to a member: fields of Member. Imports no other type: a member is below."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from models import message_standing
from models.message_standing import Way
from models.problem import Code
from models.token import Scope
from schema import loaders
from schema.context import asking
from schema.node import for_each
from schema.scopes import needs

if TYPE_CHECKING:
    from schema.conversation import Conversation

Thread = Annotated["Conversation", strawberry.lazy("schema.conversation")]
READ = needs(Scope.MESSAGES_READ)


@strawberry.type(
    description="Whether the viewer may write to a member now, and if not why: the same answer "
    "`sendMessage` would give, but for the text."
)
class MessageStanding:
    """The result of message_standing.refusal."""

    allowed: bool = strawberry.field(description="Whether a message would be taken.")
    code: Code | None = strawberry.field(description="Why not; null if allowed.")
    message: str | None = strawberry.field(
        description="Why not, in words for the member; null if allowed."
    )
    until: datetime | None = strawberry.field(
        description="From when it would be, where that is a matter of time."
    )
    as_request: bool = strawberry.field(
        description="Whether it would be a message request: one message, until they accept it."
    )


@strawberry.type
class MessagesOfMember:
    """Fields of a member."""

    conversation: Thread | None = strawberry.field(
        description="The viewer's conversation with them; null before anything was written.",
        directives=READ,
    )
    can_message: MessageStanding = strawberry.field(
        description="Whether the viewer may write to them.", directives=READ
    )


_SIGNED_OUT = MessageStanding(
    allowed=False, code=None, message="Sign in to write.", until=None, as_request=False
)


async def standing_with(key: int) -> MessageStanding:
    """Whether the viewer may write to a member."""
    viewer = asking().viewer_id
    if viewer is None:
        return _SIGNED_OUT
    facts = await loaders.message_facts(viewer, key)
    problem = message_standing.refusal(facts)
    return MessageStanding(
        allowed=problem is None,
        code=problem.code if problem else None,
        message=problem.message if problem else None,
        until=problem.until if problem else None,
        as_request=problem is None and facts.way is Way.REQUEST,
    )


async def _conversation(key: int) -> "Conversation | None":
    from schema.conversation import conversation_of

    viewer = asking().viewer_id
    if viewer is None or viewer == key:
        return None
    row = await loaders.conversation_with_row(viewer, key)
    return conversation_of(row) if row else None


CAN_MESSAGE = for_each(lambda member: standing_with(member.key))
CONVERSATION = for_each(lambda member: _conversation(member.key))
